import{C as e,M as t,N as n,P as r,S as i,_ as a,b as o,c as s,f as c,h as l,k as u,l as d,p as f,t as p}from"./index-Dba79Kt6.js";import{a as m,c as h,d as g,g as _,h as v,o as y,s as b}from"./api-X9rXfUY0.js";import{n as x,r as S,t as C}from"./deploy-dialog-BPF4bGUb.js";import{n as w,t as T}from"./states-B2k8EaT6.js";import{t as E}from"./stop-dialog-C6AcSUvh.js";function D(e,t,n){return o`<div class="banner banner-${e}" role="status">
    <div>${t}</div>
    ${n?o`<div class="banner-actions">${n}</div>`:a}
  </div>`}var O=n.apiHeader,k=6,A=class extends d{constructor(...t){super(...t),this.api=``,this.loader=new _(this,e=>j(this.api,e)),this.changed=t=>{let n=t.detail,r=e(`apis`,this.api);n.path.startsWith(r)&&(n.method!==`DELETE`||n.path!==r)&&this.loader.reload()}}connectedCallback(){super.connectedCallback(),r.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),r.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&(this.loader.value=void 0,this.loader.reload())}render(){return this.loader.show(e=>o`<section class="api-header" aria-label=${O.label(e.api.name)}>
          <div class="api-header-line">
            <a class="api-header-name" href=${l(`apis`,e.api.id)}>${e.api.name}</a>
            <span class="muted">${e.api.apiVersion}</span>
            ${v(n.apis.types[e.api.type])} ${T(e.api)}
            ${w(e.api)}
            <div class="api-header-actions">${this.actions(e)}</div>
          </div>
          ${e.urls.length?o`<div class="api-header-line">
                <span class="muted">${O.url}</span>
                ${e.urls.map(e=>g(O.url,e.value))}
              </div>`:a}
        </section>
        ${this.outOfSync(e)}`)}actions({api:e}){return i(`PUBLISHER`)?e.state===`STARTED`?o`<button type="button" @click=${()=>E(e)}>${O.stop}</button>`:o`<button type="button" class="primary" @click=${()=>this.start()}>
          ${O.start}
        </button>`:a}outOfSync(e){let{api:t,differences:r,refusals:s}=e,c=i(`PUBLISHER`)?o`<button
          type="button"
          class="primary"
          @click=${()=>C(t,r)}
        >
          ${n.deploy.action}
        </button>`:void 0;if(!t.deployedAt)return D(`info`,O.neverDeployed,c);if(t.deploymentState!==`NEED_REDEPLOY`)return a;let u=(r?.data??[]).filter(e=>e.affectsTraffic),d=u.length-k;return D(`warn`,o`<p><strong>${O.outOfSync}</strong></p>
        ${u.length?x(r,t,u.slice(0,k)):a}
        ${d>0?o`<p>
              <a href="${l(`apis`,t.id,`deployments`)}?from=${r?.from?.deploymentNumber}">${O.more(d)}</a>
            </p>`:a}
        ${s.map(e=>o`<p>${O.refused(e.host,e.refused.reason)}</p>`)}`,c)}async start(){try{await u(h(this.api)),p(O.started)}catch(e){p(t(e),`error`)}}};s([c({attribute:!1})],A.prototype,`api`,void 0),A=s([f(`relay-api-header`)],A);async function j(e,t){let[n,r]=await Promise.all([u(m(e),t),u(b(e),t)]);if(!n.deployedAt||n.deploymentState!==`NEED_REDEPLOY`)return{api:n,urls:r,differences:void 0,refusals:[]};let[i,a]=await Promise.all([u(S(e),t),u(y(e),t)]);return{api:n,urls:r,differences:i,refusals:a.gateways.filter(e=>e.refused)}}export{A as ApiHeader};