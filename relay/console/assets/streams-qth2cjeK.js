import{D as e,F as t,I as n,P as r,_ as i,b as a,n as o,s,t as c,w as l}from"./decorate-u3Dwkg2_.js";import{i as u}from"./curl-CvI_T65b.js";import{t as d}from"./badge-d7B3fLhi.js";import{t as f}from"./banner-DiF8V0Jv.js";import{i as p,n as m,r as h,t as g}from"./numbers-CoBbCYtr.js";import{r as _}from"./page-CfNZ-Jip.js";import"./table-B8ku8tNM.js";import{t as v}from"./query-CXYxsNjB.js";import{i as y,s as b}from"./index-Dxge6YZ0.js";import{n as x,r as S,t as C}from"./state-badge-BfLmw7Bv.js";import{t as w}from"./names-zVD1KnWd.js";import{n as T}from"./events-CujP51vp.js";import{i as E,o as D,s as O}from"./fields-manOw8Xu.js";var k=5,A=1e3,j=2e3,M=class{constructor(e,t,n,r){this.call=t,this.order=n,this.changed=r,this.rows=[],this.state=`connecting`,this.eventsPerSecond=0,this.byId=new Map,this.waiting=[],this.frame=0,this.sortedAt=0,this.isOrderOld=!1,this.isPaused=!1,this.seen=()=>document.hidden?this.stop():this.restart(),e.addController(this)}get paused(){return this.isPaused}hostConnected(){document.addEventListener(`visibilitychange`,this.seen),this.restart()}hostDisconnected(){document.removeEventListener(`visibilitychange`,this.seen),this.stop()}restart(){this.stop(),this.isPaused||(this.byId.clear(),this.state=`connecting`,this.error=void 0,this.follow(this.running=new AbortController),this.changed())}pause(e){this.isPaused=e,e?this.stop():this.restart(),this.changed()}sort(){let[e,t]=this.order(),n=t?-1:1;for(let e of this.byId.values())e.over&&this.byId.delete(e.id);let r=Array.from(this.byId.values(),t=>({row:t,key:n*e(t)}));r.sort((e,t)=>e.key-t.key),this.rows=r.map(e=>e.row),this.eventsPerSecond=this.rows.reduce((e,t)=>e+t.rate.eventsPerSecond,0),this.sortedAt=performance.now(),this.isOrderOld=!1,this.changed()}stop(){this.running?.abort(),clearTimeout(this.timer),clearTimeout(this.sortTimer),cancelAnimationFrame(this.frame),this.frame=0,this.waiting.length=0}async follow(e){try{for await(let t of T(this.call(),e.signal))this.waiting.push(t),this.ask()}catch(t){if(e.signal.aborted)return;this.error=t}e.signal.aborted||(this.state=`lost`,this.changed(),this.error instanceof r&&this.error.status===400||(this.timer=setTimeout(()=>this.restart(),j)))}ask(){this.frame||=requestAnimationFrame(()=>this.work())}work(){this.frame=0;let e=performance.now()+k,t=0;for(;t<this.waiting.length&&performance.now()<e;)this.take(this.waiting[t++]);this.waiting.splice(0,t),this.isOrderOld&&performance.now()-this.sortedAt>=A?this.sort():t&&this.changed(),this.waiting.length?this.ask():this.isOrderOld&&this.askLater()}askLater(){clearTimeout(this.sortTimer);let e=performance.now()-this.sortedAt;this.sortTimer=setTimeout(()=>this.ask(),A-e)}take(e){let t=JSON.parse(e.data);switch(e.event){case`snapshot`:return this.begin(t);case`opened`:this.add(t);break;case`changed`:this.change(t);break;case`closed`:this.end(t.id);break;case`gap`:this.byId.clear()}this.isOrderOld=!0}begin(e){for(let t of e.data)this.add(t);this.isOrderOld=!0,e.complete&&(this.state=`live`,this.sortedAt=0)}add(e){let t=performance.now()-e.ageMs;this.byId.set(e.id,{...e,beganAt:t,over:!1})}change(e){let t=this.byId.get(e.id);t&&Object.assign(t,e)}end(e){let t=this.byId.get(e);t&&(t.over=!0)}},N=n.streams,P=400,F=[`http-proxy`,`sse`,`http-get`,`http-post`,`websocket`],I=[`request`,`response`,`stream`],L={api:`apiIds`,plan:`planIds`,application:`applicationIds`,subscription:`subscriptionIds`,entrypoint:`entrypoints`,phase:`phases`,address:`addresses`,lag:`minLagMs`,paused:`paused`};function R(e){let t=Object.entries(L).map(([t,n])=>[n,e.get(t)]).filter(([,e])=>e);return Object.fromEntries(t)}var z=e=>[{value:``,label:N.any},...e],B;function V(e,t){clearTimeout(B),B=setTimeout(()=>e.set(t),P)}function H(e,t){let n=[`plan`,`application`,`subscription`].filter(t=>e.get(t));return a`<search class="filters">
    ${E({id:`stream-api`,label:N.api,value:e.get(`api`),options:z([...t].map(([e,t])=>({value:e,label:t}))),onChange:t=>e.set({api:t})})}
    ${E({id:`stream-entrypoint`,label:N.entrypoint,value:e.get(`entrypoint`),options:z(F.map(e=>({value:e,label:e}))),onChange:t=>e.set({entrypoint:t})})}
    ${E({id:`stream-phase`,label:N.phase,value:e.get(`phase`),options:z(I.map(e=>({value:e,label:N.phases[e]}))),onChange:t=>e.set({phase:t})})}
    ${D({id:`stream-address`,label:N.address,placeholder:`198.51.100.0/24`,value:e.get(`address`),onChange:t=>V(e,{address:t.trim()})})}
    ${D({id:`stream-lag`,label:N.leastLag,placeholder:`1000`,value:e.get(`lag`),onChange:t=>V(e,{lag:t.trim()})})}
    ${O({id:`stream-paused`,label:N.onlyPaused,value:e.get(`paused`)===`true`,onChange:t=>e.set({paused:t?`true`:void 0})})}
    ${n.map(t=>a`<button
        type="button"
        class="small"
        @click=${()=>e.set({[t]:void 0})}
      >
        ${N.without(t,e.get(t))}
      </button>`)}
  </search>`}var U=n.streams,W=new Map,G=`-age`,K={age:e=>-e.beganAt,events:e=>e.events,rate:e=>e.rate.eventsPerSecond,lag:e=>e.lag.ms||e.lag.events,unsent:e=>e.lag.unsentBytes,bytes:e=>e.bytesOut},q=class extends o{constructor(...e){super(...e),this.query=new v(this,()=>this.filtered()),this.names=new u(this,w),this.feed=new M(this,()=>this.call(),()=>this.order(),()=>this.redraw()),this.filters=JSON.stringify(R(this.query))}render(){return _({title:U.title,actions:a`<button
          type="button"
          aria-pressed=${this.feed.paused}
          @click=${()=>this.feed.pause(!this.feed.paused)}
        >
          ${this.feed.paused?U.goOn:U.pause}
        </button>
        ${this.closeButton()}`,content:a`${H(this.query,this.names.value??W)}
        ${this.feed.error===void 0?i:f(`error`,t(this.feed.error))}
        <p class="muted" role="status">${this.summary()}</p>
        <relay-table
          .label=${U.title}
          .columns=${this.columns()}
          .rows=${this.feed.rows}
          .key=${e=>e.id}
          .sort=${this.query.get(`sort`)||G}
          .empty=${this.feed.state===`connecting`?n.common.loading:U.empty}
          .rowClass=${e=>e.over?`row-over`:e.lag.events?`row-lagging`:``}
          @sort=${e=>this.query.set({sort:e.detail})}
        ></relay-table>`,calls:[this.call()]})}call(){return e(l(`streams`),R(this.query))}order(){let e=this.query.get(`sort`)||G,t=e.startsWith(`-`);return[K[t?e.slice(1):e]??K.age,t]}filtered(){let e=JSON.stringify(R(this.query));if(e===this.filters)return this.feed.sort();this.filters=e,this.feed.restart()}redraw(){let e=this.shownRows!==this.feed.rows||this.feed.state!==`live`;this.shownRows=this.feed.rows,e?this.requestUpdate():this.querySelector(`relay-table`)?.requestUpdate()}summary(){return this.feed.paused?U.isPaused(this.feed.rows.length):this.feed.state===`lost`?U.lost:this.feed.state===`connecting`?n.common.loading:U.summary(m(this.feed.rows.length),m(Math.round(this.feed.eventsPerSecond*10)/10))}closeButton(){if(!b(`ADMIN`))return i;let e=R(this.query),t=Object.keys(e).length>0;return a`<button
      type="button"
      class="danger"
      title=${t?i:U.closing.needsFilter}
      ?disabled=${!t||!this.feed.rows.length}
      @click=${()=>x(e,this.feed.rows.length)}
    >
      ${U.closing.all}
    </button>`}columns(){let e=this.names.value??W,t=[{id:`actions`,label:n.common.actions,cell:e=>e.over?d(U.over):a`<button
                type="button"
                class="small danger"
                aria-label=${U.closing.label(e.remoteAddress)}
                @click=${()=>S(e.id)}
              >
                ${U.closing.short}
              </button>`}];return[{id:`client`,label:U.client,cell:e=>a`<a href=${y(`live`,`streams`,e.id)}>${e.remoteAddress}</a> ${e.path?a`<span class="muted">${e.path}</span>`:i}`},{id:`api`,label:U.api,cell:t=>t.apiId?a`<a href=${y(`apis`,t.apiId)}>${e.get(t.apiId)??t.apiId}</a>`:`–`},{id:`entrypoint`,label:U.entrypoint,secondary:!0,cell:e=>e.entrypoint},{id:`state`,label:U.state,cell:e=>C(e)},{id:`age`,label:U.age,numeric:!0,secondary:!0,sort:!0,cell:e=>h(Math.floor((performance.now()-e.beganAt)/1e3)*1e3||1)},{id:`events`,label:U.events,numeric:!0,secondary:!0,sort:!0,cell:e=>m(e.events)},{id:`rate`,label:U.rate,numeric:!0,sort:!0,cell:e=>p(e.rate.eventsPerSecond)},{id:`lag`,label:U.lag,numeric:!0,sort:!0,cell:e=>e.lag.events?`${m(e.lag.events)} · ${h(e.lag.ms)}`:`0`},{id:`unsent`,label:U.unsent,numeric:!0,secondary:!0,sort:!0,cell:e=>g(e.lag.unsentBytes)},{id:`bytes`,label:U.sent,numeric:!0,secondary:!0,sort:!0,cell:e=>g(e.bytesOut)},...b(`ADMIN`)?t:[]]}};q=c([s(`relay-live-streams`)],q);export{q as LiveStreams};