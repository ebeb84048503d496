import{A as e,C as t,D as n,E as r,F as i,I as a,M as o,P as s,S as c,_ as l,a as u,b as d,n as f,s as ee,t as p}from"./decorate-cX1b0bKe.js";import{i as te,t as ne}from"./curl-C3dG7kwV.js";import{n as re,t as ie}from"./dialog-D95cH4qy.js";import{t as m}from"./field-errors-CPb82UqI.js";import{n as ae,r as h,t as g}from"./page-B78qW9Xh.js";import{i as _,r as v,t as y}from"./index-BtPMuujb.js";import{t as oe}from"./unsaved-BIGrj76g.js";import{a as se,c as ce,i as le,o as b,r as ue,s as de}from"./fields-Z7HFGbs6.js";import"./probe-B-Dm8F-7.js";import"./schema-form-DXm6_HAR.js";import{t as fe}from"./paths-D1osTRAv.js";var x=a.createApi,S={name:50,version:32,description:250};function pe(e){let{draft:t,mistakes:n}=e;return d`${b({id:`api-name`,label:x.name,value:t.name,required:!0,maxLength:S.name,error:n.at(`api.name`),onChange:t=>e.change({name:t})})}
  ${b({id:`api-version`,label:x.version,value:t.version,required:!0,maxLength:S.version,hint:x.versionHint,error:n.at(`api.apiVersion`),onChange:t=>e.change({version:t})})}
  ${se({id:`api-description`,label:x.description,value:t.description,maxLength:S.description,error:n.at(`api.description`),onChange:t=>e.change({description:t})})}`}var C=`webhook`,me=6e4,he={"http-proxy":`Default HTTP proxy`,sse:`Default event stream`,mock:`Default mock`,memory:`Default topics`},w={definitionVersion:`V4`,name:`Default Keyless (UNSECURED)`,description:`Default unsecured plan`,mode:`STANDARD`,security:{type:`KEY_LESS`,configuration:{}},validation:`MANUAL`,status:`PUBLISHED`},T={definitionVersion:`V4`,name:`Default PUSH plan`,description:`Default push plan`,mode:`PUSH`,validation:`MANUAL`,status:`PUBLISHED`};function E(e){return{type:e,entrypoints:e===`PROXY`?[`http-proxy`]:[`sse`],endpointType:e===`PROXY`?`http-proxy`:`sse`,target:``,configuration:{},shared:D(e===`PROXY`?`http-proxy`:`sse`),plans:[w]}}function D(e){return k(e)?{http:{keepAlive:!0,idleTimeout:me}}:{}}var O={name:``,version:``,description:``,paths:[{path:``}],...E(`PROXY`)};function k(e){return e===`http-proxy`||e===`sse`}var A=e=>e.entrypoints.some(e=>e!==C),j=e=>e.entrypoints.includes(C);function ge(e){let t=e.plans.filter(t=>t.mode===`PUSH`?j(e):A(e)),n=e=>t.some(t=>t.mode===e);return A(e)&&!n(`STANDARD`)&&t.unshift(w),j(e)&&!n(`PUSH`)&&t.push(T),t}function M(e){return e.shared.http??{}}function N(e,t){return{...e.shared,http:{...M(e),...t}}}function _e(e){return k(e.endpointType)?{target:e.target}:e.configuration}function ve(e){let t=[],n=e=>({type:e,configuration:{}});A(e)&&t.push({type:`HTTP`,paths:e.paths,entrypoints:e.entrypoints.filter(e=>e!==C).map(n)}),j(e)&&t.push({type:`SUBSCRIPTION`,entrypoints:[n(C)]});let r=he[e.endpointType],i=Object.keys(e.shared).length>0;return{definitionVersion:`V4`,type:e.type,name:e.name,apiVersion:e.version,...e.description?{description:e.description}:{},listeners:t,endpointGroups:[{name:`${r} group`,type:e.endpointType,...i?{sharedConfiguration:e.shared}:{},endpoints:[{name:r,type:e.endpointType,...i?{inheritConfiguration:!0}:{},configuration:_e(e)}]}]}}var ye=c(`apis`,`_import`,`definition`),P=t=>e(ye,{api:ve(t),plans:t.plans}),be=e=>({...P(e),query:{dryRun:!0}}),F=t=>e(c(`apis`,t,`_start`)),I=a.createApi.drawing;function xe(e,t){let n=e.paths.map(e=>Ce(e,t));return d`<figure class="way" aria-label=${I.label}>
    <ol>
      ${A(e)?L(I.client,[Se(e)]):l}
      ${A(e)?L(I.gateway,n,!0):l}
      ${L(I.security,e.plans.map(e=>e.name))}
      ${e.type===`MESSAGE`?L(I.channel,[I.shared]):l}
      ${L(I.upstream,[we(e)],!0)}
      ${j(e)?L(I.consumers,[I.webhook]):l}
    </ol>
  </figure>`}function L(e,t,n=!1){return d`<li>
    <p class="way-title">${e}</p>
    ${t.map(e=>e?d`<p>${n?d`<code>${e}</code>`:e}</p>`:d`<p class="muted">${I.open}</p>`)}
  </li>`}function Se(e){return e.entrypoints.filter(e=>e!==`webhook`).map(e=>I.entrypoints[e]??e).join(`, `)}function Ce(e,t){return e.path?e.host?`${t.split(`://`)[0]||`http`}://${e.host}${e.path}`:t.replace(/\/$/,``)+e.path:``}function we(e){return k(e.endpointType)?e.target.split(`?`)[0]:e.endpointType}function R(e,t,n,r,i){return d`<fieldset class="choices">
    <legend class="visually-hidden">${e}</legend>
    ${n.map(e=>d`<label class="choice">
        <input
          type=${t}
          name="choice"
          value=${e.id}
          .checked=${ce(r(e.id))}
          aria-describedby=${e.text?`choice-${e.id}`:l}
          @change=${t=>i(e.id,t.target.checked)}
        />
        <span class="choice-title">${e.title}</span>
        ${e.text?d`<span class="choice-text" id="choice-${e.id}">${e.text}</span>`:l}
      </label>`)}
  </fieldset>`}var z=a.createApi,B=[{label:z.menu.details,steps:[`details`]},{label:z.menu.entrypoints,steps:[`architecture`,`entrypoints`,`paths`]},{label:z.menu.endpoints,steps:[`access`,`endpoints`]},{label:z.menu.security,steps:[`plans`]},{label:z.menu.summary,steps:[`summary`]}];function V(e){return B.flatMap(e=>e.steps).filter(t=>t===`paths`?A(e):t!==`access`||e.type===`MESSAGE`)}function H(e,t){return e.startsWith(`plans`)?`plans`:e.startsWith(`api.endpointGroups`)?`endpoints`:e.startsWith(`api.listeners`)?e.includes(`.paths`)&&A(t)?`paths`:`entrypoints`:e===`api.type`?`architecture`:e.startsWith(`api.`)?`details`:`summary`}var Te=`api.listeners[0].paths`,U=`api.endpointGroups[0]`,Ee=`${U}.endpoints[0].configuration.target`;function De(e,t){switch(t){case`details`:return Oe([[`api.name`,e.name,z.nameRequired],[`api.apiVersion`,e.version,z.versionRequired]]);case`entrypoints`:return e.entrypoints.length?[]:[{location:`api.listeners`,message:z.entrypointRequired}];case`paths`:return e.paths.flatMap((t,n)=>{let r=fe(e.paths,n);return r?[{location:`${Te}[${n}].path`,message:r}]:[]});case`endpoints`:return k(e.endpointType)?Oe([[Ee,e.target,z.targetRequired]]):[];case`plans`:return e.plans.length?[]:[{location:`plans`,message:z.planRequired}];default:return[]}}function Oe(e){return e.filter(([,e])=>!e.trim()).map(([e,,t])=>({location:e,message:t}))}var W=a.createApi,ke=`${U}.endpoints[0]`;function Ae(e){let t=(e.catalogue?.endpoints??[]).filter(t=>t.supportedApiType===e.draft.type);return R(W.accessTitle,`radio`,t.map(e=>({id:e.id,title:e.name,text:e.description})),t=>t===e.draft.endpointType,t=>{let n=t;e.change({endpointType:n,configuration:{},shared:D(n)})})}function je(e){let{draft:t}=e;return k(t.endpointType)?d`${Ne(e)} ${Pe(e)}`:d`${Fe(e)} ${Pe(e)}`}function Me(e){let{draft:t}=e;return k(t.endpointType)?g(a.probe.title,d`<relay-probe
      .endpoint=${{type:t.endpointType,configuration:_e(t),sharedConfiguration:t.shared}}
      @use=${n=>{e.change({shared:N(t,{idleTimeout:n.detail})}),y(a.probe.used(n.detail))}}
    ></relay-probe>`):l}function Ne(e){let{draft:t,mistakes:n}=e,r=M(t),i=n=>e.change({shared:N(t,n)}),o=r.idleTimeout;return d`${b({id:`target`,label:W.target,value:t.target,required:!0,type:`url`,hint:W.targetHint,placeholder:`https://rest.ably.io/sse?channel=ssechannel&v=1.1`,error:n.at(Ee),onChange:t=>e.change({target:t.trim()})})}
  ${de({id:`keep-alive`,label:W.keepAlive,value:r.keepAlive!==!1,hint:W.keepAliveHint,onChange:e=>i({keepAlive:e})})}
  ${ue({id:`idle-timeout`,label:W.idleTimeout,value:typeof o==`number`?o:void 0,min:0,step:1,unit:a.probe.ms,hint:W.idleHint,error:n.at(`${U}.sharedConfiguration.http.idleTimeout`),onChange:e=>i({idleTimeout:e})})}`}function Pe(e){let{endpointType:t,shared:n}=e.draft,r=e.schema(`endpoints`,t,`shared-configuration-schema`);if(!r)return l;let i=e.mistakes.below(`${U}.sharedConfiguration`);return d`<details class="fold" ?open=${i.length>0}>
    <summary>${W.moreOptions}</summary>
    <relay-schema-form
      .schema=${r}
      .value=${n}
      .errors=${i}
      @change=${t=>e.change({shared:t.detail??{}})}
    ></relay-schema-form>
  </details>`}function Fe(e){let{endpointType:t,configuration:n}=e.draft,r=e.schema(`endpoints`,t,`schema`);return r?Object.keys(r.properties??{}).length?d`<relay-schema-form
    .schema=${r}
    .value=${n}
    .errors=${e.mistakes.below(`${ke}.configuration`)}
    @change=${t=>e.change({configuration:t.detail??{}})}
  ></relay-schema-form>`:d`<p>${W.noOptions}</p>`:l}var G=a.createApi,Ie=[`PROXY`,`MESSAGE`];function Le(e,t){return R(G.architectureTitle,`radio`,Ie.map(e=>({id:e,...G.architectures[e]})),t=>t===e.draft.type,e=>t(e))}function Re(e){let{draft:t}=e,n=(e.catalogue?.entrypoints??[]).filter(e=>e.supportedApiType===t.type);return R(G.entrypointsTitle,t.type===`PROXY`?`radio`:`checkbox`,n.map(e=>({id:e.id,title:e.name,text:e.description})),e=>t.entrypoints.includes(e),(n,r)=>{let i=t.entrypoints.filter(e=>e!==n),a=r?[...i,n]:i,o={...t,entrypoints:a};e.change({entrypoints:a,plans:a.length?ge(o):t.plans})})}function ze(e){return d`<relay-paths
    .value=${e.draft.paths}
    .errors=${e.mistakes.below(Te)}
    @change=${t=>e.change({paths:t.detail})}
  ></relay-paths>`}var K=a.createApi;function Be(e,t,n){return d`<div class="card wizard-half" role="alert">
      <h2>${K.halfTitle}</h2>
      <p>${K.halfText(e,t.reason)}</p>
      <div class="row">
        <button type="button" class="primary" @click=${()=>void n.deploy(t.id)}>
          ${K.deployAgain}
        </button>
        <button type="button" @click=${()=>void n.leave(t.id,K.saved)}>
          ${K.openApi}
        </button>
        <button type="button" class="danger" @click=${()=>void He(t.id,n)}>
          ${K.undo}
        </button>
      </div>
    </div>
    ${ne([F(t.id),Ve(t.id)])}`}var Ve=e=>r(c(`apis`,e),{closePlans:!0});async function He(e,t){try{await o(Ve(e))}catch(e){y(i(e),`error`);return}await t.finish(),y(K.undone),await _.go(v(`apis`))}var q=a.createApi,Ue={name:50,description:250};function We(e,t){let n=Ge(e),r=t??{definitionVersion:`V4`,name:``,...Ke(n[0].value),validation:`MANUAL`,status:`PUBLISHED`},i=!1;return re(q.planTitle,(t,o)=>{let s=e=>{r={...r,...e},o()},c=r.security?.type??T.mode,u=e.catalogue?.plans.find(e=>Y(e.id)===c),f=u&&e.schema(`plans`,u.id,`schema`),ee=Object.keys(f?.properties??{}).length>0;return u&&!f&&e.loadSchema(`plans`,u.id,`schema`).then(o),{content:d`${le({id:`plan-kind`,label:q.planKind,value:c,options:n,onChange:e=>s(Ke(e))})}
        ${b({id:`plan-name`,label:q.planName,value:r.name,required:!0,maxLength:Ue.name,error:i&&!r.name.trim()?q.planNameRequired:void 0,onChange:e=>s({name:e})})}
        ${se({id:`plan-description`,label:q.planDescription,value:r.description??``,rows:2,maxLength:Ue.description,onChange:e=>s({description:e})})}
        ${c===`KEY_LESS`?l:de({id:`plan-auto`,label:q.planAuto,value:r.validation===`AUTO`,onChange:e=>s({validation:e?`AUTO`:`MANUAL`})})}
        ${f&&ee?d`<h3>${q.planOptions}</h3>
              <relay-schema-form
                .schema=${f}
                .value=${r.security?.configuration}
                @change=${e=>s({security:{type:c,configuration:e.detail??{}}})}
              ></relay-schema-form>`:l}`,actions:d`<button type="button" @click=${()=>t(void 0)}>
            ${a.common.cancel}
          </button>
          <button type="submit" class="primary" @click=${()=>{i=!0;let e=document.querySelector(`dialog relay-schema-form`);r.name.trim()&&(e?.report()??!0)?t(r):o()}}>${q.usePlan}</button>`}},{wide:!0})}function Ge(e){let t=A(e.draft)?(e.catalogue?.plans??[]).map(e=>({value:Y(e.id),label:e.name})):[];return j(e.draft)&&t.push({value:T.mode,label:q.planPush}),t}function Ke(e){return e===T.mode?{mode:`PUSH`}:{mode:`STANDARD`,security:{type:e,configuration:{}}}}var J=a.createApi;function qe(e){let{draft:t}=e,n=t=>e.change({plans:t}),r=async r=>{let i=await We(e,t.plans[r]);if(!i)return;let a=[...e.draft.plans];a[r]=i,n(a)},i=[...A(t)?[w]:[],...j(t)?[T]:[]].filter(e=>!t.plans.some(t=>Xe(t)===Xe(e)));return d`<div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">${J.planName}</th>
            <th scope="col" class="secondary">${J.planMode}</th>
            <th scope="col">${J.planSecurity}</th>
            <th scope="col"><span class="visually-hidden">${a.common.actions}</span></th>
          </tr>
        </thead>
        <tbody>
          ${t.plans.map((t,i)=>Je(e,t,i,r,n))}
        </tbody>
      </table>
    </div>
    ${t.plans.length?l:d`<p class="field-error">${e.mistakes.at(`plans`)??J.planRequired}</p>`}
    <div class="row">
      <button type="button" @click=${()=>void r(t.plans.length)}>${J.addPlan}</button>
      ${i.map(e=>d`<button type="button" @click=${()=>n([...t.plans,e])}>
          ${J.addDefault(e.name)}
        </button>`)}
    </div>`}function Je(e,t,n,r,i){let{draft:o}=e,s=e.mistakes.below(`plans[${n}]`);return d`<tr>
    <td>
      ${t.name}
      ${s.map(e=>d`<p class="field-error"><code>${e.location}</code> ${e.message}</p>`)}
    </td>
    <td class="secondary">${t.mode}</td>
    <td>${Ye(e,t)}</td>
    <td class="numeric">
      <div class="row row-end">
        <button
          type="button"
          class="small"
          aria-label=${J.editPlan(t.name)}
          @click=${()=>void r(n)}
        >
          ${a.common.edit}
        </button>
        <button
          type="button"
          class="small"
          aria-label=${J.removePlan(t.name)}
          @click=${()=>i(o.plans.filter((e,t)=>t!==n))}
        >
          ${a.common.remove}
        </button>
      </div>
    </td>
  </tr>`}function Ye(e,t){if(!t.security)return J.noSecurity;let{type:n}=t.security;return e.catalogue?.plans.find(e=>Y(e.id)===n)?.name??n}var Y=e=>e.replaceAll(`-`,`_`).toUpperCase();function Xe(e){return e.security?.type??e.mode}var X=a.createApi;function Ze(e,t){let{draft:n}=e,r=M(n).idleTimeout;return d`${t.length?Qe(e,t):l}
  ${Z(e,X.menu.details,`details`,[[X.name,n.name],[X.version,n.version],[X.description,n.description]])}
  ${Z(e,X.menu.entrypoints,A(n)?`paths`:`entrypoints`,[[X.type,X.architectures[n.type].title],[X.entrypointTypes,n.entrypoints.map(t=>e.catalogue?.entrypoints.find(e=>e.id===t)?.name??t).join(`, `)],[X.contextPaths,A(n)?n.paths.map(e=>d`<code>${e.host??``}${e.path}</code> `):void 0]])}
  ${Z(e,X.menu.endpoints,`endpoints`,[[X.endpointType,n.endpointType],[X.target,k(n.endpointType)&&d`<code>${n.target}</code>`],[X.keepAlive,k(n.endpointType)&&(M(n).keepAlive===!1?a.common.off:a.common.on)],[X.idleTimeout,typeof r==`number`&&(r?`${r} ${a.probe.ms}`:X.off)]])}
  ${Z(e,X.menu.security,`plans`,[[X.plans,d`<ul>
        ${n.plans.map(t=>d`<li>${t.name} (${Ye(e,t)})</li>`)}
      </ul>`]])}`}function Z(e,t,n,r){return g(t,ae(r.map(([e,t])=>[e,t===!1?void 0:t])),d`<button
      type="button"
      class="small"
      aria-label=${X.changePart(t)}
      @click=${()=>e.show(n)}
    >
      ${X.change}
    </button>`)}function Qe(e,t){let{draft:n}=e,r=Map.groupBy(t,e=>H(e.location,n)),i=r.get(`summary`)??[];return d`<div class="notice notice-error" role="alert">
    <p>${X.refused}</p>
    ${i.map(e=>d`<p><code>${e.location}</code> ${e.message}</p>`)}
    <div class="row">
      ${V(n).filter(e=>e!==`summary`&&r.has(e)).map(t=>d`<button type="button" class="small" @click=${()=>e.show(t)}>
            ${X.mistakesIn($e(t),r.get(t).length)}
          </button>`)}
    </div>
  </div>`}function $e(e){return B.find(t=>t.steps.includes(e)).label}var Q=a.createApi,et=`API_ID`,$=class extends f{constructor(){super(),this.draft=O,this.step=`details`,this.reached=`details`,this.pending=!1,this.refused=[],this.failure=``,this.finished=!1,this.mistakes=m.none,this.catalogueLoader=new te(this,tt),this.gateway=new te(this,e=>o(n(c(`exposedEntrypoints`)),e)),this.schemas=new Map,this.loading=new Map;let e={title:Q.exitTitle,text:Q.exitText,discard:Q.discard,keep:Q.keep};new oe(this,()=>this.draft!==O&&!this.finished,e)}firstUpdated(){this.focusFirst()}get catalogue(){return this.catalogueLoader.value}change(e){this.draft={...this.draft,...e},this.refused=this.refused.filter(e=>H(e.location,this.draft)!==this.step),this.failure=``}show(e){this.step=e,this.focusFirst()}schema(...e){return this.loadSchema(...e),this.schemas.get(e.join(`/`))}loadSchema(...e){let t=e.join(`/`),n=this.loading.get(t);return n||(n=this.readSchema(t,e),this.loading.set(t,n)),n}async readSchema(e,r){try{this.schemas.set(e,await o(n(t(`plugins`,...r)))),this.requestUpdate()}catch(e){y(i(e),`error`)}}render(){if(this.saved)return h({title:Q.title,content:Be(this.draft.name,this.saved,this)});let e=this.view(),t=this.refused.filter(e=>H(e.location,this.draft)===this.step);return this.mistakes=t.length?m.of(new s(400,`validation`,a.errors.summary,t)):m.none,h({title:Q.title,intro:Q.intro,content:d`${this.menu()}
        <div class="wizard">
          <form
            class="card wizard-step"
            aria-labelledby="step-title"
            novalidate
            @submit=${e=>this.submitted(e)}
          >
            <div>
              <h2 id="step-title">${e.title}</h2>
              ${e.text?d`<p class="muted">${e.text}</p>`:l}
            </div>
            ${e.content()}
            ${this.step===`summary`?l:this.unplaced()}
            ${this.failure?d`<p class="notice notice-error" role="alert">${this.failure}</p>`:l}
            <div class="form-actions">${this.buttons(e)}</div>
          </form>
          <aside class="wizard-aside">
            ${xe(this.draft,this.gateway.value?.[0]?.value??``)}
            ${this.step===`endpoints`?Me(this):l}
          </aside>
        </div>`,calls:this.step===`summary`?[P(this.draft),F(et)]:[be(this.draft)]})}view(){switch(this.step){case`details`:return{title:Q.detailsTitle,action:Q.validateDetails,content:()=>pe(this)};case`architecture`:return{title:Q.architectureTitle,action:Q.selectArchitecture,content:()=>Le(this,e=>void this.chooseType(e))};case`entrypoints`:return{title:Q.entrypointsTitle,text:Q.entrypointsText,action:Q.selectEntrypoints,content:()=>this.catalogueLoader.show(()=>Re(this))};case`paths`:return{title:Q.pathsTitle,action:Q.validateEntrypoints,content:()=>ze(this)};case`access`:return{title:Q.accessTitle,action:Q.selectEndpoints,content:()=>this.catalogueLoader.show(()=>Ae(this))};case`endpoints`:return{title:Q.endpointsTitle,action:Q.validateEndpoints,content:()=>je(this)};case`plans`:return{title:Q.plansTitle,text:Q.plansText,action:Q.validatePlans,content:()=>this.catalogueLoader.show(()=>qe(this))};case`summary`:return{title:Q.summaryTitle,text:Q.summaryText,action:Q.saveAndDeploy,content:()=>Ze(this,this.refused)}}}menu(){let e=V(this.draft),t=e.indexOf(this.reached);return d`<nav aria-label=${Q.menu.label}>
      <ol class="wizard-menu">
        ${B.map(n=>{let r=n.steps.find(t=>e.includes(t)),i=n.steps.includes(this.step),a=!i&&e.indexOf(r)<t;return d`<li class=${a?`is-done`:``}>
            <button
              type="button"
              class="plain"
              aria-current=${i?`step`:l}
              ?disabled=${e.indexOf(r)>t}
              @click=${()=>this.show(r)}
            >
              ${n.label}
            </button>
          </li>`})}
      </ol>
    </nav>`}buttons(e){let t=this.step===`details`;return d`${t?d`<button type="button" @click=${()=>void _.go(v(`apis`))}>${Q.exit}</button>`:d`<button type="button" @click=${()=>this.previous()}>${a.common.previous}</button>`}
      <span class="form-actions-end">
        ${this.step===`summary`?d`<button type="button" ?disabled=${this.pending} @click=${()=>void this.save(!1)}>
              ${Q.save}
            </button>`:l}
        <button type="submit" class="primary" ?disabled=${this.pending}>${e.action}</button>
      </span>`}unplaced(){return this.mistakes.rest().length?this.mistakes.summary():l}previous(){let e=V(this.draft);this.show(e[e.indexOf(this.step)-1])}async submitted(e){if(e.preventDefault(),this.pending)return;if(this.step===`summary`)return this.save(!0);let t=this.step,n=De(this.draft,t);if(!n.length){let e=await this.check();if(!e)return;n=e.filter(e=>H(e.location,this.draft)===t)}if(this.refused=[...this.others(t),...n],n.length)return this.focusMistake();let r=V(this.draft),i=r[r.indexOf(t)+1];r.indexOf(i)>r.indexOf(this.reached)&&(this.reached=i),this.show(i)}others(e){return this.refused.filter(t=>H(t.location,this.draft)!==e)}async check(){this.pending=!0,this.failure=``;try{return await o(be(this.draft)),[]}catch(e){if(e instanceof s&&e.details.length)return e.details;this.failure=i(e);return}finally{this.pending=!1}}async chooseType(e){let t=V(this.draft);if(t.indexOf(this.reached)>t.indexOf(`architecture`)&&e!==this.draft.type){if(!await ie({title:Q.resetTitle,content:Q.resetText,action:Q.resetAction,danger:!0}))return this.requestUpdate();this.reached=`architecture`}this.refused=[],this.change(E(e))}async save(e){this.pending=!0,this.failure=``;try{let{id:t}=await o(P(this.draft));e?await this.deploy(t):await this.leave(t,Q.saved)}catch(e){this.refused=e instanceof s?e.details:[];let t=e instanceof s&&e.status===0;this.refused.length||(this.failure=t?Q.unanswered:i(e))}finally{this.pending=!1}}async deploy(e){try{await o(F(e))}catch(t){this.saved={id:e,reason:i(t)};return}await this.leave(e,Q.deployed)}async leave(e,t){await this.finish(),y(t),await _.go(v(`apis`,e))}async finish(){this.finished=!0,await this.updateComplete}async focusFirst(){await this.updateComplete,(this.querySelector(`.wizard-step input[type=radio]:checked`)??this.querySelector(`.wizard-step :is(input, select, textarea)`)??this.querySelector(`.wizard-step .primary`))?.focus(),this.querySelector(`.wizard-menu`)?.scrollIntoView({block:`nearest`})}async focusMistake(){await this.updateComplete,this.querySelector(`[aria-invalid=true]`)?.focus()}};p([u()],$.prototype,`draft`,void 0),p([u()],$.prototype,`step`,void 0),p([u()],$.prototype,`reached`,void 0),p([u()],$.prototype,`pending`,void 0),p([u()],$.prototype,`refused`,void 0),p([u()],$.prototype,`failure`,void 0),p([u()],$.prototype,`saved`,void 0),p([u()],$.prototype,`finished`,void 0),$=p([ee(`relay-create-api`)],$);async function tt(e){let r=r=>o(n(t(`plugins`,r)),e),[i,a,s]=await Promise.all([r(`entrypoints`),r(`endpoints`),r(`plans`)]);return{entrypoints:i,endpoints:a,plans:s}}export{$ as CreateApi};