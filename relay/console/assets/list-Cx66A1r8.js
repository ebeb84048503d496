import{M as e,P as t,R as n,S as r,_ as i,b as a,c as o,i as s,k as c,r as l,u,w as d,x as f}from"./index-q0cvveWk.js";import{c as p,d as m,n as h,o as g}from"./curl-DN9Ceju9.js";import{t as _}from"./badge-BEXyiuIc.js";import{i as v,n as y}from"./numbers-CoBbCYtr.js";import{r as b,t as x}from"./page-Bd5Bw3P3.js";import{t as S}from"./paging-BY0QnTP9.js";import"./table-lhtN2eUf.js";import{t as C}from"./query-BWpnzWjK.js";import{a as w}from"./api-DYm99JGd.js";import{n as T,t as E}from"./states-BSi0bIKw.js";import{n as D,r as O,t as k}from"./traffic-DYh7MyFR.js";var A=96,j=24;function M(e,t){let n=Math.max(...e.map(e=>e??0),1e-9),r=A/Math.max(e.length-1,1),i=``,o=!1;for(let[t,a]of e.entries()){if(a==null){o=!1;continue}let e=22-a/n*20;i+=`${o?`L`:`M`}${(t*r).toFixed(1)} ${e.toFixed(1)}`,o=!0}return a`<svg
    class="sparkline"
    viewBox="0 0 ${A} ${j}"
    width=${A}
    height=${j}
    role="img"
    aria-label=${t}
  >
    ${f`<path d=${i}></path>`}
  </svg>`}var N=n.apis,P=100,F=500,I=150,L={PROXY:`V4_HTTP_PROXY`,MESSAGE:`V4_MESSAGE`},R=class extends s{constructor(...e){super(...e),this.loader=new m(this,async e=>{let n=await t(this.call(),e);return this.shownIds=n.data.map(e=>e.id),this.traffic.reload(),n}),this.traffic=new m(this,e=>D(this.shownIds,[`streams`,`events`],e),{everyMs:k}),this.gateway=new m(this,e=>t(c(d(`exposedEntrypoints`)),e)),this.query=new C(this,()=>void this.loader.reload()),this.shownIds=[]}disconnectedCallback(){super.disconnectedCallback(),clearTimeout(this.typing)}render(){return b({title:N.title,actions:r(`PUBLISHER`)?a`<a class="button primary" href=${u(`apis`,`new`)}>${N.create}</a>`:i,content:a`${this.filters()}
      ${this.loader.show(e=>this.list(e))} ${this.connect()}`,calls:[this.call()]})}call(){let t=this.query.get(`type`),n=this.query.get(`state`);return{...e(d(`apis`,`_search`),{query:this.query.get(`q`),...n?{statuses:[n]}:{},...t?{apiTypes:[L[t]]}:{}}),query:{page:this.query.number(`page`,1),perPage:Math.min(this.query.number(`perPage`,P),F),sortBy:this.query.get(`sort`)||`name`,expands:`deploymentState`}}}filters(){let e=e=>[{value:``,label:N.any},...Object.entries(e).map(([e,t])=>({value:e,label:t}))];return a`<search class="filters api-filters">
      ${p({id:`api-search`,label:n.common.search,type:`search`,placeholder:N.searchHint,value:this.typedSearch??this.query.get(`q`),onChange:e=>this.typed(e)})}
      ${g({id:`api-state`,label:N.state,value:this.query.get(`state`),options:e(N.states),onChange:e=>this.query.set({state:e,page:void 0})})}
      ${g({id:`api-type`,label:N.type,value:this.query.get(`type`),options:e(N.types),onChange:e=>this.query.set({type:e,page:void 0})})}
      ${g({id:`api-per-page`,label:N.perPage,value:String(this.query.number(`perPage`,P)),options:[25,P,F].map(String).map(e=>({value:e,label:e})),onChange:e=>this.query.set({perPage:e,page:void 0})})}
    </search>`}typed(e){clearTimeout(this.typing),this.typedSearch=e,this.typing=setTimeout(()=>{this.typedSearch=void 0,this.query.set({q:e,page:void 0})},I)}list(e){let t=this.query.get(`q`)||this.query.get(`state`)||this.query.get(`type`);return!e.data.length&&!t?V():a`<relay-table
        .label=${N.title}
        .columns=${this.columns()}
        .rows=${e.data}
        .key=${e=>e.id}
        .sort=${this.query.get(`sort`)||`name`}
        .empty=${N.noMatch}
        @sort=${e=>this.query.set({sort:e.detail,page:void 0})}
      ></relay-table>
      ${S(e.pagination,e=>this.query.set({page:String(e)}))}`}columns(){return[{id:`name`,label:N.name,sort:!0,cell:e=>a`<a href=${u(`apis`,e.id)}>${e.name}</a>`},{id:`version`,label:N.version,cell:e=>e.apiVersion,secondary:!0},{id:`api_type`,label:N.type,sort:!0,secondary:!0,cell:e=>_(N.types[e.type])},{id:`status`,label:N.state,sort:!0,cell:E},{id:`paths`,label:N.paths,sort:!0,secondary:!0,cell:e=>B(e)},{id:`streams`,label:N.streams,numeric:!0,cell:e=>y(O(this.traffic.value?.get(e.id)?.streams))},{id:`events`,label:N.events,secondary:!0,cell:e=>this.events(e)},{id:`sync`,label:N.deployment,cell:e=>z(e)}]}events(e){let t=this.traffic.value?.get(e.id)?.events;if(!t?.some(Boolean))return a`<span class="muted">–</span>`;let n=v(O(t));return a`<span class="rate">${M(t,N.eventsOf(n))}<span>${n}</span></span>`}connect(){return this.gateway.show(e=>x(N.connect,a`<dl class="facts api-connect">
          <div>
            <dt>${N.gatewayUrl}</dt>
            ${e.map(e=>a`<dd>${h(N.gatewayUrl,e.value)}</dd>`)}
          </div>
          <div>
            <dt>${N.managementUrl}</dt>
            <dd>${h(N.managementUrl,location.origin+d())}</dd>
          </div>
        </dl>`))}};R=l([o(`relay-api-list`)],R);function z(e){return!e.deployedAt||e.deploymentState===`NEED_REDEPLOY`?T(e):a`<span class="muted">${N.inSync}</span>`}function B(e){let[t,...n]=w(e);return a`<code>${t??`–`}</code>${n.length?a` <span class="muted" title=${n.join(` `)}>+${n.length}</span>`:i}`}function V(){return a`<div class="empty">
    <h2>${N.emptyTitle}</h2>
    <p>${N.emptyText}</p>
    ${r(`PUBLISHER`)?a`<a class="button primary" href=${u(`apis`,`new`)}>${N.createFirst}</a>`:i}
  </div>`}export{R as ApiList};