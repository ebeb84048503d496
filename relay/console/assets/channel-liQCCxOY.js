import{D as e,I as t,M as n,P as r,_ as i,b as a,n as o,o as s,s as c,t as l,w as u,x as d}from"./decorate-cX1b0bKe.js";import{i as f,n as p}from"./curl-C3dG7kwV.js";import{t as m}from"./badge-Bv1K0zyq.js";import{t as h}from"./banner-BF1OFPum.js";import{a as g,n as _,r as v,t as y}from"./numbers-CoBbCYtr.js";import{n as b,r as x,t as S}from"./page-B78qW9Xh.js";import"./table-CX22Ptby.js";import{r as C}from"./index-BtPMuujb.js";import{t as w}from"./clock-bars-D0eMFuu8.js";import{t as T}from"./names-CvoBpdB-.js";import{t as E}from"./source-badge-jCP7cj6c.js";var D=t.channels.window,O=1e3,k=66,A=22,j=44,M=100;function N(e){let{log:t,readers:n,positions:r}=e,i=P(r,t.first,t.last),o=Math.max(n.total-r.length,0);i[99].live+=o;let s=Math.max(...i.map(e=>e.live+e.lagging),1),c=r.filter(e=>e.lagging).length;return a`<figure class="log-window">
    <svg
      viewBox="0 0 ${O} ${92}"
      preserveAspectRatio="none"
      role="img"
      aria-label=${D.label(_(t.first),_(t.last),n.total,c)}
    >
      <rect class="log-band" x="0" y=${k} width=${O} height=${A} rx="3"></rect>
      ${i.map((e,t)=>F(e,t,s))}
    </svg>
    <figcaption class="log-edges">
      <span>
        <strong>${_(t.first)}</strong>
        <span class="muted"
          >${t.oldestMs===null?D.none:D.oldest(v(t.oldestMs))}</span
        >
      </span>
      <span class="log-legend">
        <span class="legend-live">${D.live}</span>
        <span class="legend-lagging">${D.lagging}</span>
      </span>
      <span>
        <strong>${_(t.last)}</strong>
        <span class="muted"
          >${t.newestMs===null?D.none:D.newest(v(t.newestMs))}</span
        >
      </span>
    </figcaption>
  </figure>`}function P(e,t,n){let r=Array.from({length:M},()=>({live:0,lagging:0})),i=Math.max(n-t+1,1);for(let n of e){if(n.place===null)continue;let e=(n.place-t+1)/i,a=Math.min(Math.max(Math.ceil(e*M)-1,0),99);r[a][n.lagging?`lagging`:`live`]+=1}return r}function F(e,t,n){let r=e.live+e.lagging;if(!r)return i;let a=t*O/M+1,o=O/M-2,s=Math.max(r/n*j,8),c=e.lagging/r*s;return d`<g>
    <title>${D.bin(e.live,e.lagging)}</title>
    <rect class="reader-live" x=${a} y=${62-s} width=${o}
      height=${s-c}></rect>
    <rect class="reader-lagging" x=${a} y=${62-c} width=${o}
      height=${c}></rect>
    <rect class=${e.lagging?`reader-lagging`:`reader-live`} x=${a} y=${k}
      width=${o} height=${A}></rect>
  </g>`}var I=t.channels,L=1e3,R=class extends o{constructor(...e){super(...e),this.owner=``,this.channel=``,this.names=new f(this,T),this.loader=new f(this,e=>n(this.call(),e),{everyMs:L}),this.clocks=new Map}render(){let e=this.loader.value?.topic;return x({title:e===void 0?I.one:I.topic(e),actions:a`<a class="button" href=${C(`live`,`channels`)}>${I.all}</a>
        <a class="button" href="${C(`live`,`streams`)}?api=${encodeURIComponent(this.owner)}"
          >${I.streams}</a
        >`,content:a`${this.isClosed()?h(`info`,I.isClosed):i}
      ${this.loader.value||!this.isClosed()?this.loader.show(e=>this.content(e)):i}`,calls:[this.call()]})}call(){return e(u(`channels`,this.owner,this.channel))}isClosed(){let{error:e}=this.loader;return e instanceof r&&e.status===404}content(e){let t=e.positions.filter(e=>e.lagging||e.lag.events>0);return a`${S(I.log,a`${N(e)} ${this.facts(e)}`,a`<span class="row"
          >${e.readers.lagging?m(I.laggingReaders(e.readers.lagging),`warn`):m(I.noneLags,`good`)}</span
        >`)}
      ${e.source.state===`NO_SOURCE`?i:this.source(e)}
      ${S(I.laggards,a`<relay-table
          .label=${I.laggards}
          .columns=${z}
          .rows=${t}
          .key=${e=>e.streamId??`${e.place} ${e.eventId}`}
          .empty=${I.noLaggard}
          .rowClass=${()=>`row-lagging`}
        ></relay-table>`)}
      ${e.source.state!==`NO_SOURCE`&&e.moments.length?S(I.moments,a`<ol class="moments">
              ${[...e.moments].reverse().map(B)}
            </ol>`):i}`}facts(e){let{log:t,readers:n}=e;return b([[I.api,a`<a href=${C(`apis`,e.apiId)}
          >${this.names.value?.get(e.apiId)??e.apiId}</a
        >`],[I.digest,p(I.digest,e.channel)],[I.state,e.state===`OPEN`?I.open:I.ended],[I.readers,_(n.total)],[I.byState,Object.entries(n.states??{}).map(([e,t])=>`${e}: ${_(t)}`).join(`, `)],[I.entries,I.of(_(t.entries),_(t.maxEvents))],[I.memory,I.of(y(t.bytes),y(t.maxBytes))],[I.longest,v(t.maxAgeMs)],[I.lastEventId,t.lastEventId],[I.closesIn,e.clocks.lingerMs===void 0?null:v(e.clocks.lingerMs)]])}source({source:e}){return S(I.source,a`${b([[I.endpoint,e.endpoint],[I.url,e.url?a`<code>${e.url}</code>`:void 0],[I.problem,e.problem]])}
      ${e.connections.map(e=>this.connection(e))}`,E(e.state))}connection(e){let t=this.clocks.get(e.endpoint);return t||this.clocks.set(e.endpoint,t=new w),a`<div class="stack">
      <h3>${I.connection(e.endpoint)}</h3>
      ${t.show(e.clocks)}
    </div>`}};l([s({attribute:!1})],R.prototype,`owner`,void 0),l([s({attribute:!1})],R.prototype,`channel`,void 0),R=l([c(`relay-live-channel`)],R);var z=[{id:`stream`,label:I.reader,cell:e=>e.streamId?a`<a href=${C(`live`,`streams`,e.streamId)}><code>${e.streamId}</code></a>`:I.webhook},{id:`state`,label:I.state,cell:e=>m(e.state,`warn`)},{id:`place`,label:I.place,numeric:!0,cell:e=>e.place===null?`–`:_(e.place)},{id:`events`,label:I.lagEvents,numeric:!0,cell:e=>_(e.lag.events)},{id:`time`,label:I.lagTime,numeric:!0,cell:e=>v(e.lag.ms)},{id:`bytes`,label:I.lagBytes,numeric:!0,secondary:!0,cell:e=>y(e.lag.bytes)}];function B(e){return a`<li>
    <time class="muted">${g(e.at)}</time>
    <span>${I.marks[e.mark]??e.mark}</span>
    <span class="muted">${[e.endpoint,e.reason].filter(Boolean).join(` · `)}</span>
  </li>`}export{R as LiveChannel};