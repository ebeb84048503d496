import{E as e,I as t,L as n,N as r,R as i,S as a,T as o,_ as s,b as c,c as ee,d as l,i as u,j as te,k as d,l as f,r as p,s as m,t as h,u as g,w as _}from"./index-xc3VAoqR.js";import{a as v,o as ne,s as y,t as b}from"./curl-VvyQdcQr.js";import{t as re}from"./badge-DxBzxmX5.js";import{n as ie,t as x}from"./dialog-BU05kyxy.js";import{a as S,i as C,n as ae,r as oe,t as se}from"./numbers-CoBbCYtr.js";import{n as w,r as T,t as E}from"./page-ClRf7fKl.js";import{a as D,i as ce,r as O,t as k}from"./api-N2JsxuTI.js";import{t as A}from"./field-errors-Cvonm0gs.js";import{i as j,n as M,r as N,t as P}from"./traffic-DiU_w2Ff.js";import{t as F}from"./stop-dialog-CJaonm4y.js";var I=n.clocks,L=864e5,R=100,z=`gateway.request_timeout_ms`,B=e=>d(o(`plugins`,`endpoints`,e,`shared-configuration-schema`)),V=()=>d(e(`configuration`)),H=e=>d(_(`apis`,e,`analytics`),{type:`GROUP_BY`,field:`outcome`,from:Date.now()-L,to:Date.now()});function U(e){let{properties:t}=e;return t?.http?.default??{}}function W(e){let t=e[z]?.value;return typeof t==`number`?t:void 0}function le(e,t){let n=de(e,t),r=Math.max(...n.map(e=>e.ms),1e3);return c`<table class="clocks">
    <thead>
      <tr>
        <th scope="col">${I.timeout}</th>
        <th scope="col" class="clocks-bars"><span class="visually-hidden">${I.chart}</span></th>
        <th scope="col" class="numeric">${I.value}</th>
        <th scope="col" class="numeric">${I.fired}</th>
      </tr>
    </thead>
    <tbody>
      ${n.map(e=>{let n=e.outcome?t.outcomes[e.outcome]??0:void 0;return c`<tr>
          <th scope="row">
            ${I.names[e.name]}
            ${e.group?c`<span class="muted">${e.group}</span>`:s}
          </th>
          <td class="clocks-bars">${ue(e.ms,r)}</td>
          <td class="numeric">${e.ms?oe(e.ms):I.never}</td>
          <td class="numeric ${n?`clocks-fired`:`muted`}">${n??`–`}</td>
        </tr>`})}
    </tbody>
  </table>`}function ue(e,t){if(!e)return s;let n=Math.log(Math.max(e,R*1.2)/R)/Math.log(t/R);return c`<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <rect class="clocks-track" width="100" height="8"></rect>
    <rect class="clocks-bar" width=${(n*100).toFixed(1)} height="8"></rect>
  </svg>`}function de(e,{defaults:t,requestTimeoutMs:n}){let r=(e.endpointGroups??[]).filter(e=>e.sharedConfiguration?.http||`idleTimeout`in t),i=r.length>1;return[...n===void 0?[]:[{name:`request`,ms:n,outcome:`request_timeout`}],...r.flatMap(e=>fe(e,t,i)),...pe(e),...me(e)]}function fe(e,t,n){let r={...t,...e.sharedConfiguration?.http},i=n?{group:e.name}:{};return[{name:`connect`,ms:r.connectTimeout??0,outcome:`connect_timeout`,...i},{name:`read`,ms:r.readTimeout??0,outcome:`read_timeout`,...i},{name:`idle`,ms:r.idleTimeout??0,outcome:`idle_timeout`,...i}]}function pe(e){let t=O(e).find(e=>e.type===`sse`);if(!t)return[];let n=t.configuration?.heartbeatIntervalInMs,r=t.configuration?.maxDurationMs;return[...typeof n==`number`?[{name:`heartbeat`,ms:n}]:[],...typeof r==`number`&&r?[{name:`duration`,ms:r,outcome:`max_duration`}]:[]]}function me(e){let t=(e.flows??[]).flatMap(e=>Object.values(e)).flatMap(e=>Array.isArray(e)?e:[]).filter(e=>e.policy===`stream-limit`&&e.enabled!==!1).map(e=>e.configuration?.maxDurationMs??0).filter(Boolean);return t.length?[{name:`duration`,ms:Math.min(...t),outcome:`max_duration`}]:[]}var G=n.duplicate;async function he(e){let t={contextPath:``,host:``,version:e.apiVersion,plans:!0},i=A.none,a=await ie(G.title(e.name),(r,a)=>{let s=e=>{Object.assign(t,e),a()};return{content:c`${v({id:`duplicate-path`,label:G.contextPath,required:!0,placeholder:`/copy`,value:t.contextPath,error:i.at(`contextPath`)??i.at(`listeners[0].paths[0].path`),onChange:e=>s({contextPath:e})})}
      ${v({id:`duplicate-host`,label:G.host,hint:G.hostHint,value:t.host,error:i.at(`host`)??i.at(`listeners[0].paths[0].host`),onChange:e=>s({host:e})})}
      ${v({id:`duplicate-version`,label:G.version,value:t.version,error:i.at(`version`)??i.at(`apiVersion`),onChange:e=>s({version:e})})}
      ${ne({id:`duplicate-plans`,label:G.plans,hint:G.plansHint,value:t.plans,onChange:e=>s({plans:e})})}
      ${i.summary()} ${b([K(e.id,t)])}`,actions:c`<button type="button" @click=${()=>r(void 0)}>
          ${n.common.cancel}
        </button>
        <button type="submit" class="primary" @click=${()=>o(r,a)}>
          ${G.action}
        </button>`}});a&&(h(G.done),await l.go(g(`apis`,a.id)));async function o(n,a){try{n(await r(K(e.id,t)))}catch(e){i=A.of(e),a()}}}function K(e,t){return te(_(`apis`,e,`_duplicate`),{contextPath:t.contextPath,...t.host?{host:t.host}:{},...t.version?{version:t.version}:{},...t.plans?{}:{filteredFields:[`PLANS`]}})}var q=n.flowPath,J=3;function ge(e,t,n){return c`<ol class="flow-path" aria-label=${q.label}>
    ${ve(e,t,n).map(e=>c`<li>
        ${_e(e)}
        <span class="flow-arrow">${e.arrow?.map(e=>c`<span>${e}</span>`)}</span>
      </li>`)}
  </ol>`}function _e(e){let t=c`<strong>${e.title}</strong>
    ${e.lines.slice(0,J).map(e=>c`<span>${e}</span>`)}
    ${e.lines.length>J?c`<span class="muted">${q.more(e.lines.length-J)}</span>`:s}`;return f(new URL(e.href,location.href).pathname)?c`<a class="flow-node" href=${e.href}>${t}</a>`:c`<span class="flow-node">${t}</span>`}function ve(e,t,n){let r=e.type===`MESSAGE`,i=(e.flows?.length??0)+t.reduce((e,t)=>e+(t.flows?.length??0),0);return[{title:q.clients,href:`${g(`streams`)}?apiIds=${e.id}`,lines:[q.streams(ae(N(n?.streams)))],arrow:[C(N(n?.events)),`${se(N(n?.sentBytes))}/s`]},{title:q.entrypoints,href:g(`apis`,e.id,`entrypoints`),lines:[...O(e).map(e=>e.type),...ce(e)]},{title:q.plans,href:g(`apis`,e.id,`plans`),lines:t.length?t.map(e=>e.name):[q.noPlan]},{title:q.flows,href:g(`apis`,e.id,`flows`),lines:[q.flowCount(i)]},...r?[{title:q.channel,href:`${g(`channels`)}?apiIds=${e.id}`,lines:[q.shared],arrow:[C(N(n?.received))]}]:[],{title:q.endpoints,href:g(`apis`,e.id,`endpoints`),lines:(e.endpointGroups??[]).flatMap(e=>(e.endpoints??[]).map(e=>ye(e.configuration)??e.name))}]}function ye(e){let t=e?.target;if(typeof t==`string`)return URL.canParse(t)?new URL(t).host:t.split(`?`)[0]}var Y=n.overview,X=[`streams`,`events`,`received`,`sentBytes`],Z=class extends u{constructor(...e){super(...e),this.api=``,this.loader=new y(this,e=>be(this.api,e)),this.traffic=new y(this,e=>M([this.api],X,e),{everyMs:P}),this.changed=e=>{let t=e.detail;t.method!==`DELETE`&&t.path.startsWith(_(`apis`,this.api))&&this.loader.reload()}}connectedCallback(){super.connectedCallback(),i.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),i.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&(this.loader.value=void 0,this.loader.reload(),this.traffic.reload())}render(){return T({title:Y.title,actions:c`${$(g(`apis`,this.api,`try`),Y.tryIt)}
      ${$(`${g(`streams`)}?apiIds=${this.api}`,Y.live)}`,content:this.loader.show(e=>c`${E(Y.path,ge(e.api,e.plans,this.traffic.value?.get(this.api)))}
          <div class="columns">
            ${E(Y.facts,this.facts(e.api))}
            ${E(Y.clocks,le(e.api,e.clocks))}
          </div>
          ${a(`PUBLISHER`)?this.danger(e.api):s}`),calls:[D(this.api),j([this.api],X)]})}facts(e){let t=[...e.labels??[],...e.tags??[]];return w([[Y.id,c`<code>${e.id}</code>`],[Y.description,e.description],[Y.created,S(e.createdAt)],[Y.updated,S(e.updatedAt)],[Y.deployed,e.deployedAt&&S(e.deployedAt)],[Y.lifecycle,e.lifecycleState.toLowerCase()],[Y.visibility,e.visibility.toLowerCase()],[Y.labels,t.length?t.map(e=>re(e)):void 0]])}danger(e){return E(Y.danger,c`<div class="danger-zone">
        ${e.state===`STARTED`?Q(Y.stopText,n.apiHeader.stop,()=>F(e)):Q(Y.deleteText,Y.delete,()=>this.delete(e))}
        ${Q(Y.duplicateText,Y.duplicate,()=>he(e),!1)}
      </div>`)}async delete(e){let n=k(e.id);if(await x({title:Y.deleteTitle(e.name),content:c`<p>${Y.deleteWarning}</p>
        ${b([n])}`,action:Y.delete,danger:!0}))try{await r(n),h(Y.deleted(e.name)),await l.go(g(`apis`))}catch(e){h(t(e),`error`)}}};p([m({attribute:!1})],Z.prototype,`api`,void 0),Z=p([ee(`relay-api-overview`)],Z);function Q(e,t,n,r=!0){return c`<div>
    <p>${e}</p>
    <button type="button" class=${r?`danger`:``} @click=${n}>${t}</button>
  </div>`}function $(e,t){return f(new URL(e,location.href).pathname)?c`<a class="button" href=${e}>${t}</a>`:s}async function be(e,t){let[n,i]=await Promise.all([r(D(e),t),r(d(_(`apis`,e,`plans`),{statuses:[`PUBLISHED`,`DEPRECATED`]}),t)]),a=n.endpointGroups?.[0]?.type??`http-proxy`,[o,s,c]=await Promise.all([r(B(a),t).catch(()=>({})),r(V(),t),r(H(e),t)]);return{api:n,plans:i.data,clocks:{defaults:U(o),requestTimeoutMs:W(s),outcomes:c.values}}}export{Z as ApiOverview};