import{M as e,P as t,R as n,S as r,_ as i,b as a,c as o,d as s,i as c,k as l,r as u,u as d,w as f}from"./index-q0cvveWk.js";import{c as p,d as m,o as h}from"./curl-DN9Ceju9.js";import{t as g}from"./badge-BEXyiuIc.js";import{t as _}from"./form-dialog-BaHpUrBN.js";import{a as v}from"./numbers-CoBbCYtr.js";import{r as y}from"./page-Bd5Bw3P3.js";import{t as b}from"./paging-BY0QnTP9.js";import"./table-lhtN2eUf.js";import{t as x}from"./query-BWpnzWjK.js";import{n as S,r as C,t as w}from"./application-fields-hI6v-USk.js";var T=n.applications,E=25,D=[{id:`name`,label:T.columns.name,cell:e=>a`<a href=${d(`applications`,e.id)}>${e.name}</a>`},{id:`type`,label:T.columns.type,cell:e=>e.type??i,secondary:!0},{id:`clientId`,label:T.columns.clientId,cell:e=>a`<code>${e.settings?.app?.clientId}</code>`,secondary:!0},{id:`mode`,label:T.columns.mode,cell:e=>T.modes[e.apiKeyMode],secondary:!0},{id:`created`,label:T.columns.created,cell:e=>v(e.createdAt),secondary:!0},{id:`status`,label:T.status,cell:e=>g(T.statuses[e.status],e.status===`ACTIVE`?`good`:`plain`)}],O=class extends c{constructor(...e){super(...e),this.query=new x(this,()=>this.list.reload()),this.list=new m(this,e=>t(this.read(),e))}render(){return y({title:T.title,intro:T.intro,actions:r(`PUBLISHER`)?a`<button type="button" class="primary" @click=${()=>this.create()}>
            ${T.create}
          </button>`:i,content:a`<div class="filters" role="search">
          ${p({id:`applications-query`,label:n.common.search,type:`search`,value:this.query.get(`query`),onChange:e=>this.query.set({query:e,page:void 0})})}
          ${h({id:`applications-status`,label:T.status,value:this.query.get(`status`)||`ACTIVE`,options:Object.entries(T.statuses).map(([e,t])=>({value:e,label:t})),onChange:e=>this.query.set({status:e===`ACTIVE`?void 0:e,page:void 0})})}
        </div>
        ${this.list.show(({data:e,pagination:t})=>a`<relay-table
              .label=${T.title}
              .columns=${D}
              .rows=${e}
              .key=${e=>e.id}
              .empty=${T.empty}
            ></relay-table>
            ${b(t,e=>this.query.set({page:String(e)}))}`)}`,calls:[this.read()]})}read(){return l(f(`applications`),{query:this.query.get(`query`),status:this.query.get(`status`),page:this.query.number(`page`,1),perPage:E})}async create(){let t=await _({title:T.create,action:T.create,wide:!0,values:C(void 0),fields:S,call:t=>e(f(`applications`),w(t))});t&&await s.go(d(`applications`,t.value.id))}};O=u([o(`relay-applications`)],O);export{O as Applications};