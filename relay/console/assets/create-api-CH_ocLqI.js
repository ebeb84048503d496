import{A as e,C as t,D as n,E as r,F as i,I as a,M as o,P as s,S as c,_ as l,a as u,b as d,n as f,o as ee,s as te,t as p,x as ne}from"./decorate-DvqAn076.js";import{i as re,t as ie}from"./curl-tHjEu0RB.js";import{n as ae,t as oe}from"./dialog-Bxu4XCxc.js";import{t as m}from"./field-errors-CMf2SihE.js";import{n as h,r as se,t as ce}from"./page-hcba_NsH.js";import{i as g,r as le,t as _}from"./index-YFvmB8Uc.js";import{t as ue}from"./unsaved-CVCt4pU-.js";import{a as de,c as fe,i as pe,o as v,r as me,s as he}from"./fields-lpzfMyTc.js";import"./schema-form-DKqS-slT.js";import{t as ge}from"./paths-NtOHJY-i.js";import{t as y}from"./badge-CjavgDqT.js";import{r as _e}from"./numbers-CoBbCYtr.js";import{n as ve}from"./events-Ca8JUnX8.js";var b=a.createApi,x={name:50,version:32,description:250};function ye(e){let{draft:t,mistakes:n}=e;return d`${v({id:`api-name`,label:b.name,value:t.name,required:!0,maxLength:x.name,error:n.at(`api.name`),onChange:t=>e.change({name:t})})}
  ${v({id:`api-version`,label:b.version,value:t.version,required:!0,maxLength:x.version,hint:b.versionHint,error:n.at(`api.apiVersion`),onChange:t=>e.change({version:t})})}
  ${de({id:`api-description`,label:b.description,value:t.description,maxLength:x.description,error:n.at(`api.description`),onChange:t=>e.change({description:t})})}`}var S=`webhook`,be=6e4,xe={"http-proxy":`Default HTTP proxy`,sse:`Default event stream`,mock:`Default mock`,memory:`Default topics`},C={definitionVersion:`V4`,name:`Default Keyless (UNSECURED)`,description:`Default unsecured plan`,mode:`STANDARD`,security:{type:`KEY_LESS`,configuration:{}},validation:`MANUAL`,status:`PUBLISHED`},w={definitionVersion:`V4`,name:`Default PUSH plan`,description:`Default push plan`,mode:`PUSH`,validation:`MANUAL`,status:`PUBLISHED`};function Se(e){return{type:e,entrypoints:e===`PROXY`?[`http-proxy`]:[`sse`],endpointType:e===`PROXY`?`http-proxy`:`sse`,target:``,configuration:{},shared:Ce(e===`PROXY`?`http-proxy`:`sse`),plans:[C]}}function Ce(e){return T(e)?{http:{keepAlive:!0,idleTimeout:be}}:{}}var we={name:``,version:``,description:``,paths:[{path:``}],...Se(`PROXY`)};function T(e){return e===`http-proxy`||e===`sse`}var E=e=>e.entrypoints.some(e=>e!==S),D=e=>e.entrypoints.includes(S);function Te(e){let t=e.plans.filter(t=>t.mode===`PUSH`?D(e):E(e)),n=e=>t.some(t=>t.mode===e);return E(e)&&!n(`STANDARD`)&&t.unshift(C),D(e)&&!n(`PUSH`)&&t.push(w),t}function O(e){return e.shared.http??{}}function Ee(e,t){return{...e.shared,http:{...O(e),...t}}}function De(e){return T(e.endpointType)?{target:e.target}:e.configuration}function Oe(e){let t=[],n=e=>({type:e,configuration:{}});E(e)&&t.push({type:`HTTP`,paths:e.paths,entrypoints:e.entrypoints.filter(e=>e!==S).map(n)}),D(e)&&t.push({type:`SUBSCRIPTION`,entrypoints:[n(S)]});let r=xe[e.endpointType],i=Object.keys(e.shared).length>0;return{definitionVersion:`V4`,type:e.type,name:e.name,apiVersion:e.version,...e.description?{description:e.description}:{},listeners:t,endpointGroups:[{name:`${r} group`,type:e.endpointType,...i?{sharedConfiguration:e.shared}:{},endpoints:[{name:r,type:e.endpointType,...i?{inheritConfiguration:!0}:{},configuration:De(e)}]}]}}var ke=c(`apis`,`_import`,`definition`),k=t=>e(ke,{api:Oe(t),plans:t.plans}),Ae=e=>({...k(e),query:{dryRun:!0}}),A=t=>e(c(`apis`,t,`_start`)),j=a.createApi.drawing;function je(e,t){let n=e.paths.map(e=>Ne(e,t));return d`<figure class="way" aria-label=${j.label}>
    <ol>
      ${E(e)?M(j.client,[Me(e)]):l}
      ${E(e)?M(j.gateway,n,!0):l}
      ${M(j.security,e.plans.map(e=>e.name))}
      ${e.type===`MESSAGE`?M(j.channel,[j.shared]):l}
      ${M(j.upstream,[Pe(e)],!0)}
      ${D(e)?M(j.consumers,[j.webhook]):l}
    </ol>
  </figure>`}function M(e,t,n=!1){return d`<li>
    <p class="way-title">${e}</p>
    ${t.map(e=>e?d`<p>${n?d`<code>${e}</code>`:e}</p>`:d`<p class="muted">${j.open}</p>`)}
  </li>`}function Me(e){return e.entrypoints.filter(e=>e!==`webhook`).map(e=>j.entrypoints[e]??e).join(`, `)}function Ne(e,t){return e.path?e.host?`${t.split(`://`)[0]||`http`}://${e.host}${e.path}`:t.replace(/\/$/,``)+e.path:``}function Pe(e){return T(e.endpointType)?e.target.split(`?`)[0]:e.endpointType}function N(e,t,n,r,i){return d`<fieldset class="choices">
    <legend class="visually-hidden">${e}</legend>
    ${n.map(e=>d`<label class="choice">
        <input
          type=${t}
          name="choice"
          value=${e.id}
          .checked=${fe(r(e.id))}
          aria-describedby=${e.text?`choice-${e.id}`:l}
          @change=${t=>i(e.id,t.target.checked)}
        />
        <span class="choice-title">${e.title}</span>
        ${e.text?d`<span class="choice-text" id="choice-${e.id}">${e.text}</span>`:l}
      </label>`)}
  </fieldset>`}var P=a.createApi,F=[{label:P.menu.details,steps:[`details`]},{label:P.menu.entrypoints,steps:[`architecture`,`entrypoints`,`paths`]},{label:P.menu.endpoints,steps:[`access`,`endpoints`]},{label:P.menu.security,steps:[`plans`]},{label:P.menu.summary,steps:[`summary`]}];function I(e){return F.flatMap(e=>e.steps).filter(t=>t===`paths`?E(e):t!==`access`||e.type===`MESSAGE`)}function L(e,t){return e.startsWith(`plans`)?`plans`:e.startsWith(`api.endpointGroups`)?`endpoints`:e.startsWith(`api.listeners`)?e.includes(`.paths`)&&E(t)?`paths`:`entrypoints`:e===`api.type`?`architecture`:e.startsWith(`api.`)?`details`:`summary`}var Fe=`api.listeners[0].paths`,R=`api.endpointGroups[0]`,Ie=`${R}.endpoints[0].configuration.target`;function Le(e,t){switch(t){case`details`:return Re([[`api.name`,e.name,P.nameRequired],[`api.apiVersion`,e.version,P.versionRequired]]);case`entrypoints`:return e.entrypoints.length?[]:[{location:`api.listeners`,message:P.entrypointRequired}];case`paths`:return e.paths.flatMap((t,n)=>{let r=ge(e.paths,n);return r?[{location:`${Fe}[${n}].path`,message:r}]:[]});case`endpoints`:return T(e.endpointType)?Re([[Ie,e.target,P.targetRequired]]):[];case`plans`:return e.plans.length?[]:[{location:`plans`,message:P.planRequired}];default:return[]}}function Re(e){return e.filter(([,e])=>!e.trim()).map(([e,,t])=>({location:e,message:t}))}var z=a.probe,ze=class{constructor(e){this.seconds=e,this.stages=[],this.events=[],this.heartbeats=[],this.interrupted=``,this.begun=performance.now()}get isEmpty(){return!this.stages.length&&!this.head}get intervalMs(){if(this.result)return this.result.heartbeatMs;let e=this.heartbeats.flatMap(e=>e.intervalMs??[]);return e.length?Math.max(...e):void 0}elapsedSeconds(){return Math.min(Math.round((performance.now()-this.begun)/1e3),this.seconds)}take(e,t){switch(e){case`connecting`:{let{host:e,port:n}=t;this.stages.push(z.connecting(`${e}:${n}`));break}case`connected`:{let{address:e,tlsVersion:n}=t;this.stages.push(n?z.connectedByTls(e,n):z.connected(e));break}case`head`:this.head=t;break;case`event`:this.events.push(t);break;case`heartbeat`:this.heartbeats.push(t);break;case`proposal`:this.proposal=t;break;case`end`:this.result=t,this.proposal=this.result.proposal??this.proposal}}},B=600,V=34;function Be(e){let t=e.seconds*1e3,n=e=>Math.round(e.atMs/t*B),r=`${z.timeLine}. ${z.heartbeats}: ${e.heartbeats.length}, ${z.events}: ${e.events.length}`;return d`<figure class="probe-line">
    <svg viewBox="0 0 ${B} ${V}" preserveAspectRatio="none" role="img" aria-label=${r}>
      <line class="probe-axis" x1="0" x2=${B} y1=${V/2} y2=${V/2}></line>
      ${e.heartbeats.map(e=>ne`<line class="probe-heartbeat" x1=${n(e)} x2=${n(e)} y1="8" y2=${26}></line>`)}
      ${e.events.map(e=>ne`<line class="probe-event" x1=${n(e)} x2=${n(e)} y1="2" y2=${32}></line>`)}
    </svg>
    <figcaption>
      <span class="probe-key probe-key-heartbeat">${z.legendHeartbeat}</span>
      <span class="probe-key probe-key-event">${z.legendEvent}</span>
    </figcaption>
  </figure>`}var H=a.probe,Ve=20,He=300,Ue=`********`,We=1e3,U=class extends f{constructor(...e){super(...e),this.kind=`none`,this.username=``,this.password=``,this.token=``,this.path=``,this.seconds=Ve,this.errors=m.none}disconnectedCallback(){super.disconnectedCallback(),this.stop()}render(){return ce(H.title,d`<p class="muted">${H.intro}</p>
        <form class="probe-form" novalidate @submit=${e=>this.submitted(e)}>
          <div class="probe-fields">${this.fields()}</div>
          <div class="row">
            <button>${this.running?H.stop:H.begin}</button>
            <span role="status">${this.progress()}</span>
          </div>
        </form>
        ${this.errors.any?this.errors.summary():l}
        ${this.findings?this.found(this.findings):l} ${ie([this.call(Ue)])}`)}fields(){let e=e=>this.errors.at(e);return d`${pe({id:`probe-kind`,label:H.credentials,value:this.kind,options:[{value:`none`,label:H.none},{value:`basic`,label:H.basic},{value:`bearer`,label:H.bearer}],onChange:e=>this.kind=e})}
    ${this.kind===`basic`?d`${v({id:`probe-username`,label:H.username,value:this.username,error:e(`credentials.username`),onChange:e=>this.username=e})}
        ${this.secret(`probe-password`,H.password,this.password,e(`credentials.password`))}`:l}
    ${this.kind===`bearer`?this.secret(`probe-token`,H.token,this.token,e(`credentials.token`)):l}
    ${me({id:`probe-seconds`,label:H.seconds,value:this.seconds,min:1,max:He,step:1,unit:`s`,hint:H.secondsHint,error:e(`seconds`),onChange:e=>this.seconds=e})}
    ${v({id:`probe-path`,label:H.path,value:this.path,hint:H.pathHint,error:e(`path`),onChange:e=>this.path=e})}`}secret(e,t,n,r){return v({id:e,label:t,value:n,error:r,type:`password`,autocomplete:`new-password`,onChange:e=>{this.kind===`basic`?this.password=e:this.token=e}})}call(t){let n={none:void 0,basic:{username:this.username,password:this.password&&t||this.password},bearer:{token:this.token&&t||this.token}}[this.kind];return e(c(`endpoints`,`_probe`),{...this.endpoint,...this.path?{path:this.path}:{},...n?{credentials:Ke(n)}:{},seconds:this.seconds})}submitted(e){e.preventDefault(),this.running?this.stop(H.stopped):this.begin()}async begin(){let e=this.running=new AbortController,t=this.findings=new ze(this.seconds??Ve);this.errors=m.none,this.timer=setInterval(()=>this.requestUpdate(),We);try{for await(let n of ve(this.call(),e.signal))t.take(n.event,JSON.parse(n.data)),this.requestUpdate();t.result||(t.interrupted=H.lost)}catch(n){if(e.signal.aborted)return;t.isEmpty?this.findings=void 0:t.interrupted=H.lost,this.errors=m.of(n)}this.stop()}stop(e){clearInterval(this.timer),this.running?.abort(),this.running=void 0,e&&this.findings&&(this.findings.interrupted=e),this.requestUpdate()}progress(){let{findings:e}=this;return e?e.result?e.result.message:this.running?H.running(e.elapsedSeconds(),e.seconds):e.interrupted:``}found(e){let{head:t,proposal:n}=e;return d`<ol class="probe-stages">
        ${e.stages.map(e=>d`<li>${e}</li>`)}
      </ol>
      ${t?h([[H.status,y(String(t.status),t.eventStream?`good`:`bad`)],[H.contentType,d`<code>${t.contentType||H.noContentType}</code>`],[H.eventStream,t.eventStream?y(H.eventStream,`good`):d`${y(H.noEventStream,`bad`)} ${t.reason}`],[H.heartbeat,t.eventStream&&(e.intervalMs===void 0?H.notMeasured:d`<strong>${e.intervalMs} ${H.ms}</strong>`)],[H.silence,e.result?.longestSilenceMs&&_e(e.result.longestSilenceMs)]].filter(([,e])=>e!==!1)):l}
      ${t?.eventStream?Be(e):l}
      ${n?d`<div class="notice ${n.changes?`notice-warn`:`notice-info`}" role="status">
            <p>${n.reason}.</p>
            ${n.changes&&n.idleTimeout!==this.current()?d`<button type="button" class="primary" @click=${()=>this.use(n.idleTimeout)}>
                  ${H.use(n.idleTimeout)}
                </button>`:l}
          </div>`:l}
      ${e.events.length?Ge(e):l}
      ${e.result?.excerpt?d`<h3>${H.excerpt}</h3>
            <pre class="probe-excerpt" tabindex="0">${e.result.excerpt}</pre>`:l}
      ${t?d`<details class="fold">
            <summary>${H.headers}</summary>
            ${h(t.headers.map(e=>[e.name,d`<code>${e.value}</code>`]))}
          </details>`:l}`}current(){return this.endpoint.sharedConfiguration.http?.idleTimeout}use(e){this.dispatchEvent(new CustomEvent(`use`,{detail:e}))}};p([ee({attribute:!1})],U.prototype,`endpoint`,void 0),p([u()],U.prototype,`kind`,void 0),p([u()],U.prototype,`username`,void 0),p([u()],U.prototype,`password`,void 0),p([u()],U.prototype,`token`,void 0),p([u()],U.prototype,`path`,void 0),p([u()],U.prototype,`seconds`,void 0),p([u()],U.prototype,`findings`,void 0),p([u()],U.prototype,`errors`,void 0),U=p([te(`relay-probe`)],U);function Ge(e){return d`<h3>${H.firstEvents}</h3>
    <div class="table">
      <table>
        <thead>
          <tr>
            ${[H.at,H.event,H.id,H.data].map(e=>d`<th scope="col">${e}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${e.events.map(e=>d`<tr>
              <td class="numeric">${_e(e.atMs)}</td>
              <td>${e.event}</td>
              <td>${e.id}</td>
              <td><code>${e.data}</code></td>
            </tr>`)}
        </tbody>
      </table>
    </div>`}function Ke(e){return Object.fromEntries(Object.entries(e).filter(([,e])=>e!==``))}var W=a.createApi,qe=`${R}.endpoints[0]`;function Je(e){let t=(e.catalogue?.endpoints??[]).filter(t=>t.supportedApiType===e.draft.type);return N(W.accessTitle,`radio`,t.map(e=>({id:e.id,title:e.name,text:e.description})),t=>t===e.draft.endpointType,t=>{let n=t;e.change({endpointType:n,configuration:{},shared:Ce(n)})})}function Ye(e){let{draft:t}=e;return T(t.endpointType)?d`${Ze(e)} ${Qe(e)}`:d`${$e(e)} ${Qe(e)}`}function Xe(e){let{draft:t}=e;return T(t.endpointType)?d`<relay-probe
    .endpoint=${{type:t.endpointType,configuration:De(t),sharedConfiguration:t.shared}}
    @use=${n=>{e.change({shared:Ee(t,{idleTimeout:n.detail})}),_(a.probe.used(n.detail))}}
  ></relay-probe>`:l}function Ze(e){let{draft:t,mistakes:n}=e,r=O(t),i=n=>e.change({shared:Ee(t,n)}),o=r.idleTimeout;return d`${v({id:`target`,label:W.target,value:t.target,required:!0,type:`url`,hint:W.targetHint,placeholder:`https://rest.ably.io/sse?channel=ssechannel&v=1.1`,error:n.at(Ie),onChange:t=>e.change({target:t.trim()})})}
  ${he({id:`keep-alive`,label:W.keepAlive,value:r.keepAlive!==!1,hint:W.keepAliveHint,onChange:e=>i({keepAlive:e})})}
  ${me({id:`idle-timeout`,label:W.idleTimeout,value:typeof o==`number`?o:void 0,min:0,step:1,unit:a.probe.ms,hint:W.idleHint,error:n.at(`${R}.sharedConfiguration.http.idleTimeout`),onChange:e=>i({idleTimeout:e})})}`}function Qe(e){let{endpointType:t,shared:n}=e.draft,r=e.schema(`endpoints`,t,`shared-configuration-schema`);if(!r)return l;let i=e.mistakes.below(`${R}.sharedConfiguration`);return d`<details class="fold" ?open=${i.length>0}>
    <summary>${W.moreOptions}</summary>
    <relay-schema-form
      .schema=${r}
      .value=${n}
      .errors=${i}
      @change=${t=>e.change({shared:t.detail??{}})}
    ></relay-schema-form>
  </details>`}function $e(e){let{endpointType:t,configuration:n}=e.draft,r=e.schema(`endpoints`,t,`schema`);return r?Object.keys(r.properties??{}).length?d`<relay-schema-form
    .schema=${r}
    .value=${n}
    .errors=${e.mistakes.below(`${qe}.configuration`)}
    @change=${t=>e.change({configuration:t.detail??{}})}
  ></relay-schema-form>`:d`<p>${W.noOptions}</p>`:l}var G=a.createApi,et=[`PROXY`,`MESSAGE`];function tt(e,t){return N(G.architectureTitle,`radio`,et.map(e=>({id:e,...G.architectures[e]})),t=>t===e.draft.type,e=>t(e))}function nt(e){let{draft:t}=e,n=(e.catalogue?.entrypoints??[]).filter(e=>e.supportedApiType===t.type);return N(G.entrypointsTitle,t.type===`PROXY`?`radio`:`checkbox`,n.map(e=>({id:e.id,title:e.name,text:e.description})),e=>t.entrypoints.includes(e),(n,r)=>{let i=t.entrypoints.filter(e=>e!==n),a=r?[...i,n]:i;e.change({entrypoints:a,plans:Te({...t,entrypoints:a})})})}function rt(e){return d`<relay-paths
    .value=${e.draft.paths}
    .errors=${e.mistakes.below(Fe)}
    @change=${t=>e.change({paths:t.detail})}
  ></relay-paths>`}var K=a.createApi;function it(e,t,n){return d`<div class="card wizard-half" role="alert">
      <h2>${K.halfTitle}</h2>
      <p>${K.halfText(e,t.reason)}</p>
      <div class="row">
        <button type="button" class="primary" @click=${()=>void n.deploy(t.id)}>
          ${K.deployAgain}
        </button>
        <button type="button" @click=${()=>void n.leave(t.id,K.saved)}>
          ${K.openApi}
        </button>
        <button type="button" class="danger" @click=${()=>void ot(t.id,n)}>
          ${K.undo}
        </button>
      </div>
    </div>
    ${ie([A(t.id),at(t.id)])}`}var at=e=>r(c(`apis`,e),{closePlans:!0});async function ot(e,t){try{await o(at(e))}catch(e){_(i(e),`error`);return}await t.finish(),_(K.undone),await g.go(le(`apis`))}var q=a.createApi,st={name:50,description:250};function ct(e,t){let n=lt(e),r=t??{definitionVersion:`V4`,name:``,...ut(n[0].value),validation:`MANUAL`,status:`PUBLISHED`},i=!1;return ae(q.planTitle,(t,o)=>{let s=e=>{r={...r,...e},o()},c=r.security?.type??w.mode,u=e.catalogue?.plans.find(e=>Y(e.id)===c),f=u&&e.schema(`plans`,u.id,`schema`),ee=Object.keys(f?.properties??{}).length>0;return u&&!f&&e.loadSchema(`plans`,u.id,`schema`).then(o),{content:d`${pe({id:`plan-kind`,label:q.planKind,value:c,options:n,onChange:e=>s(ut(e))})}
        ${v({id:`plan-name`,label:q.planName,value:r.name,required:!0,maxLength:st.name,error:i&&!r.name.trim()?q.planNameRequired:void 0,onChange:e=>s({name:e})})}
        ${de({id:`plan-description`,label:q.planDescription,value:r.description??``,rows:2,maxLength:st.description,onChange:e=>s({description:e})})}
        ${c===`KEY_LESS`?l:he({id:`plan-auto`,label:q.planAuto,value:r.validation===`AUTO`,onChange:e=>s({validation:e?`AUTO`:`MANUAL`})})}
        ${f&&ee?d`<h3>${q.planOptions}</h3>
              <relay-schema-form
                .schema=${f}
                .value=${r.security?.configuration}
                @change=${e=>s({security:{type:c,configuration:e.detail??{}}})}
              ></relay-schema-form>`:l}`,actions:d`<button type="button" @click=${()=>t(void 0)}>
            ${a.common.cancel}
          </button>
          <button type="submit" class="primary" @click=${()=>{i=!0;let e=document.querySelector(`dialog relay-schema-form`);r.name.trim()&&(e?.report()??!0)?t(r):o()}}>${q.usePlan}</button>`}},{wide:!0})}function lt(e){let t=E(e.draft)?(e.catalogue?.plans??[]).map(e=>({value:Y(e.id),label:e.name})):[];return D(e.draft)&&t.push({value:w.mode,label:q.planPush}),t}function ut(e){return e===w.mode?{mode:`PUSH`}:{mode:`STANDARD`,security:{type:e,configuration:{}}}}var J=a.createApi;function dt(e){let{draft:t}=e,n=t=>e.change({plans:t}),r=async r=>{let i=await ct(e,t.plans[r]);if(!i)return;let a=[...e.draft.plans];a[r]=i,n(a)},i=[...E(t)?[C]:[],...D(t)?[w]:[]].filter(e=>!t.plans.some(t=>mt(t)===mt(e)));return d`<div class="table">
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
          ${t.plans.map((t,i)=>ft(e,t,i,r,n))}
        </tbody>
      </table>
    </div>
    ${t.plans.length?l:d`<p class="field-error">${e.mistakes.at(`plans`)??J.planRequired}</p>`}
    <div class="row">
      <button type="button" @click=${()=>void r(t.plans.length)}>${J.addPlan}</button>
      ${i.map(e=>d`<button type="button" @click=${()=>n([...t.plans,e])}>
          ${J.addDefault(e.name)}
        </button>`)}
    </div>`}function ft(e,t,n,r,i){let{draft:o}=e,s=e.mistakes.below(`plans[${n}]`);return d`<tr>
    <td>
      ${t.name}
      ${s.map(e=>d`<p class="field-error"><code>${e.location}</code> ${e.message}</p>`)}
    </td>
    <td class="secondary">${t.mode}</td>
    <td>${pt(e,t)}</td>
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
  </tr>`}function pt(e,t){if(!t.security)return J.noSecurity;let{type:n}=t.security;return e.catalogue?.plans.find(e=>Y(e.id)===n)?.name??n}var Y=e=>e.replaceAll(`-`,`_`).toUpperCase();function mt(e){return e.security?.type??e.mode}var X=a.createApi;function ht(e,t){let{draft:n}=e,r=O(n).idleTimeout;return d`${t.length?gt(e,t):l}
  ${Z(e,X.menu.details,`details`,[[X.name,n.name],[X.version,n.version],[X.description,n.description]])}
  ${Z(e,X.menu.entrypoints,E(n)?`paths`:`entrypoints`,[[X.type,X.architectures[n.type].title],[X.entrypointTypes,n.entrypoints.map(t=>e.catalogue?.entrypoints.find(e=>e.id===t)?.name??t).join(`, `)],[X.contextPaths,E(n)?n.paths.map(e=>d`<code>${e.host??``}${e.path}</code> `):void 0]])}
  ${Z(e,X.menu.endpoints,`endpoints`,[[X.endpointType,n.endpointType],[X.target,T(n.endpointType)&&d`<code>${n.target}</code>`],[X.keepAlive,T(n.endpointType)&&(O(n).keepAlive===!1?a.common.off:a.common.on)],[X.idleTimeout,typeof r==`number`&&(r?`${r} ${a.probe.ms}`:X.off)]])}
  ${Z(e,X.menu.security,`plans`,[[X.plans,d`<ul>
        ${n.plans.map(t=>d`<li>${t.name} (${pt(e,t)})</li>`)}
      </ul>`]])}`}function Z(e,t,n,r){return ce(t,h(r.map(([e,t])=>[e,t===!1?void 0:t])),d`<button
      type="button"
      class="small"
      aria-label=${X.changePart(t)}
      @click=${()=>e.show(n)}
    >
      ${X.change}
    </button>`)}function gt(e,t){let{draft:n}=e,r=Map.groupBy(t,e=>L(e.location,n)),i=r.get(`summary`)??[];return d`<div class="notice notice-error" role="alert">
    <p>${X.refused}</p>
    ${i.map(e=>d`<p><code>${e.location}</code> ${e.message}</p>`)}
    <div class="row">
      ${I(n).filter(e=>e!==`summary`&&r.has(e)).map(t=>d`<button type="button" class="small" @click=${()=>e.show(t)}>
            ${X.mistakesIn(_t(t),r.get(t).length)}
          </button>`)}
    </div>
  </div>`}function _t(e){return F.find(t=>t.steps.includes(e)).label}var Q=a.createApi,vt=`API_ID`,$=class extends f{constructor(){super(),this.draft=we,this.step=`details`,this.reached=`details`,this.pending=!1,this.refused=[],this.failure=``,this.finished=!1,this.mistakes=m.none,this.catalogueLoader=new re(this,yt),this.gateway=new re(this,e=>o(n(c(`exposedEntrypoints`)),e)),this.schemas=new Map,this.loading=new Map;let e={title:Q.exitTitle,text:Q.exitText,discard:Q.discard,keep:Q.keep};new ue(this,()=>this.draft!==we&&!this.finished,e)}firstUpdated(){this.focusFirst()}get catalogue(){return this.catalogueLoader.value}change(e){this.draft={...this.draft,...e},this.refused=this.refused.filter(e=>L(e.location,this.draft)!==this.step),this.failure=``}show(e){this.step=e,this.focusFirst()}schema(...e){return this.loadSchema(...e),this.schemas.get(e.join(`/`))}loadSchema(...e){let t=e.join(`/`),n=this.loading.get(t);return n||(n=this.readSchema(t,e),this.loading.set(t,n)),n}async readSchema(e,r){try{this.schemas.set(e,await o(n(t(`plugins`,...r)))),this.requestUpdate()}catch(e){_(i(e),`error`)}}render(){if(this.saved)return se({title:Q.title,content:it(this.draft.name,this.saved,this)});let e=this.view(),t=this.refused.filter(e=>L(e.location,this.draft)===this.step);return this.mistakes=t.length?m.of(new s(400,`validation`,a.errors.summary,t)):m.none,se({title:Q.title,intro:Q.intro,content:d`${this.menu()}
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
            ${je(this.draft,this.gateway.value?.[0]?.value??``)}
            ${this.step===`endpoints`?Xe(this):l}
          </aside>
        </div>`,calls:this.step===`summary`?[k(this.draft),A(vt)]:[Ae(this.draft)]})}view(){switch(this.step){case`details`:return{title:Q.detailsTitle,action:Q.validateDetails,content:()=>ye(this)};case`architecture`:return{title:Q.architectureTitle,action:Q.selectArchitecture,content:()=>tt(this,e=>void this.chooseType(e))};case`entrypoints`:return{title:Q.entrypointsTitle,text:Q.entrypointsText,action:Q.selectEntrypoints,content:()=>this.catalogueLoader.show(()=>nt(this))};case`paths`:return{title:Q.pathsTitle,action:Q.validateEntrypoints,content:()=>rt(this)};case`access`:return{title:Q.accessTitle,action:Q.selectEndpoints,content:()=>this.catalogueLoader.show(()=>Je(this))};case`endpoints`:return{title:Q.endpointsTitle,action:Q.validateEndpoints,content:()=>Ye(this)};case`plans`:return{title:Q.plansTitle,text:Q.plansText,action:Q.validatePlans,content:()=>this.catalogueLoader.show(()=>dt(this))};case`summary`:return{title:Q.summaryTitle,text:Q.summaryText,action:Q.saveAndDeploy,content:()=>ht(this,this.refused)}}}menu(){let e=I(this.draft),t=e.indexOf(this.reached);return d`<nav aria-label=${Q.menu.label}>
      <ol class="wizard-menu">
        ${F.map(n=>{let r=n.steps.find(t=>e.includes(t)),i=n.steps.includes(this.step),a=!i&&e.indexOf(r)<t;return d`<li class=${a?`is-done`:``}>
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
    </nav>`}buttons(e){let t=this.step===`details`;return d`${t?d`<button type="button" @click=${()=>void g.go(le(`apis`))}>${Q.exit}</button>`:d`<button type="button" @click=${()=>this.previous()}>${a.common.previous}</button>`}
      <span class="form-actions-end">
        ${this.step===`summary`?d`<button type="button" ?disabled=${this.pending} @click=${()=>void this.save(!1)}>
              ${Q.save}
            </button>`:l}
        <button type="submit" class="primary" ?disabled=${this.pending}>${e.action}</button>
      </span>`}unplaced(){return this.mistakes.rest().length?this.mistakes.summary():l}previous(){let e=I(this.draft);this.show(e[e.indexOf(this.step)-1])}async submitted(e){if(e.preventDefault(),this.pending)return;if(this.step===`summary`)return this.save(!0);let t=this.step,n=Le(this.draft,t);if(!n.length){let e=await this.check();if(!e)return;n=e.filter(e=>L(e.location,this.draft)===t)}if(this.refused=[...this.others(t),...n],n.length)return this.focusMistake();let r=I(this.draft),i=r[r.indexOf(t)+1];r.indexOf(i)>r.indexOf(this.reached)&&(this.reached=i),this.show(i)}others(e){return this.refused.filter(t=>L(t.location,this.draft)!==e)}async check(){this.pending=!0,this.failure=``;try{return await o(Ae(this.draft)),[]}catch(e){if(e instanceof s&&e.details.length)return e.details;this.failure=i(e);return}finally{this.pending=!1}}async chooseType(e){let t=I(this.draft);if(t.indexOf(this.reached)>t.indexOf(`architecture`)&&e!==this.draft.type){if(!await oe({title:Q.resetTitle,content:Q.resetText,action:Q.resetAction,danger:!0}))return this.requestUpdate();this.reached=`architecture`}this.refused=[],this.change(Se(e))}async save(e){this.pending=!0,this.failure=``;try{let{id:t}=await o(k(this.draft));e?await this.deploy(t):await this.leave(t,Q.saved)}catch(e){this.refused=e instanceof s?e.details:[];let t=e instanceof s&&e.status===0;this.refused.length||(this.failure=t?Q.unanswered:i(e))}finally{this.pending=!1}}async deploy(e){try{await o(A(e))}catch(t){this.saved={id:e,reason:i(t)};return}await this.leave(e,Q.deployed)}async leave(e,t){await this.finish(),_(t),await g.go(le(`apis`,e))}async finish(){this.finished=!0,await this.updateComplete}async focusFirst(){await this.updateComplete,(this.querySelector(`.wizard-step input[type=radio]:checked`)??this.querySelector(`.wizard-step :is(input, select, textarea)`)??this.querySelector(`.wizard-step .primary`))?.focus(),this.querySelector(`.wizard-menu`)?.scrollIntoView({block:`nearest`})}async focusMistake(){await this.updateComplete,this.querySelector(`[aria-invalid=true]`)?.focus()}};p([u()],$.prototype,`draft`,void 0),p([u()],$.prototype,`step`,void 0),p([u()],$.prototype,`reached`,void 0),p([u()],$.prototype,`pending`,void 0),p([u()],$.prototype,`refused`,void 0),p([u()],$.prototype,`failure`,void 0),p([u()],$.prototype,`saved`,void 0),p([u()],$.prototype,`finished`,void 0),$=p([te(`relay-create-api`)],$);async function yt(e){let r=r=>o(n(t(`plugins`,r)),e),[i,a,s]=await Promise.all([r(`entrypoints`),r(`endpoints`),r(`plans`)]);return{entrypoints:i,endpoints:a,plans:s}}export{$ as CreateApi};