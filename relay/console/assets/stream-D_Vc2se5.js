import{D as e,I as t,M as n,P as r,_ as i,b as a,n as o,o as s,s as c,t as l,w as u}from"./decorate-cX1b0bKe.js";import{i as d,n as f}from"./curl-C3dG7kwV.js";import{t as p}from"./banner-BF1OFPum.js";import{a as m,i as h,n as g,r as _,t as v}from"./numbers-CoBbCYtr.js";import{n as y,r as b,t as x}from"./page-B78qW9Xh.js";import{o as S,r as C}from"./index-BtPMuujb.js";import{t as w}from"./clock-bars-D0eMFuu8.js";import{r as T,t as E}from"./state-badge-Nbzfe3No.js";import{t as D}from"./names-CvoBpdB-.js";var O=t.streams,k=1e3,A=`1`,j=class extends o{constructor(...e){super(...e),this.stream=``,this.names=new d(this,D),this.loader=new d(this,e=>this.look(e),{everyMs:k}),this.bars=new w}render(){return b({title:O.one,actions:a`<a class="button" href=${C(`live`,`streams`)}>${O.all}</a>
        ${S(`ADMIN`)&&this.loader.value&&!this.gone?a`<button type="button" class="danger" @click=${()=>this.close()}>
              ${O.closing.one}
            </button>`:i}`,content:a`${this.gone?this.over():i}
      ${this.gone&&!this.loader.value?i:this.loader.show(e=>this.content(e))}`,calls:[e(u(`streams`,this.stream))]})}async look(t){if(!this.gone)try{return await n(e(u(`streams`,this.stream)),t)}catch(e){if(!(e instanceof r)||e.status!==404)throw e;this.gone=e}if(this.loader.value)return this.loader.value;throw this.gone}async close(){await T(this.stream)&&await this.loader.reload()}over(){let e=this.loader.value?.apiId;return p(`info`,O.isOver,e?a`<a class="button" href=${this.record(e)}>${O.record}</a>`:void 0)}record(e){return C(`apis`,e,`logs`,this.stream)}content(e){let t=e.apiId;return a`<div class="columns">
        ${x(O.cards.caller,y([[O.state,E(e)],[O.client,e.remoteAddress],[O.api,t?a`<a href=${C(`apis`,t)}>${this.names.value?.get(t)??t}</a>`:`–`],[O.request,a`<code>${e.method} ${e.host}${e.path??``}</code>`],[O.protocol,e.protocol],[O.listener,e.listener],[O.entrypoint,e.entrypoint],[O.endpoint,e.endpoint],[O.status,e.status],[O.plan,e.planId],[O.application,e.applicationId&&e.applicationId!==A?a`<a href=${C(`applications`,e.applicationId)}
                    >${e.applicationId}</a
                  >`:O.noApplication],[O.subscription,e.subscriptionId]]))}
        <div class="stack">
          ${x(O.cards.clocks,this.bars.show(e.clocks))}
          ${x(O.cards.identity,a`${f(O.id,e.id)}
              <p class="row">
                ${t?a`<a href=${this.record(t)}>${O.record}</a>`:i}
              </p>`)}
        </div>
      </div>
      <div class="columns">
        ${x(O.cards.traffic,y([[O.started,m(e.startedAt)],[O.age,_(e.ageMs)],[O.head,e.ttfbMs===null?`–`:_(e.ttfbMs)],[O.events,g(e.events)],[O.rate,h(e.rate.eventsPerSecond)],[O.sent,v(e.bytesOut)],[O.received,v(e.bytesIn)]]))}
        ${x(O.cards.place,y([[O.reader,e.state.reader],[O.place,e.position?.place],[O.newest,e.position?.head],[O.resumeId,e.position?.eventId],[O.lagEvents,g(e.lag.events)],[O.lagTime,_(e.lag.ms)],[O.lagBytes,v(e.lag.bytes)],[O.unsent,v(e.lag.unsentBytes)],[O.unacknowledged,e.lag.unacknowledgedBytes===null?void 0:v(e.lag.unacknowledgedBytes)]]))}
      </div>`}};l([s({attribute:!1})],j.prototype,`stream`,void 0),j=l([c(`relay-live-stream`)],j);export{j as LiveStream};