import{L as e,N as t,S as n,_ as r,b as i,c as a,d as o,i as s,j as c,k as l,r as u,u as d,w as f}from"./index-xc3VAoqR.js";import{a as p,r as m,s as h}from"./curl-VvyQdcQr.js";import{t as g}from"./badge-DxBzxmX5.js";import{t as _}from"./form-dialog-ShoQt7V4.js";import{a as v}from"./numbers-CoBbCYtr.js";import{r as y}from"./page-ClRf7fKl.js";import{t as b}from"./paging-nsOtokma.js";import"./table-DgGQ-pIy.js";import{t as x}from"./query-DtQJP8tC.js";import{n as S,r as C,t as w}from"./application-fields-CVbEOh_j.js";var T=e.applications,E=25,D=[{id:`name`,label:T.columns.name,cell:e=>i`<a href=${d(`applications`,e.id)}>${e.name}</a>`},{id:`type`,label:T.columns.type,cell:e=>e.type??r,secondary:!0},{id:`clientId`,label:T.columns.clientId,cell:e=>i`<code>${e.settings?.app?.clientId}</code>`,secondary:!0},{id:`mode`,label:T.columns.mode,cell:e=>T.modes[e.apiKeyMode],secondary:!0},{id:`created`,label:T.columns.created,cell:e=>v(e.createdAt),secondary:!0},{id:`status`,label:T.status,cell:e=>g(T.statuses[e.status],e.status===`ACTIVE`?`good`:`plain`)}],O=class extends s{constructor(...e){super(...e),this.query=new x(this,()=>this.list.reload()),this.list=new h(this,e=>t(this.read(),e))}render(){return y({title:T.title,intro:T.intro,actions:n(`PUBLISHER`)?i`<button type="button" class="primary" @click=${()=>this.create()}>
            ${T.create}
          </button>`:r,content:i`<div class="filters" role="search">
          ${p({id:`applications-query`,label:e.common.search,type:`search`,value:this.query.get(`query`),onChange:e=>this.query.set({query:e,page:void 0})})}
          ${m({id:`applications-status`,label:T.status,value:this.query.get(`status`)||`ACTIVE`,options:Object.entries(T.statuses).map(([e,t])=>({value:e,label:t})),onChange:e=>this.query.set({status:e===`ACTIVE`?void 0:e,page:void 0})})}
        </div>
        ${this.list.show(({data:e,pagination:t})=>i`<relay-table
              .label=${T.title}
              .columns=${D}
              .rows=${e}
              .key=${e=>e.id}
              .empty=${T.empty}
            ></relay-table>
            ${b(t,e=>this.query.set({page:String(e)}))}`)}`,calls:[this.read()]})}read(){return l(f(`applications`),{query:this.query.get(`query`),status:this.query.get(`status`),page:this.query.number(`page`,1),perPage:E})}async create(){let e=await _({title:T.create,action:T.create,wide:!0,values:C(void 0),fields:S,call:e=>c(f(`applications`),w(e))});e&&await o.go(d(`applications`,e.value.id))}};O=u([a(`relay-applications`)],O);export{O as Applications};