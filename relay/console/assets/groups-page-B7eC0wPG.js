import{D as e,I as t,M as n,_ as r,b as i,n as a,s as o,t as s}from"./decorate-cX1b0bKe.js";import{i as c}from"./curl-C3dG7kwV.js";import{t as l}from"./badge-Bv1K0zyq.js";import{o as u}from"./fields-Z7HFGbs6.js";import{a as d}from"./numbers-CoBbCYtr.js";import{r as f}from"./page-B78qW9Xh.js";import{t as p}from"./paging-DPKvN3lo.js";import"./table-CX22Ptby.js";import{t as m}from"./query-CGWuUA7Y.js";import{o as h,r as g}from"./index-BtPMuujb.js";import{n as _,t as v}from"./group-DtJLpdnI.js";var y=t.policyGroups,b=25,x=class extends a{constructor(...e){super(...e),this.query=new m(this,()=>void this.groups.reload()),this.groups=new c(this,e=>n(this.reading(),e))}render(){return f({title:y.title,intro:y.intro,actions:h(`PUBLISHER`)?i`<a class="button primary" href=${g(`policy-groups`,`new`)}>${y.add}</a>`:r,content:i`<div class="filters">
          ${u({id:`groups-search`,label:t.common.search,type:`search`,value:this.query.get(`q`),onChange:e=>this.query.set({q:e,page:void 0})})}
        </div>
        ${this.groups.show(e=>this.table(e))}`,calls:[this.reading()]})}reading(){return e(_(),{q:this.query.get(`q`),sortBy:this.query.get(`sort`)||`name`,page:this.query.number(`page`,1),perPage:b})}table(e){return i`<relay-table
        .label=${y.title}
        .columns=${S}
        .rows=${e.data}
        .key=${e=>e.id}
        .sort=${this.query.get(`sort`)||`name`}
        .empty=${y.empty}
        @sort=${e=>this.query.set({sort:e.detail})}
      ></relay-table>
      ${p(e.pagination,e=>this.query.set({page:String(e)}))}`}};x=s([o(`relay-policy-groups`)],x);var S=[{id:`name`,label:y.name,sort:!0,cell:e=>i`<a href=${g(`policy-groups`,e.id)}>${e.name}</a>`},{id:`apiType`,label:y.apiType,sort:!0,cell:e=>y.apiTypes[e.apiType]},{id:`phase`,label:y.phase,sort:!0,cell:e=>y.phases[e.phase]},{id:`state`,label:y.state,cell:e=>l(y.states[e.lifecycleState],v[e.lifecycleState])},{id:`version`,label:y.version,numeric:!0,cell:e=>e.version,secondary:!0},{id:`updatedAt`,label:y.updated,sort:!0,cell:e=>d(e.updatedAt),secondary:!0}];export{x as PolicyGroups};