import{A as e,B as t,C as n,F as r,N as i,R as a,T as o,c as s,i as c,l,r as u,t as d,v as f,x as p,z as m}from"./index-DO9nkWps.js";import{i as h,t as g}from"./curl-Bjpvh-Ts.js";import{t as _}from"./badge-Di9aOPF2.js";import{i as v}from"./fields-DEXbSuR-.js";import{a as y}from"./numbers-CoBbCYtr.js";import{r as b,t as x}from"./page-Cz4QYGt_.js";import{t as S}from"./paging-CRqy6aze.js";import"./table-BOKn2q8T.js";import{t as C}from"./query-waRGAtQK.js";import{c as w,o as T,t as E}from"./api-CDMS-jdc.js";import{n as D,r as O,t as k}from"./deploy-dialog-E9h73_pI.js";import{n as A}from"./dialog-B6cH1Ntn.js";var j=m.rollback,M=(e,t)=>i(o(`apis`,e,`_rollback`),{deploymentNumber:t});async function N(e,t){let n=M(e,t),i,o;try{[i,o]=await Promise.all([r(w(e,String(t))),r({...n,query:{dryRun:!0}})])}catch(e){return d(a(e),`error`),!1}let s=``;return await A(j.title(t),(e,t)=>({content:p`<p>${j.intro}</p>
        ${o.data.length?D(o,i):p`<p class="muted">${j.noChange}</p>`}
        ${o.plansNotRestored.length?p`<div class="notice notice-warn">
              <p>${j.plansLeft}</p>
              <ul>
                ${o.plansNotRestored.map(e=>p`<li>${j.planLeft(e.name,j.reasons[e.reason])}</li>`)}
              </ul>
            </div>`:f}
        ${s?p`<p class="notice notice-error" role="alert">${s}</p>`:f}
        ${g([n])}`,actions:p`<button type="button" @click=${()=>e(void 0)}>
          ${m.common.cancel}
        </button>
        <button type="submit" class="primary" @click=${()=>c(e,t)}>
          ${j.action}
        </button>`}),{wide:!0})===!0;async function c(e,i){try{await r(n)}catch(e){return s=a(e),i()}d(j.done(t)),e(!0)}}var P=m.deployments,F=50,I=class extends c{constructor(...e){super(...e),this.api=``,this.history=new h(this,e=>r(this.call(),e)),this.comparison=new h(this,e=>this.compare(e)),this.query=new C(this,()=>void this.reload()),this.changed=e=>{e.detail.path.startsWith(o(`apis`,this.api))&&this.reload()}}connectedCallback(){super.connectedCallback(),t.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),t.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&this.reload()}render(){return b({title:P.title,intro:P.intro,content:this.history.show(e=>e.data.length?p`<relay-table
                .label=${P.title}
                .columns=${this.columns()}
                .rows=${e.data}
                .key=${e=>e.id}
              ></relay-table>
              ${S(e.pagination,e=>this.query.set({page:String(e)}))}
              ${x(P.compare,this.differences(e.data))}`:p`<div class="empty"><p>${P.empty}</p></div>`),calls:[this.call(),...this.sides()?[O(this.api,...this.sides())]:[]]})}async reload(){await Promise.all([this.history.reload(),this.comparison.reload()])}call(){return e(o(`apis`,this.api,`deployments`),{page:this.query.number(`page`,1),perPage:F})}sides(){let e=this.query.get(`from`);return e?[e,this.query.get(`to`)||`draft`]:void 0}async compare(e){let t=this.sides();if(!t)return;let[n,i]=await Promise.all([r(w(this.api,t[1]),e),r(O(this.api,...t),e)]);return{definition:n,found:i}}columns(){return[{id:`number`,label:P.number,numeric:!0,cell:e=>e.deploymentNumber},{id:`label`,label:P.label,cell:e=>e.deploymentLabel??``},{id:`when`,label:P.when,cell:e=>y(e.deployedAt)},{id:`who`,label:P.who,secondary:!0,cell:e=>e.deployedBy?.displayName??p`<span class="muted">–</span>`},{id:`where`,label:P.where,cell:R},{id:`actions`,label:m.common.actions,cell:e=>p`<div class="row">
          ${L(P.compareWithDraft,e,()=>this.choose(e))}
          ${n(`PUBLISHER`)?L(P.rollBack,e,()=>this.rollBack(e)):f}
        </div>`}]}choose(e){this.query.set({from:String(e.deploymentNumber),to:E})}differences(e){let[t,n]=this.sides()??[``,`draft`],r=[{value:``,label:P.choose},{value:E,label:P.draft},...e.map(e=>({value:String(e.deploymentNumber),label:P.name(e.deploymentNumber,e.deploymentLabel)}))];return p`<div class="filters">
        ${v({id:`compare-from`,label:P.from,value:t,options:r,onChange:e=>this.query.set({from:e,to:n})})}
        ${v({id:`compare-to`,label:P.to,value:n,options:r.slice(1),onChange:e=>this.query.set({from:t,to:e})})}
      </div>
      ${t?p`<div role="region" aria-live="polite" aria-label=${P.result}>
            ${this.comparison.show(e=>e?e.found.data.length?D(e.found,e.definition):p`<p class="muted">${P.same}</p>`:f)}
          </div>`:p`<p class="muted">${P.hint}</p>`}`}async rollBack(e){if(!await N(this.api,e.deploymentNumber))return;let[t,n]=await Promise.all([r(T(this.api)),r(O(this.api))]);n.data.length&&await k(t,n)}};u([s({attribute:!1})],I.prototype,`api`,void 0),I=u([l(`relay-api-deployments`)],I);function L(e,t,n){return p`<button
    type="button"
    class="small"
    aria-label="${e} ${P.name(t.deploymentNumber)}"
    @click=${n}
  >
    ${e}
  </button>`}function R(e){return p`<div class="row">
    ${e.gateways.map(e=>_(e.host,`good`))}
    ${e.refusals.map(e=>p`${_(P.refusedBy(e.host),`bad`)}
        <span class="muted">${e.reason}</span>`)}
    ${e.gateways.length||e.refusals.length?f:p`<span class="muted">–</span>`}
  </div>`}export{I as ApiDeployments};