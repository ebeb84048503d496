import{A as e,D as t,I as n,M as r,S as i,_ as a,b as o,n as s,s as c,t as l,x as u}from"./decorate-cX1b0bKe.js";import{i as d,n as f}from"./curl-C3dG7kwV.js";import{t as p}from"./badge-Bv1K0zyq.js";import{i as m,o as h}from"./fields-Z7HFGbs6.js";import{i as g,n as _}from"./numbers-CoBbCYtr.js";import{r as v,t as y}from"./page-B78qW9Xh.js";import{t as b}from"./paging-DPKvN3lo.js";import"./table-CX22Ptby.js";import{t as x}from"./query-CGWuUA7Y.js";import{o as S,r as C}from"./index-BtPMuujb.js";import{a as w}from"./api-BMejlNS3.js";import{n as T,t as E}from"./states-BK-clMDI.js";import{n as D,r as O,t as k}from"./traffic-BTwaxZCk.js";var A=96,j=24;function M(e,t){let n=Math.max(...e.map(e=>e??0),1e-9),r=A/Math.max(e.length-1,1),i=``,a=!1;for(let[t,o]of e.entries()){if(o==null){a=!1;continue}let e=22-o/n*20;i+=`${a?`L`:`M`}${(t*r).toFixed(1)} ${e.toFixed(1)}`,a=!0}return o`<svg
    class="sparkline"
    viewBox="0 0 ${A} ${j}"
    width=${A}
    height=${j}
    role="img"
    aria-label=${t}
  >
    ${u`<path d=${i}></path>`}
  </svg>`}var N=n.apis,P=100,F=500,I=150,L={PROXY:`V4_HTTP_PROXY`,MESSAGE:`V4_MESSAGE`},R=class extends s{constructor(...e){super(...e),this.loader=new d(this,async e=>{let t=await r(this.call(),e);return this.shownIds=t.data.map(e=>e.id),this.traffic.reload(),t}),this.traffic=new d(this,e=>D(this.shownIds,[`streams`,`events`],e),{everyMs:k}),this.gateway=new d(this,e=>r(t(i(`exposedEntrypoints`)),e)),this.query=new x(this,()=>void this.loader.reload()),this.shownIds=[]}disconnectedCallback(){super.disconnectedCallback(),clearTimeout(this.typing)}render(){return v({title:N.title,actions:S(`PUBLISHER`)?o`<a class="button primary" href=${C(`apis`,`new`)}>${N.create}</a>`:a,content:o`${this.filters()}
      ${this.loader.show(e=>this.list(e))} ${this.connect()}`,calls:[this.call()]})}call(){let t=this.query.get(`type`),n=this.query.get(`state`);return{...e(i(`apis`,`_search`),{query:this.query.get(`q`),...n?{statuses:[n]}:{},...t?{apiTypes:[L[t]]}:{}}),query:{page:this.query.number(`page`,1),perPage:Math.min(this.query.number(`perPage`,P),F),sortBy:this.query.get(`sort`)||`name`,expands:`deploymentState`}}}filters(){let e=e=>[{value:``,label:N.any},...Object.entries(e).map(([e,t])=>({value:e,label:t}))];return o`<search class="filters api-filters">
      ${h({id:`api-search`,label:n.common.search,type:`search`,placeholder:N.searchHint,value:this.typedSearch??this.query.get(`q`),onChange:e=>this.typed(e)})}
      ${m({id:`api-state`,label:N.state,value:this.query.get(`state`),options:e(N.states),onChange:e=>this.query.set({state:e,page:void 0})})}
      ${m({id:`api-type`,label:N.type,value:this.query.get(`type`),options:e(N.types),onChange:e=>this.query.set({type:e,page:void 0})})}
      ${m({id:`api-per-page`,label:N.perPage,value:String(this.query.number(`perPage`,P)),options:[25,P,F].map(String).map(e=>({value:e,label:e})),onChange:e=>this.query.set({perPage:e,page:void 0})})}
    </search>`}typed(e){clearTimeout(this.typing),this.typedSearch=e,this.typing=setTimeout(()=>{this.typedSearch=void 0,this.query.set({q:e,page:void 0})},I)}list(e){let t=this.query.get(`q`)||this.query.get(`state`)||this.query.get(`type`);return!e.data.length&&!t?V():o`<relay-table
        .label=${N.title}
        .columns=${this.columns()}
        .rows=${e.data}
        .key=${e=>e.id}
        .sort=${this.query.get(`sort`)||`name`}
        .empty=${N.noMatch}
        @sort=${e=>this.query.set({sort:e.detail,page:void 0})}
      ></relay-table>
      ${b(e.pagination,e=>this.query.set({page:String(e)}))}
      <p class="muted">${N.ofThisNode}</p>`}columns(){return[{id:`name`,label:N.name,sort:!0,cell:e=>o`<a href=${C(`apis`,e.id)}>${e.name}</a>`},{id:`version`,label:N.version,cell:e=>e.apiVersion,secondary:!0},{id:`api_type`,label:N.type,sort:!0,secondary:!0,cell:e=>p(N.types[e.type])},{id:`status`,label:N.state,sort:!0,cell:E},{id:`paths`,label:N.paths,sort:!0,secondary:!0,cell:e=>B(e)},{id:`streams`,label:N.streams,numeric:!0,secondary:!0,cell:e=>_(O(this.traffic.value?.get(e.id)?.streams))},{id:`events`,label:N.events,secondary:!0,cell:e=>this.events(e)},{id:`sync`,label:N.deployment,cell:e=>z(e)}]}events(e){let t=this.traffic.value?.get(e.id)?.events;if(!t?.some(Boolean))return o`<span class="muted">–</span>`;let n=g(O(t));return o`<span class="rate">${M(t,N.eventsOf(n))}<span>${n}</span></span>`}connect(){return this.gateway.show(e=>y(N.connect,o`<dl class="facts api-connect">
          <div>
            <dt>${N.gatewayUrl}</dt>
            ${e.map(e=>o`<dd>${f(N.gatewayUrl,e.value)}</dd>`)}
          </div>
          <div>
            <dt>${N.managementUrl}</dt>
            <dd>${f(N.managementUrl,location.origin+i())}</dd>
          </div>
        </dl>`))}};R=l([c(`relay-api-list`)],R);function z(e){return!e.deployedAt||e.deploymentState===`NEED_REDEPLOY`?T(e):o`<span class="muted">${N.inSync}</span>`}function B(e){let[t,...n]=w(e);return o`<code>${t??`–`}</code>${n.length?o` <span class="muted" title=${n.join(` `)}>+${n.length}</span>`:a}`}function V(){return o`<div class="empty">
    <h2>${N.emptyTitle}</h2>
    <p>${N.emptyText}</p>
    ${S(`PUBLISHER`)?o`<a class="button primary" href=${C(`apis`,`new`)}>${N.createFirst}</a>`:a}
  </div>`}export{R as ApiList};