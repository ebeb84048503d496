import{D as e,F as t,I as n,M as r,P as i,S as a,T as o,_ as s,a as c,b as l,k as u,n as ee,o as te,s as ne,t as d}from"./decorate-cX1b0bKe.js";import{i as f}from"./curl-C3dG7kwV.js";import{t as re}from"./banner-BF1OFPum.js";import{t as ie}from"./dialog-D95cH4qy.js";import{n as ae,t as oe}from"./diff-Dp0xgD-9.js";import{t as p}from"./field-errors-CPb82UqI.js";import{i as m,o as h,s as g}from"./fields-Z7HFGbs6.js";import"./schema-form-DXm6_HAR.js";import{r as se,t as _}from"./page-B78qW9Xh.js";import{t as v}from"./tabs-E-1m4f6X.js";import{o as y,t as b}from"./index-BtPMuujb.js";import{t as x}from"./unsaved-BIGrj76g.js";import{t as ce}from"./query-CGWuUA7Y.js";import{c as S,d as C,f as w,i as T,l as E,n as D,o as O,r as le,u as ue}from"./plugin-form-DkIjHW1x.js";import{n as de,t as fe}from"./policies-CSPx-eNG.js";import{t as k}from"./badge-Bv1K0zyq.js";var pe=[`STAGING`,`PUBLISHED`,`DEPRECATED`],A=t=>[e(a(`apis`,t)),e(a(`apis`,t,`plans`),{statuses:pe,perPage:100})];async function j(t,n){let[i,a]=A(t),[s,{data:c}]=await Promise.all([o(i,n),r(a,n)]),l=await Promise.all(c.map(r=>o(e(M(t,r.id)),n)));return{api:s.value,owners:[...l.map(e=>N(t,e)),P(s)]}}var M=(e,t)=>a(`apis`,e,`plans`,t);function N(e,{value:t,etag:n}){let r={flows:t.flows??[]};return{id:t.id,name:t.name,status:t.status,path:M(e,t.id),etag:n,saved:r,draft:r,errors:p.none}}function P({value:e,etag:t}){let n={flows:e.flows??[],flowExecution:e.flowExecution??{}};return{id:``,name:e.name,path:a(`apis`,e.id),etag:t,saved:n,draft:n,errors:p.none}}var F=e=>JSON.stringify(e.saved)!==JSON.stringify(e.draft),I=e=>({...u(e.path,e.draft),...e.etag===void 0?{}:{ifMatch:e.etag}});async function L(e){let t=await Promise.all(e.map(e=>R(e,!0))),n=B(t);if(n!==`saved`)return{owners:t.map(e=>e.owner),outcome:n};let r=[];for(let t of e)r.push(await R(t,!1));return{owners:r.map(e=>e.owner),outcome:B(r)}}async function R(e,t){if(!F(e))return{owner:{...e,errors:p.none},outcome:`saved`};let n=I(e);try{let{value:r,etag:i}=await o(t?{...n,query:{dryRun:t}}:n),a={...e,errors:p.none};if(t)return{owner:a,outcome:`saved`};let s={flows:r.flows??[],...e.draft.flowExecution?{flowExecution:r.flowExecution??{}}:{}};return{owner:{...a,saved:s,draft:s,etag:i},outcome:`saved`}}catch(t){if(!(t instanceof i)||!(t.status in z))throw t;let n=t.status===412;return{owner:{...e,errors:n?p.none:p.of(t)},outcome:z[t.status]}}}var z={400:`refused`,412:`conflict`};function B(e){for(let t of[`conflict`,`refused`])if(e.some(e=>e.outcome===t))return t;return`saved`}async function me(e,t){let n=await j(e);return{...n,owners:n.owners.map(e=>{let n=t.find(t=>t.id===e.id);return n&&F(n)?{...e,draft:n.draft}:e})}}var V=n.flows.selectors,H={HTTP:{type:`HTTP`,path:`/`,pathOperator:`STARTS_WITH`,methods:[]},CHANNEL:{type:`CHANNEL`,channel:`/`,channelOperator:`STARTS_WITH`},CONDITION:{type:`CONDITION`,condition:``}};function he(e){let{selectors:t,readOnly:n}=e,r=Object.keys(H).filter(n=>!t.some(e=>e.type===n)&&(n!==`CHANNEL`||e.apiType===`MESSAGE`));return l`<section class="stack" aria-label=${V.title}>
    <h3>${V.title}</h3>
    ${t.length?s:l`<p class="muted">${V.none}</p>`}
    ${t.map((t,n)=>U(e,t,n))}
    ${n||!r.length?s:l`<div class="row">
          ${r.map(n=>l`<button
              type="button"
              class="small"
              @click=${()=>e.onChange([...t,H[n]])}
            >
              ${V.add[n]}
            </button>`)}
        </div>`}
  </section>`}function U(e,t,n){let r=`${e.at}[${n}]`,i=t=>e.onChange(C(e.selectors,n,t)),a=e.errors.at(r);return l`<fieldset class="selector">
    <legend>${V.types[t.type]}</legend>
    ${a?l`<p class="field-error">${a}</p>`:s}
    ${t.type===`HTTP`?ge(e,t,r,i):t.type===`CHANNEL`?_e(e,t,r,i):l`<relay-condition
            .label=${V.condition}
            .hint=${V.conditionHint}
            .phase=${`RESPONSE`}
            .value=${t.condition}
            .error=${e.errors.at(`${r}.condition`)}
            .disabled=${e.readOnly}
            @change=${e=>i({type:`CONDITION`,condition:e.detail??``})}
          ></relay-condition>`}
    ${e.readOnly?s:l`<button
          type="button"
          class="small selector-remove"
          @click=${()=>e.onChange(w(e.selectors,n))}
        >
          ${V.remove[t.type]}
        </button>`}
  </fieldset>`}function ge(e,t,n,r){return l`<div class="selector-path">
      ${W(`http-operator`,t.pathOperator,e.readOnly,e=>r({...t,pathOperator:e}),e.errors.at(`${n}.pathOperator`))}
      ${h({id:`http-path`,label:V.path,hint:V.pathHint,value:t.path??`/`,disabled:e.readOnly,error:e.errors.at(`${n}.path`),onChange:e=>r({...t,path:e})})}
    </div>
    ${G({id:`http-methods`,label:V.methods,hint:V.methodsHint,all:D,chosen:t.methods??[],disabled:e.readOnly,error:e.errors.at(`${n}.methods`),onChange:e=>r({...t,methods:e})})}`}function _e(e,t,n,r){let i=e.errors.below(`${n}.entrypoints`).map(e=>e.message);return l`<div class="selector-path">
      ${W(`channel-operator`,t.channelOperator,e.readOnly,e=>r({...t,channelOperator:e}),e.errors.at(`${n}.channelOperator`))}
      ${h({id:`channel-path`,label:V.channel,hint:V.channelHint,value:t.channel??`/`,disabled:e.readOnly,error:e.errors.at(`${n}.channel`),onChange:e=>r({...t,channel:e})})}
    </div>
    ${G({id:`channel-operations`,label:V.operations,hint:V.operationsHint,all:le,chosen:t.operations??[],disabled:e.readOnly,error:e.errors.at(`${n}.operations`),onChange:e=>r({...t,operations:e})})}
    ${G({id:`channel-entrypoints`,label:V.entrypoints,hint:V.entrypointsHint,all:[...new Set([...e.entrypoints,...t.entrypoints??[]])],chosen:t.entrypoints??[],disabled:e.readOnly,error:i.join(` `)||void 0,onChange:e=>r({...t,entrypoints:e})})}`}function W(e,t,n,r,i){return m({id:e,label:V.operator,value:t??`STARTS_WITH`,options:T.map(e=>({value:e,label:V.operators[e]})),disabled:n,error:i,onChange:e=>r(e)})}function G(e){let t=(t,n)=>e.onChange(e.all.filter(r=>r===t?n:e.chosen.includes(r)));return l`<div class="field" role="group" aria-labelledby="${e.id}-label">
    <span id="${e.id}-label" class="legend">${e.label}</span>
    <div class="checks">
      ${e.all.map(n=>l`<label>
          <input
            type="checkbox"
            .checked=${e.chosen.includes(n)}
            ?disabled=${e.disabled}
            @change=${e=>t(n,e.target.checked)}
          />
          ${n}
        </label>`)}
    </div>
    ${e.error?l`<p class="field-error">${e.error}</p>`:s}
    <p class="field-hint">${e.hint}</p>
  </div>`}var K=n.flows;function ve(e){return l`<section class="card" aria-label=${e.title}>
    <div class="card-head">
      <h2>${e.title}</h2>
      ${e.readOnly?s:l`<div class="row">
            <button type="button" class="small" @click=${e.onDuplicate}>
              ${K.duplicate}
            </button>
            <button type="button" class="small danger" @click=${e.onRemove}>
              ${K.removeFlow}
            </button>
          </div>`}
    </div>
    ${v(K.editAs,[{id:`flow-form`,label:K.form},{id:`flow-json`,label:K.json}],e.asJson?`flow-json`:`flow-form`,t=>e.onAsJson(t===`flow-json`),e.asJson?ye(e):be(e))}
  </section>`}function ye(e){return l`<relay-json-editor
    .label=${K.flowJson}
    .value=${e.flow}
    .disabled=${e.readOnly}
    @change=${t=>e.onChange(t.detail??{})}
  ></relay-json-editor>`}function be(e){let{flow:t,errors:n,at:r,readOnly:i,step:a}=e;return l`<div class="columns">
      ${h({id:`flow-name`,label:K.flowName,value:t.name??``,disabled:i,error:n.at(`${r}.name`),onChange:n=>e.onChange({...t,name:n})})}
      ${g({id:`flow-enabled`,label:K.enabled,hint:K.flowEnabledHint,value:t.enabled!==!1,disabled:i,onChange:n=>e.onChange({...t,enabled:n})})}
    </div>
    ${he({selectors:t.selectors??[],apiType:e.apiType,entrypoints:e.entrypoints,errors:n,at:`${r}.selectors`,readOnly:i,onChange:n=>e.onChange({...t,selectors:n})})}
    ${ue(e.apiType).map(o=>de({steps:t[o]??[],phase:o,apiType:e.apiType,policies:e.policies,selected:a?.phase===o?a.index:void 0,errors:n,at:`${r}.${o}`,readOnly:i,withGroups:!0,onSelect:t=>e.onStep(t===void 0?void 0:{phase:o,index:t}),onChange:(n,r)=>e.onChange({...t,[o]:n},r)}))}`}var q=n.flows;function xe(e){let{owner:t,readOnly:n}=e,r=t.draft.flows,i=t.id?q.flowsOfPlan(t.name):q.flowsOfApi;return l`<section class="flow-list" aria-label=${i}>
    <div class="card-head">
      <h2>${i}</h2>
      ${t.status&&t.status!==`PUBLISHED`?k(t.status.toLowerCase()):s}
    </div>
    ${r.length?l`<ol>
          ${r.map((t,n)=>Se(e,t,n))}
        </ol>`:l`<p class="muted">${q.noFlows}</p>`}
    ${n?s:l`<button
          type="button"
          class="small"
          aria-label="${q.addFlow}: ${i}"
          @click=${e.onAdd}
        >
          ${q.addFlow}
        </button>`}
  </section>`}var J=(e,t)=>`flow-${e.id||`api`}-${t}`,Y=(e,t)=>e.name||q.unnamed(t+1);function Se(e,t,n){let{owner:r,readOnly:i}=e,a=r.draft.flows.length-1,o=Y(t,n);return l`<li>
    <button
      type="button"
      class="flow-item"
      id=${J(r,n)}
      aria-current=${e.selected===n}
      aria-keyshortcuts=${i||!a?s:`Alt+ArrowUp Alt+ArrowDown`}
      @click=${()=>e.onSelect(n)}
      @keydown=${t=>{let r={ArrowUp:-1,ArrowDown:1}[t.key];r&&t.altKey&&!i&&(t.preventDefault(),Z(e,n,n+r))}}
    >
      <span>${o}</span>
      <span class="row">
        ${t.enabled===!1?k(q.disabled):s}
        ${r.errors.has(`flows[${n}]`)?k(q.invalid,`bad`):s}
      </span>
      <span class="flow-matches muted">${we(t)}</span>
    </button>
    ${i||!a?s:l`<span class="flow-moves">
          ${X(`↑`,q.moveUp(o),n===0,()=>Z(e,n,n-1))}
          ${X(`↓`,q.moveDown(o),n===a,()=>Z(e,n,n+1))}
        </span>`}
  </li>`}function X(e,t,n,r){return l`<button
    type="button"
    class="small plain"
    aria-label=${t}
    ?disabled=${n}
    @click=${r}
  >
    ${e}
  </button>`}function Z(e,t,n){let r=e.owner.draft.flows;if(n<0||n>=r.length)return;let i=e.selected;e.onChange(S(r,t,n),q.movedTo(Y(r[t],t),n+1,r.length)),i!==void 0&&e.onSelect(Ce(i,t,n)),requestAnimationFrame(()=>document.getElementById(J(e.owner,n))?.focus())}function Ce(e,t,n){return e===t?n:t<e&&e<=n?e-1:n<=e&&e<t?e+1:e}function we(e){return(e.selectors??[]).map(e=>{if(e.type===`CONDITION`)return q.withCondition;let t=e.type===`HTTP`?e.path??`/`:e.channel??`/`,n=e.type===`HTTP`?e.pathOperator:e.channelOperator,r=e.type===`HTTP`?e.methods:e.operations,i=n===`EQUALS`?``:`…`;return`${r?.length?`${r.join(`, `)} `:``}${t}${i}`}).join(` · `)||q.allCalls}var Q=n.flows,$=class extends ee{constructor(){super(),this.api=``,this.asJson=!1,this.conflict=!1,this.saving=!1,this.said=``,this.query=new ce(this),this.policies=new f(this,e=>fe.load(e)),this.drafts=new f(this,e=>j(this.api,e)),new x(this,()=>this.changed.length>0)}render(){let e=!y(`PUBLISHER`),t=this.changed;return se({title:Q.title,intro:Q.intro,actions:e?s:this.actions(t),content:this.policies.show(t=>l`${this.drafts.show(n=>this.content(n,t,e))}`),calls:t.length?t.map(I):A(this.api)})}actions(e){return l`<button
        type="button"
        ?disabled=${!e.length||this.saving}
        @click=${()=>this.discard()}
      >
        ${n.common.discard}
      </button>
      <button
        type="button"
        class="primary"
        ?disabled=${!e.length||this.saving}
        @click=${()=>this.save()}
      >
        ${n.common.save}
      </button>`}content(e,t,n){let r=this.owner(e),i=this.index(r),a=this.query.get(`view`)===`json`,o=a?this.wholeJson(r,n):this.editor(r,i,e,t,n),c=this.execution(e,n);return l`<p class="visually-hidden" role="status">${this.said}</p>
      ${this.conflict?this.conflictBanner():s}
      ${e.owners.map(e=>this.summary(e))}
      ${c}
      ${this.changes(e)}
      <div class="flows">
        <nav class="flows-lists card" aria-label=${Q.lists}>
          ${e.owners.map(t=>xe({owner:t,selected:t.id===r.id&&!a?i:void 0,readOnly:n,onSelect:e=>this.choose(t,e),onChange:(e,n)=>this.change(t,{...t.draft,flows:e},n),onAdd:()=>this.add(t,e)}))}
          ${n?s:l`<p class="muted">${Q.keyboardHint}</p>`}
        </nav>
        <div class="stack">
          ${v(Q.editAs,[{id:`list-editor`,label:Q.editor},{id:`list-json`,label:Q.allAsJson}],a?`list-json`:`list-editor`,e=>this.query.set({view:e===`list-json`?`json`:void 0}),o)}
        </div>
      </div>`}editor(e,t,n,r,i){let a=e.draft.flows,o=a[t];if(!o)return l`<div class="empty">
        <p>${Q.noFlowChosen}</p>
        ${i?s:l`<button type="button" class="primary" @click=${()=>this.add(e,n)}>
              ${Q.addFlow}
            </button>`}
      </div>`;let c=(n.api.listeners??[]).flatMap(e=>(e.entrypoints??[]).map(e=>e.type)),u=(t,n)=>this.change(e,{...e.draft,flows:t},n);return ve({flow:o,title:Y(o,t),apiType:n.api.type,entrypoints:c,policies:r,errors:e.errors,at:`flows[${t}]`,readOnly:i,step:this.step,asJson:this.asJson,onAsJson:e=>this.asJson=e,onStep:e=>this.step=e,onChange:(e,n)=>{let r=this.owner(this.drafts.value);this.change(r,{...r.draft,flows:C(r.draft.flows,t,e)},n)},onDuplicate:()=>{let{id:n,...r}=o,i=Q.copyOf(Y(o,t));u(O(a,t+1,{...r,name:i}),Q.added(i)),this.choose(e,t+1)},onRemove:()=>{u(w(a,t),Q.removed(Y(o,t))),this.choose(e,Math.max(t-1,0))}})}wholeJson(e,t){return _(e.id?Q.flowsOfPlan(e.name):Q.flowsOfApi,l`<relay-json-editor
        .label=${Q.listJson}
        .value=${e.draft.flows}
        .disabled=${t}
        @change=${t=>Array.isArray(t.detail)&&this.change(e,{...e.draft,flows:t.detail})}
      ></relay-json-editor>`)}execution(e,t){let n=e.owners.find(e=>!e.id),{mode:r=`DEFAULT`,matchRequired:i=!1}=n.draft.flowExecution??{},a=e=>this.change(n,{...n.draft,flowExecution:{...n.draft.flowExecution,...e}});return _(Q.execution,l`<div class="columns">
        ${m({id:`flow-mode`,label:Q.mode,hint:Q.modeHint,value:r,options:[`DEFAULT`,`BEST_MATCH`].map(e=>({value:e,label:Q.modes[e]})),disabled:t,error:n.errors.at(`flowExecution.mode`),onChange:e=>a({mode:e})})}
        ${g({id:`match-required`,label:Q.matchRequired,hint:Q.matchRequiredHint,value:i,disabled:t,onChange:e=>a({matchRequired:e})})}
      </div>`)}summary(e){return e.errors.any?l`${e.id?l`<h2>${Q.flowsOfPlan(e.name)}</h2>`:s}
    ${e.errors.summary()}`:s}changes(e){let t=e.owners.filter(F);return t.length?l`<details class="card">
      <summary>${Q.changes}</summary>
      ${t.map(e=>l`<h3>${e.id?Q.flowsOfPlan(e.name):Q.flowsOfApi}</h3>
          ${oe(ae(e.saved,e.draft),e.draft)}`)}
    </details>`:s}conflictBanner(){return re(`warn`,Q.conflict,l`<button type="button" @click=${()=>this.discard()}>${Q.takeTheirs}</button>
        <button type="button" @click=${()=>this.keepMine()}>${Q.keepMine}</button>`)}get changed(){return this.drafts.value?.owners.filter(F)??[]}owner(e){let t=this.query.get(`plan`);return e.owners.find(e=>e.id===t)??e.owners.at(-1)}index(e){let t=e.draft.flows.length-1;return Math.max(Math.min(this.query.number(`flow`,1)-1,t),0)}choose(e,t){this.step=void 0,this.query.set({plan:e.id||void 0,flow:String(t+1),view:void 0})}add(e,t){let n=e.draft.flows,r=E(t.api.type,Q.newFlow);this.change(e,{...e.draft,flows:[...n,r]},Q.added(Q.newFlow)),this.choose(e,n.length)}change(e,t,n=``){let r=n?p.none:e.errors;this.put(this.drafts.value.owners.map(n=>n.id===e.id?{...n,draft:t,errors:r}:n)),this.said=n}put(e){this.drafts.set({...this.drafts.value,owners:e})}async save(){this.saving=!0;try{let{owners:e,outcome:t}=await L(this.drafts.value.owners);this.put(e),this.conflict=t===`conflict`,t===`saved`&&b(Q.saved)}catch(e){b(t(e),`error`)}this.saving=!1}async discard(){await ie({title:n.common.unsavedTitle,content:Q.discardText,action:n.common.discard,cancel:n.common.keepEditing,danger:!0})&&(this.step=void 0,this.conflict=!1,await this.drafts.reload())}async keepMine(){this.drafts.set(await me(this.api,this.drafts.value.owners)),this.conflict=!1,await this.save()}};d([te({attribute:!1})],$.prototype,`api`,void 0),d([c()],$.prototype,`step`,void 0),d([c()],$.prototype,`asJson`,void 0),d([c()],$.prototype,`conflict`,void 0),d([c()],$.prototype,`saving`,void 0),d([c()],$.prototype,`said`,void 0),$=d([ne(`relay-flows-page`)],$);export{$ as FlowsPage};