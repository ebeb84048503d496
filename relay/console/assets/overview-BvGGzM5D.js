import{D as e,F as t,I as n,b as r,n as i,s as a,t as o,w as s}from"./decorate-cX1b0bKe.js";import{i as c}from"./curl-C3dG7kwV.js";import{t as l}from"./banner-BF1OFPum.js";import"./chart-CfQk6-Gz.js";import{i as u,n as d,r as f,t as p}from"./numbers-CoBbCYtr.js";import{r as m,t as h}from"./page-B78qW9Xh.js";import{r as g}from"./index-BtPMuujb.js";import{a as _,c as v,n as y,o as b,r as x,t as S}from"./node-state-CzyEVYDZ.js";import{n as C}from"./events-CfRZZNMT.js";var w=36e5,T=5e3,E=class{constructor(e,t){this.host=e,this.call=t,this.times=[],this.series={},this.seen=()=>document.hidden?this.stop():this.start(),e.addController(this)}hostConnected(){document.addEventListener(`visibilitychange`,this.seen),this.start()}hostDisconnected(){document.removeEventListener(`visibilitychange`,this.seen),this.stop()}newest(e){return this.series[e]?.at(-1)??null}start(){this.stop(),this.follow(this.running=new AbortController)}stop(){this.running?.abort(),clearTimeout(this.timer)}async follow(e){try{for await(let t of C(this.call(),e.signal)){let e=JSON.parse(t.data);t.event===`history`?this.begin(e):t.event===`sample`&&this.add(e),this.error=void 0,this.host.requestUpdate()}}catch(t){if(e.signal.aborted)return;this.error=t,this.host.requestUpdate()}e.signal.aborted||(this.timer=setTimeout(()=>this.start(),T))}begin(e){this.times=e.timestamps.map(e=>e/1e3),this.series=e.series}add(e){let t=[...this.times,e.timestamp/1e3],n=t.findIndex(t=>t*1e3>e.timestamp-w);this.times=t.slice(n),this.series=Object.fromEntries(Object.entries(this.series).map(([t,r])=>[t,[...r,e.series[t]??null].slice(n)]))}},D=n.live,O=5e3,k=e=>`${d(Math.round(e*100)/100)}/s`,A=e=>f(Math.round(e*10)/10),j=[{label:D.charts.streams,format:d,lines:[[`streams`,D.series.streams]]},{label:D.charts.events,format:k,lines:[[`events`,D.series.events],[`received`,D.series.received]]},{label:D.charts.lag,format:A,lines:[[`lagP50Ms`,D.series.median],[`lagP99Ms`,D.series.most]]},{label:D.charts.changes,format:d,lines:[[`opened`,D.series.opened],[`ended`,D.series.ended]]},{label:D.charts.failures,format:d,lines:[[`refusals`,D.series.refusals],[`reconnects`,D.series.reconnects]]},{label:D.charts.bytes,format:p,lines:[[`sentBytes`,D.series.sent]]},{label:D.charts.loop,format:A,lines:[[`loopLagMs`,D.series.loop]]},{label:D.charts.memory,format:p,lines:[[`memoryBytes`,D.series.memory]]}],M=class extends i{constructor(...t){super(...t),this.history=new E(this,()=>e(s(`history`))),this.state=new c(this,x,{everyMs:O})}render(){let n=this.state.error??this.history.error;return m({title:D.title,intro:D.intro,content:r`${n===void 0?this.state.show(e=>this.now(e)):l(`error`,`${t(n)} ${D.unknown}`)}
        <section class="stack" aria-labelledby="live-hour">
          <h2 id="live-hour">${D.hour}</h2>
          ${this.history.times.length>1?r`<div class="charts">${j.map(e=>this.chart(e))}</div>`:r`<p class="empty">${D.noSample}</p>`}
        </section>`,calls:[e(s(`history`)),v()]})}now({health:e,readiness:t,drain:n}){let i=[[D.figures.streams,this.figure(`streams`,d),g(`live`,`streams`)],[D.figures.events,this.figure(`events`,u)],[D.figures.lag,this.figure(`lagP99Ms`,A)],[D.figures.cpu,this.figure(`cpuPercent`,e=>`${d(Math.round(e))} %`)]];return r`<ul class="figures">
        ${i.map(([e,t,n])=>r`<li class="card">
            <span class="muted">${n?r`<a href=${n}>${e}</a>`:e}</span>
            <strong>${t}</strong>
          </li>`)}
      </ul>
      ${h(D.state,r`<dl class="facts">
            <div>
              <dt>${D.health}</dt>
              <dd>${y(e)} <a href=${g(`live`,`nodes`)}>${D.details}</a></dd>
            </div>
            <div>
              <dt>${D.readiness}</dt>
              <dd>${_(t)}</dd>
            </div>
            <div>
              <dt>${D.drain}</dt>
              <dd>${S(n)} <a href=${g(`live`,`drain`)}>${D.details}</a></dd>
            </div>
          </dl>
          ${b(t)}`)}`}figure(e,t){let n=this.history.newest(e);return n===null?`–`:t(n)}chart(e){let t=e.lines.map(([e,t],n)=>({label:t,color:`--series-${n+1}`,values:this.history.series[e]??[]}));return r`<relay-chart
      class="card"
      .label=${e.label}
      .times=${this.history.times}
      .series=${t}
      .format=${e.format}
    ></relay-chart>`}};M=o([a(`relay-live`)],M);export{M as Live};