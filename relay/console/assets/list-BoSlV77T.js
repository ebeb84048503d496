import{A as e,C as t,F as n,N as r,S as i,T as a,d as o,i as s,l as c,r as l,v as u,x as d,z as f}from"./index-DO9nkWps.js";import{i as p,n as m}from"./curl-Bjpvh-Ts.js";import{t as h}from"./badge-Di9aOPF2.js";import{i as g,o as _}from"./fields-DEXbSuR-.js";import{i as v,n as y}from"./numbers-CoBbCYtr.js";import{r as b,t as x}from"./page-Cz4QYGt_.js";import{t as S}from"./paging-CRqy6aze.js";import"./table-BOKn2q8T.js";import{t as C}from"./query-waRGAtQK.js";import{a as w}from"./api-CDMS-jdc.js";import{n as T,t as E}from"./states-CSx890Wj.js";import{n as D,r as O,t as k}from"./traffic-OSC1uOuv.js";var A=96,j=24;function M(e,t){let n=Math.max(...e.map(e=>e??0),1e-9),r=A/Math.max(e.length-1,1),a=``,o=!1;for(let[t,i]of e.entries()){if(i==null){o=!1;continue}let e=22-i/n*20;a+=`${o?`L`:`M`}${(t*r).toFixed(1)} ${e.toFixed(1)}`,o=!0}return d`<svg
    class="sparkline"
    viewBox="0 0 ${A} ${j}"
    width=${A}
    height=${j}
    role="img"
    aria-label=${t}
  >
    ${i`<path d=${a}></path>`}
  </svg>`}var N=f.apis,P=100,F=500,I=150,L={PROXY:`V4_HTTP_PROXY`,MESSAGE:`V4_MESSAGE`},R=class extends s{constructor(...t){super(...t),this.loader=new p(this,async e=>{let t=await n(this.call(),e);return this.shownIds=t.data.map(e=>e.id),this.traffic.reload(),t}),this.traffic=new p(this,e=>D(this.shownIds,[`streams`,`events`],e),{everyMs:k}),this.gateway=new p(this,t=>n(e(a(`exposedEntrypoints`)),t)),this.query=new C(this,()=>void this.loader.reload()),this.shownIds=[]}disconnectedCallback(){super.disconnectedCallback(),clearTimeout(this.typing)}render(){return b({title:N.title,actions:t(`PUBLISHER`)?d`<a class="button primary" href=${o(`apis`,`new`)}>${N.create}</a>`:u,content:d`${this.filters()}
      ${this.loader.show(e=>this.list(e))} ${this.connect()}`,calls:[this.call()]})}call(){let e=this.query.get(`type`),t=this.query.get(`state`);return{...r(a(`apis`,`_search`),{query:this.query.get(`q`),...t?{statuses:[t]}:{},...e?{apiTypes:[L[e]]}:{}}),query:{page:this.query.number(`page`,1),perPage:Math.min(this.query.number(`perPage`,P),F),sortBy:this.query.get(`sort`)||`name`,expands:`deploymentState`}}}filters(){let e=e=>[{value:``,label:N.any},...Object.entries(e).map(([e,t])=>({value:e,label:t}))];return d`<search class="filters api-filters">
      ${_({id:`api-search`,label:f.common.search,type:`search`,placeholder:N.searchHint,value:this.typedSearch??this.query.get(`q`),onChange:e=>this.typed(e)})}
      ${g({id:`api-state`,label:N.state,value:this.query.get(`state`),options:e(N.states),onChange:e=>this.query.set({state:e,page:void 0})})}
      ${g({id:`api-type`,label:N.type,value:this.query.get(`type`),options:e(N.types),onChange:e=>this.query.set({type:e,page:void 0})})}
      ${g({id:`api-per-page`,label:N.perPage,value:String(this.query.number(`perPage`,P)),options:[25,P,F].map(String).map(e=>({value:e,label:e})),onChange:e=>this.query.set({perPage:e,page:void 0})})}
    </search>`}typed(e){clearTimeout(this.typing),this.typedSearch=e,this.typing=setTimeout(()=>{this.typedSearch=void 0,this.query.set({q:e,page:void 0})},I)}list(e){let t=this.query.get(`q`)||this.query.get(`state`)||this.query.get(`type`);return!e.data.length&&!t?V():d`<relay-table
        .label=${N.title}
        .columns=${this.columns()}
        .rows=${e.data}
        .key=${e=>e.id}
        .sort=${this.query.get(`sort`)||`name`}
        .empty=${N.noMatch}
        @sort=${e=>this.query.set({sort:e.detail,page:void 0})}
      ></relay-table>
      ${S(e.pagination,e=>this.query.set({page:String(e)}))}`}columns(){return[{id:`name`,label:N.name,sort:!0,cell:e=>d`<a href=${o(`apis`,e.id)}>${e.name}</a>`},{id:`version`,label:N.version,cell:e=>e.apiVersion,secondary:!0},{id:`api_type`,label:N.type,sort:!0,secondary:!0,cell:e=>h(N.types[e.type])},{id:`status`,label:N.state,sort:!0,cell:E},{id:`paths`,label:N.paths,sort:!0,secondary:!0,cell:e=>B(e)},{id:`streams`,label:N.streams,numeric:!0,cell:e=>y(O(this.traffic.value?.get(e.id)?.streams))},{id:`events`,label:N.events,secondary:!0,cell:e=>this.events(e)},{id:`sync`,label:N.deployment,cell:e=>z(e)}]}events(e){let t=this.traffic.value?.get(e.id)?.events;if(!t?.some(Boolean))return d`<span class="muted">–</span>`;let n=v(O(t));return d`<span class="rate">${M(t,N.eventsOf(n))}<span>${n}</span></span>`}connect(){return this.gateway.show(e=>x(N.connect,d`<dl class="facts api-connect">
          <div>
            <dt>${N.gatewayUrl}</dt>
            ${e.map(e=>d`<dd>${m(N.gatewayUrl,e.value)}</dd>`)}
          </div>
          <div>
            <dt>${N.managementUrl}</dt>
            <dd>${m(N.managementUrl,location.origin+a())}</dd>
          </div>
        </dl>`))}};R=l([c(`relay-api-list`)],R);function z(e){return!e.deployedAt||e.deploymentState===`NEED_REDEPLOY`?T(e):d`<span class="muted">${N.inSync}</span>`}function B(e){let[t,...n]=w(e);return d`<code>${t??`–`}</code>${n.length?d` <span class="muted" title=${n.join(` `)}>+${n.length}</span>`:u}`}function V(){return d`<div class="empty">
    <h2>${N.emptyTitle}</h2>
    <p>${N.emptyText}</p>
    ${t(`PUBLISHER`)?d`<a class="button primary" href=${o(`apis`,`new`)}>${N.createFirst}</a>`:u}
  </div>`}export{R as ApiList};