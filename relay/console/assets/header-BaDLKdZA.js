import{L as e,P as t,R as n,S as r,_ as i,b as a,c as o,i as s,r as c,s as l,t as u,u as d,w as f,z as p}from"./index-q0cvveWk.js";import{d as m,n as h}from"./curl-DN9Ceju9.js";import{t as g}from"./badge-BEXyiuIc.js";import{l as _,o as v,s as y,u as b}from"./api-DYm99JGd.js";import{n as x,r as S,t as C}from"./deploy-dialog-D8FRJIVt.js";import{n as w,t as T}from"./states-BSi0bIKw.js";import{t as E}from"./stop-dialog-wkvSkQps.js";function D(e,t,n){return a`<div class="banner banner-${e}" role="status">
    <div>${t}</div>
    ${n?a`<div class="banner-actions">${n}</div>`:i}
  </div>`}var O=n.apiHeader,k=6,A=class extends s{constructor(...e){super(...e),this.api=``,this.loader=new m(this,e=>j(this.api,e)),this.changed=e=>{let t=e.detail,n=f(`apis`,this.api);t.path.startsWith(n)&&(t.method!==`DELETE`||t.path!==n)&&this.loader.reload()}}connectedCallback(){super.connectedCallback(),p.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),p.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&(this.loader.value=void 0,this.loader.reload())}render(){return this.loader.show(e=>a`<section class="api-header" aria-label=${O.label(e.api.name)}>
          <div class="api-header-line">
            <a class="api-header-name" href=${d(`apis`,e.api.id)}>${e.api.name}</a>
            <span class="muted">${e.api.apiVersion}</span>
            ${g(n.apis.types[e.api.type])} ${T(e.api)}
            ${w(e.api)}
            <div class="api-header-actions">${this.actions(e)}</div>
          </div>
          ${e.urls.length?a`<div class="api-header-line">
                <span class="muted">${O.url}</span>
                ${e.urls.map(e=>h(O.url,e.value))}
              </div>`:i}
        </section>
        ${this.outOfSync(e)}`)}actions({api:e}){return r(`PUBLISHER`)?e.state===`STARTED`?a`<button type="button" @click=${()=>E(e)}>${O.stop}</button>`:a`<button type="button" class="primary" @click=${()=>this.start()}>
          ${O.start}
        </button>`:i}outOfSync(e){let{api:t,differences:o,refusals:s}=e,c=r(`PUBLISHER`)?a`<button
          type="button"
          class="primary"
          @click=${()=>C(t,o)}
        >
          ${n.deploy.action}
        </button>`:void 0;if(!t.deployedAt)return D(`info`,O.neverDeployed,c);if(t.deploymentState!==`NEED_REDEPLOY`)return i;let l=(o?.data??[]).filter(e=>e.affectsTraffic),u=l.length-k;return D(`warn`,a`<p><strong>${O.outOfSync}</strong></p>
        ${l.length?x(o,t,l.slice(0,k)):i}
        ${u>0?a`<p>
              <a href="${d(`apis`,t.id,`deployments`)}?from=${o?.from?.deploymentNumber}">${O.more(u)}</a>
            </p>`:i}
        ${s.map(e=>a`<p>${O.refused(e.host,e.refused.reason)}</p>`)}`,c)}async start(){try{await t(b(this.api)),u(O.started)}catch(t){u(e(t),`error`)}}};c([l({attribute:!1})],A.prototype,`api`,void 0),A=c([o(`relay-api-header`)],A);async function j(e,n){let[r,i]=await Promise.all([t(v(e),n),t(_(e),n)]);if(!r.deployedAt||r.deploymentState!==`NEED_REDEPLOY`)return{api:r,urls:i,differences:void 0,refusals:[]};let[a,o]=await Promise.all([t(S(e),n),t(y(e),n)]);return{api:r,urls:i,differences:a,refusals:o.gateways.filter(e=>e.refused)}}export{A as ApiHeader};