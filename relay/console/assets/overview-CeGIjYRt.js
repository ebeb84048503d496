import{A as e,C as t,D as n,F as r,I as i,M as a,R as o,S as s,_ as c,b as l,n as u,o as d,s as f,t as p,w as ee}from"./decorate-cX1b0bKe.js";import{i as m,t as h}from"./curl-C3dG7kwV.js";import{t as g}from"./badge-Bv1K0zyq.js";import{n as _,t as te}from"./dialog-D95cH4qy.js";import{a as v,i as y,n as ne,r as re,t as ie}from"./numbers-CoBbCYtr.js";import{n as ae,r as b,t as x}from"./page-B78qW9Xh.js";import{i as S,o as C,r as w,t as T}from"./index-BtPMuujb.js";import{a as E,d as D,i as O,n as oe,o as k,u as se}from"./api-BMejlNS3.js";import{t as A}from"./field-errors-CPb82UqI.js";import{o as j,s as M}from"./fields-Z7HFGbs6.js";import{i as N,n as P,r as F,t as I}from"./traffic-BTwaxZCk.js";import{t as L}from"./stop-dialog-DiI6ctHJ.js";var R=i.clocks,z=864e5,B=100,V=`gateway.request_timeout_ms`,H=e=>n(t(`plugins`,`endpoints`,e,`shared-configuration-schema`)),U=()=>n(ee(`configuration`)),W=e=>n(s(`apis`,e,`analytics`),{type:`GROUP_BY`,field:`outcome`,from:Date.now()-z,to:Date.now()});function ce(e){let{properties:t}=e;return t?.http?.default??{}}function G(e){let t=e[V]?.value;return typeof t==`number`?t:void 0}function le(e,t){let n=de(e,t),r=Math.max(...n.map(e=>e.ms),1e3);return l`<table class="timeouts">
    <thead>
      <tr>
        <th scope="col">${R.timeout}</th>
        <th scope="col" class="timeout-bar"><span class="visually-hidden">${R.chart}</span></th>
        <th scope="col" class="numeric">${R.value}</th>
        <th scope="col" class="numeric">${R.fired}</th>
      </tr>
    </thead>
    <tbody>
      ${n.map(e=>{let n=e.outcome?t.outcomes[e.outcome]??0:void 0;return l`<tr>
          <th scope="row">
            ${R.names[e.name]}
            ${e.group?l`<span class="muted">${e.group}</span>`:c}
          </th>
          <td class="timeout-bar">${ue(e.ms,r)}</td>
          <td class="numeric">${e.ms?re(e.ms):R.never}</td>
          <td class="numeric ${n?`timeout-expired`:`muted`}">${n??`–`}</td>
        </tr>`})}
    </tbody>
  </table>`}function ue(e,t){if(!e)return c;let n=Math.log(Math.max(e,B*1.2)/B)/Math.log(t/B);return l`<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <rect class="timeout-track" width="100" height="8"></rect>
    <rect class="timeout-share" width=${(n*100).toFixed(1)} height="8"></rect>
  </svg>`}function de(e,{defaults:t,requestTimeoutMs:n}){let r=(e.endpointGroups??[]).filter(e=>e.sharedConfiguration?.http||`idleTimeout`in t),i=r.length>1;return[...n===void 0?[]:[{name:`request`,ms:n,outcome:`request_timeout`}],...r.flatMap(e=>fe(e,t,i)),...pe(e),...me(e)]}function fe(e,t,n){let r={...t,...e.sharedConfiguration?.http},i=n?{group:e.name}:{};return[{name:`connect`,ms:r.connectTimeout??0,outcome:`connect_timeout`,...i},{name:`read`,ms:r.readTimeout??0,outcome:`read_timeout`,...i},{name:`idle`,ms:r.idleTimeout??0,outcome:`idle_timeout`,...i}]}function pe(e){let t=O(e).find(e=>e.type===`sse`);if(!t)return[];let n=t.configuration?.heartbeatIntervalInMs,r=t.configuration?.maxDurationMs;return[...typeof n==`number`?[{name:`heartbeat`,ms:n}]:[],...typeof r==`number`&&r?[{name:`duration`,ms:r,outcome:`max_duration`}]:[]]}function me(e){let t=(e.flows??[]).flatMap(e=>Object.values(e)).flatMap(e=>Array.isArray(e)?e:[]).filter(e=>e.policy===`stream-limit`&&e.enabled!==!1).map(e=>e.configuration?.maxDurationMs??0).filter(Boolean);return t.length?[{name:`duration`,ms:Math.min(...t),outcome:`max_duration`}]:[]}var K=i.duplicate;async function he(e){let t={contextPath:``,host:``,version:e.apiVersion,plans:!0},n=A.none,r=await _(K.title(e.name),(r,a)=>{let s=e=>{Object.assign(t,e),a()};return{content:l`${j({id:`duplicate-path`,label:K.contextPath,required:!0,placeholder:`/copy`,value:t.contextPath,error:n.at(`contextPath`)??n.at(`listeners[0].paths[0].path`),onChange:e=>s({contextPath:e})})}
      ${j({id:`duplicate-host`,label:K.host,hint:K.hostHint,value:t.host,error:n.at(`host`)??n.at(`listeners[0].paths[0].host`),onChange:e=>s({host:e})})}
      ${j({id:`duplicate-version`,label:K.version,value:t.version,error:n.at(`version`)??n.at(`apiVersion`),onChange:e=>s({version:e})})}
      ${M({id:`duplicate-plans`,label:K.plans,hint:K.plansHint,value:t.plans,onChange:e=>s({plans:e})})}
      ${n.summary()} ${h([q(e.id,t)])}`,actions:l`<button type="button" @click=${()=>r(void 0)}>
          ${i.common.cancel}
        </button>
        <button
          type="submit"
          class="primary"
          @click=${e=>{let{form:t}=e.target;t.checkValidity()&&o(r,a)}}
        >
          ${K.action}
        </button>`}});r&&(T(K.done),await S.go(w(`apis`,r.id)));async function o(r,i){try{r(await a(q(e.id,t)))}catch(e){n=A.of(e),i()}}}function q(t,n){return e(s(`apis`,t,`_duplicate`),{contextPath:n.contextPath,...n.host?{host:n.host}:{},...n.version?{version:n.version}:{},...n.plans?{}:{filteredFields:[`PLANS`]}})}var J=i.flowPath,Y=3;function ge(e,t,n){return l`<ol class="flow-path" aria-label=${J.label}>
    ${ve(e,t,n).map(e=>l`<li>
        ${_e(e)}
        <span class="flow-arrow">${e.arrow?.map(e=>l`<span>${e}</span>`)}</span>
      </li>`)}
  </ol>`}function _e(e){return l`<a class="flow-node" href=${e.href}>
    <strong>${e.title}</strong>
    ${e.lines.slice(0,Y).map(e=>l`<span>${e}</span>`)}
    ${e.lines.length>Y?l`<span class="muted">${J.more(e.lines.length-Y)}</span>`:c}
  </a>`}function ve(e,t,n){let r=e.type===`MESSAGE`,i=(e.flows?.length??0)+t.reduce((e,t)=>e+(t.flows?.length??0),0);return[{title:J.clients,href:`${w(`live`,`streams`)}?api=${e.id}`,lines:[J.streams(ne(F(n?.streams)))],arrow:[y(F(n?.events)),`${ie(F(n?.sentBytes))}/s`]},{title:J.entrypoints,href:w(`apis`,e.id,`entrypoints`),lines:[...O(e).map(e=>e.type),...E(e)]},{title:J.plans,href:w(`apis`,e.id,`plans`),lines:t.length?t.map(e=>e.name):[J.noPlan]},{title:J.flows,href:w(`apis`,e.id,`flows`),lines:[J.flowCount(i)]},...r?[{title:J.channel,href:`${w(`live`,`channels`)}?api=${e.id}`,lines:[J.shared],arrow:[y(F(n?.received))]}]:[],{title:J.endpoints,href:w(`apis`,e.id,`endpoints`),lines:(e.endpointGroups??[]).flatMap(e=>(e.endpoints??[]).map(e=>ye(e.configuration)??e.name))}]}function ye(e){let t=e?.target;if(typeof t==`string`)return URL.canParse(t)?new URL(t).host:t.split(`?`)[0]}var X=i.overview,Z=[`streams`,`events`,`received`,`sentBytes`],Q=class extends u{constructor(...e){super(...e),this.api=``,this.loader=new m(this,e=>be(this.api,e)),this.traffic=new m(this,e=>P([this.api],Z,e),{everyMs:I}),this.changed=e=>{let t=e.detail;t.method!==`DELETE`&&t.path.startsWith(s(`apis`,this.api))&&this.loader.reload()}}connectedCallback(){super.connectedCallback(),o.addEventListener(`change`,this.changed)}disconnectedCallback(){super.disconnectedCallback(),o.removeEventListener(`change`,this.changed)}willUpdate(e){e.get(`api`)&&(this.loader.value=void 0,this.loader.reload(),this.traffic.reload())}render(){return b({title:X.title,actions:l`${C(`PUBLISHER`)?l`<a class="button" href=${w(`apis`,this.api,`try`)}>${X.tryIt}</a>`:c}
        <a class="button" href="${w(`live`,`streams`)}?api=${this.api}">${X.live}</a>`,content:this.loader.show(e=>l`${x(X.path,l`${ge(e.api,e.plans,this.traffic.value?.get(this.api))}
              <p class="muted">${i.apis.ofThisNode}</p>`)}
          <div class="columns">
            ${x(X.facts,this.facts(e.api))}
            ${x(X.clocks,le(e.api,e.clocks))}
          </div>
          ${C(`PUBLISHER`)?this.danger(e.api):c}`),calls:[k(this.api),N([this.api],Z),...this.changeOfState()]})}changeOfState(){let e=this.loader.value?.api;return!e||!C(`PUBLISHER`)?[]:[e.state===`STARTED`?D(e.id):se(e.id)]}facts(e){let t=[...e.labels??[],...e.tags??[]];return ae([[X.id,l`<code>${e.id}</code>`],[X.description,e.description],[X.created,v(e.createdAt)],[X.updated,v(e.updatedAt)],[X.deployed,e.deployedAt&&v(e.deployedAt)],[X.lifecycle,e.lifecycleState.toLowerCase()],[X.visibility,e.visibility.toLowerCase()],[X.labels,t.length?l`<span class="row">${t.map(e=>g(e))}</span>`:void 0]])}danger(e){return x(X.danger,l`<div class="danger-zone">
        ${e.state===`STARTED`?$(X.stopText,i.apiHeader.stop,()=>L(e)):$(X.deleteText,X.delete,()=>this.delete(e))}
        ${$(X.duplicateText,X.duplicate,()=>he(e),!1)}
      </div>`)}async delete(e){let t=oe(e.id);if(await te({title:X.deleteTitle(e.name),content:l`<p>${X.deleteWarning}</p>
        ${h([t])}`,action:X.delete,danger:!0}))try{await a(t),T(X.deleted(e.name)),await S.go(w(`apis`))}catch(e){T(r(e),`error`)}}};p([d({attribute:!1})],Q.prototype,`api`,void 0),Q=p([f(`relay-api-overview`)],Q);function $(e,t,n,r=!0){return l`<div>
    <p>${e}</p>
    <button type="button" class=${r?`danger`:``} @click=${n}>${t}</button>
  </div>`}async function be(e,t){let[r,i]=await Promise.all([a(k(e),t),a(n(s(`apis`,e,`plans`),{statuses:[`PUBLISHED`,`DEPRECATED`]}),t)]),o=r.endpointGroups?.[0]?.type??`http-proxy`,[c,l,u]=await Promise.all([a(H(o),t).catch(()=>({})),a(U(),t),a(W(e),t)]);return{api:r,plans:i.data,clocks:{defaults:ce(c),requestTimeoutMs:G(l),outcomes:u.values}}}export{Q as ApiOverview};