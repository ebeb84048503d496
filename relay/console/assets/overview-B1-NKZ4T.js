import{A as e,B as t,C as n,D as r,E as i,F as a,N as o,R as s,T as c,c as l,d as u,f as d,i as ee,l as te,r as f,t as p,u as m,v as h,x as g,z as _}from"./index-DO9nkWps.js";import{i as v,t as y}from"./curl-Bjpvh-Ts.js";import{t as ne}from"./badge-Di9aOPF2.js";import{n as re,t as ie}from"./dialog-B6cH1Ntn.js";import{a as b,i as x,n as ae,r as oe,t as S}from"./numbers-CoBbCYtr.js";import{n as se,r as ce,t as C}from"./page-Cz4QYGt_.js";import{a as w,i as T,n as E,o as D}from"./api-CDMS-jdc.js";import{t as O}from"./field-errors-DG2aiDv_.js";import{o as k,s as le}from"./fields-DEXbSuR-.js";import{i as ue,n as A,r as j,t as M}from"./traffic-OSC1uOuv.js";import{t as N}from"./stop-dialog-DreKHyCH.js";var P=_.clocks,F=864e5,I=100,L=`gateway.request_timeout_ms`,R=t=>e(i(`plugins`,`endpoints`,t,`shared-configuration-schema`)),z=()=>e(r(`configuration`)),B=t=>e(c(`apis`,t,`analytics`),{type:`GROUP_BY`,field:`outcome`,from:Date.now()-F,to:Date.now()});function V(e){let{properties:t}=e;return t?.http?.default??{}}function H(e){let t=e[L]?.value;return typeof t==`number`?t:void 0}function U(e,t){let n=fe(e,t),r=Math.max(...n.map(e=>e.ms),1e3);return g`<table class="clocks">
    <thead>
      <tr>
        <th scope="col">${P.timeout}</th>
        <th scope="col" class="clocks-bars"><span class="visually-hidden">${P.chart}</span></th>
        <th scope="col" class="numeric">${P.value}</th>
        <th scope="col" class="numeric">${P.fired}</th>
      </tr>
    </thead>
    <tbody>
      ${n.map(e=>{let n=e.outcome?t.outcomes[e.outcome]??0:void 0;return g`<tr>
          <th scope="row">
            ${P.names[e.name]}
            ${e.group?g`<span class="muted">${e.group}</span>`:h}
          </th>
          <td class="clocks-bars">${de(e.ms,r)}</td>
          <td class="numeric">${e.ms?oe(e.ms):P.never}</td>
          <td class="numeric ${n?`clocks-fired`:`muted`}">${n??`–`}</td>
        </tr>`})}
    </tbody>
  </table>`}function de(e,t){if(!e)return h;let n=Math.log(Math.max(e,I*1.2)/I)/Math.log(t/I);return g`<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <rect class="clocks-track" width="100" height="8"></rect>
    <rect class="clocks-bar" width=${(n*100).toFixed(1)} height="8"></rect>
  </svg>`}function fe(e,{defaults:t,requestTimeoutMs:n}){let r=(e.endpointGroups??[]).filter(e=>e.sharedConfiguration?.http||`idleTimeout`in t),i=r.length>1;return[...n===void 0?[]:[{name:`request`,ms:n,outcome:`request_timeout`}],...r.flatMap(e=>pe(e,t,i)),...me(e),...he(e)]}function pe(e,t,n){let r={...t,...e.sharedConfiguration?.http},i=n?{group:e.name}:{};return[{name:`connect`,ms:r.connectTimeout??0,outcome:`connect_timeout`,...i},{name:`read`,ms:r.readTimeout??0,outcome:`read_timeout`,...i},{name:`idle`,ms:r.idleTimeout??0,outcome:`idle_timeout`,...i}]}function me(e){let t=T(e).find(e=>e.type===`sse`);if(!t)return[];let n=t.configuration?.heartbeatIntervalInMs,r=t.configuration?.maxDurationMs;return[...typeof n==`number`?[{name:`heartbeat`,ms:n}]:[],...typeof r==`number`&&r?[{name:`duration`,ms:r,outcome:`max_duration`}]:[]]}function he(e){let t=(e.flows??[]).flatMap(e=>Object.values(e)).flatMap(e=>Array.isArray(e)?e:[]).filter(e=>e.policy===`stream-limit`&&e.enabled!==!1).map(e=>e.configuration?.maxDurationMs??0).filter(Boolean);return t.length?[{name:`duration`,ms:Math.min(...t),outcome:`max_duration`}]:[]}var W=_.duplicate;async function ge(e){let t={contextPath:``,host:``,version:e.apiVersion,plans:!0},n=O.none,r=await re(W.title(e.name),(r,a)=>{let o=e=>{Object.assign(t,e),a()};return{content:g`${k({id:`duplicate-path`,label:W.contextPath,required:!0,placeholder:`/copy`,value:t.contextPath,error:n.at(`contextPath`)??n.at(`listeners[0].paths[0].path`),onChange:e=>o({contextPath:e})})}
      ${k({id:`duplicate-host`,label:W.host,hint:W.hostHint,value:t.host,error:n.at(`host`)??n.at(`listeners[0].paths[0].host`),onChange:e=>o({host:e})})}
      ${k({id:`duplicate-version`,label:W.version,value:t.version,error:n.at(`version`)??n.at(`apiVersion`),onChange:e=>o({version:e})})}
      ${le({id:`duplicate-plans`,label:W.plans,hint:W.plansHint,value:t.plans,onChange:e=>o({plans:e})})}
      ${n.summary()} ${y([G(e.id,t)])}`,actions:g`<button type="button" @click=${()=>r(void 0)}>
          ${_.common.cancel}
        </button>
        <button
          type="submit"
          class="primary"
          @click=${e=>{let{form:t}=e.target;t.checkValidity()&&i(r,a)}}
        >
          ${W.action}
        </button>`}});r&&(p(W.done),await d.go(u(`apis`,r.id)));async function i(r,i){try{r(await a(G(e.id,t)))}catch(e){n=O.of(e),i()}}}function G(e,t){return o(c(`apis`,e,`_duplicate`),{contextPath:t.contextPath,...t.host?{host:t.host}:{},...t.version?{version:t.version}:{},...t.plans?{}:{filteredFields:[`PLANS`]}})}var K=_.flowPath,q=3;function _e(e,t,n){return g`<ol class="flow-path" aria-label=${K.label}>
    ${ye(e,t,n).map(e=>g`<li>
        ${ve(e)}
        <span class="flow-arrow">${e.arrow?.map(e=>g`<span>${e}</span>`)}</span>
      </li>`)}
  </ol>`}function ve(e){let t=g`<strong>${e.title}</strong>
    ${e.lines.slice(0,q).map(e=>g`<span>${e}</span>`)}
    ${e.lines.length>q?g`<span class="muted">${K.more(e.lines.length-q)}</span>`:h}`;return m(new URL(e.href,location.href).pathname)?g`<a class="flow-node" href=${e.href}>${t}</a>`:g`<span class="flow-node">${t}</span>`}function ye(e,t,n){let r=e.type===`MESSAGE`,i=(e.flows?.length??0)+t.reduce((e,t)=>e+(t.flows?.length??0),0);return[{title:K.clients,href:`${u(`streams`)}?apiIds=${e.id}`,lines:[K.streams(ae(j(n?.streams)))],arrow:[x(j(n?.events)),`${S(j(n?.sentBytes))}/s`]},{title:K.entrypoints,href:u(`apis`,e.id,`entrypoints`),lines:[...T(e).map(e=>e.type),...w(e)]},{title:K.plans,href:u(`apis`,e.id,`plans`),lines:t.length?t.map(e=>e.name):[K.noPlan]},{title:K.flows,href:u(`apis`,e.id,`flows`),lines:[K.flowCount(i)]},...r?[{title:K.channel,href:`${u(`channels`)}?apiIds=${e.id}`,lines:[K.shared],arrow:[x(j(n?.received))]}]:[],{title:K.endpoints,href:u(`apis`,e.id,`endpoints`),lines:(e.endpointGroups??[]).flatMap(e=>(e.endpoints??[]).map(e=>J(e.configuration)??e.name))}]}function J(e){let t=e?.target;if(typeof t==`string`)return URL.canParse(t)?new URL(t).host:t.split(`?`)[0]}var Y=_.overview,X=[`streams`,`events`,`received`,`sentBytes`],Z=class extends ee{constructor(...e){super(...e),this.api=``,this.loader=new v(this,e=>be(this.api,e)),this.traffic=new v(this,e=>A([this.api],X,e),{everyMs:M}),this.changed=e=>{let t=e.detail;t.method!==`DELETE`&&t.path.startsWith(c(`apis`,this.api))&&this.loader.reload()}}connectedCallback(){super.connectedCallback(),t.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),t.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&(this.loader.value=void 0,this.loader.reload(),this.traffic.reload())}render(){return ce({title:Y.title,actions:g`${$(u(`apis`,this.api,`try`),Y.tryIt)}
      ${$(`${u(`streams`)}?apiIds=${this.api}`,Y.live)}`,content:this.loader.show(e=>g`${C(Y.path,_e(e.api,e.plans,this.traffic.value?.get(this.api)))}
          <div class="columns">
            ${C(Y.facts,this.facts(e.api))}
            ${C(Y.clocks,U(e.api,e.clocks))}
          </div>
          ${n(`PUBLISHER`)?this.danger(e.api):h}`),calls:[D(this.api),ue([this.api],X)]})}facts(e){let t=[...e.labels??[],...e.tags??[]];return se([[Y.id,g`<code>${e.id}</code>`],[Y.description,e.description],[Y.created,b(e.createdAt)],[Y.updated,b(e.updatedAt)],[Y.deployed,e.deployedAt&&b(e.deployedAt)],[Y.lifecycle,e.lifecycleState.toLowerCase()],[Y.visibility,e.visibility.toLowerCase()],[Y.labels,t.length?t.map(e=>ne(e)):void 0]])}danger(e){return C(Y.danger,g`<div class="danger-zone">
        ${e.state===`STARTED`?Q(Y.stopText,_.apiHeader.stop,()=>N(e)):Q(Y.deleteText,Y.delete,()=>this.delete(e))}
        ${Q(Y.duplicateText,Y.duplicate,()=>ge(e),!1)}
      </div>`)}async delete(e){let t=E(e.id);if(await ie({title:Y.deleteTitle(e.name),content:g`<p>${Y.deleteWarning}</p>
        ${y([t])}`,action:Y.delete,danger:!0}))try{await a(t),p(Y.deleted(e.name)),await d.go(u(`apis`))}catch(e){p(s(e),`error`)}}};f([l({attribute:!1})],Z.prototype,`api`,void 0),Z=f([te(`relay-api-overview`)],Z);function Q(e,t,n,r=!0){return g`<div>
    <p>${e}</p>
    <button type="button" class=${r?`danger`:``} @click=${n}>${t}</button>
  </div>`}function $(e,t){return m(new URL(e,location.href).pathname)?g`<a class="button" href=${e}>${t}</a>`:h}async function be(t,n){let[r,i]=await Promise.all([a(D(t),n),a(e(c(`apis`,t,`plans`),{statuses:[`PUBLISHED`,`DEPRECATED`]}),n)]),o=r.endpointGroups?.[0]?.type??`http-proxy`,[s,l,u]=await Promise.all([a(R(o),n).catch(()=>({})),a(z(),n),a(B(t),n)]);return{api:r,plans:i.data,clocks:{defaults:V(s),requestTimeoutMs:H(l),outcomes:u.values}}}export{Z as ApiOverview};