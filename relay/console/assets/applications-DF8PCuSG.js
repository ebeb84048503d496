import{A as e,C as t,F as n,N as r,T as i,d as a,f as o,i as s,l as c,r as l,v as u,x as d,z as f}from"./index-DO9nkWps.js";import{i as p}from"./curl-Bjpvh-Ts.js";import{t as m}from"./badge-Di9aOPF2.js";import{i as h,o as g}from"./fields-DEXbSuR-.js";import{t as _}from"./form-dialog-ggTsbzAj.js";import{a as v}from"./numbers-CoBbCYtr.js";import{r as y}from"./page-Cz4QYGt_.js";import{t as b}from"./paging-CRqy6aze.js";import"./table-BOKn2q8T.js";import{t as x}from"./query-waRGAtQK.js";import{n as S,r as C,t as w}from"./application-fields-CFgbZk9g.js";var T=f.applications,E=25,D=[{id:`name`,label:T.columns.name,cell:e=>d`<a href=${a(`applications`,e.id)}>${e.name}</a>`},{id:`type`,label:T.columns.type,cell:e=>e.type??u,secondary:!0},{id:`clientId`,label:T.columns.clientId,cell:e=>d`<code>${e.settings?.app?.clientId}</code>`,secondary:!0},{id:`mode`,label:T.columns.mode,cell:e=>T.modes[e.apiKeyMode],secondary:!0},{id:`created`,label:T.columns.created,cell:e=>v(e.createdAt),secondary:!0},{id:`status`,label:T.status,cell:e=>m(T.statuses[e.status],e.status===`ACTIVE`?`good`:`plain`)}],O=class extends s{constructor(...e){super(...e),this.query=new x(this,()=>this.list.reload()),this.list=new p(this,e=>n(this.read(),e))}render(){return y({title:T.title,intro:T.intro,actions:t(`PUBLISHER`)?d`<button type="button" class="primary" @click=${()=>this.create()}>
            ${T.create}
          </button>`:u,content:d`<div class="filters" role="search">
          ${g({id:`applications-query`,label:f.common.search,type:`search`,value:this.query.get(`query`),onChange:e=>this.query.set({query:e,page:void 0})})}
          ${h({id:`applications-status`,label:T.status,value:this.query.get(`status`)||`ACTIVE`,options:Object.entries(T.statuses).map(([e,t])=>({value:e,label:t})),onChange:e=>this.query.set({status:e===`ACTIVE`?void 0:e,page:void 0})})}
        </div>
        ${this.list.show(({data:e,pagination:t})=>d`<relay-table
              .label=${T.title}
              .columns=${D}
              .rows=${e}
              .key=${e=>e.id}
              .empty=${T.empty}
            ></relay-table>
            ${b(t,e=>this.query.set({page:String(e)}))}`)}`,calls:[this.read()]})}read(){return e(i(`applications`),{query:this.query.get(`query`),status:this.query.get(`status`),page:this.query.number(`page`,1),perPage:E})}async create(){let e=await _({title:T.create,action:T.create,wide:!0,values:C(void 0),fields:S,call:e=>r(i(`applications`),w(e))});e&&await o.go(a(`applications`,e.value.id))}};O=l([c(`relay-applications`)],O);export{O as Applications};