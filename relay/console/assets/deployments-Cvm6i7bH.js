import{L as e,M as t,P as n,R as r,S as i,_ as a,b as o,c as s,i as c,k as l,r as u,s as d,t as f,w as p,z as m}from"./index-q0cvveWk.js";import{d as h,o as g,t as _}from"./curl-DN9Ceju9.js";import{t as v}from"./badge-BEXyiuIc.js";import{a as y}from"./numbers-CoBbCYtr.js";import{r as b,t as x}from"./page-Bd5Bw3P3.js";import{t as S}from"./paging-BY0QnTP9.js";import"./table-lhtN2eUf.js";import{t as C}from"./query-BWpnzWjK.js";import{c as w,o as T,t as E}from"./api-DYm99JGd.js";import{n as D,r as O,t as k}from"./deploy-dialog-D8FRJIVt.js";import{n as A}from"./dialog-BrdfJNOr.js";var j=r.rollback,M=(e,n)=>t(p(`apis`,e,`_rollback`),{deploymentNumber:n});async function N(t,i){let s=M(t,i),c,l;try{[c,l]=await Promise.all([n(w(t,String(i))),n({...s,query:{dryRun:!0}})])}catch(t){return f(e(t),`error`),!1}let u=``;return await A(j.title(i),(e,t)=>({content:o`<p>${j.intro}</p>
        ${l.data.length?D(l,c):o`<p class="muted">${j.noChange}</p>`}
        ${l.plansNotRestored.length?o`<div class="notice notice-warn">
              <p>${j.plansLeft}</p>
              <ul>
                ${l.plansNotRestored.map(e=>o`<li>${j.planLeft(e.name,j.reasons[e.reason])}</li>`)}
              </ul>
            </div>`:a}
        ${u?o`<p class="notice notice-error" role="alert">${u}</p>`:a}
        ${_([s])}`,actions:o`<button type="button" @click=${()=>e(void 0)}>
          ${r.common.cancel}
        </button>
        <button type="submit" class="primary" @click=${()=>d(e,t)}>
          ${j.action}
        </button>`}),{wide:!0})===!0;async function d(t,r){try{await n(s)}catch(t){return u=e(t),r()}f(j.done(i)),t(!0)}}var P=r.deployments,F=50,I=class extends c{constructor(...e){super(...e),this.api=``,this.history=new h(this,e=>n(this.call(),e)),this.comparison=new h(this,e=>this.compare(e)),this.query=new C(this,()=>void this.reload()),this.changed=e=>{e.detail.path.startsWith(p(`apis`,this.api))&&this.reload()}}connectedCallback(){super.connectedCallback(),m.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),m.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&this.reload()}render(){return b({title:P.title,intro:P.intro,content:this.history.show(e=>e.data.length?o`<relay-table
                .label=${P.title}
                .columns=${this.columns()}
                .rows=${e.data}
                .key=${e=>e.id}
              ></relay-table>
              ${S(e.pagination,e=>this.query.set({page:String(e)}))}
              ${x(P.compare,this.differences(e.data))}`:o`<div class="empty"><p>${P.empty}</p></div>`),calls:[this.call(),...this.sides()?[O(this.api,...this.sides())]:[]]})}async reload(){await Promise.all([this.history.reload(),this.comparison.reload()])}call(){return l(p(`apis`,this.api,`deployments`),{page:this.query.number(`page`,1),perPage:F})}sides(){let e=this.query.get(`from`);return e?[e,this.query.get(`to`)||`draft`]:void 0}async compare(e){let t=this.sides();if(!t)return;let[r,i]=await Promise.all([n(w(this.api,t[1]),e),n(O(this.api,...t),e)]);return{definition:r,found:i}}columns(){return[{id:`number`,label:P.number,numeric:!0,cell:e=>e.deploymentNumber},{id:`label`,label:P.label,cell:e=>e.deploymentLabel??``},{id:`when`,label:P.when,cell:e=>y(e.deployedAt)},{id:`who`,label:P.who,secondary:!0,cell:e=>e.deployedBy?.displayName??o`<span class="muted">–</span>`},{id:`where`,label:P.where,cell:R},{id:`actions`,label:r.common.actions,cell:e=>o`<div class="row">
          ${L(P.compareWithDraft,e,()=>this.choose(e))}
          ${i(`PUBLISHER`)?L(P.rollBack,e,()=>this.rollBack(e)):a}
        </div>`}]}choose(e){this.query.set({from:String(e.deploymentNumber),to:E})}differences(e){let[t,n]=this.sides()??[``,`draft`],r=[{value:``,label:P.choose},{value:E,label:P.draft},...e.map(e=>({value:String(e.deploymentNumber),label:P.name(e.deploymentNumber,e.deploymentLabel)}))];return o`<div class="filters">
        ${g({id:`compare-from`,label:P.from,value:t,options:r,onChange:e=>this.query.set({from:e,to:n})})}
        ${g({id:`compare-to`,label:P.to,value:n,options:r.slice(1),onChange:e=>this.query.set({from:t,to:e})})}
      </div>
      ${t?o`<div role="region" aria-live="polite" aria-label=${P.result}>
            ${this.comparison.show(e=>e?e.found.data.length?D(e.found,e.definition):o`<p class="muted">${P.same}</p>`:a)}
          </div>`:o`<p class="muted">${P.hint}</p>`}`}async rollBack(e){if(!await N(this.api,e.deploymentNumber))return;let[t,r]=await Promise.all([n(T(this.api)),n(O(this.api))]);r.data.length&&await k(t,r)}};u([d({attribute:!1})],I.prototype,`api`,void 0),I=u([s(`relay-api-deployments`)],I);function L(e,t,n){return o`<button
    type="button"
    class="small"
    aria-label="${e} ${P.name(t.deploymentNumber)}"
    @click=${n}
  >
    ${e}
  </button>`}function R(e){return o`<div class="row">
    ${e.gateways.map(e=>v(e.host,`good`))}
    ${e.refusals.map(e=>o`${v(P.refusedBy(e.host),`bad`)}
        <span class="muted">${e.reason}</span>`)}
    ${e.gateways.length||e.refusals.length?a:o`<span class="muted">–</span>`}
  </div>`}export{I as ApiDeployments};