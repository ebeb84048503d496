import{D as e,I as t,M as n,S as r,_ as i,a,b as o,n as s,o as c,s as l,t as u}from"./decorate-fRaOqsrS.js";import{i as d}from"./curl-_HIDHaIB.js";import{i as f,o as p,s as m}from"./fields-bJM5CTAe.js";import{a as h,n as g,r as _,t as v}from"./numbers-CoBbCYtr.js";import{r as y,t as b}from"./page-CS03pbEx.js";import{t as x}from"./paging-BewMwwGA.js";import"./table-DAYwYcMq.js";import{t as S}from"./query-C5d7QM8Z.js";import{i as C,o as w}from"./index-Dd5TVBU7.js";import{a as T,r as E,t as D}from"./log-DSwex0zd.js";import{t as O}from"./badge-CZMPQLcf.js";var k=180,A=class extends s{constructor(...e){super(...e),this.label=``,this.times=[],this.series=[],this.format=String,this.drawn=``,this.resized=new ResizeObserver(()=>this.fit()),this.scheme=matchMedia(`(prefers-color-scheme: dark)`),this.redraw=()=>{this.drawn=``,this.draw()}}connectedCallback(){super.connectedCallback(),this.scheme.addEventListener(`change`,this.redraw)}disconnectedCallback(){super.disconnectedCallback(),this.scheme.removeEventListener(`change`,this.redraw),this.resized.disconnect(),this.plot?.destroy(),this.plot=void 0,this.drawn=``}render(){return o`<figure class="chart">
      <figcaption>${this.label}</figcaption>
      <div class="chart-plot" role="img" aria-label=${this.summary()}></div>
    </figure>`}updated(){this.draw()}summary(){let e=this.series.map(e=>{let t=e.values.at(-1);return`${e.label}: ${t==null?`–`:this.format(t)}`});return`${this.label}. ${e.join(`, `)}`}async draw(){let{default:e}=await w(async()=>{let{default:e}=await import(`./plot-BScb58at.js`);return{default:e}},[]),t=this.querySelector(`.chart-plot`);if(!t||!this.isConnected)return;let n=[this.times,...this.series.map(e=>e.values)],r=this.series.map(e=>e.label+e.color).join();if(this.plot&&this.drawn===r)return this.plot.setData(n);this.plot?.destroy(),this.plot=new e(this.options(t),n,t),this.drawn=r,this.resized.observe(t)}options(e){let t=getComputedStyle(this),n=e=>t.getPropertyValue(e).trim(),r={stroke:n(`--text-muted`),grid:{stroke:n(`--line`),width:1}};return{width:e.clientWidth||300,height:k,cursor:{y:!1},series:[{},...this.series.map(e=>({label:e.label,stroke:n(e.color),width:2,points:{show:!1},value:(e,t)=>t===null?`–`:this.format(t)}))],axes:[{...r,values:`{HH}:{mm}`},{...r,size:64,values:(e,t)=>t.map(e=>this.format(e))}],scales:{y:{range:(e,t,n)=>[0,n>0?n*1.1:1]}}}}fit(){let e=this.querySelector(`.chart-plot`);this.plot&&e&&this.plot.setSize({width:e.clientWidth,height:k})}};u([c({attribute:!1})],A.prototype,`label`,void 0),u([c({attribute:!1})],A.prototype,`times`,void 0),u([c({attribute:!1})],A.prototype,`series`,void 0),u([c({attribute:!1})],A.prototype,`format`,void 0),A=u([l(`relay-chart`)],A);var j=t.logs,M=[`--series-1`,`--series-2`,`--series-3`,`--series-4`],N=60,P=class extends s{constructor(...e){super(...e),this.api=``,this.periodMs=36e5,this.opened=!1,this.figures=new d(this,e=>this.load(e)),this.course=new d(this,async e=>this.opened?n(this.courseCall(),e):null)}reload(){this.figures.reload(),this.opened&&this.course.reload()}willUpdate(e){e.get(`periodMs`)!==void 0&&this.reload()}render(){return o`<div class="log-summary">
      ${this.figures.show(({total:e,averageMs:t,ranges:n,outcomes:r})=>o`<dl class="facts">
          <div>
            <dt>${j.calls}</dt>
            <dd class="log-figure">${g(e)}</dd>
          </div>
          <div>
            <dt>${j.headAfter}</dt>
            <dd class="log-figure">${t===void 0?`–`:_(t)}</dd>
          </div>
          <div>
            <dt>${j.statuses}</dt>
            <dd>${F(n)}</dd>
          </div>
          <div>
            <dt>${j.outcomes}</dt>
            <dd>${F(r)}</dd>
          </div>
        </dl>`)}
      <details @toggle=${e=>this.toggled(e)}>
        <summary>${j.course}</summary>
        ${this.opened?this.course.show(e=>e?this.chart(e):i):i}
      </details>
    </div>`}chart({timestamp:e,values:t}){let n=t[0]?.buckets??[];if(!n.length)return o`<p class="muted">${j.none}</p>`;let r=n[0].data.length,i=Array.from({length:r},(t,n)=>(e.from+n*e.interval)/1e3),a=n.slice(0,M.length).map((e,t)=>({label:e.name,color:M[t],values:e.data}));return o`<relay-chart
      .label=${j.callsByStatus}
      .times=${i}
      .series=${a}
      .format=${g}
    ></relay-chart>`}toggled(e){this.opened=e.target.open,this.opened&&this.course.reload()}async load(e){let[t,r,i]=await Promise.all([n(this.call(`response-status-ranges`),e),n(this.call(``,{type:`GROUP_BY`,field:`outcome`}),e),n(this.call(``,{type:`STATS`,field:`gateway-response-time-ms`}),e)]),a=Object.entries(t.ranges).filter(([,e])=>e);return{total:Object.values(t.ranges).reduce((e,t)=>e+t,0),averageMs:i.count?i.avg:void 0,ranges:Object.fromEntries(a.map(([e,t])=>[e===`unknown`?j.noStatus:`${e[0]}xx`,t])),outcomes:r.values}}courseCall(){return this.call(``,{type:`HISTOGRAM`,aggregations:`FIELD:status`,interval:Math.ceil(this.periodMs/N)})}call(t,n={}){let i=Date.now(),a=[`apis`,this.api,`analytics`,...t?[t]:[]];return e(r(...a),{...n,from:i-this.periodMs,to:i})}};u([c({attribute:!1})],P.prototype,`api`,void 0),u([c({attribute:!1})],P.prototype,`periodMs`,void 0),u([a()],P.prototype,`opened`,void 0),P=u([l(`relay-log-summary`)],P);function F(e){let t=Object.entries(e);return t.length?o`<span class="row"
    >${t.map(([e,t])=>O(`${e} ${g(t)}`))}</span
  >`:`–`}var I=t.logs,L=50,R=3e3,z={"5m":3e5,"1h":36e5,"24h":864e5,"7d":6048e5},B=`1h`,V=[`uri`,`methods`,`statuses`,`outcomes`,`errorKeys`,`requestId`,`planIds`,`applicationIds`,`requestEnded`],H=[`GET`,`POST`,`PUT`,`PATCH`,`DELETE`,`HEAD`,`OPTIONS`],U=class extends s{constructor(...e){super(...e),this.api=``,this.live=!1,this.query=new S(this,()=>void this.loader.reload()),this.loader=new d(this,e=>n(this.call(),e))}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.timer)}render(){return y({title:I.title,intro:I.intro,content:o`<div class="stack">
        ${b(I.summary,o`<relay-log-summary .api=${this.api} .periodMs=${this.periodMs}></relay-log-summary>`)}
        ${this.filters()}
        ${this.loader.show(e=>o`<relay-table
              .label=${I.title}
              .columns=${this.columns()}
              .rows=${e.data}
              .key=${e=>e.requestId}
              .empty=${I.none}
            ></relay-table>
            ${x(e.pagination,e=>this.query.set({page:String(e)}))}`)}
      </div>`,calls:[this.call()]})}get period(){let e=this.query.get(`period`);return z[e]?e:B}get periodMs(){return z[this.period]}call(){let t=Object.fromEntries(V.map(e=>[e,this.query.get(e)]));return e(r(`apis`,this.api,`logs`),{...t,from:Date.now()-this.periodMs,page:this.query.number(`page`,1),perPage:L})}filters(){let e=e=>t=>this.query.set({[e]:t,page:void 0}),t=(t,n,r)=>f({id:`log-${t}`,label:n,value:this.query.get(t),options:[{value:``,label:I.any},...r.map(e=>({value:e,label:e}))],onChange:e(t)}),n=(t,n,r)=>p({id:`log-${t}`,label:n,type:`search`,value:this.query.get(t),placeholder:r,onChange:e(t)});return o`<div class="filters" role="search" aria-label=${I.filters}>
      ${f({id:`log-period`,label:I.period,value:this.period,options:Object.keys(z).map(e=>({value:e,label:I.periods[e]})),onChange:e(`period`)})}
      ${n(`uri`,I.uri,`/orders`)} ${t(`methods`,I.method,H)}
      ${n(`statuses`,I.status,`401,429`)} ${t(`outcomes`,I.outcome,D)}
      ${n(`requestId`,I.requestId,``)}
      ${m({id:`log-live`,label:I.live,value:this.live,onChange:e=>this.follow(e)})}
    </div>`}columns(){return[{id:`time`,label:I.time,cell:e=>o`<a href=${C(`apis`,this.api,`logs`,e.requestId)}>${h(e.timestamp)}</a>`},{id:`method`,label:I.method,cell:e=>e.method},{id:`uri`,label:I.uri,cell:e=>o`<code class="try-cell">${e.uri}</code>`},{id:`status`,label:I.status,cell:T},{id:`outcome`,label:I.outcome,cell:E},{id:`duration`,label:I.duration,numeric:!0,cell:e=>e.duration===void 0?`–`:_(e.duration)},{id:`events`,label:I.events,numeric:!0,secondary:!0,cell:e=>g(e.events??0)},{id:`bytes`,label:I.bytes,numeric:!0,secondary:!0,cell:e=>v(e.responseContentLength??0)},{id:`application`,label:I.application,secondary:!0,cell:e=>e.application?.name??`–`}]}follow(e){if(this.live=e,clearInterval(this.timer),!e)return;let t=()=>{this.loader.reload(),this.querySelector(`relay-log-summary`)?.reload()};t(),this.timer=setInterval(t,R)}};u([c({attribute:!1})],U.prototype,`api`,void 0),u([a()],U.prototype,`live`,void 0),U=u([l(`relay-logs`)],U);export{U as Logs};