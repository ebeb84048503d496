import{A as e,C as t,E as n,F as r,L as i,M as a,O as o,R as s,T as c,c as l,i as ee,l as te,n as ne,r as u,s as d,t as f,v as p,x as m,z as h}from"./index-8K1p-qAo.js";import{i as g}from"./curl-Cj-c98kA.js";import{t as re}from"./banner-QFuJFOZT.js";import{n as ie,t as ae}from"./dialog-BgPP-Y1I.js";import{n as oe,t as se}from"./diff-upFQCSft.js";import{i as _,o as v,s as y}from"./fields-C6hpyoK5.js";import"./schema-form-C2lQrsQx.js";import{r as ce,t as b}from"./page-DfCcf6b2.js";import{t as x}from"./tabs-BOuxE6Hu.js";import{t as le}from"./unsaved-Cfiq__kc.js";import{t as ue}from"./query-ByzrpWAk.js";import{t as S}from"./field-errors-DszMkrZj.js";import{a as de,c as C,d as w,f as T,i as fe,l as pe,n as me,o as E,r as he,s as ge,t as D,u as _e}from"./plugin-form-Bn68Tw_g.js";import{t as O}from"./badge-DkMipZew.js";var ve=[`STAGING`,`PUBLISHED`,`DEPRECATED`],k=t=>[e(c(`apis`,t)),e(c(`apis`,t,`plans`),{statuses:ve,perPage:100})];async function A(t,n){let[i,a]=k(t),[s,{data:c}]=await Promise.all([o(i,n),r(a,n)]),l=await Promise.all(c.map(r=>o(e(j(t,r.id)),n)));return{api:s.value,owners:[...l.map(e=>ye(t,e)),be(s)]}}var j=(e,t)=>c(`apis`,e,`plans`,t);function ye(e,{value:t,etag:n}){let r={flows:t.flows??[]};return{id:t.id,name:t.name,status:t.status,path:j(e,t.id),etag:n,saved:r,draft:r,errors:S.none}}function be({value:e,etag:t}){let n={flows:e.flows??[],flowExecution:e.flowExecution??{}};return{id:``,name:e.name,path:c(`apis`,e.id),etag:t,saved:n,draft:n,errors:S.none}}var M=e=>JSON.stringify(e.saved)!==JSON.stringify(e.draft),N=e=>({...a(e.path,e.draft),...e.etag===void 0?{}:{ifMatch:e.etag}});async function xe(e){let t=await Promise.all(e.map(e=>P(e,!0))),n=I(t);if(n!==`saved`)return{owners:t.map(e=>e.owner),outcome:n};let r=[];for(let t of e)r.push(await P(t,!1));return{owners:r.map(e=>e.owner),outcome:I(r)}}async function P(e,t){if(!M(e))return{owner:{...e,errors:S.none},outcome:`saved`};let n=N(e);try{let{value:r,etag:i}=await o(t?{...n,query:{dryRun:t}}:n),a={...e,errors:S.none};if(t)return{owner:a,outcome:`saved`};let s={flows:r.flows??[],...e.draft.flowExecution?{flowExecution:r.flowExecution??{}}:{}};return{owner:{...a,saved:s,draft:s,etag:i},outcome:`saved`}}catch(t){if(!(t instanceof i)||!(t.status in F))throw t;let n=t.status===412;return{owner:{...e,errors:n?S.none:S.of(t)},outcome:F[t.status]}}}var F={400:`refused`,412:`conflict`};function I(e){for(let t of[`conflict`,`refused`])if(e.some(e=>e.outcome===t))return t;return`saved`}async function Se(e,t){let n=await A(e);return{...n,owners:n.owners.map(e=>{let n=t.find(t=>t.id===e.id);return n&&M(n)?{...e,draft:n.draft}:e})}}var L=h.flows.selectors,R={HTTP:{type:`HTTP`,path:`/`,pathOperator:`STARTS_WITH`,methods:[]},CHANNEL:{type:`CHANNEL`,channel:`/`,channelOperator:`STARTS_WITH`},CONDITION:{type:`CONDITION`,condition:``}};function Ce(e){let{selectors:t,readOnly:n}=e,r=Object.keys(R).filter(n=>!t.some(e=>e.type===n)&&(n!==`CHANNEL`||e.apiType===`MESSAGE`));return m`<section class="stack" aria-label=${L.title}>
    <h3>${L.title}</h3>
    ${t.length?p:m`<p class="muted">${L.none}</p>`}
    ${t.map((t,n)=>we(e,t,n))}
    ${n||!r.length?p:m`<div class="row">
          ${r.map(n=>m`<button
              type="button"
              class="small"
              @click=${()=>e.onChange([...t,R[n]])}
            >
              ${L.add[n]}
            </button>`)}
        </div>`}
  </section>`}function we(e,t,n){let r=`${e.at}[${n}]`,i=t=>e.onChange(w(e.selectors,n,t)),a=e.errors.at(r);return m`<fieldset class="selector">
    <legend>${L.types[t.type]}</legend>
    ${a?m`<p class="field-error">${a}</p>`:p}
    ${t.type===`HTTP`?Te(e,t,r,i):t.type===`CHANNEL`?Ee(e,t,r,i):m`<relay-condition
            .label=${L.condition}
            .hint=${L.conditionHint}
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
          ${L.remove[t.type]}
        </button>`}
  </fieldset>`}function Te(e,t,n,r){return m`<div class="selector-path">
      ${z(`http-operator`,t.pathOperator,e.readOnly,e=>r({...t,pathOperator:e}),e.errors.at(`${n}.pathOperator`))}
      ${v({id:`http-path`,label:L.path,hint:L.pathHint,value:t.path??`/`,disabled:e.readOnly,error:e.errors.at(`${n}.path`),onChange:e=>r({...t,path:e})})}
    </div>
    ${B({id:`http-methods`,label:L.methods,hint:L.methodsHint,all:me,chosen:t.methods??[],disabled:e.readOnly,error:e.errors.at(`${n}.methods`),onChange:e=>r({...t,methods:e})})}`}function Ee(e,t,n,r){let i=e.errors.below(`${n}.entrypoints`).map(e=>e.message);return m`<div class="selector-path">
      ${z(`channel-operator`,t.channelOperator,e.readOnly,e=>r({...t,channelOperator:e}),e.errors.at(`${n}.channelOperator`))}
      ${v({id:`channel-path`,label:L.channel,hint:L.channelHint,value:t.channel??`/`,disabled:e.readOnly,error:e.errors.at(`${n}.channel`),onChange:e=>r({...t,channel:e})})}
    </div>
    ${B({id:`channel-operations`,label:L.operations,hint:L.operationsHint,all:he,chosen:t.operations??[],disabled:e.readOnly,error:e.errors.at(`${n}.operations`),onChange:e=>r({...t,operations:e})})}
    ${B({id:`channel-entrypoints`,label:L.entrypoints,hint:L.entrypointsHint,all:[...new Set([...e.entrypoints,...t.entrypoints??[]])],chosen:t.entrypoints??[],disabled:e.readOnly,error:i.join(` `)||void 0,onChange:e=>r({...t,entrypoints:e})})}`}function z(e,t,n,r,i){return _({id:e,label:L.operator,value:t??`STARTS_WITH`,options:fe.map(e=>({value:e,label:L.operators[e]})),disabled:n,error:i,onChange:e=>r(e)})}function B(e){let t=(t,n)=>e.onChange(e.all.filter(r=>r===t?n:e.chosen.includes(r)));return m`<div class="field" role="group" aria-labelledby="${e.id}-label">
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
  </div>`}var V=h.flows;function De(e,t){let n=``;return ie(t,(t,r)=>{let i=e.filter(e=>Oe(e,n));return{content:m`${v({id:`policy-search`,label:V.searchPolicies,type:`search`,value:n,onChange:e=>{n=e,r()}})}
          <p class="muted" role="status">${V.policiesFound(i.length)}</p>
          <ul class="picker">
            ${ne(i,e=>e.id,e=>m`<li>
                <button type="button" class="picker-choice" @click=${()=>t(e)}>
                  <span class="picker-name"
                    >${e.name}${e.isGroup?O(V.sharedGroup,`info`):p}</span
                  >
                  <code>${e.id}</code>
                  <span class="muted">${e.description}</span>
                </button>
              </li>`)}
          </ul>`,actions:m`<button type="button" @click=${()=>t(void 0)}>
          ${h.common.cancel}
        </button>`}},{wide:!0})}function Oe(e,t){let n=`${e.name} ${e.id} ${e.description}`.toLowerCase();return t.toLowerCase().split(/\s+/).every(e=>n.includes(e))}var H=h.flows;function ke(e){let{step:t,phase:n,errors:r,at:i,readOnly:a}=e,o=n=>e.onChange(de({...t,...n})),s=[r.at(i),r.at(`${i}.policy`),r.at(`${i}.configuration`)];return m`${s.some(Boolean)?m`<p class="field-error" role="alert">${s.filter(Boolean).join(` `)}</p>`:p}
    <div class="columns">
      ${v({id:`step-name`,label:H.name,value:t.name??``,disabled:a,error:r.at(`${i}.name`),onChange:e=>o({name:e})})}
      ${v({id:`step-description`,label:H.description,value:t.description??``,disabled:a,error:r.at(`${i}.description`),onChange:e=>o({description:e||void 0})})}
    </div>
    ${y({id:`step-enabled`,label:H.enabled,hint:H.stepEnabledHint,value:t.enabled!==!1,disabled:a,onChange:e=>o({enabled:e})})}
    <div class="columns">
      <relay-condition
        .label=${H.stepCondition}
        .hint=${H.stepConditionHint}
        .phase=${n===`response`?`RESPONSE`:`REQUEST`}
        .value=${t.condition}
        .error=${r.at(`${i}.condition`)}
        .disabled=${a}
        @change=${e=>o({condition:e.detail})}
      ></relay-condition>
      ${ge(n)?m`<relay-condition
            .label=${H.messageCondition}
            .hint=${H.messageConditionHint}
            .value=${t.messageCondition}
            .error=${r.at(`${i}.messageCondition`)}
            .disabled=${a}
            @change=${e=>o({messageCondition:e.detail})}
          ></relay-condition>`:p}
    </div>
    <relay-plugin-form
      .kind=${`policies`}
      .plugin=${t.policy}
      .value=${t.configuration??{}}
      .errors=${r.below(`${i}.configuration`)}
      .disabled=${a}
      @change=${e=>o({configuration:e.detail??{}})}
    ></relay-plugin-form>`}var U=h.flows;function Ae(e){let{steps:t,phase:n,selected:r}=e,[i,a]=U.ends[n],o=r===void 0?void 0:t[r];return m`<section class="phase" aria-label=${U.phases[n]}>
    <div class="phase-head">
      <h3>${U.phases[n]}</h3>
      <span class="muted">${U.phaseHints[n]}</span>
    </div>
    <ol class="chain">
      <li class="chain-end">${i}</li>
      ${t.map((t,n)=>m`<li>${je(e,t,n)}</li>`)}
      ${e.readOnly?p:m`<li>
            <button
              type="button"
              class="chain-add"
              aria-label="${U.addPolicy}: ${U.phases[n]}"
              @click=${()=>Pe(e)}
            >
              ${U.addPolicy}
            </button>
          </li>`}
      <li class="chain-end">${a}</li>
    </ol>
    ${o&&r!==void 0?Me(e,o,r):p}
  </section>`}var W=(e,t)=>`step-${e}-${t}`;function je(e,t,n){let{phase:r,steps:i,readOnly:a}=e,o=e.errors.has(`${e.at}[${n}]`);return m`<button
    type="button"
    id=${W(r,n)}
    class="chain-step ${t.enabled===!1?`is-off`:``} ${o?`is-wrong`:``}"
    aria-expanded=${e.selected===n}
    aria-keyshortcuts=${a||i.length<2?p:`Alt+ArrowLeft Alt+ArrowRight`}
    @click=${()=>e.onSelect(e.selected===n?void 0:n)}
    @keydown=${t=>{let r={ArrowLeft:-1,ArrowRight:1}[t.key];r&&t.altKey&&!a&&(t.preventDefault(),G(e,n,n+r))}}
  >
    <span class="chain-name">${t.name||e.policies.nameOf(t)}</span>
    <span class="chain-policy">${e.policies.nameOf(t)}</span>
    ${t.condition||t.messageCondition?O(U.conditional,`info`):p}
    ${t.enabled===!1?O(U.disabled):p}
    ${o?O(U.invalid,`bad`):p}
  </button>`}function Me(e,t,n){return m`<div
    class="step-editor"
    role="group"
    aria-label=${U.step(t.name||e.policies.nameOf(t))}
  >
    <div class="card-head">
      <h4>${e.policies.nameOf(t)} <code>${t.policy}</code></h4>
      ${e.readOnly?p:Ne(e,t,n)}
    </div>
    ${ke({step:t,phase:e.phase,errors:e.errors,at:`${e.at}[${n}]`,readOnly:e.readOnly,onChange:t=>e.onChange(e.steps.map((e,r)=>r===n?t:e))})}
  </div>`}function Ne(e,t,n){let r=e.steps.length-1,i=(e,t,n=!1,r=!1)=>m`<button
      type="button"
      class="small ${r?`danger`:``}"
      ?disabled=${n}
      @click=${t}
    >
      ${e}
    </button>`;return m`<div class="row">
    ${i(U.moveEarlier,()=>G(e,n,n-1),n===0)}
    ${i(U.moveLater,()=>G(e,n,n+1),n===r)}
    ${i(U.duplicate,()=>{e.onChange(E(e.steps,n+1,t)),e.onSelect(n+1)})}
    ${i(h.common.remove,()=>{e.onSelect(void 0),e.onChange(T(e.steps,n),U.removed(t.name||t.policy))},!1,!0)}
  </div>`}function G(e,t,n){if(n<0||n>=e.steps.length)return;let r=e.steps[t],i=r.name||e.policies.nameOf(r);e.selected===t&&e.onSelect(n),e.onChange(C(e.steps,t,n),U.movedTo(i,n+1,e.steps.length)),requestAnimationFrame(()=>document.getElementById(W(e.phase,n))?.focus())}async function Pe(e){let t=await De(e.policies.fitting(e.apiType,e.phase,e.withGroups),U.pickTitle(U.phases[e.phase]));t&&(e.onChange([...e.steps,t.step],U.added(t.name)),e.onSelect(e.steps.length))}var K=h.flows;function Fe(e){return m`<section class="card" aria-label=${e.title}>
    <div class="card-head">
      <h2>${e.title}</h2>
      ${e.readOnly?p:m`<div class="row">
            <button type="button" class="small" @click=${e.onDuplicate}>
              ${K.duplicate}
            </button>
            <button type="button" class="small danger" @click=${e.onRemove}>
              ${K.removeFlow}
            </button>
          </div>`}
    </div>
    ${x(K.editAs,[{id:`flow-form`,label:K.form},{id:`flow-json`,label:K.json}],e.asJson?`flow-json`:`flow-form`,t=>e.onAsJson(t===`flow-json`),e.asJson?Ie(e):Le(e))}
  </section>`}function Ie(e){return m`<relay-json-editor
    .label=${K.flowJson}
    .value=${e.flow}
    .disabled=${e.readOnly}
    @change=${t=>e.onChange(t.detail??{})}
  ></relay-json-editor>`}function Le(e){let{flow:t,errors:n,at:r,readOnly:i,step:a}=e;return m`<div class="columns">
      ${v({id:`flow-name`,label:K.flowName,value:t.name??``,disabled:i,error:n.at(`${r}.name`),onChange:n=>e.onChange({...t,name:n})})}
      ${y({id:`flow-enabled`,label:K.enabled,hint:K.flowEnabledHint,value:t.enabled!==!1,disabled:i,onChange:n=>e.onChange({...t,enabled:n})})}
    </div>
    ${Ce({selectors:t.selectors??[],apiType:e.apiType,entrypoints:e.entrypoints,errors:n,at:`${r}.selectors`,readOnly:i,onChange:n=>e.onChange({...t,selectors:n})})}
    ${_e(e.apiType).map(o=>Ae({steps:t[o]??[],phase:o,apiType:e.apiType,policies:e.policies,selected:a?.phase===o?a.index:void 0,errors:n,at:`${r}.${o}`,readOnly:i,withGroups:!0,onSelect:t=>e.onStep(t===void 0?void 0:{phase:o,index:t}),onChange:(n,r)=>e.onChange({...t,[o]:n},r)}))}`}var q=h.flows;function Re(e){let{owner:t,readOnly:n}=e,r=t.draft.flows,i=t.id?q.flowsOfPlan(t.name):q.flowsOfApi;return m`<section class="flow-list" aria-label=${i}>
    <div class="card-head">
      <h2>${i}</h2>
      ${t.status&&t.status!==`PUBLISHED`?O(t.status.toLowerCase()):p}
    </div>
    ${r.length?m`<ol>
          ${r.map((t,n)=>ze(e,t,n))}
        </ol>`:m`<p class="muted">${q.noFlows}</p>`}
    ${n?p:m`<button
          type="button"
          class="small"
          aria-label="${q.addFlow}: ${i}"
          @click=${e.onAdd}
        >
          ${q.addFlow}
        </button>`}
  </section>`}var J=(e,t)=>`flow-${e.id||`api`}-${t}`,Y=(e,t)=>e.name||q.unnamed(t+1);function ze(e,t,n){let{owner:r,readOnly:i}=e,a=r.draft.flows.length-1,o=Y(t,n);return m`<li>
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
        ${t.enabled===!1?O(q.disabled):p}
        ${r.errors.has(`flows[${n}]`)?O(q.invalid,`bad`):p}
      </span>
      <span class="flow-matches muted">${Ve(t)}</span>
    </button>
    ${i||!a?p:m`<span class="flow-moves">
          ${X(`↑`,q.moveUp(o),n===0,()=>Z(e,n,n-1))}
          ${X(`↓`,q.moveDown(o),n===a,()=>Z(e,n,n+1))}
        </span>`}
  </li>`}function X(e,t,n,r){return m`<button
    type="button"
    class="small plain"
    aria-label=${t}
    ?disabled=${n}
    @click=${r}
  >
    ${e}
  </button>`}function Z(e,t,n){let r=e.owner.draft.flows;if(n<0||n>=r.length)return;let i=e.selected;e.onChange(C(r,t,n),q.movedTo(Y(r[t],t),n+1,r.length)),i!==void 0&&e.onSelect(Be(i,t,n)),requestAnimationFrame(()=>document.getElementById(J(e.owner,n))?.focus())}function Be(e,t,n){return e===t?n:t<e&&e<=n?e-1:n<=e&&e<t?e+1:e}function Ve(e){return(e.selectors??[]).map(e=>{if(e.type===`CONDITION`)return q.withCondition;let t=e.type===`HTTP`?e.path??`/`:e.channel??`/`,n=e.type===`HTTP`?e.pathOperator:e.channelOperator,r=e.type===`HTTP`?e.methods:e.operations,i=n===`EQUALS`?``:`…`;return`${r?.length?`${r.join(`, `)} `:``}${t}${i}`}).join(` · `)||q.allCalls}var He=class t{constructor(e,t){this.all=e,this.groups=t}static async load(i){let[a,o]=await Promise.all([r(e(n(`plugins`,`policies`)),i),r(e(c(`shared-policy-groups`,`policy-plugins`)),i)]);return new t(a,o)}nameOf(e){if(e.policy===`shared-policy-group-policy`){let t=this.groups.find(t=>t.id===e.configuration?.sharedPolicyGroupId);if(t)return t.name}return this.all.find(t=>t.id===e.policy)?.name??e.policy}fitting(e,t,n){let r=t.toUpperCase(),i=this.all.filter(e=>e.id!==D).filter(t=>t.flowPhaseCompatibility[`HTTP_${e}`]?.includes(r)).map(e=>({id:e.id,name:e.name,description:e.description,isGroup:!1,step:{name:e.name,enabled:!0,policy:e.id,configuration:{}}}));return[...this.groups.filter(t=>n&&t.apiType===e&&t.phase===r).map(e=>({id:e.id,name:e.name,description:e.description??``,isGroup:!0,step:{name:e.name,enabled:!0,policy:D,configuration:{sharedPolicyGroupId:e.id}}})),...i]}},Q=h.flows,$=class extends ee{constructor(){super(),this.api=``,this.asJson=!1,this.conflict=!1,this.saving=!1,this.said=``,this.query=new ue(this),this.policies=new g(this,e=>He.load(e)),this.drafts=new g(this,e=>A(this.api,e)),new le(this,()=>this.changed.length>0)}render(){let e=!t(`PUBLISHER`),n=this.changed;return ce({title:Q.title,intro:Q.intro,actions:e?p:this.actions(n),content:this.policies.show(t=>m`${this.drafts.show(n=>this.content(n,t,e))}`),calls:n.length?n.map(N):k(this.api)})}actions(e){return m`<button
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
          ${e.owners.map(t=>Re({owner:t,selected:t.id===r.id&&!a?i:void 0,readOnly:n,onSelect:e=>this.choose(t,e),onChange:(e,n)=>this.change(t,{...t.draft,flows:e},n),onAdd:()=>this.add(t,e)}))}
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
      </div>`;let s=(n.api.listeners??[]).flatMap(e=>(e.entrypoints??[]).map(e=>e.type)),c=(t,n)=>this.change(e,{...e.draft,flows:t},n);return Fe({flow:o,title:Y(o,t),apiType:n.api.type,entrypoints:s,policies:r,errors:e.errors,at:`flows[${t}]`,readOnly:i,step:this.step,asJson:this.asJson,onAsJson:e=>this.asJson=e,onStep:e=>this.step=e,onChange:(e,n)=>{let r=this.owner(this.drafts.value);this.change(r,{...r.draft,flows:w(r.draft.flows,t,e)},n)},onDuplicate:()=>{let{id:n,...r}=o;c(E(a,t+1,{...r,name:Q.copyOf(Y(o,t))})),this.choose(e,t+1)},onRemove:()=>{c(T(a,t),Q.removed(Y(o,t))),this.choose(e,Math.max(t-1,0))}})}wholeJson(e,t){return b(e.id?Q.flowsOfPlan(e.name):Q.flowsOfApi,m`<relay-json-editor
        .label=${Q.listJson}
        .value=${e.draft.flows}
        .disabled=${t}
        @change=${t=>Array.isArray(t.detail)&&this.change(e,{...e.draft,flows:t.detail})}
      ></relay-json-editor>`)}execution(e,t){let n=e.owners.find(e=>!e.id),{mode:r=`DEFAULT`,matchRequired:i=!1}=n.draft.flowExecution??{},a=e=>this.change(n,{...n.draft,flowExecution:{...n.draft.flowExecution,...e}});return b(Q.execution,m`<div class="columns">
        ${_({id:`flow-mode`,label:Q.mode,hint:Q.modeHint,value:r,options:[`DEFAULT`,`BEST_MATCH`].map(e=>({value:e,label:Q.modes[e]})),disabled:t,error:n.errors.at(`flowExecution.mode`),onChange:e=>a({mode:e})})}
        ${y({id:`match-required`,label:Q.matchRequired,hint:Q.matchRequiredHint,value:i,disabled:t,onChange:e=>a({matchRequired:e})})}
      </div>`)}summary(e){return e.errors.any?m`<section aria-label=${e.id?Q.flowsOfPlan(e.name):Q.flowsOfApi}>
      ${e.errors.summary()}
    </section>`:p}changes(e){let t=e.owners.filter(M);return t.length?m`<details class="card">
      <summary>${Q.changes}</summary>
      ${t.map(e=>m`<h3>${e.id?Q.flowsOfPlan(e.name):Q.flowsOfApi}</h3>
          ${se(oe(e.saved,e.draft))}`)}
    </details>`:p}conflictBanner(){return re(`warn`,Q.conflict,m`<button type="button" @click=${()=>this.discard()}>${Q.takeTheirs}</button>
        <button type="button" @click=${()=>this.keepMine()}>${Q.keepMine}</button>`)}get changed(){return this.drafts.value?.owners.filter(M)??[]}owner(e){let t=this.query.get(`plan`);return e.owners.find(e=>e.id===t)??e.owners.at(-1)}index(e){let t=e.draft.flows.length-1;return Math.max(Math.min(this.query.number(`flow`,1)-1,t),0)}choose(e,t){this.step=void 0,this.query.set({plan:e.id||void 0,flow:String(t+1),view:void 0})}add(e,t){let n=e.draft.flows,r=pe(t.api.type,Q.newFlow);this.change(e,{...e.draft,flows:[...n,r]},Q.added(Q.newFlow)),this.choose(e,n.length)}change(e,t,n=``){this.put(this.drafts.value.owners.map(n=>n.id===e.id?{...n,draft:t}:n)),this.said=n}put(e){this.drafts.set({...this.drafts.value,owners:e})}async save(){this.saving=!0;try{let{owners:e,outcome:t}=await xe(this.drafts.value.owners);this.put(e),this.conflict=t===`conflict`,t===`saved`&&f(Q.saved)}catch(e){f(s(e),`error`)}this.saving=!1}async discard(){await ae({title:h.common.unsavedTitle,content:Q.discardText,action:h.common.discard,cancel:h.common.keepEditing,danger:!0})&&(this.step=void 0,this.conflict=!1,await this.drafts.reload())}async keepMine(){this.drafts.set(await Se(this.api,this.drafts.value.owners)),this.conflict=!1,await this.save()}};u([l({attribute:!1})],$.prototype,`api`,void 0),u([d()],$.prototype,`step`,void 0),u([d()],$.prototype,`asJson`,void 0),u([d()],$.prototype,`conflict`,void 0),u([d()],$.prototype,`saving`,void 0),u([d()],$.prototype,`said`,void 0),$=u([te(`relay-flows-page`)],$);export{$ as FlowsPage};