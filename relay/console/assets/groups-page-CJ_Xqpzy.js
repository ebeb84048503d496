import{A as e,C as t,F as n,d as r,i,l as a,r as o,v as s,x as c,z as l}from"./index-DO9nkWps.js";import{i as u}from"./curl-Bjpvh-Ts.js";import{t as d}from"./badge-Di9aOPF2.js";import{o as f}from"./fields-DEXbSuR-.js";import{a as p}from"./numbers-CoBbCYtr.js";import{r as m}from"./page-Cz4QYGt_.js";import{t as h}from"./paging-CRqy6aze.js";import"./table-BOKn2q8T.js";import{t as g}from"./query-waRGAtQK.js";import{n as _,t as v}from"./group-CDw1iCvV.js";var y=l.policyGroups,b=25,x=class extends i{constructor(...e){super(...e),this.query=new g(this,()=>void this.groups.reload()),this.groups=new u(this,e=>n(this.reading(),e))}render(){return m({title:y.title,intro:y.intro,actions:t(`PUBLISHER`)?c`<a class="button primary" href=${r(`policy-groups`,`new`)}>${y.add}</a>`:s,content:c`<div class="filters">
          ${f({id:`groups-search`,label:l.common.search,type:`search`,value:this.query.get(`q`),onChange:e=>this.query.set({q:e,page:void 0})})}
        </div>
        ${this.groups.show(e=>this.table(e))}`,calls:[this.reading()]})}reading(){return e(_(),{q:this.query.get(`q`),sortBy:this.query.get(`sort`)||`name`,page:this.query.number(`page`,1),perPage:b})}table(e){return c`<relay-table
        .label=${y.title}
        .columns=${S}
        .rows=${e.data}
        .key=${e=>e.id}
        .sort=${this.query.get(`sort`)||`name`}
        .empty=${y.empty}
        @sort=${e=>this.query.set({sort:e.detail})}
      ></relay-table>
      ${h(e.pagination,e=>this.query.set({page:String(e)}))}`}};x=o([a(`relay-policy-groups`)],x);var S=[{id:`name`,label:y.name,sort:!0,cell:e=>c`<a href=${r(`policy-groups`,e.id)}>${e.name}</a>`},{id:`apiType`,label:y.apiType,sort:!0,cell:e=>y.apiTypes[e.apiType]},{id:`phase`,label:y.phase,sort:!0,cell:e=>y.phases[e.phase]},{id:`state`,label:y.state,cell:e=>d(y.states[e.lifecycleState],v[e.lifecycleState])},{id:`version`,label:y.version,numeric:!0,cell:e=>e.version,secondary:!0},{id:`updatedAt`,label:y.updated,sort:!0,cell:e=>p(e.updatedAt),secondary:!0}];export{x as PolicyGroups};