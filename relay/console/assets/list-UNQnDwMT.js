import{D as e,I as t,M as n,S as r,_ as i,a,b as o,n as s,o as c,s as l,t as u}from"./decorate-cX1b0bKe.js";import{i as d}from"./curl-C3dG7kwV.js";import{i as f,o as p,s as m}from"./fields-Z7HFGbs6.js";import{a as h,n as g,r as _,t as v}from"./numbers-CoBbCYtr.js";import{r as y,t as b}from"./page-B78qW9Xh.js";import{t as x}from"./paging-DPKvN3lo.js";import"./table-CX22Ptby.js";import{t as S}from"./query-CGWuUA7Y.js";import{r as C}from"./index-BtPMuujb.js";import{a as w,r as T,t as E}from"./log-BHQAbhRa.js";import{t as D}from"./badge-Bv1K0zyq.js";import"./chart-CfQk6-Gz.js";var O=t.logs,k=[`--series-1`,`--series-2`,`--series-3`,`--series-4`],A=60,j=class extends s{constructor(...e){super(...e),this.api=``,this.periodMs=36e5,this.opened=!1,this.figures=new d(this,e=>this.load(e)),this.course=new d(this,async e=>this.opened?n(this.courseCall(),e):null)}reload(){this.figures.reload(),this.opened&&this.course.reload()}willUpdate(e){e.get(`periodMs`)!==void 0&&this.reload()}render(){return o`<div class="log-summary">
      ${this.figures.show(({total:e,averageMs:t,ranges:n,outcomes:r})=>o`<dl class="facts">
          <div>
            <dt>${O.calls}</dt>
            <dd class="log-figure">${g(e)}</dd>
          </div>
          <div>
            <dt>${O.headAfter}</dt>
            <dd class="log-figure">${t===void 0?`–`:_(t)}</dd>
          </div>
          <div>
            <dt>${O.statuses}</dt>
            <dd>${M(n)}</dd>
          </div>
          <div>
            <dt>${O.outcomes}</dt>
            <dd>${M(r)}</dd>
          </div>
        </dl>`)}
      <details @toggle=${e=>this.toggled(e)}>
        <summary>${O.course}</summary>
        ${this.opened?this.course.show(e=>e?this.chart(e):i):i}
      </details>
    </div>`}chart({timestamp:e,values:t}){let n=t[0]?.buckets??[];if(!n.length)return o`<p class="muted">${O.none}</p>`;let r=n[0].data.length,i=Array.from({length:r},(t,n)=>(e.from+n*e.interval)/1e3),a=n.slice(0,k.length).map((e,t)=>({label:e.name,color:k[t],values:e.data}));return o`<relay-chart
      .label=${O.callsByStatus}
      .times=${i}
      .series=${a}
      .format=${g}
    ></relay-chart>`}toggled(e){this.opened=e.target.open,this.opened&&this.course.reload()}async load(e){let[t,r,i]=await Promise.all([n(this.call(`response-status-ranges`),e),n(this.call(``,{type:`GROUP_BY`,field:`outcome`}),e),n(this.call(``,{type:`STATS`,field:`gateway-response-time-ms`}),e)]),a=Object.entries(t.ranges).filter(([,e])=>e);return{total:Object.values(t.ranges).reduce((e,t)=>e+t,0),averageMs:i.count?i.avg:void 0,ranges:Object.fromEntries(a.map(([e,t])=>[e===`unknown`?O.noStatus:`${e[0]}xx`,t])),outcomes:r.values}}courseCall(){return this.call(``,{type:`HISTOGRAM`,aggregations:`FIELD:status`,interval:Math.ceil(this.periodMs/A)})}call(t,n={}){let i=Date.now(),a=[`apis`,this.api,`analytics`,...t?[t]:[]];return e(r(...a),{...n,from:i-this.periodMs,to:i})}};u([c({attribute:!1})],j.prototype,`api`,void 0),u([c({attribute:!1})],j.prototype,`periodMs`,void 0),u([a()],j.prototype,`opened`,void 0),j=u([l(`relay-log-summary`)],j);function M(e){let t=Object.entries(e);return t.length?o`<span class="row"
    >${t.map(([e,t])=>D(`${e} ${g(t)}`))}</span
  >`:`–`}var N=t.logs,P=50,F=3e3,I={"5m":3e5,"1h":36e5,"24h":864e5,"7d":6048e5},L=`1h`,R=[`uri`,`methods`,`statuses`,`outcomes`,`errorKeys`,`requestId`,`planIds`,`applicationIds`,`requestEnded`],z=[`GET`,`POST`,`PUT`,`PATCH`,`DELETE`,`HEAD`,`OPTIONS`],B=class extends s{constructor(...e){super(...e),this.api=``,this.live=!1,this.query=new S(this,()=>void this.loader.reload()),this.loader=new d(this,e=>n(this.call(),e))}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.timer)}render(){return y({title:N.title,intro:N.intro,content:o`<div class="stack">
        ${b(N.summary,o`<relay-log-summary .api=${this.api} .periodMs=${this.periodMs}></relay-log-summary>`)}
        ${this.filters()}
        ${this.loader.show(e=>o`<relay-table
              .label=${N.title}
              .columns=${this.columns()}
              .rows=${e.data}
              .key=${e=>e.requestId}
              .empty=${N.none}
            ></relay-table>
            ${x(e.pagination,e=>this.query.set({page:String(e)}))}`)}
      </div>`,calls:[this.call()]})}get period(){let e=this.query.get(`period`);return I[e]?e:L}get periodMs(){return I[this.period]}call(){let t=Object.fromEntries(R.map(e=>[e,this.query.get(e)]));return e(r(`apis`,this.api,`logs`),{...t,from:Date.now()-this.periodMs,page:this.query.number(`page`,1),perPage:P})}filters(){let e=e=>t=>this.query.set({[e]:t,page:void 0}),t=(t,n,r)=>f({id:`log-${t}`,label:n,value:this.query.get(t),options:[{value:``,label:N.any},...r.map(e=>({value:e,label:e}))],onChange:e(t)}),n=(t,n,r)=>p({id:`log-${t}`,label:n,type:`search`,value:this.query.get(t),placeholder:r,onChange:e(t)});return o`<div class="filters" role="search" aria-label=${N.filters}>
      ${f({id:`log-period`,label:N.period,value:this.period,options:Object.keys(I).map(e=>({value:e,label:N.periods[e]})),onChange:e(`period`)})}
      ${n(`uri`,N.uri,`/orders`)} ${t(`methods`,N.method,z)}
      ${n(`statuses`,N.status,`401,429`)} ${t(`outcomes`,N.outcome,E)}
      ${n(`requestId`,N.requestId,``)}
      ${m({id:`log-live`,label:N.live,value:this.live,onChange:e=>this.follow(e)})}
    </div>`}columns(){return[{id:`time`,label:N.time,cell:e=>o`<a href=${C(`apis`,this.api,`logs`,e.requestId)}>${h(e.timestamp)}</a>`},{id:`method`,label:N.method,cell:e=>e.method},{id:`uri`,label:N.uri,cell:e=>o`<code class="try-cell">${e.uri}</code>`},{id:`status`,label:N.status,cell:w},{id:`outcome`,label:N.outcome,cell:T},{id:`duration`,label:N.duration,numeric:!0,cell:e=>e.duration===void 0?`–`:_(e.duration)},{id:`events`,label:N.events,numeric:!0,secondary:!0,cell:e=>g(e.events??0)},{id:`bytes`,label:N.bytes,numeric:!0,secondary:!0,cell:e=>v(e.responseContentLength??0)},{id:`application`,label:N.application,secondary:!0,cell:e=>e.application?.name??`–`}]}follow(e){if(this.live=e,clearInterval(this.timer),!e)return;let t=()=>{this.loader.reload(),this.querySelector(`relay-log-summary`)?.reload()};t(),this.timer=setInterval(t,F)}};u([c({attribute:!1})],B.prototype,`api`,void 0),u([a()],B.prototype,`live`,void 0),B=u([l(`relay-logs`)],B);export{B as Logs};