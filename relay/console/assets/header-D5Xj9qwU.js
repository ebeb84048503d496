import{I as e,L as t,N as n,R as r,S as i,_ as a,b as o,c as s,i as c,r as l,s as u,t as d,u as f,w as p}from"./index-xc3VAoqR.js";import{n as m,s as h}from"./curl-VvyQdcQr.js";import{t as g}from"./badge-DxBzxmX5.js";import{a as _,c as v,o as y,s as b}from"./api-N2JsxuTI.js";import{n as x,r as S,t as C}from"./deploy-dialog-BYHoo_kj.js";import{n as w,t as T}from"./states-BJSWvX5p.js";import{t as E}from"./stop-dialog-CJaonm4y.js";function D(e,t,n){return o`<div class="banner banner-${e}" role="status">
    <div>${t}</div>
    ${n?o`<div class="banner-actions">${n}</div>`:a}
  </div>`}var O=t.apiHeader,k=6,A=class extends c{constructor(...e){super(...e),this.api=``,this.loader=new h(this,e=>j(this.api,e)),this.changed=e=>{let t=e.detail,n=p(`apis`,this.api);t.path.startsWith(n)&&(t.method!==`DELETE`||t.path!==n)&&this.loader.reload()}}connectedCallback(){super.connectedCallback(),r.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),r.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&(this.loader.value=void 0,this.loader.reload())}render(){return this.loader.show(e=>o`<section class="api-header" aria-label=${O.label(e.api.name)}>
          <div class="api-header-line">
            <a class="api-header-name" href=${f(`apis`,e.api.id)}>${e.api.name}</a>
            <span class="muted">${e.api.apiVersion}</span>
            ${g(t.apis.types[e.api.type])} ${T(e.api)}
            ${w(e.api)}
            <div class="api-header-actions">${this.actions(e)}</div>
          </div>
          ${e.urls.length?o`<div class="api-header-line">
                <span class="muted">${O.url}</span>
                ${e.urls.map(e=>m(O.url,e.value))}
              </div>`:a}
        </section>
        ${this.outOfSync(e)}`)}actions({api:e}){return i(`PUBLISHER`)?e.state===`STARTED`?o`<button type="button" @click=${()=>E(e)}>${O.stop}</button>`:o`<button type="button" class="primary" @click=${()=>this.start()}>
          ${O.start}
        </button>`:a}outOfSync(e){let{api:n,differences:r,refusals:s}=e,c=i(`PUBLISHER`)?o`<button
          type="button"
          class="primary"
          @click=${()=>C(n,r)}
        >
          ${t.deploy.action}
        </button>`:void 0;if(!n.deployedAt)return D(`info`,O.neverDeployed,c);if(n.deploymentState!==`NEED_REDEPLOY`)return a;let l=(r?.data??[]).filter(e=>e.affectsTraffic),u=l.length-k;return D(`warn`,o`<p><strong>${O.outOfSync}</strong></p>
        ${l.length?x(r,n,l.slice(0,k)):a}
        ${u>0?o`<p>
              <a href="${f(`apis`,n.id,`deployments`)}?from=${r?.from?.deploymentNumber}">${O.more(u)}</a>
            </p>`:a}
        ${s.map(e=>o`<p>${O.refused(e.host,e.refused.reason)}</p>`)}`,c)}async start(){try{await n(v(this.api)),d(O.started)}catch(t){d(e(t),`error`)}}};l([u({attribute:!1})],A.prototype,`api`,void 0),A=l([s(`relay-api-header`)],A);async function j(e,t){let[r,i]=await Promise.all([n(_(e),t),n(b(e),t)]);if(!r.deployedAt||r.deploymentState!==`NEED_REDEPLOY`)return{api:r,urls:i,differences:void 0,refusals:[]};let[a,o]=await Promise.all([n(S(e),t),n(y(e),t)]);return{api:r,urls:i,differences:a,refusals:o.gateways.filter(e=>e.refused)}}export{A as ApiHeader};