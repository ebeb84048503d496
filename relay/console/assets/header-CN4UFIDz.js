import{B as e,C as t,F as n,R as r,T as i,c as a,d as o,i as s,l as c,r as l,t as u,v as d,x as f,z as p}from"./index-DO9nkWps.js";import{i as m,n as h}from"./curl-Bjpvh-Ts.js";import{t as g}from"./badge-Di9aOPF2.js";import{t as _}from"./banner-Cto8xbBg.js";import{l as v,o as y,s as b,u as x}from"./api-CDMS-jdc.js";import{n as S,r as C,t as w}from"./deploy-dialog-E9h73_pI.js";import{n as T,t as E}from"./states-CSx890Wj.js";import{t as D}from"./stop-dialog-DreKHyCH.js";var O=p.apiHeader,k=6,A=class extends s{constructor(...e){super(...e),this.api=``,this.loader=new m(this,e=>j(this.api,e)),this.changed=e=>{let t=e.detail,n=i(`apis`,this.api);t.path.startsWith(n)&&(t.method!==`DELETE`||t.path!==n)&&this.loader.reload()}}connectedCallback(){super.connectedCallback(),e.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),e.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&(this.loader.value=void 0,this.loader.reload())}render(){return this.loader.show(e=>f`<section class="api-header" aria-label=${O.label(e.api.name)}>
          <div class="api-header-line">
            <a class="api-header-name" href=${o(`apis`,e.api.id)}>${e.api.name}</a>
            <span class="muted">${e.api.apiVersion}</span>
            ${g(p.apis.types[e.api.type])} ${E(e.api)}
            ${T(e.api)}
            <div class="api-header-actions">${this.actions(e)}</div>
          </div>
          ${e.urls.length?f`<div class="api-header-line">
                <span class="muted">${O.url}</span>
                ${e.urls.map(e=>h(O.url,e.value))}
              </div>`:d}
        </section>
        ${this.outOfSync(e)}`)}actions({api:e}){return t(`PUBLISHER`)?e.state===`STARTED`?f`<button type="button" @click=${()=>D(e)}>${O.stop}</button>`:f`<button type="button" class="primary" @click=${()=>this.start()}>
          ${O.start}
        </button>`:d}outOfSync(e){let{api:n,differences:r,refusals:i}=e,a=t(`PUBLISHER`)?f`<button
          type="button"
          class="primary"
          @click=${()=>w(n,r)}
        >
          ${p.deploy.action}
        </button>`:void 0;if(!n.deployedAt)return _(`info`,O.neverDeployed,a);if(n.deploymentState!==`NEED_REDEPLOY`)return d;let s=(r?.data??[]).filter(e=>e.affectsTraffic),c=s.length-k;return _(`warn`,f`<p><strong>${O.outOfSync}</strong></p>
        ${s.length?S(r,n,s.slice(0,k)):d}
        ${c>0?f`<p>
              <a href="${o(`apis`,n.id,`deployments`)}?from=${r?.from?.deploymentNumber}">${O.more(c)}</a>
            </p>`:d}
        ${i.map(e=>f`<p>${O.refused(e.host,e.refused.reason)}</p>`)}`,a)}async start(){try{await n(x(this.api)),u(O.started)}catch(e){u(r(e),`error`)}}};l([a({attribute:!1})],A.prototype,`api`,void 0),A=l([c(`relay-api-header`)],A);async function j(e,t){let[r,i]=await Promise.all([n(y(e),t),n(v(e),t)]);if(!r.deployedAt||r.deploymentState!==`NEED_REDEPLOY`)return{api:r,urls:i,differences:void 0,refusals:[]};let[a,o]=await Promise.all([n(C(e),t),n(b(e),t)]);return{api:r,urls:i,differences:a,refusals:o.gateways.filter(e=>e.refused)}}export{A as ApiHeader};