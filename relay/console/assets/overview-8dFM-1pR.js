import{A as e,C as t,D as n,F as r,I as i,M as a,R as o,S as s,_ as c,b as l,n as u,o as ee,s as d,t as f,w as te}from"./decorate-C7095GdA.js";import{i as p,t as m}from"./curl-BNPFNjjW.js";import{t as h}from"./badge-AMT_LJ3P.js";import{n as ne,t as re}from"./dialog-DwQEqW6-.js";import{a as g,i as _,n as ie,r as ae,t as oe}from"./numbers-CoBbCYtr.js";import{n as v,r as se,t as y}from"./page-xGiSMffb.js";import{a as b,i as x,r as S,s as C,t as w}from"./index-BPMl0uav.js";import{a as ce,i as T,n as E,o as D}from"./api-Dd7c7Q0h.js";import{t as O}from"./field-errors-ChaXOiFk.js";import{o as k,s as le}from"./fields-W5TxJUIx.js";import{i as A,n as j,r as M,t as N}from"./traffic-BY-P3fDd.js";import{t as P}from"./stop-dialog-BqWXKJRn.js";var F=i.clocks,I=864e5,L=100,R=`gateway.request_timeout_ms`,z=e=>n(t(`plugins`,`endpoints`,e,`shared-configuration-schema`)),B=()=>n(te(`configuration`)),V=e=>n(s(`apis`,e,`analytics`),{type:`GROUP_BY`,field:`outcome`,from:Date.now()-I,to:Date.now()});function H(e){let{properties:t}=e;return t?.http?.default??{}}function U(e){let t=e[R]?.value;return typeof t==`number`?t:void 0}function W(e,t){let n=de(e,t),r=Math.max(...n.map(e=>e.ms),1e3);return l`<table class="clocks">
    <thead>
      <tr>
        <th scope="col">${F.timeout}</th>
        <th scope="col" class="clocks-bars"><span class="visually-hidden">${F.chart}</span></th>
        <th scope="col" class="numeric">${F.value}</th>
        <th scope="col" class="numeric">${F.fired}</th>
      </tr>
    </thead>
    <tbody>
      ${n.map(e=>{let n=e.outcome?t.outcomes[e.outcome]??0:void 0;return l`<tr>
          <th scope="row">
            ${F.names[e.name]}
            ${e.group?l`<span class="muted">${e.group}</span>`:c}
          </th>
          <td class="clocks-bars">${ue(e.ms,r)}</td>
          <td class="numeric">${e.ms?ae(e.ms):F.never}</td>
          <td class="numeric ${n?`clocks-fired`:`muted`}">${n??`–`}</td>
        </tr>`})}
    </tbody>
  </table>`}function ue(e,t){if(!e)return c;let n=Math.log(Math.max(e,L*1.2)/L)/Math.log(t/L);return l`<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <rect class="clocks-track" width="100" height="8"></rect>
    <rect class="clocks-bar" width=${(n*100).toFixed(1)} height="8"></rect>
  </svg>`}function de(e,{defaults:t,requestTimeoutMs:n}){let r=(e.endpointGroups??[]).filter(e=>e.sharedConfiguration?.http||`idleTimeout`in t),i=r.length>1;return[...n===void 0?[]:[{name:`request`,ms:n,outcome:`request_timeout`}],...r.flatMap(e=>fe(e,t,i)),...pe(e),...me(e)]}function fe(e,t,n){let r={...t,...e.sharedConfiguration?.http},i=n?{group:e.name}:{};return[{name:`connect`,ms:r.connectTimeout??0,outcome:`connect_timeout`,...i},{name:`read`,ms:r.readTimeout??0,outcome:`read_timeout`,...i},{name:`idle`,ms:r.idleTimeout??0,outcome:`idle_timeout`,...i}]}function pe(e){let t=T(e).find(e=>e.type===`sse`);if(!t)return[];let n=t.configuration?.heartbeatIntervalInMs,r=t.configuration?.maxDurationMs;return[...typeof n==`number`?[{name:`heartbeat`,ms:n}]:[],...typeof r==`number`&&r?[{name:`duration`,ms:r,outcome:`max_duration`}]:[]]}function me(e){let t=(e.flows??[]).flatMap(e=>Object.values(e)).flatMap(e=>Array.isArray(e)?e:[]).filter(e=>e.policy===`stream-limit`&&e.enabled!==!1).map(e=>e.configuration?.maxDurationMs??0).filter(Boolean);return t.length?[{name:`duration`,ms:Math.min(...t),outcome:`max_duration`}]:[]}var G=i.duplicate;async function he(e){let t={contextPath:``,host:``,version:e.apiVersion,plans:!0},n=O.none,r=await ne(G.title(e.name),(r,a)=>{let s=e=>{Object.assign(t,e),a()};return{content:l`${k({id:`duplicate-path`,label:G.contextPath,required:!0,placeholder:`/copy`,value:t.contextPath,error:n.at(`contextPath`)??n.at(`listeners[0].paths[0].path`),onChange:e=>s({contextPath:e})})}
      ${k({id:`duplicate-host`,label:G.host,hint:G.hostHint,value:t.host,error:n.at(`host`)??n.at(`listeners[0].paths[0].host`),onChange:e=>s({host:e})})}
      ${k({id:`duplicate-version`,label:G.version,value:t.version,error:n.at(`version`)??n.at(`apiVersion`),onChange:e=>s({version:e})})}
      ${le({id:`duplicate-plans`,label:G.plans,hint:G.plansHint,value:t.plans,onChange:e=>s({plans:e})})}
      ${n.summary()} ${m([K(e.id,t)])}`,actions:l`<button type="button" @click=${()=>r(void 0)}>
          ${i.common.cancel}
        </button>
        <button
          type="submit"
          class="primary"
          @click=${e=>{let{form:t}=e.target;t.checkValidity()&&o(r,a)}}
        >
          ${G.action}
        </button>`}});r&&(w(G.done),await b.go(x(`apis`,r.id)));async function o(r,i){try{r(await a(K(e.id,t)))}catch(e){n=O.of(e),i()}}}function K(t,n){return e(s(`apis`,t,`_duplicate`),{contextPath:n.contextPath,...n.host?{host:n.host}:{},...n.version?{version:n.version}:{},...n.plans?{}:{filteredFields:[`PLANS`]}})}var q=i.flowPath,J=3;function ge(e,t,n){return l`<ol class="flow-path" aria-label=${q.label}>
    ${ve(e,t,n).map(e=>l`<li>
        ${_e(e)}
        <span class="flow-arrow">${e.arrow?.map(e=>l`<span>${e}</span>`)}</span>
      </li>`)}
  </ol>`}function _e(e){let t=l`<strong>${e.title}</strong>
    ${e.lines.slice(0,J).map(e=>l`<span>${e}</span>`)}
    ${e.lines.length>J?l`<span class="muted">${q.more(e.lines.length-J)}</span>`:c}`;return S(new URL(e.href,location.href).pathname)?l`<a class="flow-node" href=${e.href}>${t}</a>`:l`<span class="flow-node">${t}</span>`}function ve(e,t,n){let r=e.type===`MESSAGE`,i=(e.flows?.length??0)+t.reduce((e,t)=>e+(t.flows?.length??0),0);return[{title:q.clients,href:`${x(`live`,`streams`)}?api=${e.id}`,lines:[q.streams(ie(M(n?.streams)))],arrow:[_(M(n?.events)),`${oe(M(n?.sentBytes))}/s`]},{title:q.entrypoints,href:x(`apis`,e.id,`entrypoints`),lines:[...T(e).map(e=>e.type),...ce(e)]},{title:q.plans,href:x(`apis`,e.id,`plans`),lines:t.length?t.map(e=>e.name):[q.noPlan]},{title:q.flows,href:x(`apis`,e.id,`flows`),lines:[q.flowCount(i)]},...r?[{title:q.channel,href:`${x(`live`,`channels`)}?api=${e.id}`,lines:[q.shared],arrow:[_(M(n?.received))]}]:[],{title:q.endpoints,href:x(`apis`,e.id,`endpoints`),lines:(e.endpointGroups??[]).flatMap(e=>(e.endpoints??[]).map(e=>ye(e.configuration)??e.name))}]}function ye(e){let t=e?.target;if(typeof t==`string`)return URL.canParse(t)?new URL(t).host:t.split(`?`)[0]}var Y=i.overview,X=[`streams`,`events`,`received`,`sentBytes`],Z=class extends u{constructor(...e){super(...e),this.api=``,this.loader=new p(this,e=>be(this.api,e)),this.traffic=new p(this,e=>j([this.api],X,e),{everyMs:N}),this.changed=e=>{let t=e.detail;t.method!==`DELETE`&&t.path.startsWith(s(`apis`,this.api))&&this.loader.reload()}}connectedCallback(){super.connectedCallback(),o.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),o.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&(this.loader.value=void 0,this.loader.reload(),this.traffic.reload())}render(){return se({title:Y.title,actions:l`${C(`PUBLISHER`)?$(x(`apis`,this.api,`try`),Y.tryIt):c}
      ${$(`${x(`live`,`streams`)}?api=${this.api}`,Y.live)}`,content:this.loader.show(e=>l`${y(Y.path,ge(e.api,e.plans,this.traffic.value?.get(this.api)))}
          <div class="columns">
            ${y(Y.facts,this.facts(e.api))}
            ${y(Y.clocks,W(e.api,e.clocks))}
          </div>
          ${C(`PUBLISHER`)?this.danger(e.api):c}`),calls:[D(this.api),A([this.api],X)]})}facts(e){let t=[...e.labels??[],...e.tags??[]];return v([[Y.id,l`<code>${e.id}</code>`],[Y.description,e.description],[Y.created,g(e.createdAt)],[Y.updated,g(e.updatedAt)],[Y.deployed,e.deployedAt&&g(e.deployedAt)],[Y.lifecycle,e.lifecycleState.toLowerCase()],[Y.visibility,e.visibility.toLowerCase()],[Y.labels,t.length?t.map(e=>h(e)):void 0]])}danger(e){return y(Y.danger,l`<div class="danger-zone">
        ${e.state===`STARTED`?Q(Y.stopText,i.apiHeader.stop,()=>P(e)):Q(Y.deleteText,Y.delete,()=>this.delete(e))}
        ${Q(Y.duplicateText,Y.duplicate,()=>he(e),!1)}
      </div>`)}async delete(e){let t=E(e.id);if(await re({title:Y.deleteTitle(e.name),content:l`<p>${Y.deleteWarning}</p>
        ${m([t])}`,action:Y.delete,danger:!0}))try{await a(t),w(Y.deleted(e.name)),await b.go(x(`apis`))}catch(e){w(r(e),`error`)}}};f([ee({attribute:!1})],Z.prototype,`api`,void 0),Z=f([d(`relay-api-overview`)],Z);function Q(e,t,n,r=!0){return l`<div>
    <p>${e}</p>
    <button type="button" class=${r?`danger`:``} @click=${n}>${t}</button>
  </div>`}function $(e,t){return S(new URL(e,location.href).pathname)?l`<a class="button" href=${e}>${t}</a>`:c}async function be(e,t){let[r,i]=await Promise.all([a(D(e),t),a(n(s(`apis`,e,`plans`),{statuses:[`PUBLISHED`,`DEPRECATED`]}),t)]),o=r.endpointGroups?.[0]?.type??`http-proxy`,[c,l,u]=await Promise.all([a(z(o),t).catch(()=>({})),a(B(),t),a(V(e),t)]);return{api:r,plans:i.data,clocks:{defaults:H(c),requestTimeoutMs:U(l),outcomes:u.values}}}export{Z as ApiOverview};