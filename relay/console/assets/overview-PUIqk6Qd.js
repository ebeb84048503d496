import{D as e,F as t,I as n,_ as r,b as i,n as a,s as o,t as s,w as c}from"./decorate-C0y6jOtY.js";import{i as l}from"./curl-DYMbsPcl.js";import{t as u}from"./banner-COx3fiuU.js";import"./chart-JdHTRq-S.js";import{i as d,n as f,r as p,t as m}from"./numbers-CoBbCYtr.js";import{r as h,t as g}from"./page-BOp8lrJl.js";import{r as _}from"./index-CEnPqmz-.js";import{a as v,c as y,n as b,o as x,r as S,t as C}from"./node-state-BYumGYpd.js";import{n as w}from"./events-DT6uzugW.js";var T=36e5,E=5e3,D=class{constructor(e,t){this.host=e,this.call=t,this.times=[],this.series={},this.seen=()=>document.hidden?this.stop():this.start(),e.addController(this)}hostConnected(){document.addEventListener(`visibilitychange`,this.seen),this.start()}hostDisconnected(){document.removeEventListener(`visibilitychange`,this.seen),this.stop()}newest(e){return this.series[e]?.at(-1)??null}start(){this.stop(),this.follow(this.running=new AbortController)}stop(){this.running?.abort(),clearTimeout(this.timer)}async follow(e){try{for await(let t of w(this.call(),e.signal)){let e=JSON.parse(t.data);t.event===`history`?this.begin(e):t.event===`sample`&&this.add(e),this.error=void 0,this.host.requestUpdate()}}catch(t){if(e.signal.aborted)return;this.error=t,this.host.requestUpdate()}e.signal.aborted||(this.timer=setTimeout(()=>this.start(),E))}begin(e){this.times=e.timestamps.map(e=>e/1e3),this.series=e.series}add(e){let t=[...this.times,e.timestamp/1e3],n=t.findIndex(t=>t*1e3>e.timestamp-T);this.times=t.slice(n),this.series=Object.fromEntries(Object.entries(this.series).map(([t,r])=>[t,[...r,e.series[t]??null].slice(n)]))}},O=n.live,k=5e3,A=e=>`${f(Math.round(e*100)/100)}/s`,j=e=>p(Math.round(e*10)/10),M=[{label:O.charts.streams,format:f,lines:[[`streams`,O.series.streams]]},{label:O.charts.events,format:A,lines:[[`events`,O.series.events],[`received`,O.series.received]]},{label:O.charts.lag,format:j,lines:[[`lagP50Ms`,O.series.median],[`lagP99Ms`,O.series.most]]},{label:O.charts.changes,format:f,lines:[[`opened`,O.series.opened],[`ended`,O.series.ended]]},{label:O.charts.failures,format:f,lines:[[`refusals`,O.series.refusals],[`reconnects`,O.series.reconnects]]},{label:O.charts.bytes,format:m,lines:[[`sentBytes`,O.series.sent]]},{label:O.charts.loop,format:j,lines:[[`loopLagMs`,O.series.loop]]},{label:O.charts.memory,format:m,lines:[[`memoryBytes`,O.series.memory]]}],N=class extends a{constructor(...t){super(...t),this.history=new D(this,()=>e(c(`history`))),this.state=new l(this,S,{everyMs:k})}render(){return h({title:O.title,intro:O.intro,content:i`${this.state.show(e=>this.now(e))}
        ${this.history.error===void 0?r:u(`warn`,t(this.history.error))}
        <section class="stack" aria-labelledby="live-hour">
          <h2 id="live-hour">${O.hour}</h2>
          ${this.history.times.length>1?i`<div class="charts">${M.map(e=>this.chart(e))}</div>`:i`<p class="empty">${O.noSample}</p>`}
        </section>`,calls:[e(c(`history`)),y()]})}now({health:e,readiness:t,drain:n}){let r=[[O.figures.streams,this.figure(`streams`,f),_(`live`,`streams`)],[O.figures.events,this.figure(`events`,d)],[O.figures.lag,this.figure(`lagP99Ms`,j)],[O.figures.cpu,this.figure(`cpuPercent`,e=>`${f(Math.round(e))} %`)]];return i`<ul class="figures">
        ${r.map(([e,t,n])=>i`<li class="card">
            <span class="muted">${n?i`<a href=${n}>${e}</a>`:e}</span>
            <strong>${t}</strong>
          </li>`)}
      </ul>
      ${g(O.state,i`<dl class="facts">
            <div>
              <dt>${O.health}</dt>
              <dd>${b(e)} <a href=${_(`live`,`nodes`)}>${O.details}</a></dd>
            </div>
            <div>
              <dt>${O.readiness}</dt>
              <dd>${v(t)}</dd>
            </div>
            <div>
              <dt>${O.drain}</dt>
              <dd>${C(n)} <a href=${_(`live`,`drain`)}>${O.details}</a></dd>
            </div>
          </dl>
          ${x(t)}`)}`}figure(e,t){let n=this.history.newest(e);return n===null?`–`:t(n)}chart(e){let t=e.lines.map(([e,t],n)=>({label:t,color:`--series-${n+1}`,values:this.history.series[e]??[]}));return i`<relay-chart
      class="card"
      .label=${e.label}
      .times=${this.history.times}
      .series=${t}
      .format=${e.format}
    ></relay-chart>`}};N=s([o(`relay-live`)],N);export{N as Live};