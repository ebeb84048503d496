import{F as e,I as t,M as n,R as r,S as i,_ as a,b as o,n as s,o as c,s as l,t as u}from"./decorate-cX1b0bKe.js";import{i as d,n as f}from"./curl-C3dG7kwV.js";import{t as p}from"./badge-Bv1K0zyq.js";import{t as m}from"./banner-BF1OFPum.js";import{o as h,r as g,t as _}from"./index-BtPMuujb.js";import{l as v,o as y,s as b,u as x}from"./api-BMejlNS3.js";import{n as S,r as C,t as w}from"./deploy-dialog-DLUtYYU8.js";import{n as T,t as E}from"./states-BK-clMDI.js";import{t as D}from"./stop-dialog-DiI6ctHJ.js";var O=t.apiHeader,k=6,A=class extends s{constructor(...e){super(...e),this.api=``,this.loader=new d(this,e=>j(this.api,e)),this.changed=e=>{let t=e.detail,n=i(`apis`,this.api);t.path.startsWith(n)&&(t.method!==`DELETE`||t.path!==n)&&this.loader.reload()}}connectedCallback(){super.connectedCallback(),r.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),r.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&(this.loader.value=void 0,this.loader.reload())}render(){return this.loader.show(e=>o`<section class="api-header" aria-label=${O.label(e.api.name)}>
          <div class="api-header-line">
            <a class="api-header-name" href=${g(`apis`,e.api.id)}>${e.api.name}</a>
            <span class="muted">${e.api.apiVersion}</span>
            ${p(t.apis.types[e.api.type])} ${E(e.api)}
            ${T(e.api)}
            <div class="api-header-actions">${this.actions(e)}</div>
          </div>
          ${e.urls.length?o`<div class="api-header-line">
                <span class="muted">${O.url}</span>
                ${e.urls.map(e=>f(O.url,e.value))}
              </div>`:a}
        </section>
        ${this.outOfSync(e)}`)}actions({api:e}){return h(`PUBLISHER`)?e.state===`STARTED`?o`<button type="button" @click=${()=>D(e)}>${O.stop}</button>`:o`<button type="button" class="primary" @click=${()=>this.start()}>
          ${O.start}
        </button>`:a}outOfSync(e){let{api:n,differences:r,refusals:i}=e,s=h(`PUBLISHER`)?o`<button
          type="button"
          class="primary"
          @click=${()=>w(n,r)}
        >
          ${t.deploy.action}
        </button>`:void 0;if(!n.deployedAt)return m(`info`,O.neverDeployed,s);if(n.deploymentState!==`NEED_REDEPLOY`)return a;let c=(r?.data??[]).filter(e=>e.affectsTraffic),l=c.length-k;return m(`warn`,o`<p><strong>${O.outOfSync}</strong></p>
        ${c.length?S(r,n,c.slice(0,k)):a}
        ${l>0?o`<p>
              <a href="${g(`apis`,n.id,`deployments`)}?from=${r?.from?.deploymentNumber}">${O.more(l)}</a>
            </p>`:a}
        ${i.map(e=>o`<p>${O.refused(e.host,e.refused.reason)}</p>`)}`,s)}async start(){try{await n(x(this.api)),_(O.started)}catch(t){_(e(t),`error`)}}};u([c({attribute:!1})],A.prototype,`api`,void 0),A=u([l(`relay-api-header`)],A);async function j(e,t){let[r,i]=await Promise.all([n(y(e),t),n(v(e),t)]);if(!r.deployedAt||r.deploymentState!==`NEED_REDEPLOY`)return{api:r,urls:i,differences:void 0,refusals:[]};let[a,o]=await Promise.all([n(C(e),t),n(b(e),t)]);return{api:r,urls:i,differences:a,refusals:o.gateways.filter(e=>e.refused)}}export{A as ApiHeader};