import{d as e,i as t,l as n,r,x as i,z as a}from"./index-DO9nkWps.js";import{i as o}from"./curl-Bjpvh-Ts.js";import{t as s}from"./badge-Di9aOPF2.js";import{i as c,o as l}from"./fields-DEXbSuR-.js";import{r as u}from"./page-Cz4QYGt_.js";import"./table-BOKn2q8T.js";import{t as d}from"./query-waRGAtQK.js";import{a as f,i as p,r as m,t as h}from"./kinds-ELwWZ6i2.js";var g=a.catalogue,_=class extends t{constructor(...e){super(...e),this.query=new d(this),this.all=new o(this,f)}render(){let e=this.query.get(`kind`);return u({title:g.title,intro:g.intro,content:this.all.show(e=>this.content(e)),calls:m(e)?[p(e)]:h.map(p)})}content(e){let t=this.query.get(`kind`),n=this.query.get(`q`),r=e.filter(e=>(!m(t)||e.kind===t)&&b(e,n));return i`<div class="filters">
        ${l({id:`catalogue-search`,label:a.common.search,type:`search`,value:n,onChange:e=>this.query.set({q:e})})}
        ${c({id:`catalogue-kind`,label:g.kind,value:m(t)?t:``,options:[{value:``,label:g.allKinds},...h.map(e=>({value:e,label:g.kinds[e]}))],onChange:e=>this.query.set({kind:e})})}
      </div>
      <p class="muted" role="status">${a.common.rows(r.length)}</p>
      <relay-table
        .label=${g.title}
        .columns=${v}
        .rows=${r}
        .key=${e=>`${e.kind}/${e.plugin.id}`}
      ></relay-table>`}};_=r([n(`relay-catalogue`)],_);var v=[{id:`name`,label:g.name,sort:e=>e.plugin.name.toLowerCase(),cell:t=>i`<a href=${e(`catalog`,t.kind,t.plugin.id)}>${t.plugin.name}</a>
        ${t.plugin.builtIn?``:s(g.added,`info`)}`},{id:`id`,label:g.id,sort:e=>e.plugin.id,cell:e=>i`<code>${e.plugin.id}</code>`},{id:`kind`,label:g.kind,sort:e=>e.kind,cell:e=>g.one[e.kind]},{id:`for`,label:g.apiTypes,cell:e=>y(e).map(e=>i`${s(a.catalogue.types[e])} `)},{id:`description`,label:g.description,secondary:!0,cell:e=>e.plugin.description}];function y({plugin:e}){let t=e.flowPhaseCompatibility;return[`PROXY`,`MESSAGE`].filter(n=>t?(t[`HTTP_${n}`]??[]).length>0:(e.supportedApiType??n)===n)}function b({plugin:e},t){let n=`${e.name} ${e.id} ${e.description}`.toLowerCase();return t.toLowerCase().split(/\s+/).every(e=>n.includes(e))}export{_ as Catalogue,y as apiTypes};