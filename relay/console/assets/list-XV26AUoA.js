import{C as e,D as t,N as n,O as r,S as i,_ as a,b as o,c as s,h as c,k as l,l as u,p as d,x as f}from"./index-Dba79Kt6.js";import{d as p,f as m,g as h,h as g,i as _,p as v}from"./api-X9rXfUY0.js";import{a as y,r as b,s as x,t as S}from"./page-DPh-A2m4.js";import{n as C,t as w}from"./query-ngjB8Y0D.js";import{n as T,t as E}from"./states-B2k8EaT6.js";import{n as D,r as O,t as k}from"./traffic-CblcvhLX.js";var A=96,j=24;function M(e,t){let n=Math.max(...e.map(e=>e??0),1e-9),r=A/Math.max(e.length-1,1),i=``,a=!1;for(let[t,o]of e.entries()){if(o==null){a=!1;continue}let e=22-o/n*20;i+=`${a?`L`:`M`}${(t*r).toFixed(1)} ${e.toFixed(1)}`,a=!0}return o`<svg
    class="sparkline"
    viewBox="0 0 ${A} ${j}"
    width=${A}
    height=${j}
    role="img"
    aria-label=${t}
  >
    ${f`<path d=${i}></path>`}
  </svg>`}var N=n.apis,P=100,F=500,I=150,L={PROXY:`V4_HTTP_PROXY`,MESSAGE:`V4_MESSAGE`},R=class extends u{constructor(...n){super(...n),this.loader=new h(this,async e=>{let t=await l(this.call(),e);return this.shownIds=t.data.map(e=>e.id),this.traffic.reload(),t}),this.traffic=new h(this,e=>D(this.shownIds,[`streams`,`events`],e),{everyMs:k}),this.gateway=new h(this,n=>l(t(e(`exposedEntrypoints`)),n)),this.query=new w(this,()=>void this.loader.reload()),this.shownIds=[]}render(){return b({title:N.title,actions:i(`PUBLISHER`)?o`<a class="button primary" href=${c(`apis`,`new`)}>${N.create}</a>`:a,content:o`${this.filters()}
      ${this.loader.show(e=>this.list(e))} ${this.connect()}`,calls:[this.call()]})}call(){let t=this.query.get(`type`),n=this.query.get(`state`);return{...r(e(`apis`,`_search`),{query:this.query.get(`q`),...n?{statuses:[n]}:{},...t?{apiTypes:[L[t]]}:{}}),query:{page:this.query.number(`page`,1),perPage:Math.min(this.query.number(`perPage`,P),F),sortBy:this.query.get(`sort`)||`name`,expands:`deploymentState`}}}filters(){let e=e=>[{value:``,label:N.any},...Object.entries(e).map(([e,t])=>({value:e,label:t}))];return o`<search class="filters api-filters">
      ${v({id:`api-search`,label:n.common.search,type:`search`,placeholder:N.searchHint,value:this.query.get(`q`),onChange:e=>this.typed(e)})}
      ${m({id:`api-state`,label:N.state,value:this.query.get(`state`),options:e(N.states),onChange:e=>this.query.set({state:e,page:void 0})})}
      ${m({id:`api-type`,label:N.type,value:this.query.get(`type`),options:e(N.types),onChange:e=>this.query.set({type:e,page:void 0})})}
      ${m({id:`api-per-page`,label:N.perPage,value:String(this.query.number(`perPage`,P)),options:[25,P,F].map(String).map(e=>({value:e,label:e})),onChange:e=>this.query.set({perPage:e,page:void 0})})}
    </search>`}typed(e){clearTimeout(this.typing),this.typing=setTimeout(()=>this.query.set({q:e,page:void 0}),I)}list(e){let t=this.query.get(`q`)||this.query.get(`state`)||this.query.get(`type`);return!e.data.length&&!t?V():o`<relay-table
        .label=${N.title}
        .columns=${this.columns()}
        .rows=${e.data}
        .key=${e=>e.id}
        .sort=${this.query.get(`sort`)||`name`}
        .empty=${N.noMatch}
        @sort=${e=>this.query.set({sort:e.detail,page:void 0})}
      ></relay-table>
      ${C(e.pagination,e=>this.query.set({page:String(e)}))}`}columns(){return[{id:`name`,label:N.name,sort:!0,cell:e=>o`<a href=${c(`apis`,e.id)}>${e.name}</a>`},{id:`version`,label:N.version,cell:e=>e.apiVersion,secondary:!0},{id:`api_type`,label:N.type,sort:!0,secondary:!0,cell:e=>g(N.types[e.type])},{id:`status`,label:N.state,sort:!0,cell:E},{id:`paths`,label:N.paths,sort:!0,secondary:!0,cell:e=>B(e)},{id:`streams`,label:N.streams,numeric:!0,cell:e=>y(O(this.traffic.value?.get(e.id)?.streams))},{id:`events`,label:N.events,secondary:!0,cell:e=>this.events(e)},{id:`sync`,label:N.deployment,cell:e=>z(e)}]}events(e){let t=this.traffic.value?.get(e.id)?.events;if(!t?.some(Boolean))return o`<span class="muted">–</span>`;let n=x(O(t));return o`<span class="rate">${M(t,N.eventsOf(n))}<span>${n}</span></span>`}connect(){return this.gateway.show(t=>S(N.connect,o`<dl class="facts api-connect">
          <div>
            <dt>${N.gatewayUrl}</dt>
            ${t.map(e=>o`<dd>${p(N.gatewayUrl,e.value)}</dd>`)}
          </div>
          <div>
            <dt>${N.managementUrl}</dt>
            <dd>${p(N.managementUrl,location.origin+e())}</dd>
          </div>
        </dl>`))}};R=s([d(`relay-api-list`)],R);function z(e){return!e.deployedAt||e.deploymentState===`NEED_REDEPLOY`?T(e):o`<span class="muted">${N.inSync}</span>`}function B(e){let[t,...n]=_(e);return o`<code>${t??`–`}</code>${n.length?o` <span class="muted" title=${n.join(` `)}>+${n.length}</span>`:a}`}function V(){return o`<div class="empty">
    <h2>${N.emptyTitle}</h2>
    <p>${N.emptyText}</p>
    ${i(`PUBLISHER`)?o`<a class="button primary" href=${c(`apis`,`new`)}>${N.createFirst}</a>`:a}
  </div>`}export{R as ApiList};