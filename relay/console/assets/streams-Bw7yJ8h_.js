import{D as e,F as t,I as n,_ as r,b as i,n as a,s as o,t as s,w as c}from"./decorate-cX1b0bKe.js";import{i as l}from"./curl-C3dG7kwV.js";import{t as u}from"./badge-Bv1K0zyq.js";import{t as d}from"./banner-BF1OFPum.js";import{i as f,n as p,r as m,t as h}from"./numbers-CoBbCYtr.js";import{r as g}from"./page-B78qW9Xh.js";import"./table-CX22Ptby.js";import{t as _}from"./query-CGWuUA7Y.js";import{o as v,r as y}from"./index-BtPMuujb.js";import{n as b,r as x,t as S}from"./state-badge-Nbzfe3No.js";import{t as C}from"./names-CvoBpdB-.js";import{t as w}from"./stream-feed-C7v8u51B.js";import{i as T,o as E,s as D}from"./fields-Z7HFGbs6.js";var O=n.streams,k=400,A=[`http-proxy`,`sse`,`http-get`,`http-post`,`websocket`],j=[`request`,`response`,`stream`],M={api:`apiIds`,plan:`planIds`,application:`applicationIds`,subscription:`subscriptionIds`,entrypoint:`entrypoints`,phase:`phases`,address:`addresses`,lag:`minLagMs`,paused:`paused`};function N(e){let t=Object.entries(M).map(([t,n])=>[n,e.get(t)]).filter(([,e])=>e);return Object.fromEntries(t)}var P=e=>[{value:``,label:O.any},...e],F;function I(e,t){clearTimeout(F),F=setTimeout(()=>e.set(t),k)}function L(e,t){let n=[`plan`,`application`,`subscription`].filter(t=>e.get(t));return i`<search class="filters">
    ${T({id:`stream-api`,label:O.api,value:e.get(`api`),options:P([...t].map(([e,t])=>({value:e,label:t}))),onChange:t=>e.set({api:t})})}
    ${T({id:`stream-entrypoint`,label:O.entrypoint,value:e.get(`entrypoint`),options:P(A.map(e=>({value:e,label:e}))),onChange:t=>e.set({entrypoint:t})})}
    ${T({id:`stream-phase`,label:O.phase,value:e.get(`phase`),options:P(j.map(e=>({value:e,label:O.phases[e]}))),onChange:t=>e.set({phase:t})})}
    ${E({id:`stream-address`,label:O.address,placeholder:`198.51.100.0/24`,value:e.get(`address`),onChange:t=>I(e,{address:t.trim()})})}
    ${E({id:`stream-lag`,label:O.leastLag,placeholder:`1000`,value:e.get(`lag`),onChange:t=>I(e,{lag:t.trim()})})}
    ${D({id:`stream-paused`,label:O.onlyPaused,value:e.get(`paused`)===`true`,onChange:t=>e.set({paused:t?`true`:void 0})})}
    ${n.map(t=>i`<button
        type="button"
        class="small"
        @click=${()=>e.set({[t]:void 0})}
      >
        ${O.without(t,e.get(t))}
      </button>`)}
  </search>`}var R=n.streams,z=new Map,B=`-age`,V={age:e=>-e.beganAt,events:e=>e.events,rate:e=>e.rate.eventsPerSecond,lag:e=>e.lag.ms||e.lag.events,bytes:e=>e.bytesOut},H=class extends a{constructor(...e){super(...e),this.query=new _(this,()=>this.filtered()),this.names=new l(this,async e=>{let t=await C(e);return this.columns=G(t),t}),this.columns=G(z),this.feed=new w(this,()=>this.call(),()=>this.order(),()=>this.redraw()),this.filters=JSON.stringify(N(this.query))}render(){return g({title:R.title,actions:i`<button
          type="button"
          aria-pressed=${this.feed.paused}
          @click=${()=>this.feed.pause(!this.feed.paused)}
        >
          ${this.feed.paused?R.goOn:R.pause}
        </button>
        ${this.closeButton()}`,content:i`${L(this.query,this.names.value??z)}
        ${this.feed.error===void 0?r:d(`error`,t(this.feed.error))}
        <p class="muted" role="status">${this.summary()}</p>
        <relay-table
          .label=${R.title}
          .columns=${this.columns}
          .rows=${this.feed.rows}
          .key=${U}
          .sort=${this.query.get(`sort`)||B}
          .empty=${this.feed.state===`connecting`?n.common.loading:R.empty}
          .rowClass=${W}
          @sort=${e=>this.query.set({sort:e.detail})}
        ></relay-table>`,calls:[this.call()]})}call(){return e(c(`streams`),N(this.query))}order(){let e=this.query.get(`sort`)||B,t=e.startsWith(`-`);return[V[t?e.slice(1):e]??V.age,t]}filtered(){let e=JSON.stringify(N(this.query));if(e===this.filters)return this.feed.sort();this.filters=e,this.feed.restart()}redraw(){let e=this.shownRows!==this.feed.rows||this.feed.state!==`live`;this.shownRows=this.feed.rows,e?this.requestUpdate():this.querySelector(`relay-table`)?.requestUpdate()}summary(){return this.feed.paused?R.isPaused(this.feed.rows.length):this.feed.state===`lost`?R.lost:this.feed.state===`connecting`?n.common.loading:R.summary(p(this.feed.rows.length),p(Math.round(this.feed.eventsPerSecond*10)/10))}closeButton(){if(!v(`ADMIN`))return r;let e=N(this.query),t=Object.keys(e).length>0;return i`<button
      type="button"
      class="danger"
      title=${t?r:R.closing.needsFilter}
      ?disabled=${!t||!this.feed.rows.length}
      @click=${()=>b(e,this.feed.rows.length)}
    >
      ${R.closing.all}
    </button>`}};H=s([o(`relay-live-streams`)],H);var U=e=>e.id;function W(e){return e.over?`row-over`:e.lag.events?`row-lagging`:``}function G(e){let t=[{id:`actions`,label:n.common.actions,cell:e=>e.over?u(R.over):i`<button
              type="button"
              class="small danger"
              aria-label=${R.closing.label(e.remoteAddress)}
              @click=${()=>x(e.id)}
            >
              ${R.closing.short}
            </button>`}];return[{id:`client`,label:R.client,cell:e=>i`<a href=${y(`live`,`streams`,e.id)}>${e.remoteAddress}</a> ${e.path?i`<span class="muted">${e.path}</span>`:r}`},{id:`api`,label:R.api,cell:t=>t.apiId?i`<a href=${y(`apis`,t.apiId)}>${e.get(t.apiId)??t.apiId}</a>`:`–`},{id:`entrypoint`,label:R.entrypoint,secondary:!0,cell:e=>e.entrypoint},{id:`state`,label:R.state,cell:e=>S(e)},{id:`age`,label:R.age,numeric:!0,secondary:!0,sort:!0,cell:e=>m(Math.floor((performance.now()-e.beganAt)/1e3)*1e3||1)},{id:`events`,label:R.events,numeric:!0,secondary:!0,sort:!0,cell:e=>p(e.events)},{id:`rate`,label:R.rate,numeric:!0,sort:!0,cell:e=>f(e.rate.eventsPerSecond)},{id:`lag`,label:R.lag,numeric:!0,sort:!0,cell:e=>e.lag.events?`${p(e.lag.events)} · ${m(e.lag.ms)}`:`0`},{id:`bytes`,label:R.sent,numeric:!0,secondary:!0,sort:!0,cell:e=>h(e.bytesOut)},...v(`ADMIN`)?t:[]]}export{H as LiveStreams};