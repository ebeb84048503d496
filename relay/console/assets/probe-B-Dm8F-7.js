import{A as e,I as t,S as n,_ as r,a as i,b as a,i as o,n as s,o as c,s as l,t as u,x as d}from"./decorate-cX1b0bKe.js";import{t as f}from"./badge-Bv1K0zyq.js";import{t as p}from"./curl-C3dG7kwV.js";import{i as m,o as h,r as g}from"./fields-Z7HFGbs6.js";import{r as _}from"./numbers-CoBbCYtr.js";import{n as v}from"./page-B78qW9Xh.js";import{t as y}from"./field-errors-CPb82UqI.js";import{n as b}from"./events-CfRZZNMT.js";var x=t.probe,S=class{constructor(e){this.seconds=e,this.stages=[],this.events=[],this.heartbeats=[],this.interrupted=``,this.begun=performance.now()}get isEmpty(){return!this.stages.length&&!this.head}get intervalMs(){if(this.result)return this.result.heartbeatMs;let e=this.heartbeats.flatMap(e=>e.intervalMs??[]);return e.length?Math.max(...e):void 0}elapsedSeconds(){return Math.min(Math.round((performance.now()-this.begun)/1e3),this.seconds)}take(e,t){switch(e){case`connecting`:{let{host:e,port:n}=t;this.stages.push(x.connecting(`${e}:${n}`));break}case`connected`:{let{address:e,tlsVersion:n}=t;this.stages.push(n?x.connectedByTls(e,n):x.connected(e));break}case`head`:this.head=t;break;case`event`:this.events.push(t);break;case`heartbeat`:this.heartbeats.push(t);break;case`proposal`:this.proposal=t;break;case`end`:this.result=t,this.proposal=this.result.proposal??this.proposal}}},C=600,w=34;function T(e){let t=e.seconds*1e3,n=e=>Math.round(e.atMs/t*C),r=`${x.timeLine}. ${x.heartbeats}: ${e.heartbeats.length}, ${x.events}: ${e.events.length}`;return a`<figure class="probe-line">
    <svg viewBox="0 0 ${C} ${w}" preserveAspectRatio="none" role="img" aria-label=${r}>
      <line class="probe-axis" x1="0" x2=${C} y1=${w/2} y2=${w/2}></line>
      ${e.heartbeats.map(e=>d`<line class="probe-heartbeat" x1=${n(e)} x2=${n(e)} y1="8" y2=${26}></line>`)}
      ${e.events.map(e=>d`<line class="probe-event" x1=${n(e)} x2=${n(e)} y1="2" y2=${32}></line>`)}
    </svg>
    <figcaption>
      <span class="probe-key probe-key-heartbeat">${x.legendHeartbeat}</span>
      <span class="probe-key probe-key-event">${x.legendEvent}</span>
    </figcaption>
  </figure>`}var E=t.probe,D=20,O=300,k=`********`,A=1e3,j=class extends s{constructor(...e){super(...e),this.kind=`none`,this.username=``,this.password=``,this.token=``,this.path=``,this.seconds=D,this.errors=y.none,this.idPrefix=o(`probe`)}disconnectedCallback(){super.disconnectedCallback(),this.stop()}render(){return a`<div class="probe">
      <p class="muted">${E.intro}</p>
        <form class="probe-form" novalidate @submit=${e=>this.submitted(e)}>
          <div class="probe-fields">${this.fields()}</div>
          <div class="row">
            <button>${this.running?E.stop:E.begin}</button>
            <span role="status">${this.progress()}</span>
          </div>
        </form>
        ${this.errors.any?this.errors.summary():r}
        ${this.findings?this.found(this.findings):r} ${p([this.call(k)])}
    </div>`}fields(){let e=e=>this.errors.at(e);return a`${m({id:`${this.idPrefix}-kind`,label:E.credentials,value:this.kind,options:[{value:`none`,label:E.none},{value:`basic`,label:E.basic},{value:`bearer`,label:E.bearer}],onChange:e=>this.kind=e})}
    ${this.kind===`basic`?a`${h({id:`${this.idPrefix}-username`,label:E.username,value:this.username,error:e(`credentials.username`),onChange:e=>this.username=e})}
        ${this.secret(`password`,E.password,this.password,e(`credentials.password`))}`:r}
    ${this.kind===`bearer`?this.secret(`token`,E.token,this.token,e(`credentials.token`)):r}
    ${g({id:`${this.idPrefix}-seconds`,label:E.seconds,value:this.seconds,min:1,max:O,step:1,unit:`s`,hint:E.secondsHint,error:e(`seconds`),onChange:e=>this.seconds=e})}
    ${h({id:`${this.idPrefix}-path`,label:E.path,value:this.path,hint:E.pathHint,error:e(`path`),onChange:e=>this.path=e})}`}secret(e,t,n,r){return h({id:`${this.idPrefix}-${e}`,label:t,value:n,error:r,type:`password`,autocomplete:`new-password`,onChange:e=>{this.kind===`basic`?this.password=e:this.token=e}})}call(t){let r={none:void 0,basic:{username:this.username,password:this.password&&t||this.password},bearer:{token:this.token&&t||this.token}}[this.kind];return e(n(`endpoints`,`_probe`),{...this.endpoint,...this.path?{path:this.path}:{},...r?{credentials:N(r)}:{},seconds:this.seconds})}submitted(e){e.preventDefault(),this.running?this.stop(E.stopped):this.begin()}async begin(){let e=this.running=new AbortController,t=this.findings=new S(this.seconds??D);this.errors=y.none,this.timer=setInterval(()=>this.requestUpdate(),A);try{for await(let n of b(this.call(),e.signal))t.take(n.event,JSON.parse(n.data)),this.requestUpdate();t.result||(t.interrupted=E.lost)}catch(n){if(e.signal.aborted)return;t.isEmpty?this.findings=void 0:t.interrupted=E.lost,this.errors=y.of(n)}this.stop()}stop(e){clearInterval(this.timer),this.running?.abort(),this.running=void 0,e&&this.findings&&(this.findings.interrupted=e),this.requestUpdate()}progress(){let{findings:e}=this;return e?e.result?e.result.message:this.running?E.running(e.elapsedSeconds(),e.seconds):e.interrupted:``}found(e){let{head:t,proposal:n}=e;return a`<ol class="probe-stages">
        ${e.stages.map(e=>a`<li>${e}</li>`)}
      </ol>
      ${t?v([[E.status,f(String(t.status),t.eventStream?`good`:`bad`)],[E.contentType,a`<code>${t.contentType||E.noContentType}</code>`],[E.eventStream,t.eventStream?f(E.eventStream,`good`):a`${f(E.noEventStream,`bad`)} ${t.reason}`],[E.heartbeat,t.eventStream&&(e.intervalMs===void 0?E.notMeasured:a`<strong>${e.intervalMs} ${E.ms}</strong>`)],[E.silence,e.result?.longestSilenceMs&&_(e.result.longestSilenceMs)]].filter(([,e])=>e!==!1)):r}
      ${t?.eventStream?T(e):r}
      ${n?a`<div class="notice ${n.changes?`notice-warn`:`notice-info`}" role="status">
            <p>${n.reason}.</p>
            ${n.changes&&n.idleTimeout!==this.current()?a`<button type="button" class="primary" @click=${()=>this.use(n.idleTimeout)}>
                  ${E.use(n.idleTimeout)}
                </button>`:r}
          </div>`:r}
      ${e.events.length?M(e):r}
      ${e.result?.excerpt?a`<h3>${E.excerpt}</h3>
            <pre class="probe-excerpt" tabindex="0">${e.result.excerpt}</pre>`:r}
      ${t?a`<details class="fold">
            <summary>${E.headers}</summary>
            ${v(t.headers.map(e=>[e.name,a`<code>${e.value}</code>`]))}
          </details>`:r}`}current(){return this.endpoint.sharedConfiguration.http?.idleTimeout}use(e){this.dispatchEvent(new CustomEvent(`use`,{detail:e}))}};u([c({attribute:!1})],j.prototype,`endpoint`,void 0),u([i()],j.prototype,`kind`,void 0),u([i()],j.prototype,`username`,void 0),u([i()],j.prototype,`password`,void 0),u([i()],j.prototype,`token`,void 0),u([i()],j.prototype,`path`,void 0),u([i()],j.prototype,`seconds`,void 0),u([i()],j.prototype,`findings`,void 0),u([i()],j.prototype,`errors`,void 0),j=u([l(`relay-probe`)],j);function M(e){return a`<h3>${E.firstEvents}</h3>
    <div class="table">
      <table>
        <thead>
          <tr>
            ${[E.at,E.event,E.id,E.data].map(e=>a`<th scope="col">${e}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${e.events.map(e=>a`<tr>
              <td class="numeric">${_(e.atMs)}</td>
              <td>${e.event}</td>
              <td>${e.id}</td>
              <td><code>${e.data}</code></td>
            </tr>`)}
        </tbody>
      </table>
    </div>`}function N(e){return Object.fromEntries(Object.entries(e).filter(([,e])=>e!==``))}