import{E as e,L as t,M as n,P as r,R as i,S as a,T as o,_ as s,b as c,c as l,d as u,i as d,k as f,l as p,r as m,s as ee,t as h,u as g,w as _,z as v}from"./index-q0cvveWk.js";import{c as y,d as b,l as te,t as x}from"./curl-DN9Ceju9.js";import{t as ne}from"./badge-BEXyiuIc.js";import{n as re,t as S}from"./dialog-BrdfJNOr.js";import{a as C,i as w,n as ie,r as ae,t as oe}from"./numbers-CoBbCYtr.js";import{n as T,r as se,t as E}from"./page-Bd5Bw3P3.js";import{a as ce,i as D,n as le,o as O}from"./api-DYm99JGd.js";import{t as k}from"./field-errors-3tWmd-IM.js";import{i as A,n as j,r as M,t as N}from"./traffic-DYh7MyFR.js";import{t as P}from"./stop-dialog-wkvSkQps.js";var F=i.clocks,I=864e5,L=100,R=`gateway.request_timeout_ms`,z=e=>f(o(`plugins`,`endpoints`,e,`shared-configuration-schema`)),B=()=>f(e(`configuration`)),V=e=>f(_(`apis`,e,`analytics`),{type:`GROUP_BY`,field:`outcome`,from:Date.now()-I,to:Date.now()});function H(e){let{properties:t}=e;return t?.http?.default??{}}function U(e){let t=e[R]?.value;return typeof t==`number`?t:void 0}function W(e,t){let n=de(e,t),r=Math.max(...n.map(e=>e.ms),1e3);return c`<table class="clocks">
    <thead>
      <tr>
        <th scope="col">${F.timeout}</th>
        <th scope="col" class="clocks-bars"><span class="visually-hidden">${F.chart}</span></th>
        <th scope="col" class="numeric">${F.value}</th>
        <th scope="col" class="numeric">${F.fired}</th>
      </tr>
    </thead>
    <tbody>
      ${n.map(e=>{let n=e.outcome?t.outcomes[e.outcome]??0:void 0;return c`<tr>
          <th scope="row">
            ${F.names[e.name]}
            ${e.group?c`<span class="muted">${e.group}</span>`:s}
          </th>
          <td class="clocks-bars">${ue(e.ms,r)}</td>
          <td class="numeric">${e.ms?ae(e.ms):F.never}</td>
          <td class="numeric ${n?`clocks-fired`:`muted`}">${n??`–`}</td>
        </tr>`})}
    </tbody>
  </table>`}function ue(e,t){if(!e)return s;let n=Math.log(Math.max(e,L*1.2)/L)/Math.log(t/L);return c`<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <rect class="clocks-track" width="100" height="8"></rect>
    <rect class="clocks-bar" width=${(n*100).toFixed(1)} height="8"></rect>
  </svg>`}function de(e,{defaults:t,requestTimeoutMs:n}){let r=(e.endpointGroups??[]).filter(e=>e.sharedConfiguration?.http||`idleTimeout`in t),i=r.length>1;return[...n===void 0?[]:[{name:`request`,ms:n,outcome:`request_timeout`}],...r.flatMap(e=>fe(e,t,i)),...pe(e),...me(e)]}function fe(e,t,n){let r={...t,...e.sharedConfiguration?.http},i=n?{group:e.name}:{};return[{name:`connect`,ms:r.connectTimeout??0,outcome:`connect_timeout`,...i},{name:`read`,ms:r.readTimeout??0,outcome:`read_timeout`,...i},{name:`idle`,ms:r.idleTimeout??0,outcome:`idle_timeout`,...i}]}function pe(e){let t=D(e).find(e=>e.type===`sse`);if(!t)return[];let n=t.configuration?.heartbeatIntervalInMs,r=t.configuration?.maxDurationMs;return[...typeof n==`number`?[{name:`heartbeat`,ms:n}]:[],...typeof r==`number`&&r?[{name:`duration`,ms:r,outcome:`max_duration`}]:[]]}function me(e){let t=(e.flows??[]).flatMap(e=>Object.values(e)).flatMap(e=>Array.isArray(e)?e:[]).filter(e=>e.policy===`stream-limit`&&e.enabled!==!1).map(e=>e.configuration?.maxDurationMs??0).filter(Boolean);return t.length?[{name:`duration`,ms:Math.min(...t),outcome:`max_duration`}]:[]}var G=i.duplicate;async function he(e){let t={contextPath:``,host:``,version:e.apiVersion,plans:!0},n=k.none,a=await re(G.title(e.name),(r,a)=>{let s=e=>{Object.assign(t,e),a()};return{content:c`${y({id:`duplicate-path`,label:G.contextPath,required:!0,placeholder:`/copy`,value:t.contextPath,error:n.at(`contextPath`)??n.at(`listeners[0].paths[0].path`),onChange:e=>s({contextPath:e})})}
      ${y({id:`duplicate-host`,label:G.host,hint:G.hostHint,value:t.host,error:n.at(`host`)??n.at(`listeners[0].paths[0].host`),onChange:e=>s({host:e})})}
      ${y({id:`duplicate-version`,label:G.version,value:t.version,error:n.at(`version`)??n.at(`apiVersion`),onChange:e=>s({version:e})})}
      ${te({id:`duplicate-plans`,label:G.plans,hint:G.plansHint,value:t.plans,onChange:e=>s({plans:e})})}
      ${n.summary()} ${x([K(e.id,t)])}`,actions:c`<button type="button" @click=${()=>r(void 0)}>
          ${i.common.cancel}
        </button>
        <button
          type="submit"
          class="primary"
          @click=${e=>{let{form:t}=e.target;t.checkValidity()&&o(r,a)}}
        >
          ${G.action}
        </button>`}});a&&(h(G.done),await u.go(g(`apis`,a.id)));async function o(i,a){try{i(await r(K(e.id,t)))}catch(e){n=k.of(e),a()}}}function K(e,t){return n(_(`apis`,e,`_duplicate`),{contextPath:t.contextPath,...t.host?{host:t.host}:{},...t.version?{version:t.version}:{},...t.plans?{}:{filteredFields:[`PLANS`]}})}var q=i.flowPath,J=3;function ge(e,t,n){return c`<ol class="flow-path" aria-label=${q.label}>
    ${ve(e,t,n).map(e=>c`<li>
        ${_e(e)}
        <span class="flow-arrow">${e.arrow?.map(e=>c`<span>${e}</span>`)}</span>
      </li>`)}
  </ol>`}function _e(e){let t=c`<strong>${e.title}</strong>
    ${e.lines.slice(0,J).map(e=>c`<span>${e}</span>`)}
    ${e.lines.length>J?c`<span class="muted">${q.more(e.lines.length-J)}</span>`:s}`;return p(new URL(e.href,location.href).pathname)?c`<a class="flow-node" href=${e.href}>${t}</a>`:c`<span class="flow-node">${t}</span>`}function ve(e,t,n){let r=e.type===`MESSAGE`,i=(e.flows?.length??0)+t.reduce((e,t)=>e+(t.flows?.length??0),0);return[{title:q.clients,href:`${g(`streams`)}?apiIds=${e.id}`,lines:[q.streams(ie(M(n?.streams)))],arrow:[w(M(n?.events)),`${oe(M(n?.sentBytes))}/s`]},{title:q.entrypoints,href:g(`apis`,e.id,`entrypoints`),lines:[...D(e).map(e=>e.type),...ce(e)]},{title:q.plans,href:g(`apis`,e.id,`plans`),lines:t.length?t.map(e=>e.name):[q.noPlan]},{title:q.flows,href:g(`apis`,e.id,`flows`),lines:[q.flowCount(i)]},...r?[{title:q.channel,href:`${g(`channels`)}?apiIds=${e.id}`,lines:[q.shared],arrow:[w(M(n?.received))]}]:[],{title:q.endpoints,href:g(`apis`,e.id,`endpoints`),lines:(e.endpointGroups??[]).flatMap(e=>(e.endpoints??[]).map(e=>ye(e.configuration)??e.name))}]}function ye(e){let t=e?.target;if(typeof t==`string`)return URL.canParse(t)?new URL(t).host:t.split(`?`)[0]}var Y=i.overview,X=[`streams`,`events`,`received`,`sentBytes`],Z=class extends d{constructor(...e){super(...e),this.api=``,this.loader=new b(this,e=>be(this.api,e)),this.traffic=new b(this,e=>j([this.api],X,e),{everyMs:N}),this.changed=e=>{let t=e.detail;t.method!==`DELETE`&&t.path.startsWith(_(`apis`,this.api))&&this.loader.reload()}}connectedCallback(){super.connectedCallback(),v.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),v.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&(this.loader.value=void 0,this.loader.reload(),this.traffic.reload())}render(){return se({title:Y.title,actions:c`${$(g(`apis`,this.api,`try`),Y.tryIt)}
      ${$(`${g(`streams`)}?apiIds=${this.api}`,Y.live)}`,content:this.loader.show(e=>c`${E(Y.path,ge(e.api,e.plans,this.traffic.value?.get(this.api)))}
          <div class="columns">
            ${E(Y.facts,this.facts(e.api))}
            ${E(Y.clocks,W(e.api,e.clocks))}
          </div>
          ${a(`PUBLISHER`)?this.danger(e.api):s}`),calls:[O(this.api),A([this.api],X)]})}facts(e){let t=[...e.labels??[],...e.tags??[]];return T([[Y.id,c`<code>${e.id}</code>`],[Y.description,e.description],[Y.created,C(e.createdAt)],[Y.updated,C(e.updatedAt)],[Y.deployed,e.deployedAt&&C(e.deployedAt)],[Y.lifecycle,e.lifecycleState.toLowerCase()],[Y.visibility,e.visibility.toLowerCase()],[Y.labels,t.length?t.map(e=>ne(e)):void 0]])}danger(e){return E(Y.danger,c`<div class="danger-zone">
        ${e.state===`STARTED`?Q(Y.stopText,i.apiHeader.stop,()=>P(e)):Q(Y.deleteText,Y.delete,()=>this.delete(e))}
        ${Q(Y.duplicateText,Y.duplicate,()=>he(e),!1)}
      </div>`)}async delete(e){let n=le(e.id);if(await S({title:Y.deleteTitle(e.name),content:c`<p>${Y.deleteWarning}</p>
        ${x([n])}`,action:Y.delete,danger:!0}))try{await r(n),h(Y.deleted(e.name)),await u.go(g(`apis`))}catch(e){h(t(e),`error`)}}};m([ee({attribute:!1})],Z.prototype,`api`,void 0),Z=m([l(`relay-api-overview`)],Z);function Q(e,t,n,r=!0){return c`<div>
    <p>${e}</p>
    <button type="button" class=${r?`danger`:``} @click=${n}>${t}</button>
  </div>`}function $(e,t){return p(new URL(e,location.href).pathname)?c`<a class="button" href=${e}>${t}</a>`:s}async function be(e,t){let[n,i]=await Promise.all([r(O(e),t),r(f(_(`apis`,e,`plans`),{statuses:[`PUBLISHED`,`DEPRECATED`]}),t)]),a=n.endpointGroups?.[0]?.type??`http-proxy`,[o,s,c]=await Promise.all([r(z(a),t).catch(()=>({})),r(B(),t),r(V(e),t)]);return{api:n,plans:i.data,clocks:{defaults:H(o),requestTimeoutMs:U(s),outcomes:c.values}}}export{Z as ApiOverview};