import{L as e,N as t,S as n,_ as r,b as i,c as a,i as o,j as s,k as c,r as l,u,w as d,x as f}from"./index-xc3VAoqR.js";import{a as p,n as m,r as h,s as g}from"./curl-VvyQdcQr.js";import{t as _}from"./badge-DxBzxmX5.js";import{i as v,n as y}from"./numbers-CoBbCYtr.js";import{r as b,t as x}from"./page-ClRf7fKl.js";import{t as S}from"./paging-nsOtokma.js";import"./table-DgGQ-pIy.js";import{t as C}from"./query-DtQJP8tC.js";import{i as w}from"./api-N2JsxuTI.js";import{n as T,t as E}from"./states-BJSWvX5p.js";import{n as D,r as O,t as k}from"./traffic-DiU_w2Ff.js";var A=96,j=24;function M(e,t){let n=Math.max(...e.map(e=>e??0),1e-9),r=A/Math.max(e.length-1,1),a=``,o=!1;for(let[t,i]of e.entries()){if(i==null){o=!1;continue}let e=22-i/n*20;a+=`${o?`L`:`M`}${(t*r).toFixed(1)} ${e.toFixed(1)}`,o=!0}return i`<svg
    class="sparkline"
    viewBox="0 0 ${A} ${j}"
    width=${A}
    height=${j}
    role="img"
    aria-label=${t}
  >
    ${f`<path d=${a}></path>`}
  </svg>`}var N=e.apis,P=100,F=500,I=150,L={PROXY:`V4_HTTP_PROXY`,MESSAGE:`V4_MESSAGE`},R=class extends o{constructor(...e){super(...e),this.loader=new g(this,async e=>{let n=await t(this.call(),e);return this.shownIds=n.data.map(e=>e.id),this.traffic.reload(),n}),this.traffic=new g(this,e=>D(this.shownIds,[`streams`,`events`],e),{everyMs:k}),this.gateway=new g(this,e=>t(c(d(`exposedEntrypoints`)),e)),this.query=new C(this,()=>void this.loader.reload()),this.shownIds=[]}render(){return b({title:N.title,actions:n(`PUBLISHER`)?i`<a class="button primary" href=${u(`apis`,`new`)}>${N.create}</a>`:r,content:i`${this.filters()}
      ${this.loader.show(e=>this.list(e))} ${this.connect()}`,calls:[this.call()]})}call(){let e=this.query.get(`type`),t=this.query.get(`state`);return{...s(d(`apis`,`_search`),{query:this.query.get(`q`),...t?{statuses:[t]}:{},...e?{apiTypes:[L[e]]}:{}}),query:{page:this.query.number(`page`,1),perPage:Math.min(this.query.number(`perPage`,P),F),sortBy:this.query.get(`sort`)||`name`,expands:`deploymentState`}}}filters(){let t=e=>[{value:``,label:N.any},...Object.entries(e).map(([e,t])=>({value:e,label:t}))];return i`<search class="filters api-filters">
      ${p({id:`api-search`,label:e.common.search,type:`search`,placeholder:N.searchHint,value:this.query.get(`q`),onChange:e=>this.typed(e)})}
      ${h({id:`api-state`,label:N.state,value:this.query.get(`state`),options:t(N.states),onChange:e=>this.query.set({state:e,page:void 0})})}
      ${h({id:`api-type`,label:N.type,value:this.query.get(`type`),options:t(N.types),onChange:e=>this.query.set({type:e,page:void 0})})}
      ${h({id:`api-per-page`,label:N.perPage,value:String(this.query.number(`perPage`,P)),options:[25,P,F].map(String).map(e=>({value:e,label:e})),onChange:e=>this.query.set({perPage:e,page:void 0})})}
    </search>`}typed(e){clearTimeout(this.typing),this.typing=setTimeout(()=>this.query.set({q:e,page:void 0}),I)}list(e){let t=this.query.get(`q`)||this.query.get(`state`)||this.query.get(`type`);return!e.data.length&&!t?V():i`<relay-table
        .label=${N.title}
        .columns=${this.columns()}
        .rows=${e.data}
        .key=${e=>e.id}
        .sort=${this.query.get(`sort`)||`name`}
        .empty=${N.noMatch}
        @sort=${e=>this.query.set({sort:e.detail,page:void 0})}
      ></relay-table>
      ${S(e.pagination,e=>this.query.set({page:String(e)}))}`}columns(){return[{id:`name`,label:N.name,sort:!0,cell:e=>i`<a href=${u(`apis`,e.id)}>${e.name}</a>`},{id:`version`,label:N.version,cell:e=>e.apiVersion,secondary:!0},{id:`api_type`,label:N.type,sort:!0,secondary:!0,cell:e=>_(N.types[e.type])},{id:`status`,label:N.state,sort:!0,cell:E},{id:`paths`,label:N.paths,sort:!0,secondary:!0,cell:e=>B(e)},{id:`streams`,label:N.streams,numeric:!0,cell:e=>y(O(this.traffic.value?.get(e.id)?.streams))},{id:`events`,label:N.events,secondary:!0,cell:e=>this.events(e)},{id:`sync`,label:N.deployment,cell:e=>z(e)}]}events(e){let t=this.traffic.value?.get(e.id)?.events;if(!t?.some(Boolean))return i`<span class="muted">–</span>`;let n=v(O(t));return i`<span class="rate">${M(t,N.eventsOf(n))}<span>${n}</span></span>`}connect(){return this.gateway.show(e=>x(N.connect,i`<dl class="facts api-connect">
          <div>
            <dt>${N.gatewayUrl}</dt>
            ${e.map(e=>i`<dd>${m(N.gatewayUrl,e.value)}</dd>`)}
          </div>
          <div>
            <dt>${N.managementUrl}</dt>
            <dd>${m(N.managementUrl,location.origin+d())}</dd>
          </div>
        </dl>`))}};R=l([a(`relay-api-list`)],R);function z(e){return!e.deployedAt||e.deploymentState===`NEED_REDEPLOY`?T(e):i`<span class="muted">${N.inSync}</span>`}function B(e){let[t,...n]=w(e);return i`<code>${t??`–`}</code>${n.length?i` <span class="muted" title=${n.join(` `)}>+${n.length}</span>`:r}`}function V(){return i`<div class="empty">
    <h2>${N.emptyTitle}</h2>
    <p>${N.emptyText}</p>
    ${n(`PUBLISHER`)?i`<a class="button primary" href=${u(`apis`,`new`)}>${N.createFirst}</a>`:r}
  </div>`}export{R as ApiList};