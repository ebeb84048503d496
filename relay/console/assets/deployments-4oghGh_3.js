import{L as e,M as t,P as n,R as r,S as i,_ as a,b as o,c as s,i as c,k as l,r as u,s as d,t as f,w as p,z as m}from"./index-DQ7ID4n2.js";import{d as h,o as g,t as _}from"./curl--N9sDnIE.js";import{t as v}from"./badge-D8i1VXRw.js";import{a as y}from"./numbers-CoBbCYtr.js";import{r as b,t as x}from"./page-DxHflmAy.js";import{t as S}from"./paging--HGSW2Uj.js";import"./table-BdJh6RBC.js";import{t as C}from"./query-B3M3JwAc.js";import{a as w}from"./api-CTAIO_aJ.js";import{n as T,r as E,t as D}from"./deploy-dialog-D0ARx1Bz.js";import{n as O}from"./dialog-e5cHMsPa.js";var k=r.rollback,A=(e,n)=>t(p(`apis`,e,`_rollback`),{deploymentNumber:n});async function j(t,i){let s=A(t,i),c,l;try{[c,l]=await Promise.all([n(w(t)),n({...s,query:{dryRun:!0}})])}catch(t){return f(e(t),`error`),!1}let u=``;return await O(k.title(i),(e,t)=>({content:o`<p>${k.intro}</p>
        ${l.data.length?T(l,c):o`<p class="muted">${k.noChange}</p>`}
        ${l.plansNotRestored.length?o`<div class="notice notice-warn">
              <p>${k.plansLeft}</p>
              <ul>
                ${l.plansNotRestored.map(e=>o`<li>${k.planLeft(e.name,k.reasons[e.reason])}</li>`)}
              </ul>
            </div>`:a}
        ${u?o`<p class="notice notice-error" role="alert">${u}</p>`:a}
        ${_([s])}`,actions:o`<button type="button" @click=${()=>e(void 0)}>
          ${r.common.cancel}
        </button>
        <button type="submit" class="primary" @click=${()=>d(e,t)}>
          ${k.action}
        </button>`}),{wide:!0})===!0;async function d(t,r){try{await n(s)}catch(t){return u=e(t),r()}f(k.done(i)),t(!0)}}var M=r.deployments,N=`draft`,P=50,F=class extends c{constructor(...e){super(...e),this.api=``,this.history=new h(this,e=>n(this.call(),e)),this.comparison=new h(this,e=>this.compare(e)),this.query=new C(this,()=>void this.reload()),this.changed=e=>{e.detail.path.startsWith(p(`apis`,this.api))&&this.reload()}}connectedCallback(){super.connectedCallback(),m.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),m.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&this.reload()}render(){return b({title:M.title,intro:M.intro,content:this.history.show(e=>e.data.length?o`<relay-table
                .label=${M.title}
                .columns=${this.columns()}
                .rows=${e.data}
                .key=${e=>e.id}
              ></relay-table>
              ${S(e.pagination,e=>this.query.set({page:String(e)}))}
              ${x(M.compare,this.differences(e.data))}`:o`<div class="empty"><p>${M.empty}</p></div>`),calls:[this.call(),...this.sides()?[E(this.api,...this.sides())]:[]]})}async reload(){await Promise.all([this.history.reload(),this.comparison.reload()])}call(){return l(p(`apis`,this.api,`deployments`),{page:this.query.number(`page`,1),perPage:P})}sides(){let e=this.query.get(`from`);return e?[e,this.query.get(`to`)||N]:void 0}async compare(e){let t=this.sides();if(!t)return;let[r,i]=await Promise.all([n(w(this.api),e),n(E(this.api,...t),e)]);return{api:r,found:i}}columns(){return[{id:`number`,label:M.number,numeric:!0,cell:e=>e.deploymentNumber},{id:`label`,label:M.label,cell:e=>e.deploymentLabel??``},{id:`when`,label:M.when,cell:e=>y(e.deployedAt)},{id:`who`,label:M.who,secondary:!0,cell:e=>e.deployedBy?.displayName??o`<span class="muted">–</span>`},{id:`where`,label:M.where,cell:L},{id:`actions`,label:r.common.actions,cell:e=>o`<div class="row">
          ${I(M.compareWithDraft,e,()=>this.choose(e))}
          ${i(`PUBLISHER`)?I(M.rollBack,e,()=>this.rollBack(e)):a}
        </div>`}]}choose(e){this.query.set({from:String(e.deploymentNumber),to:N})}differences(e){let[t,n]=this.sides()??[``,N],r=[{value:``,label:M.choose},{value:N,label:M.draft},...e.map(e=>({value:String(e.deploymentNumber),label:M.name(e.deploymentNumber,e.deploymentLabel)}))];return o`<div class="filters">
        ${g({id:`compare-from`,label:M.from,value:t,options:r,onChange:e=>this.query.set({from:e,to:n})})}
        ${g({id:`compare-to`,label:M.to,value:n,options:r.slice(1),onChange:e=>this.query.set({from:t,to:e})})}
      </div>
      ${t?o`<div role="region" aria-live="polite" aria-label=${M.result}>
            ${this.comparison.show(e=>e?e.found.data.length?T(e.found,e.api):o`<p class="muted">${M.same}</p>`:a)}
          </div>`:o`<p class="muted">${M.hint}</p>`}`}async rollBack(e){if(!await j(this.api,e.deploymentNumber))return;let[t,r]=await Promise.all([n(w(this.api)),n(E(this.api))]);r.data.length&&await D(t,r)}};u([d({attribute:!1})],F.prototype,`api`,void 0),F=u([s(`relay-api-deployments`)],F);function I(e,t,n){return o`<button
    type="button"
    class="small"
    aria-label="${e} ${M.name(t.deploymentNumber)}"
    @click=${n}
  >
    ${e}
  </button>`}function L(e){return o`<div class="row">
    ${e.gateways.map(e=>v(e.host,`good`))}
    ${e.refusals.map(e=>o`${v(M.refusedBy(e.host),`bad`)}
        <span class="muted">${e.reason}</span>`)}
    ${e.gateways.length||e.refusals.length?a:o`<span class="muted">–</span>`}
  </div>`}export{F as ApiDeployments};