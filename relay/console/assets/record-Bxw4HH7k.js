import{I as e,M as t,_ as n,b as r,n as i,o as a,s as o,t as s}from"./decorate-cX1b0bKe.js";import{i as c,n as l}from"./curl-C3dG7kwV.js";import{t as u}from"./badge-Bv1K0zyq.js";import{t as d}from"./banner-BF1OFPum.js";import{a as f,n as p,r as m,t as h}from"./numbers-CoBbCYtr.js";import{n as g,r as _,t as v}from"./page-B78qW9Xh.js";import{r as y}from"./index-BtPMuujb.js";import{a as b,i as x,n as S,r as C}from"./log-BHQAbhRa.js";var w=e.record,T=3e3,E=new Set([`denied`,`refused`,`attempt_failed`,`source_lost`,`source_refused`,`gap`]),D=100,O=class extends i{constructor(...e){super(...e),this.api=``,this.request=``,this.loader=new c(this,async e=>{let n=this.loader.value;return n?.requestEnded?n:t(x(this.api,this.request),e)},{everyMs:T})}willUpdate(e){e.get(`request`)!==void 0&&(this.loader.value=void 0,this.loader.reload())}render(){return _({title:w.title,intro:r`<a href=${y(`apis`,this.api,`logs`)}>${w.back}</a>`,content:this.loader.show(e=>this.content(e)),calls:[x(this.api,this.request)]})}content(e){let t=S(e);return r`<div class="stack">
      ${t?d(`warn`,r`<strong>${w.whatToDo}</strong> <span>${t}</span>`):n}
      ${v(`${e.method} ${e.uri}`,g([[w.status,b(e)],[w.outcome,C(e)],[w.errorKey,e.errorKey&&r`<code>${e.errorKey}</code>`],[w.clock,e.clock&&r`<code>${e.clock}</code>`],[w.begin,f(e.timestamp)],[w.duration,e.duration===void 0?void 0:m(e.duration)],[w.head,k(e.gatewayResponseTime)],[w.endpointHead,k(e.endpointResponseTime)],[w.events,e.events===void 0?void 0:p(e.events)],[w.bytes,e.responseContentLength===void 0?void 0:h(e.responseContentLength)],[w.plan,e.plan?.name],[w.application,e.application?.name],[w.endpoint,e.endpoint],[w.entrypoint,e.entrypoint],[w.client,e.remoteAddress],[w.protocol,e.protocol],[w.host,e.host],[w.gateway,e.gateway],[w.requestId,l(w.requestId,e.requestId)]]))}
      ${v(w.timeline,this.timeline(e))}
    </div>`}timeline(e){let{timeline:t,timelineDropped:i}=e,a=Math.max(t.at(-1)?.atMs??0,e.duration??0,1);return r`<ol class="flight">
        ${t.map((e,n)=>this.moment(e,t[n+1],a))}
      </ol>
      ${i?r`<p class="muted">${w.dropped(i)}</p>`:n}`}moment(e,t,n){let i=w.marks,a=e.atMs/n*D,o=((t?.atMs??e.atMs)-e.atMs)/n*D,s=Object.entries(e.detail??{});return r`<li class=${E.has(e.mark)?`is-bad`:``}>
      <span class="flight-time">${m(e.atMs)}</span>
      <div>
        <p>
          <strong>${i[e.mark]??e.mark}</strong>
          ${s.map(([e,t])=>u(`${w.details(e)} ${t}`))}
        </p>
        <svg class="flight-bar" viewBox="0 0 ${D} 4" preserveAspectRatio="none" aria-hidden="true">
          <rect x=${a} y="0" width=${Math.max(o,.4)} height="4"></rect>
        </svg>
      </div>
      <span class="flight-next muted">${t?`+${m(t.atMs-e.atMs)}`:``}</span>
    </li>`}};s([a({attribute:!1})],O.prototype,`api`,void 0),s([a({attribute:!1})],O.prototype,`request`,void 0),O=s([o(`relay-flight-record`)],O);function k(e){return e===void 0?void 0:m(e)}export{O as FlightRecordPage};