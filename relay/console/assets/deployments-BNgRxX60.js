import{C as e,D as t,M as n,N as r,O as i,P as a,S as o,_ as s,b as c,c as l,f as u,k as d,l as f,p,t as m}from"./index-Dba79Kt6.js";import{a as h,f as g,g as _,h as v,u as y}from"./api-X9rXfUY0.js";import{c as b,r as x,t as S}from"./page-DPh-A2m4.js";import{n as C,t as w}from"./query-ngjB8Y0D.js";import{n as T,r as E,t as D}from"./deploy-dialog-BPF4bGUb.js";import{n as O}from"./dialog-BrM2J1tG.js";var k=r.rollback,A=(t,n)=>i(e(`apis`,t,`_rollback`),{deploymentNumber:n});async function j(e,t){let i=A(e,t),a,o;try{[a,o]=await Promise.all([d(h(e)),d({...i,query:{dryRun:!0}})])}catch(e){return m(n(e),`error`),!1}let l=``;return await O(k.title(t),(e,t)=>({content:c`<p>${k.intro}</p>
        ${o.data.length?T(o,a):c`<p class="muted">${k.noChange}</p>`}
        ${o.plansNotRestored.length?c`<div class="notice notice-warn">
              <p>${k.plansLeft}</p>
              <ul>
                ${o.plansNotRestored.map(e=>c`<li>${k.planLeft(e.name,k.reasons[e.reason])}</li>`)}
              </ul>
            </div>`:s}
        ${l?c`<p class="notice notice-error" role="alert">${l}</p>`:s}
        ${y([i])}`,actions:c`<button type="button" @click=${()=>e(void 0)}>
          ${r.common.cancel}
        </button>
        <button type="submit" class="primary" @click=${()=>u(e,t)}>
          ${k.action}
        </button>`}),{wide:!0})===!0;async function u(e,r){try{await d(i)}catch(e){return l=n(e),r()}m(k.done(t)),e(!0)}}var M=r.deployments,N=`draft`,P=50,F=class extends f{constructor(...t){super(...t),this.api=``,this.history=new _(this,e=>d(this.call(),e)),this.comparison=new _(this,e=>this.compare(e)),this.query=new w(this,()=>void this.reload()),this.changed=t=>{t.detail.path.startsWith(e(`apis`,this.api))&&this.reload()}}connectedCallback(){super.connectedCallback(),a.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),a.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&this.reload()}render(){return x({title:M.title,intro:M.intro,content:this.history.show(e=>e.data.length?c`<relay-table
                .label=${M.title}
                .columns=${this.columns()}
                .rows=${e.data}
                .key=${e=>e.id}
              ></relay-table>
              ${C(e.pagination,e=>this.query.set({page:String(e)}))}
              ${S(M.compare,this.differences(e.data))}`:c`<div class="empty"><p>${M.empty}</p></div>`),calls:[this.call(),...this.sides()?[E(this.api,...this.sides())]:[]]})}async reload(){await Promise.all([this.history.reload(),this.comparison.reload()])}call(){return t(e(`apis`,this.api,`deployments`),{page:this.query.number(`page`,1),perPage:P})}sides(){let e=this.query.get(`from`);return e?[e,this.query.get(`to`)||N]:void 0}async compare(e){let t=this.sides();if(!t)return;let[n,r]=await Promise.all([d(h(this.api),e),d(E(this.api,...t),e)]);return{api:n,found:r}}columns(){return[{id:`number`,label:M.number,numeric:!0,cell:e=>e.deploymentNumber},{id:`label`,label:M.label,cell:e=>e.deploymentLabel??``},{id:`when`,label:M.when,cell:e=>b(e.deployedAt)},{id:`who`,label:M.who,secondary:!0,cell:e=>e.deployedBy?.displayName??c`<span class="muted">–</span>`},{id:`where`,label:M.where,cell:L},{id:`actions`,label:r.common.actions,cell:e=>c`<div class="row">
          ${I(M.compareWithDraft,e,()=>this.choose(e))}
          ${o(`PUBLISHER`)?I(M.rollBack,e,()=>this.rollBack(e)):s}
        </div>`}]}choose(e){this.query.set({from:String(e.deploymentNumber),to:N})}differences(e){let[t,n]=this.sides()??[``,N],r=[{value:``,label:M.choose},{value:N,label:M.draft},...e.map(e=>({value:String(e.deploymentNumber),label:M.name(e.deploymentNumber,e.deploymentLabel)}))];return c`<div class="filters">
        ${g({id:`compare-from`,label:M.from,value:t,options:r,onChange:e=>this.query.set({from:e,to:n})})}
        ${g({id:`compare-to`,label:M.to,value:n,options:r.slice(1),onChange:e=>this.query.set({from:t,to:e})})}
      </div>
      ${t?c`<div role="region" aria-live="polite" aria-label=${M.result}>
            ${this.comparison.show(e=>e?e.found.data.length?T(e.found,e.api):c`<p class="muted">${M.same}</p>`:s)}
          </div>`:c`<p class="muted">${M.hint}</p>`}`}async rollBack(e){if(!await j(this.api,e.deploymentNumber))return;let[t,n]=await Promise.all([d(h(this.api)),d(E(this.api))]);n.data.length&&await D(t,n)}};l([u({attribute:!1})],F.prototype,`api`,void 0),F=l([p(`relay-api-deployments`)],F);function I(e,t,n){return c`<button
    type="button"
    class="small"
    aria-label="${e} ${M.name(t.deploymentNumber)}"
    @click=${n}
  >
    ${e}
  </button>`}function L(e){return c`<div class="row">
    ${e.gateways.map(e=>v(e.host,`good`))}
    ${e.refusals.map(e=>c`${v(M.refusedBy(e.host),`bad`)}
        <span class="muted">${e.reason}</span>`)}
    ${e.gateways.length||e.refusals.length?s:c`<span class="muted">–</span>`}
  </div>`}export{F as ApiDeployments};