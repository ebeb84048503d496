import{A as e,C as t,F as n,L as r,M as i,O as a,R as o,T as s,c,i as l,l as ee,r as u,s as d,t as f,v as p,x as m,z as h}from"./index-DO9nkWps.js";import{i as g}from"./curl-Bjpvh-Ts.js";import{t as te}from"./banner-Cto8xbBg.js";import{t as ne}from"./dialog-B6cH1Ntn.js";import{n as re,t as ie}from"./diff-xGYC4cAR.js";import{i as _,o as v,s as y}from"./fields-DEXbSuR-.js";import"./schema-form-CL-IXk1u.js";import{r as ae,t as b}from"./page-Cz4QYGt_.js";import{t as x}from"./tabs-NNRiHGym.js";import{t as S}from"./unsaved-DFaV7jfa.js";import{t as oe}from"./query-waRGAtQK.js";import{t as C}from"./field-errors-DG2aiDv_.js";import{c as se,d as w,f as T,i as ce,l as E,n as D,o as O,r as k,u as le}from"./plugin-form-BgsM9ehM.js";import{n as ue,t as de}from"./policies-BLDaNSun.js";import{t as A}from"./badge-Di9aOPF2.js";var fe=[`STAGING`,`PUBLISHED`,`DEPRECATED`],j=t=>[e(s(`apis`,t)),e(s(`apis`,t,`plans`),{statuses:fe,perPage:100})];async function M(t,r){let[i,o]=j(t),[s,{data:c}]=await Promise.all([a(i,r),n(o,r)]),l=await Promise.all(c.map(n=>a(e(N(t,n.id)),r)));return{api:s.value,owners:[...l.map(e=>pe(t,e)),P(s)]}}var N=(e,t)=>s(`apis`,e,`plans`,t);function pe(e,{value:t,etag:n}){let r={flows:t.flows??[]};return{id:t.id,name:t.name,status:t.status,path:N(e,t.id),etag:n,saved:r,draft:r,errors:C.none}}function P({value:e,etag:t}){let n={flows:e.flows??[],flowExecution:e.flowExecution??{}};return{id:``,name:e.name,path:s(`apis`,e.id),etag:t,saved:n,draft:n,errors:C.none}}var F=e=>JSON.stringify(e.saved)!==JSON.stringify(e.draft),I=e=>({...i(e.path,e.draft),...e.etag===void 0?{}:{ifMatch:e.etag}});async function L(e){let t=await Promise.all(e.map(e=>R(e,!0))),n=B(t);if(n!==`saved`)return{owners:t.map(e=>e.owner),outcome:n};let r=[];for(let t of e)r.push(await R(t,!1));return{owners:r.map(e=>e.owner),outcome:B(r)}}async function R(e,t){if(!F(e))return{owner:{...e,errors:C.none},outcome:`saved`};let n=I(e);try{let{value:r,etag:i}=await a(t?{...n,query:{dryRun:t}}:n),o={...e,errors:C.none};if(t)return{owner:o,outcome:`saved`};let s={flows:r.flows??[],...e.draft.flowExecution?{flowExecution:r.flowExecution??{}}:{}};return{owner:{...o,saved:s,draft:s,etag:i},outcome:`saved`}}catch(t){if(!(t instanceof r)||!(t.status in z))throw t;let n=t.status===412;return{owner:{...e,errors:n?C.none:C.of(t)},outcome:z[t.status]}}}var z={400:`refused`,412:`conflict`};function B(e){for(let t of[`conflict`,`refused`])if(e.some(e=>e.outcome===t))return t;return`saved`}async function me(e,t){let n=await M(e);return{...n,owners:n.owners.map(e=>{let n=t.find(t=>t.id===e.id);return n&&F(n)?{...e,draft:n.draft}:e})}}var V=h.flows.selectors,H={HTTP:{type:`HTTP`,path:`/`,pathOperator:`STARTS_WITH`,methods:[]},CHANNEL:{type:`CHANNEL`,channel:`/`,channelOperator:`STARTS_WITH`},CONDITION:{type:`CONDITION`,condition:``}};function he(e){let{selectors:t,readOnly:n}=e,r=Object.keys(H).filter(n=>!t.some(e=>e.type===n)&&(n!==`CHANNEL`||e.apiType===`MESSAGE`));return m`<section class="stack" aria-label=${V.title}>
    <h3>${V.title}</h3>
    ${t.length?p:m`<p class="muted">${V.none}</p>`}
    ${t.map((t,n)=>ge(e,t,n))}
    ${n||!r.length?p:m`<div class="row">
          ${r.map(n=>m`<button
              type="button"
              class="small"
              @click=${()=>e.onChange([...t,H[n]])}
            >
              ${V.add[n]}
            </button>`)}
        </div>`}
  </section>`}function ge(e,t,n){let r=`${e.at}[${n}]`,i=t=>e.onChange(w(e.selectors,n,t)),a=e.errors.at(r);return m`<fieldset class="selector">
    <legend>${V.types[t.type]}</legend>
    ${a?m`<p class="field-error">${a}</p>`:p}
    ${t.type===`HTTP`?_e(e,t,r,i):t.type===`CHANNEL`?ve(e,t,r,i):m`<relay-condition
            .label=${V.condition}
            .hint=${V.conditionHint}
            .phase=${`RESPONSE`}
            .value=${t.condition}
            .error=${e.errors.at(`${r}.condition`)}
            .disabled=${e.readOnly}
            @change=${e=>i({type:`CONDITION`,condition:e.detail??``})}
          ></relay-condition>`}
    ${e.readOnly?p:m`<button
          type="button"
          class="small selector-remove"
          @click=${()=>e.onChange(T(e.selectors,n))}
        >
          ${V.remove[t.type]}
        </button>`}
  </fieldset>`}function _e(e,t,n,r){return m`<div class="selector-path">
      ${U(`http-operator`,t.pathOperator,e.readOnly,e=>r({...t,pathOperator:e}),e.errors.at(`${n}.pathOperator`))}
      ${v({id:`http-path`,label:V.path,hint:V.pathHint,value:t.path??`/`,disabled:e.readOnly,error:e.errors.at(`${n}.path`),onChange:e=>r({...t,path:e})})}
    </div>
    ${W({id:`http-methods`,label:V.methods,hint:V.methodsHint,all:D,chosen:t.methods??[],disabled:e.readOnly,error:e.errors.at(`${n}.methods`),onChange:e=>r({...t,methods:e})})}`}function ve(e,t,n,r){let i=e.errors.below(`${n}.entrypoints`).map(e=>e.message);return m`<div class="selector-path">
      ${U(`channel-operator`,t.channelOperator,e.readOnly,e=>r({...t,channelOperator:e}),e.errors.at(`${n}.channelOperator`))}
      ${v({id:`channel-path`,label:V.channel,hint:V.channelHint,value:t.channel??`/`,disabled:e.readOnly,error:e.errors.at(`${n}.channel`),onChange:e=>r({...t,channel:e})})}
    </div>
    ${W({id:`channel-operations`,label:V.operations,hint:V.operationsHint,all:k,chosen:t.operations??[],disabled:e.readOnly,error:e.errors.at(`${n}.operations`),onChange:e=>r({...t,operations:e})})}
    ${W({id:`channel-entrypoints`,label:V.entrypoints,hint:V.entrypointsHint,all:[...new Set([...e.entrypoints,...t.entrypoints??[]])],chosen:t.entrypoints??[],disabled:e.readOnly,error:i.join(` `)||void 0,onChange:e=>r({...t,entrypoints:e})})}`}function U(e,t,n,r,i){return _({id:e,label:V.operator,value:t??`STARTS_WITH`,options:ce.map(e=>({value:e,label:V.operators[e]})),disabled:n,error:i,onChange:e=>r(e)})}function W(e){let t=(t,n)=>e.onChange(e.all.filter(r=>r===t?n:e.chosen.includes(r)));return m`<div class="field" role="group" aria-labelledby="${e.id}-label">
    <span id="${e.id}-label" class="legend">${e.label}</span>
    <div class="checks">
      ${e.all.map(n=>m`<label>
          <input
            type="checkbox"
            .checked=${e.chosen.includes(n)}
            ?disabled=${e.disabled}
            @change=${e=>t(n,e.target.checked)}
          />
          ${n}
        </label>`)}
    </div>
    ${e.error?m`<p class="field-error">${e.error}</p>`:p}
    <p class="field-hint">${e.hint}</p>
  </div>`}var G=h.flows;function ye(e){return m`<section class="card" aria-label=${e.title}>
    <div class="card-head">
      <h2>${e.title}</h2>
      ${e.readOnly?p:m`<div class="row">
            <button type="button" class="small" @click=${e.onDuplicate}>
              ${G.duplicate}
            </button>
            <button type="button" class="small danger" @click=${e.onRemove}>
              ${G.removeFlow}
            </button>
          </div>`}
    </div>
    ${x(G.editAs,[{id:`flow-form`,label:G.form},{id:`flow-json`,label:G.json}],e.asJson?`flow-json`:`flow-form`,t=>e.onAsJson(t===`flow-json`),e.asJson?be(e):xe(e))}
  </section>`}function be(e){return m`<relay-json-editor
    .label=${G.flowJson}
    .value=${e.flow}
    .disabled=${e.readOnly}
    @change=${t=>e.onChange(t.detail??{})}
  ></relay-json-editor>`}function xe(e){let{flow:t,errors:n,at:r,readOnly:i,step:a}=e;return m`<div class="columns">
      ${v({id:`flow-name`,label:G.flowName,value:t.name??``,disabled:i,error:n.at(`${r}.name`),onChange:n=>e.onChange({...t,name:n})})}
      ${y({id:`flow-enabled`,label:G.enabled,hint:G.flowEnabledHint,value:t.enabled!==!1,disabled:i,onChange:n=>e.onChange({...t,enabled:n})})}
    </div>
    ${he({selectors:t.selectors??[],apiType:e.apiType,entrypoints:e.entrypoints,errors:n,at:`${r}.selectors`,readOnly:i,onChange:n=>e.onChange({...t,selectors:n})})}
    ${le(e.apiType).map(o=>ue({steps:t[o]??[],phase:o,apiType:e.apiType,policies:e.policies,selected:a?.phase===o?a.index:void 0,errors:n,at:`${r}.${o}`,readOnly:i,withGroups:!0,onSelect:t=>e.onStep(t===void 0?void 0:{phase:o,index:t}),onChange:(n,r)=>e.onChange({...t,[o]:n},r)}))}`}var K=h.flows;function q(e){let{owner:t,readOnly:n}=e,r=t.draft.flows,i=t.id?K.flowsOfPlan(t.name):K.flowsOfApi;return m`<section class="flow-list" aria-label=${i}>
    <div class="card-head">
      <h2>${i}</h2>
      ${t.status&&t.status!==`PUBLISHED`?A(t.status.toLowerCase()):p}
    </div>
    ${r.length?m`<ol>
          ${r.map((t,n)=>Se(e,t,n))}
        </ol>`:m`<p class="muted">${K.noFlows}</p>`}
    ${n?p:m`<button
          type="button"
          class="small"
          aria-label="${K.addFlow}: ${i}"
          @click=${e.onAdd}
        >
          ${K.addFlow}
        </button>`}
  </section>`}var J=(e,t)=>`flow-${e.id||`api`}-${t}`,Y=(e,t)=>e.name||K.unnamed(t+1);function Se(e,t,n){let{owner:r,readOnly:i}=e,a=r.draft.flows.length-1,o=Y(t,n);return m`<li>
    <button
      type="button"
      class="flow-item"
      id=${J(r,n)}
      aria-current=${e.selected===n}
      aria-keyshortcuts=${i||!a?p:`Alt+ArrowUp Alt+ArrowDown`}
      @click=${()=>e.onSelect(n)}
      @keydown=${t=>{let r={ArrowUp:-1,ArrowDown:1}[t.key];r&&t.altKey&&!i&&(t.preventDefault(),Z(e,n,n+r))}}
    >
      <span>${o}</span>
      <span class="row">
        ${t.enabled===!1?A(K.disabled):p}
        ${r.errors.has(`flows[${n}]`)?A(K.invalid,`bad`):p}
      </span>
      <span class="flow-matches muted">${we(t)}</span>
    </button>
    ${i||!a?p:m`<span class="flow-moves">
          ${X(`↑`,K.moveUp(o),n===0,()=>Z(e,n,n-1))}
          ${X(`↓`,K.moveDown(o),n===a,()=>Z(e,n,n+1))}
        </span>`}
  </li>`}function X(e,t,n,r){return m`<button
    type="button"
    class="small plain"
    aria-label=${t}
    ?disabled=${n}
    @click=${r}
  >
    ${e}
  </button>`}function Z(e,t,n){let r=e.owner.draft.flows;if(n<0||n>=r.length)return;let i=e.selected;e.onChange(se(r,t,n),K.movedTo(Y(r[t],t),n+1,r.length)),i!==void 0&&e.onSelect(Ce(i,t,n)),requestAnimationFrame(()=>document.getElementById(J(e.owner,n))?.focus())}function Ce(e,t,n){return e===t?n:t<e&&e<=n?e-1:n<=e&&e<t?e+1:e}function we(e){return(e.selectors??[]).map(e=>{if(e.type===`CONDITION`)return K.withCondition;let t=e.type===`HTTP`?e.path??`/`:e.channel??`/`,n=e.type===`HTTP`?e.pathOperator:e.channelOperator,r=e.type===`HTTP`?e.methods:e.operations,i=n===`EQUALS`?``:`…`;return`${r?.length?`${r.join(`, `)} `:``}${t}${i}`}).join(` · `)||K.allCalls}var Q=h.flows,$=class extends l{constructor(){super(),this.api=``,this.asJson=!1,this.conflict=!1,this.saving=!1,this.said=``,this.query=new oe(this),this.policies=new g(this,e=>de.load(e)),this.drafts=new g(this,e=>M(this.api,e)),new S(this,()=>this.changed.length>0)}render(){let e=!t(`PUBLISHER`),n=this.changed;return ae({title:Q.title,intro:Q.intro,actions:e?p:this.actions(n),content:this.policies.show(t=>m`${this.drafts.show(n=>this.content(n,t,e))}`),calls:n.length?n.map(I):j(this.api)})}actions(e){return m`<button
        type="button"
        ?disabled=${!e.length||this.saving}
        @click=${()=>this.discard()}
      >
        ${h.common.discard}
      </button>
      <button
        type="button"
        class="primary"
        ?disabled=${!e.length||this.saving}
        @click=${()=>this.save()}
      >
        ${h.common.save}
      </button>`}content(e,t,n){let r=this.owner(e),i=this.index(r),a=this.query.get(`view`)===`json`,o=a?this.wholeJson(r,n):this.editor(r,i,e,t,n),s=this.execution(e,n);return m`<p class="visually-hidden" role="status">${this.said}</p>
      ${this.conflict?this.conflictBanner():p}
      ${e.owners.map(e=>this.summary(e))}
      ${s}
      ${this.changes(e)}
      <div class="flows">
        <nav class="flows-lists card" aria-label=${Q.lists}>
          ${e.owners.map(t=>q({owner:t,selected:t.id===r.id&&!a?i:void 0,readOnly:n,onSelect:e=>this.choose(t,e),onChange:(e,n)=>this.change(t,{...t.draft,flows:e},n),onAdd:()=>this.add(t,e)}))}
          ${n?p:m`<p class="muted">${Q.keyboardHint}</p>`}
        </nav>
        <div class="stack">
          ${x(Q.editAs,[{id:`list-editor`,label:Q.editor},{id:`list-json`,label:Q.allAsJson}],a?`list-json`:`list-editor`,e=>this.query.set({view:e===`list-json`?`json`:void 0}),o)}
        </div>
      </div>`}editor(e,t,n,r,i){let a=e.draft.flows,o=a[t];if(!o)return m`<div class="empty">
        <p>${Q.noFlowChosen}</p>
        ${i?p:m`<button type="button" class="primary" @click=${()=>this.add(e,n)}>
              ${Q.addFlow}
            </button>`}
      </div>`;let s=(n.api.listeners??[]).flatMap(e=>(e.entrypoints??[]).map(e=>e.type)),c=(t,n)=>this.change(e,{...e.draft,flows:t},n);return ye({flow:o,title:Y(o,t),apiType:n.api.type,entrypoints:s,policies:r,errors:e.errors,at:`flows[${t}]`,readOnly:i,step:this.step,asJson:this.asJson,onAsJson:e=>this.asJson=e,onStep:e=>this.step=e,onChange:(e,n)=>{let r=this.owner(this.drafts.value);this.change(r,{...r.draft,flows:w(r.draft.flows,t,e)},n)},onDuplicate:()=>{let{id:n,...r}=o;c(O(a,t+1,{...r,name:Q.copyOf(Y(o,t))})),this.choose(e,t+1)},onRemove:()=>{c(T(a,t),Q.removed(Y(o,t))),this.choose(e,Math.max(t-1,0))}})}wholeJson(e,t){return b(e.id?Q.flowsOfPlan(e.name):Q.flowsOfApi,m`<relay-json-editor
        .label=${Q.listJson}
        .value=${e.draft.flows}
        .disabled=${t}
        @change=${t=>Array.isArray(t.detail)&&this.change(e,{...e.draft,flows:t.detail})}
      ></relay-json-editor>`)}execution(e,t){let n=e.owners.find(e=>!e.id),{mode:r=`DEFAULT`,matchRequired:i=!1}=n.draft.flowExecution??{},a=e=>this.change(n,{...n.draft,flowExecution:{...n.draft.flowExecution,...e}});return b(Q.execution,m`<div class="columns">
        ${_({id:`flow-mode`,label:Q.mode,hint:Q.modeHint,value:r,options:[`DEFAULT`,`BEST_MATCH`].map(e=>({value:e,label:Q.modes[e]})),disabled:t,error:n.errors.at(`flowExecution.mode`),onChange:e=>a({mode:e})})}
        ${y({id:`match-required`,label:Q.matchRequired,hint:Q.matchRequiredHint,value:i,disabled:t,onChange:e=>a({matchRequired:e})})}
      </div>`)}summary(e){return e.errors.any?m`<section aria-label=${e.id?Q.flowsOfPlan(e.name):Q.flowsOfApi}>
      ${e.errors.summary()}
    </section>`:p}changes(e){let t=e.owners.filter(F);return t.length?m`<details class="card">
      <summary>${Q.changes}</summary>
      ${t.map(e=>m`<h3>${e.id?Q.flowsOfPlan(e.name):Q.flowsOfApi}</h3>
          ${ie(re(e.saved,e.draft))}`)}
    </details>`:p}conflictBanner(){return te(`warn`,Q.conflict,m`<button type="button" @click=${()=>this.discard()}>${Q.takeTheirs}</button>
        <button type="button" @click=${()=>this.keepMine()}>${Q.keepMine}</button>`)}get changed(){return this.drafts.value?.owners.filter(F)??[]}owner(e){let t=this.query.get(`plan`);return e.owners.find(e=>e.id===t)??e.owners.at(-1)}index(e){let t=e.draft.flows.length-1;return Math.max(Math.min(this.query.number(`flow`,1)-1,t),0)}choose(e,t){this.step=void 0,this.query.set({plan:e.id||void 0,flow:String(t+1),view:void 0})}add(e,t){let n=e.draft.flows,r=E(t.api.type,Q.newFlow);this.change(e,{...e.draft,flows:[...n,r]},Q.added(Q.newFlow)),this.choose(e,n.length)}change(e,t,n=``){this.put(this.drafts.value.owners.map(n=>n.id===e.id?{...n,draft:t}:n)),this.said=n}put(e){this.drafts.set({...this.drafts.value,owners:e})}async save(){this.saving=!0;try{let{owners:e,outcome:t}=await L(this.drafts.value.owners);this.put(e),this.conflict=t===`conflict`,t===`saved`&&f(Q.saved)}catch(e){f(o(e),`error`)}this.saving=!1}async discard(){await ne({title:h.common.unsavedTitle,content:Q.discardText,action:h.common.discard,cancel:h.common.keepEditing,danger:!0})&&(this.step=void 0,this.conflict=!1,await this.drafts.reload())}async keepMine(){this.drafts.set(await me(this.api,this.drafts.value.owners)),this.conflict=!1,await this.save()}};u([c({attribute:!1})],$.prototype,`api`,void 0),u([d()],$.prototype,`step`,void 0),u([d()],$.prototype,`asJson`,void 0),u([d()],$.prototype,`conflict`,void 0),u([d()],$.prototype,`saving`,void 0),u([d()],$.prototype,`said`,void 0),$=u([ee(`relay-flows-page`)],$);export{$ as FlowsPage};