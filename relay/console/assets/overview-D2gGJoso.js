import{A as e,C as t,D as n,F as r,I as i,M as a,R as o,S as s,_ as c,b as l,n as u,o as d,s as f,t as p,w as ee}from"./decorate-CMUPfMU2.js";import{i as m,t as h}from"./curl-DoEv4x73.js";import{t as te}from"./badge-CuqyDef5.js";import{n as ne,t as g}from"./dialog-D3aOR7Vc.js";import{a as _,i as v,n as re,r as ie,t as y}from"./numbers-CoBbCYtr.js";import{n as b,r as ae,t as x}from"./page-CdPBm8Zm.js";import{i as S,o as C,r as w,t as T}from"./index-Dc1bZjl3.js";import{a as oe,i as E,n as se,o as D}from"./api-3_rZgeJG.js";import{t as O}from"./field-errors-DrluW96a.js";import{o as k,s as A}from"./fields-DpPlc1hf.js";import{i as j,n as M,r as N,t as P}from"./traffic-CXyjx_ig.js";import{t as F}from"./stop-dialog-DrLnk2aU.js";var I=i.clocks,L=864e5,R=100,z=`gateway.request_timeout_ms`,B=e=>n(t(`plugins`,`endpoints`,e,`shared-configuration-schema`)),V=()=>n(ee(`configuration`)),H=e=>n(s(`apis`,e,`analytics`),{type:`GROUP_BY`,field:`outcome`,from:Date.now()-L,to:Date.now()});function U(e){let{properties:t}=e;return t?.http?.default??{}}function W(e){let t=e[z]?.value;return typeof t==`number`?t:void 0}function ce(e,t){let n=le(e,t),r=Math.max(...n.map(e=>e.ms),1e3);return l`<table class="timeouts">
    <thead>
      <tr>
        <th scope="col">${I.timeout}</th>
        <th scope="col" class="timeout-bar"><span class="visually-hidden">${I.chart}</span></th>
        <th scope="col" class="numeric">${I.value}</th>
        <th scope="col" class="numeric">${I.fired}</th>
      </tr>
    </thead>
    <tbody>
      ${n.map(e=>{let n=e.outcome?t.outcomes[e.outcome]??0:void 0;return l`<tr>
          <th scope="row">
            ${I.names[e.name]}
            ${e.group?l`<span class="muted">${e.group}</span>`:c}
          </th>
          <td class="timeout-bar">${G(e.ms,r)}</td>
          <td class="numeric">${e.ms?ie(e.ms):I.never}</td>
          <td class="numeric ${n?`timeout-expired`:`muted`}">${n??`–`}</td>
        </tr>`})}
    </tbody>
  </table>`}function G(e,t){if(!e)return c;let n=Math.log(Math.max(e,R*1.2)/R)/Math.log(t/R);return l`<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <rect class="timeout-track" width="100" height="8"></rect>
    <rect class="timeout-share" width=${(n*100).toFixed(1)} height="8"></rect>
  </svg>`}function le(e,{defaults:t,requestTimeoutMs:n}){let r=(e.endpointGroups??[]).filter(e=>e.sharedConfiguration?.http||`idleTimeout`in t),i=r.length>1;return[...n===void 0?[]:[{name:`request`,ms:n,outcome:`request_timeout`}],...r.flatMap(e=>ue(e,t,i)),...de(e),...fe(e)]}function ue(e,t,n){let r={...t,...e.sharedConfiguration?.http},i=n?{group:e.name}:{};return[{name:`connect`,ms:r.connectTimeout??0,outcome:`connect_timeout`,...i},{name:`read`,ms:r.readTimeout??0,outcome:`read_timeout`,...i},{name:`idle`,ms:r.idleTimeout??0,outcome:`idle_timeout`,...i}]}function de(e){let t=E(e).find(e=>e.type===`sse`);if(!t)return[];let n=t.configuration?.heartbeatIntervalInMs,r=t.configuration?.maxDurationMs;return[...typeof n==`number`?[{name:`heartbeat`,ms:n}]:[],...typeof r==`number`&&r?[{name:`duration`,ms:r,outcome:`max_duration`}]:[]]}function fe(e){let t=(e.flows??[]).flatMap(e=>Object.values(e)).flatMap(e=>Array.isArray(e)?e:[]).filter(e=>e.policy===`stream-limit`&&e.enabled!==!1).map(e=>e.configuration?.maxDurationMs??0).filter(Boolean);return t.length?[{name:`duration`,ms:Math.min(...t),outcome:`max_duration`}]:[]}var K=i.duplicate;async function pe(e){let t={contextPath:``,host:``,version:e.apiVersion,plans:!0},n=O.none,r=await ne(K.title(e.name),(r,a)=>{let s=e=>{Object.assign(t,e),a()};return{content:l`${k({id:`duplicate-path`,label:K.contextPath,required:!0,placeholder:`/copy`,value:t.contextPath,error:n.at(`contextPath`)??n.at(`listeners[0].paths[0].path`),onChange:e=>s({contextPath:e})})}
      ${k({id:`duplicate-host`,label:K.host,hint:K.hostHint,value:t.host,error:n.at(`host`)??n.at(`listeners[0].paths[0].host`),onChange:e=>s({host:e})})}
      ${k({id:`duplicate-version`,label:K.version,value:t.version,error:n.at(`version`)??n.at(`apiVersion`),onChange:e=>s({version:e})})}
      ${A({id:`duplicate-plans`,label:K.plans,hint:K.plansHint,value:t.plans,onChange:e=>s({plans:e})})}
      ${n.summary()} ${h([q(e.id,t)])}`,actions:l`<button type="button" @click=${()=>r(void 0)}>
          ${i.common.cancel}
        </button>
        <button
          type="submit"
          class="primary"
          @click=${e=>{let{form:t}=e.target;t.checkValidity()&&o(r,a)}}
        >
          ${K.action}
        </button>`}});r&&(T(K.done),await S.go(w(`apis`,r.id)));async function o(r,i){try{r(await a(q(e.id,t)))}catch(e){n=O.of(e),i()}}}function q(t,n){return e(s(`apis`,t,`_duplicate`),{contextPath:n.contextPath,...n.host?{host:n.host}:{},...n.version?{version:n.version}:{},...n.plans?{}:{filteredFields:[`PLANS`]}})}var J=i.flowPath,Y=3;function me(e,t,n){return l`<ol class="flow-path" aria-label=${J.label}>
    ${ge(e,t,n).map(e=>l`<li>
        ${he(e)}
        <span class="flow-arrow">${e.arrow?.map(e=>l`<span>${e}</span>`)}</span>
      </li>`)}
  </ol>`}function he(e){return l`<a class="flow-node" href=${e.href}>
    <strong>${e.title}</strong>
    ${e.lines.slice(0,Y).map(e=>l`<span>${e}</span>`)}
    ${e.lines.length>Y?l`<span class="muted">${J.more(e.lines.length-Y)}</span>`:c}
  </a>`}function ge(e,t,n){let r=e.type===`MESSAGE`,i=(e.flows?.length??0)+t.reduce((e,t)=>e+(t.flows?.length??0),0);return[{title:J.clients,href:`${w(`live`,`streams`)}?api=${e.id}`,lines:[J.streams(re(N(n?.streams)))],arrow:[v(N(n?.events)),`${y(N(n?.sentBytes))}/s`]},{title:J.entrypoints,href:w(`apis`,e.id,`entrypoints`),lines:[...E(e).map(e=>e.type),...oe(e)]},{title:J.plans,href:w(`apis`,e.id,`plans`),lines:t.length?t.map(e=>e.name):[J.noPlan]},{title:J.flows,href:w(`apis`,e.id,`flows`),lines:[J.flowCount(i)]},...r?[{title:J.channel,href:`${w(`live`,`channels`)}?api=${e.id}`,lines:[J.shared],arrow:[v(N(n?.received))]}]:[],{title:J.endpoints,href:w(`apis`,e.id,`endpoints`),lines:(e.endpointGroups??[]).flatMap(e=>(e.endpoints??[]).map(e=>_e(e.configuration)??e.name))}]}function _e(e){let t=e?.target;if(typeof t==`string`)return URL.canParse(t)?new URL(t).host:t.split(`?`)[0]}var X=i.overview,Z=[`streams`,`events`,`received`,`sentBytes`],Q=class extends u{constructor(...e){super(...e),this.api=``,this.loader=new m(this,e=>ve(this.api,e)),this.traffic=new m(this,e=>M([this.api],Z,e),{everyMs:P}),this.changed=e=>{let t=e.detail;t.method!==`DELETE`&&t.path.startsWith(s(`apis`,this.api))&&this.loader.reload()}}connectedCallback(){super.connectedCallback(),o.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),o.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&(this.loader.value=void 0,this.loader.reload(),this.traffic.reload())}render(){return ae({title:X.title,actions:l`${C(`PUBLISHER`)?l`<a class="button" href=${w(`apis`,this.api,`try`)}>${X.tryIt}</a>`:c}
        <a class="button" href="${w(`live`,`streams`)}?api=${this.api}">${X.live}</a>`,content:this.loader.show(e=>l`${x(X.path,l`${me(e.api,e.plans,this.traffic.value?.get(this.api))}
              <p class="muted">${i.apis.ofThisNode}</p>`)}
          <div class="columns">
            ${x(X.facts,this.facts(e.api))}
            ${x(X.clocks,ce(e.api,e.clocks))}
          </div>
          ${C(`PUBLISHER`)?this.danger(e.api):c}`),calls:[D(this.api),j([this.api],Z)]})}facts(e){let t=[...e.labels??[],...e.tags??[]];return b([[X.id,l`<code>${e.id}</code>`],[X.description,e.description],[X.created,_(e.createdAt)],[X.updated,_(e.updatedAt)],[X.deployed,e.deployedAt&&_(e.deployedAt)],[X.lifecycle,e.lifecycleState.toLowerCase()],[X.visibility,e.visibility.toLowerCase()],[X.labels,t.length?l`<span class="row">${t.map(e=>te(e))}</span>`:void 0]])}danger(e){return x(X.danger,l`<div class="danger-zone">
        ${e.state===`STARTED`?$(X.stopText,i.apiHeader.stop,()=>F(e)):$(X.deleteText,X.delete,()=>this.delete(e))}
        ${$(X.duplicateText,X.duplicate,()=>pe(e),!1)}
      </div>`)}async delete(e){let t=se(e.id);if(await g({title:X.deleteTitle(e.name),content:l`<p>${X.deleteWarning}</p>
        ${h([t])}`,action:X.delete,danger:!0}))try{await a(t),T(X.deleted(e.name)),await S.go(w(`apis`))}catch(e){T(r(e),`error`)}}};p([d({attribute:!1})],Q.prototype,`api`,void 0),Q=p([f(`relay-api-overview`)],Q);function $(e,t,n,r=!0){return l`<div>
    <p>${e}</p>
    <button type="button" class=${r?`danger`:``} @click=${n}>${t}</button>
  </div>`}async function ve(e,t){let[r,i]=await Promise.all([a(D(e),t),a(n(s(`apis`,e,`plans`),{statuses:[`PUBLISHED`,`DEPRECATED`]}),t)]),o=r.endpointGroups?.[0]?.type??`http-proxy`,[c,l,u]=await Promise.all([a(B(o),t).catch(()=>({})),a(V(),t),a(H(e),t)]);return{api:r,plans:i.data,clocks:{defaults:U(c),requestTimeoutMs:W(l),outcomes:u.values}}}export{Q as ApiOverview};