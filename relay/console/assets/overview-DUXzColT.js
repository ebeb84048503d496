import{C as e,D as t,M as n,N as r,O as i,P as a,S as o,T as s,_ as c,b as l,c as u,f as d,g as f,h as p,j as ee,k as m,l as h,m as g,p as _,t as v,w as te}from"./index-Dba79Kt6.js";import{a as y,g as b,h as ne,i as re,m as ie,p as x,r as S,t as C,u as w}from"./api-X9rXfUY0.js";import{n as T,t as ae}from"./dialog-BrM2J1tG.js";import{a as oe,c as E,i as se,n as ce,o as le,r as ue,s as D,t as O}from"./page-DPh-A2m4.js";import{i as k,n as A,r as j,t as M}from"./traffic-CblcvhLX.js";import{t as N}from"./stop-dialog-C6AcSUvh.js";var P=r.clocks,F=864e5,I=100,L=`gateway.request_timeout_ms`,R=e=>t(te(`plugins`,`endpoints`,e,`shared-configuration-schema`)),z=()=>t(s(`configuration`)),B=n=>t(e(`apis`,n,`analytics`),{type:`GROUP_BY`,field:`outcome`,from:Date.now()-F,to:Date.now()});function V(e){let{properties:t}=e;return t?.http?.default??{}}function H(e){let t=e[L]?.value;return typeof t==`number`?t:void 0}function de(e,t){let n=pe(e,t),r=Math.max(...n.map(e=>e.ms),1e3);return l`<table class="clocks">
    <thead>
      <tr>
        <th scope="col">${P.timeout}</th>
        <th scope="col" class="clocks-bars"><span class="visually-hidden">${P.chart}</span></th>
        <th scope="col" class="numeric">${P.value}</th>
        <th scope="col" class="numeric">${P.fired}</th>
      </tr>
    </thead>
    <tbody>
      ${n.map(e=>{let n=e.outcome?t.outcomes[e.outcome]??0:void 0;return l`<tr>
          <th scope="row">
            ${P.names[e.name]}
            ${e.group?l`<span class="muted">${e.group}</span>`:c}
          </th>
          <td class="clocks-bars">${fe(e.ms,r)}</td>
          <td class="numeric">${e.ms?le(e.ms):P.never}</td>
          <td class="numeric ${n?`clocks-fired`:`muted`}">${n??`–`}</td>
        </tr>`})}
    </tbody>
  </table>`}function fe(e,t){if(!e)return c;let n=Math.log(Math.max(e,I*1.2)/I)/Math.log(t/I);return l`<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <rect class="clocks-track" width="100" height="8"></rect>
    <rect class="clocks-bar" width=${(n*100).toFixed(1)} height="8"></rect>
  </svg>`}function pe(e,{defaults:t,requestTimeoutMs:n}){let r=(e.endpointGroups??[]).filter(e=>e.sharedConfiguration?.http||`idleTimeout`in t),i=r.length>1;return[...n===void 0?[]:[{name:`request`,ms:n,outcome:`request_timeout`}],...r.flatMap(e=>me(e,t,i)),...he(e),...ge(e)]}function me(e,t,n){let r={...t,...e.sharedConfiguration?.http},i=n?{group:e.name}:{};return[{name:`connect`,ms:r.connectTimeout??0,outcome:`connect_timeout`,...i},{name:`read`,ms:r.readTimeout??0,outcome:`read_timeout`,...i},{name:`idle`,ms:r.idleTimeout??0,outcome:`idle_timeout`,...i}]}function he(e){let t=S(e).find(e=>e.type===`sse`);if(!t)return[];let n=t.configuration?.heartbeatIntervalInMs,r=t.configuration?.maxDurationMs;return[...typeof n==`number`?[{name:`heartbeat`,ms:n}]:[],...typeof r==`number`&&r?[{name:`duration`,ms:r,outcome:`max_duration`}]:[]]}function ge(e){let t=(e.flows??[]).flatMap(e=>Object.values(e)).flatMap(e=>Array.isArray(e)?e:[]).filter(e=>e.policy===`stream-limit`&&e.enabled!==!1).map(e=>e.configuration?.maxDurationMs??0).filter(Boolean);return t.length?[{name:`duration`,ms:Math.min(...t),outcome:`max_duration`}]:[]}var U=class e{static{this.none=new e(``,[])}constructor(e,t){this.message=e,this.details=t,this.taken=new Set}static of(t){let r=t instanceof ee?t.details:[];return new e(n(t),r)}get any(){return this.message!==``}at(e){let t=this.details.filter(t=>t.location===e);for(let e of t)this.taken.add(e);return t.length?t.map(e=>e.message).join(` `):void 0}below(e){let t=this.details.filter(t=>t.location.startsWith(`${e}.`)||t.location.startsWith(`${e}[`));for(let e of t)this.taken.add(e);return t.map(t=>({...t,location:t.location.slice(e.length).replace(/^\./,``)}))}rest(){return this.details.filter(e=>!this.taken.has(e))}summary(){if(!this.any)return c;let e=this.rest();return l`<div class="notice notice-error" role="alert">
      <p>${this.details.length?r.errors.summary:this.message}</p>
      ${e.length?l`<ul>
            ${e.map(e=>l`<li>
                ${e.location?l`<code>${e.location}</code> `:c}${e.message}
              </li>`)}
          </ul>`:c}
    </div>`}},W=r.duplicate;async function _e(e){let t={contextPath:``,host:``,version:e.apiVersion,plans:!0},n=U.none,i=await T(W.title(e.name),(i,o)=>{let s=e=>{Object.assign(t,e),o()};return{content:l`${x({id:`duplicate-path`,label:W.contextPath,required:!0,placeholder:`/copy`,value:t.contextPath,error:n.at(`contextPath`)??n.at(`listeners[0].paths[0].path`),onChange:e=>s({contextPath:e})})}
      ${x({id:`duplicate-host`,label:W.host,hint:W.hostHint,value:t.host,error:n.at(`host`)??n.at(`listeners[0].paths[0].host`),onChange:e=>s({host:e})})}
      ${x({id:`duplicate-version`,label:W.version,value:t.version,error:n.at(`version`)??n.at(`apiVersion`),onChange:e=>s({version:e})})}
      ${ie({id:`duplicate-plans`,label:W.plans,hint:W.plansHint,value:t.plans,onChange:e=>s({plans:e})})}
      ${n.summary()} ${w([G(e.id,t)])}`,actions:l`<button type="button" @click=${()=>i(void 0)}>
          ${r.common.cancel}
        </button>
        <button type="submit" class="primary" @click=${()=>a(i,o)}>
          ${W.action}
        </button>`}});i&&(v(W.done),await f.go(p(`apis`,i.id)));async function a(r,i){try{r(await m(G(e.id,t)))}catch(e){n=U.of(e),i()}}}function G(t,n){return i(e(`apis`,t,`_duplicate`),{contextPath:n.contextPath,...n.host?{host:n.host}:{},...n.version?{version:n.version}:{},...n.plans?{}:{filteredFields:[`PLANS`]}})}var K=r.flowPath,q=3;function ve(e,t,n){return l`<ol class="flow-path" aria-label=${K.label}>
    ${J(e,t,n).map(e=>l`<li>
        ${ye(e)}
        <span class="flow-arrow">${e.arrow?.map(e=>l`<span>${e}</span>`)}</span>
      </li>`)}
  </ol>`}function ye(e){let t=l`<strong>${e.title}</strong>
    ${e.lines.slice(0,q).map(e=>l`<span>${e}</span>`)}
    ${e.lines.length>q?l`<span class="muted">${K.more(e.lines.length-q)}</span>`:c}`;return g(new URL(e.href,location.href).pathname)?l`<a class="flow-node" href=${e.href}>${t}</a>`:l`<span class="flow-node">${t}</span>`}function J(e,t,n){let r=e.type===`MESSAGE`,i=(e.flows?.length??0)+t.reduce((e,t)=>e+(t.flows?.length??0),0);return[{title:K.clients,href:`${p(`streams`)}?apiIds=${e.id}`,lines:[K.streams(oe(j(n?.streams)))],arrow:[D(j(n?.events)),`${se(j(n?.sentBytes))}/s`]},{title:K.entrypoints,href:p(`apis`,e.id,`entrypoints`),lines:[...S(e).map(e=>e.type),...re(e)]},{title:K.plans,href:p(`apis`,e.id,`plans`),lines:t.length?t.map(e=>e.name):[K.noPlan]},{title:K.flows,href:p(`apis`,e.id,`flows`),lines:[K.flowCount(i)]},...r?[{title:K.channel,href:`${p(`channels`)}?apiIds=${e.id}`,lines:[K.shared],arrow:[D(j(n?.received))]}]:[],{title:K.endpoints,href:p(`apis`,e.id,`endpoints`),lines:(e.endpointGroups??[]).flatMap(e=>(e.endpoints??[]).map(e=>be(e.configuration)??e.name))}]}function be(e){let t=e?.target;if(typeof t==`string`)return URL.canParse(t)?new URL(t).host:t.split(`?`)[0]}var Y=r.overview,X=[`streams`,`events`,`received`,`sentBytes`],Z=class extends h{constructor(...t){super(...t),this.api=``,this.loader=new b(this,e=>xe(this.api,e)),this.traffic=new b(this,e=>A([this.api],X,e),{everyMs:M}),this.changed=t=>{let n=t.detail;n.method!==`DELETE`&&n.path.startsWith(e(`apis`,this.api))&&this.loader.reload()}}connectedCallback(){super.connectedCallback(),a.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),a.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&(this.loader.value=void 0,this.loader.reload(),this.traffic.reload())}render(){return ue({title:Y.title,actions:l`${$(p(`apis`,this.api,`try`),Y.tryIt)}
      ${$(`${p(`streams`)}?apiIds=${this.api}`,Y.live)}`,content:this.loader.show(e=>l`${O(Y.path,ve(e.api,e.plans,this.traffic.value?.get(this.api)))}
          <div class="columns">
            ${O(Y.facts,this.facts(e.api))}
            ${O(Y.clocks,de(e.api,e.clocks))}
          </div>
          ${o(`PUBLISHER`)?this.danger(e.api):c}`),calls:[y(this.api),k([this.api],X)]})}facts(e){let t=[...e.labels??[],...e.tags??[]];return ce([[Y.id,l`<code>${e.id}</code>`],[Y.description,e.description],[Y.created,E(e.createdAt)],[Y.updated,E(e.updatedAt)],[Y.deployed,e.deployedAt&&E(e.deployedAt)],[Y.lifecycle,e.lifecycleState.toLowerCase()],[Y.visibility,e.visibility.toLowerCase()],[Y.labels,t.length?t.map(e=>ne(e)):void 0]])}danger(e){return O(Y.danger,l`<div class="danger-zone">
        ${e.state===`STARTED`?Q(Y.stopText,r.apiHeader.stop,()=>N(e)):Q(Y.deleteText,Y.delete,()=>this.delete(e))}
        ${Q(Y.duplicateText,Y.duplicate,()=>_e(e),!1)}
      </div>`)}async delete(e){let t=C(e.id);if(await ae({title:Y.deleteTitle(e.name),content:l`<p>${Y.deleteWarning}</p>
        ${w([t])}`,action:Y.delete,danger:!0}))try{await m(t),v(Y.deleted(e.name)),await f.go(p(`apis`))}catch(e){v(n(e),`error`)}}};u([d({attribute:!1})],Z.prototype,`api`,void 0),Z=u([_(`relay-api-overview`)],Z);function Q(e,t,n,r=!0){return l`<div>
    <p>${e}</p>
    <button type="button" class=${r?`danger`:``} @click=${n}>${t}</button>
  </div>`}function $(e,t){return g(new URL(e,location.href).pathname)?l`<a class="button" href=${e}>${t}</a>`:c}async function xe(n,r){let[i,a]=await Promise.all([m(y(n),r),m(t(e(`apis`,n,`plans`),{statuses:[`PUBLISHED`,`DEPRECATED`]}),r)]),o=i.endpointGroups?.[0]?.type??`http-proxy`,[s,c,l]=await Promise.all([m(R(o),r).catch(()=>({})),m(z(),r),m(B(n),r)]);return{api:i,plans:a.data,clocks:{defaults:V(s),requestTimeoutMs:H(c),outcomes:l.values}}}export{Z as ApiOverview};