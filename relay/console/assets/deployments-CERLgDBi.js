import{A as e,D as t,F as n,I as r,M as i,R as a,S as o,_ as s,b as c,n as l,o as u,s as d,t as f}from"./decorate-cX1b0bKe.js";import{i as p,t as m}from"./curl-C3dG7kwV.js";import{t as h}from"./badge-Bv1K0zyq.js";import{i as g}from"./fields-Z7HFGbs6.js";import{a as _}from"./numbers-CoBbCYtr.js";import{r as v,t as y}from"./page-B78qW9Xh.js";import{t as b}from"./paging-DPKvN3lo.js";import"./table-CX22Ptby.js";import{t as x}from"./query-CGWuUA7Y.js";import{o as S,t as C}from"./index-BtPMuujb.js";import{c as w,o as T,t as E}from"./api-BMejlNS3.js";import{n as D,r as O,t as k}from"./deploy-dialog-DLUtYYU8.js";import{n as A}from"./dialog-D95cH4qy.js";var j=r.rollback,M=(t,n)=>e(o(`apis`,t,`_rollback`),{deploymentNumber:n});async function N(e,t){let a=M(e,t),o,l;try{[o,l]=await Promise.all([i(w(e,String(t))),i({...a,query:{dryRun:!0}})])}catch(e){return C(n(e),`error`),!1}let u=``;return await A(j.title(t),(e,t)=>({content:c`<p>${j.intro}</p>
        ${l.data.length?D(l,o):c`<p class="muted">${j.noChange}</p>`}
        ${l.plansNotRestored.length?c`<div class="notice notice-warn">
              <p>${j.plansLeft}</p>
              <ul>
                ${l.plansNotRestored.map(e=>c`<li>${j.planLeft(e.name,j.reasons[e.reason])}</li>`)}
              </ul>
            </div>`:s}
        ${u?c`<p class="notice notice-error" role="alert">${u}</p>`:s}
        ${m([a])}`,actions:c`<button type="button" @click=${()=>e(void 0)}>
          ${r.common.cancel}
        </button>
        <button type="submit" class="primary" @click=${()=>d(e,t)}>
          ${j.action}
        </button>`}),{wide:!0})===!0;async function d(e,r){try{await i(a)}catch(e){return u=n(e),r()}C(j.done(t)),e(!0)}}var P=r.deployments,F=50,I=class extends l{constructor(...e){super(...e),this.api=``,this.history=new p(this,e=>i(this.call(),e)),this.comparison=new p(this,e=>this.compare(e)),this.query=new x(this,()=>void this.reload()),this.changed=e=>{e.detail.path.startsWith(o(`apis`,this.api))&&this.reload()}}connectedCallback(){super.connectedCallback(),a.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),a.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&this.reload()}render(){return v({title:P.title,intro:P.intro,content:this.history.show(e=>e.data.length?c`<relay-table
                .label=${P.title}
                .columns=${this.columns()}
                .rows=${e.data}
                .key=${e=>e.id}
              ></relay-table>
              ${b(e.pagination,e=>this.query.set({page:String(e)}))}
              ${y(P.compare,this.differences(e.data))}`:c`<div class="empty"><p>${P.empty}</p></div>`),calls:[this.call(),...this.sides()?[O(this.api,...this.sides())]:[]]})}async reload(){await Promise.all([this.history.reload(),this.comparison.reload()])}call(){return t(o(`apis`,this.api,`deployments`),{page:this.query.number(`page`,1),perPage:F})}sides(){let e=this.query.get(`from`);return e?[e,this.query.get(`to`)||`draft`]:void 0}async compare(e){let t=this.sides();if(!t)return;let[n,r]=await Promise.all([i(w(this.api,t[1]),e),i(O(this.api,...t),e)]);return{definition:n,found:r}}columns(){return[{id:`number`,label:P.number,numeric:!0,cell:e=>e.deploymentNumber},{id:`label`,label:P.label,cell:e=>e.deploymentLabel??``},{id:`when`,label:P.when,cell:e=>_(e.deployedAt)},{id:`who`,label:P.who,secondary:!0,cell:e=>e.deployedBy?.displayName??c`<span class="muted">–</span>`},{id:`where`,label:P.where,cell:R},{id:`actions`,label:r.common.actions,cell:e=>c`<div class="row">
          ${L(P.compareWithDraft,e,()=>this.choose(e))}
          ${S(`PUBLISHER`)?L(P.rollBack,e,()=>this.rollBack(e)):s}
        </div>`}]}choose(e){this.query.set({from:String(e.deploymentNumber),to:E})}differences(e){let[t,n]=this.sides()??[``,`draft`],r=[{value:``,label:P.choose},{value:E,label:P.draft},...e.map(e=>({value:String(e.deploymentNumber),label:P.name(e.deploymentNumber,e.deploymentLabel)}))];return c`<div class="filters">
        ${g({id:`compare-from`,label:P.from,value:t,options:r,onChange:e=>this.query.set({from:e,to:n})})}
        ${g({id:`compare-to`,label:P.to,value:n,options:r.slice(1),onChange:e=>this.query.set({from:t,to:e})})}
      </div>
      ${t?c`<div role="region" aria-live="polite" aria-label=${P.result}>
            ${this.comparison.show(e=>e?e.found.data.length?D(e.found,e.definition):c`<p class="muted">${P.same}</p>`:s)}
          </div>`:c`<p class="muted">${P.hint}</p>`}`}async rollBack(e){if(!await N(this.api,e.deploymentNumber))return;let[t,n]=await Promise.all([i(T(this.api)),i(O(this.api))]);n.data.length&&await k(t,n)}};f([u({attribute:!1})],I.prototype,`api`,void 0),I=f([d(`relay-api-deployments`)],I);function L(e,t,n){return c`<button
    type="button"
    class="small"
    aria-label="${e} ${P.name(t.deploymentNumber)}"
    @click=${n}
  >
    ${e}
  </button>`}function R(e){return c`<div class="row">
    ${e.gateways.map(e=>h(e.host,`good`))}
    ${e.refusals.map(e=>c`${h(P.refusedBy(e.host),`bad`)}
        <span class="muted">${e.reason}</span>`)}
    ${e.gateways.length||e.refusals.length?s:c`<span class="muted">–</span>`}
  </div>`}export{I as ApiDeployments};