import{D as e,I as t,M as n,S as r,_ as i,b as a,n as o,o as s,s as c,t as l}from"./decorate-cX1b0bKe.js";import{i as u}from"./curl-C3dG7kwV.js";import{t as d}from"./badge-Bv1K0zyq.js";import{t as f}from"./diff-Dp0xgD-9.js";import{i as p,n as m}from"./fields-Z7HFGbs6.js";import{a as h}from"./numbers-CoBbCYtr.js";import{r as g}from"./page-B78qW9Xh.js";import{t as _}from"./paging-DPKvN3lo.js";import{t as v}from"./query-CGWuUA7Y.js";import{r as y}from"./index-BtPMuujb.js";var b=t.audit,x=25,S=class extends o{constructor(...t){super(...t),this.api=``,this.query=new v(this,()=>void this.loader.reload()),this.events=new u(this,t=>n(e(this.at(`events`)),t)),this.loader=new u(this,e=>n(this.call(),e))}render(){return g({title:b.title,intro:this.api?b.introOfApi:b.intro,content:a`<div class="stack">
        ${this.filters()}
        ${this.loader.show(e=>a`${e.data.length?a`<ol class="audit">
                  ${e.data.map(e=>this.entry(e))}
                </ol>`:a`<div class="empty"><p>${b.none}</p></div>`}
            ${_(e.pagination,e=>this.query.set({page:String(e)}))}`)}
      </div>`,calls:[this.call()]})}at(...e){return this.api?r(`apis`,this.api,`audits`,...e):r(`audits`,...e)}call(){let t=e=>{let t=Date.parse(this.query.get(e));return Number.isNaN(t)?void 0:t};return e(this.at(),{events:this.query.get(`events`),from:t(`from`),to:t(`to`),page:this.query.number(`page`,1),perPage:x})}filters(){let e=(e,t)=>this.query.set({[e]:t,page:void 0}),t=this.events.value?.data??[];return a`<div class="filters" role="search" aria-label=${b.filters}>
      ${p({id:`audit-events`,label:b.event,value:this.query.get(`events`),options:[{value:``,label:b.any},...t.map(e=>({value:e,label:e}))],onChange:t=>e(`events`,t)})}
      ${[`from`,`to`].map(t=>m({id:`audit-${t}`,label:b[t]},a`<input
            id="audit-${t}"
            type="datetime-local"
            .value=${this.query.get(t)}
            @change=${n=>e(t,n.target.value)}
          />`))}
    </div>`}entry(e){let t=e.properties[1];return a`<li class="card">
      <div class="card-head">
        <div class="row">
          ${d(e.event,e.event.endsWith(`DELETED`)?`bad`:`info`)}
          ${this.target(e)}
        </div>
        <span class="muted">
          ${b.by(e.user.displayName)}${t?.key===`TOKEN`?` ${b.withToken}`:``} ·
          <time datetime=${e.createdAt}>${h(e.createdAt)}</time>
        </span>
      </div>
      ${e.changes.length?a`<details>
            <summary>${b.changes(e.changes.length)}</summary>
            ${f(e.changes)}
          </details>`:i}
    </li>`}target({properties:e,reference:t}){let[n]=e,r=n?.name||n?.value,i=this.api||t.type!==`API`?void 0:y(`apis`,t.id);return i?n?.key===`API`?a`<a href=${i}>${r}</a>`:a`<span>${r}</span> <a href=${i}>${b.ofApi}</a>`:a`<span>${r}</span>`}};l([s({attribute:!1})],S.prototype,`api`,void 0),S=l([c(`relay-audit`)],S);export{S as Audit};