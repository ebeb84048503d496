import{C as e,D as t,I as n,M as r,S as i,_ as a,b as o}from"./decorate-cX1b0bKe.js";import{n as s}from"./index-BtPMuujb.js";import{t as c}from"./badge-Bv1K0zyq.js";import{o as l,s as u}from"./fields-Z7HFGbs6.js";import{n as d}from"./dialog-D95cH4qy.js";import{a as f,c as p,f as m,o as h,s as g,t as _}from"./plugin-form-DkIjHW1x.js";var v=n.flows;function y(e,t){let r=``;return d(t,(t,i)=>{let u=e.filter(e=>b(e,r));return{content:o`${l({id:`policy-search`,label:v.searchPolicies,type:`search`,value:r,onChange:e=>{r=e,i()}})}
          <p class="muted" role="status">${v.policiesFound(u.length)}</p>
          <ul class="picker">
            ${s(u,e=>e.id,e=>o`<li>
                <button type="button" class="picker-choice" @click=${()=>t(e)}>
                  <span class="picker-name"
                    >${e.name}${e.isGroup?c(v.sharedGroup,`info`):a}</span
                  >
                  <code>${e.id}</code>
                  <span class="muted">${e.description}</span>
                </button>
              </li>`)}
          </ul>`,actions:o`<button type="button" @click=${()=>t(void 0)}>
          ${n.common.cancel}
        </button>`}},{wide:!0})}function b(e,t){let n=`${e.name} ${e.id} ${e.description}`.toLowerCase();return t.toLowerCase().split(/\s+/).every(e=>n.includes(e))}var x=n.flows;function S(e){let{step:t,phase:n,errors:r,at:i,readOnly:s}=e,c=n=>e.onChange(f({...t,...n})),d=[r.at(i),r.at(`${i}.policy`),r.at(`${i}.configuration`)];return o`${d.some(Boolean)?o`<p class="field-error" role="alert">${d.filter(Boolean).join(` `)}</p>`:a}
    <div class="columns">
      ${l({id:`step-name`,label:x.name,value:t.name??``,disabled:s,error:r.at(`${i}.name`),onChange:e=>c({name:e})})}
      ${l({id:`step-description`,label:x.description,value:t.description??``,disabled:s,error:r.at(`${i}.description`),onChange:e=>c({description:e||void 0})})}
    </div>
    ${u({id:`step-enabled`,label:x.enabled,hint:x.stepEnabledHint,value:t.enabled!==!1,disabled:s,onChange:e=>c({enabled:e})})}
    <div class="columns">
      <relay-condition
        .label=${x.stepCondition}
        .hint=${x.stepConditionHint}
        .phase=${n===`response`?`RESPONSE`:`REQUEST`}
        .value=${t.condition}
        .error=${r.at(`${i}.condition`)}
        .disabled=${s}
        @change=${e=>c({condition:e.detail})}
      ></relay-condition>
      ${g(n)?o`<relay-condition
            .label=${x.messageCondition}
            .hint=${x.messageConditionHint}
            .value=${t.messageCondition}
            .error=${r.at(`${i}.messageCondition`)}
            .disabled=${s}
            @change=${e=>c({messageCondition:e.detail})}
          ></relay-condition>`:a}
    </div>
    <relay-plugin-form
      .kind=${`policies`}
      .plugin=${t.policy}
      .value=${t.configuration??{}}
      .errors=${r.below(`${i}.configuration`)}
      .disabled=${s}
      @change=${e=>c({configuration:e.detail??{}})}
    ></relay-plugin-form>`}var C=n.flows;function w(e){let{steps:t,phase:n,selected:r}=e,i=[C.client,C.source[e.apiType]],[s,c]=T(n)?i:i.reverse(),l=r===void 0?void 0:t[r];return o`<section class="phase" aria-label=${C.phases[n]}>
    <div class="phase-head">
      <h3>${C.phases[n]}</h3>
      <span class="muted">${C.phaseHints[n]}</span>
    </div>
    <ol class="chain">
      <li class="chain-end">${s}</li>
      ${t.map((t,n)=>o`<li>${D(e,t,n)}</li>`)}
      ${e.readOnly?a:o`<li>
            <button
              type="button"
              class="chain-add"
              aria-label="${C.addPolicy}: ${C.phases[n]}"
              @click=${()=>j(e)}
            >
              ${C.addPolicy}
            </button>
          </li>`}
      <li class="chain-end">${c}</li>
    </ol>
    ${l&&r!==void 0?O(e,l,r):a}
  </section>`}var T=e=>e===`request`||e===`publish`,E=(e,t)=>`step-${e}-${t}`;function D(e,t,n){let{phase:r,steps:i,readOnly:s}=e,l=e.errors.has(`${e.at}[${n}]`);return o`<button
    type="button"
    id=${E(r,n)}
    class="chain-step ${t.enabled===!1?`is-off`:``} ${l?`is-wrong`:``}"
    aria-expanded=${e.selected===n}
    aria-keyshortcuts=${s||i.length<2?a:`Alt+ArrowLeft Alt+ArrowRight`}
    @click=${()=>e.onSelect(e.selected===n?void 0:n)}
    @keydown=${t=>{let r={ArrowLeft:-1,ArrowRight:1}[t.key];r&&t.altKey&&!s&&(t.preventDefault(),A(e,n,n+r))}}
  >
    <span class="chain-name">${t.name||e.policies.nameOf(t)}</span>
    <span class="chain-policy">${e.policies.nameOf(t)}</span>
    ${t.condition||t.messageCondition?c(C.conditional,`info`):a}
    ${t.enabled===!1?c(C.disabled):a}
    ${l?c(C.invalid,`bad`):a}
  </button>`}function O(e,t,n){return o`<div
    class="step-editor"
    role="group"
    aria-label=${C.step(t.name||e.policies.nameOf(t))}
  >
    <div class="card-head">
      <h4>${e.policies.nameOf(t)} <code>${t.policy}</code></h4>
      ${e.readOnly?a:k(e,t,n)}
    </div>
    ${S({step:t,phase:e.phase,errors:e.errors,at:`${e.at}[${n}]`,readOnly:e.readOnly,onChange:t=>e.onChange(e.steps.map((e,r)=>r===n?t:e))})}
  </div>`}function k(e,t,r){let i=e.steps.length-1,a=(e,t,n=!1,r=!1)=>o`<button
      type="button"
      class="small ${r?`danger`:``}"
      ?disabled=${n}
      @click=${t}
    >
      ${e}
    </button>`;return o`<div class="row">
    ${a(C.moveEarlier,()=>A(e,r,r-1),r===0)}
    ${a(C.moveLater,()=>A(e,r,r+1),r===i)}
    ${a(C.duplicate,()=>{e.onChange(h(e.steps,r+1,t),C.added(t.name||e.policies.nameOf(t))),e.onSelect(r+1)})}
    ${a(n.common.remove,()=>{e.onSelect(void 0),e.onChange(m(e.steps,r),C.removed(t.name||t.policy))},!1,!0)}
  </div>`}function A(e,t,n){if(n<0||n>=e.steps.length)return;let r=e.steps[t],i=r.name||e.policies.nameOf(r);e.selected===t&&e.onSelect(n),e.onChange(p(e.steps,t,n),C.movedTo(i,n+1,e.steps.length)),requestAnimationFrame(()=>document.getElementById(E(e.phase,n))?.focus())}async function j(e){let t=await y(e.policies.fitting(e.apiType,e.phase,e.withGroups),C.pickTitle(C.phases[e.phase]));t&&(e.onChange([...e.steps,t.step],C.added(t.name)),e.onSelect(e.steps.length))}var M=class n{constructor(e,t){this.all=e,this.groups=t}static async load(a){let[o,s]=await Promise.all([r(t(e(`plugins`,`policies`)),a),r(t(i(`shared-policy-groups`,`policy-plugins`)),a)]);return new n(o,s)}nameOf(e){if(e.policy===`shared-policy-group-policy`){let t=this.groups.find(t=>t.id===e.configuration?.sharedPolicyGroupId);if(t)return t.name}return this.all.find(t=>t.id===e.policy)?.name??e.policy}fitting(e,t,n){let r=t.toUpperCase(),i=this.all.filter(e=>e.id!==_).filter(t=>t.flowPhaseCompatibility[`HTTP_${e}`]?.includes(r)).map(e=>({id:e.id,name:e.name,description:e.description,isGroup:!1,step:{name:e.name,enabled:!0,policy:e.id,configuration:{}}}));return[...this.groups.filter(t=>n&&t.apiType===e&&t.phase===r).map(e=>({id:e.id,name:e.name,description:e.description??``,isGroup:!0,step:{name:e.name,enabled:!0,policy:_,configuration:{sharedPolicyGroupId:e.id}}})),...i]}};export{w as n,M as t};