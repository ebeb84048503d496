import{I as e,b as t,n,s as r,t as i}from"./decorate-D7Et5AEg.js";import{i as a}from"./curl-Cyc0UT9S.js";import{t as o}from"./badge-B9ENWorZ.js";import{i as s,o as c}from"./fields-B8d0_tGV.js";import{r as l}from"./page-DUGif48A.js";import"./table-BUhFT6A1.js";import{t as u}from"./query-DvjVLrpw.js";import{i as d}from"./index-DlmJIWRd.js";import{a as f,i as p,r as m,t as h}from"./kinds-BzlqSrrC.js";var g=e.catalogue,_=class extends n{constructor(...e){super(...e),this.query=new u(this),this.all=new a(this,f)}render(){let e=this.query.get(`kind`);return l({title:g.title,intro:g.intro,content:this.all.show(e=>this.content(e)),calls:m(e)?[p(e)]:h.map(p)})}content(n){let r=this.query.get(`kind`),i=this.query.get(`q`),a=n.filter(e=>(!m(r)||e.kind===r)&&b(e,i));return t`<div class="filters">
        ${c({id:`catalogue-search`,label:e.common.search,type:`search`,value:i,onChange:e=>this.query.set({q:e})})}
        ${s({id:`catalogue-kind`,label:g.kind,value:m(r)?r:``,options:[{value:``,label:g.allKinds},...h.map(e=>({value:e,label:g.kinds[e]}))],onChange:e=>this.query.set({kind:e})})}
      </div>
      <p class="muted" role="status">${e.common.rows(a.length)}</p>
      <relay-table
        .label=${g.title}
        .columns=${v}
        .rows=${a}
        .key=${e=>`${e.kind}/${e.plugin.id}`}
      ></relay-table>`}};_=i([r(`relay-catalogue`)],_);var v=[{id:`name`,label:g.name,sort:e=>e.plugin.name.toLowerCase(),cell:e=>t`<a href=${d(`catalog`,e.kind,e.plugin.id)}>${e.plugin.name}</a>
        ${e.plugin.builtIn?``:o(g.added,`info`)}`},{id:`id`,label:g.id,sort:e=>e.plugin.id,cell:e=>t`<code>${e.plugin.id}</code>`},{id:`kind`,label:g.kind,sort:e=>e.kind,cell:e=>g.one[e.kind]},{id:`for`,label:g.apiTypes,cell:n=>y(n).map(n=>t`${o(e.catalogue.types[n])} `)},{id:`description`,label:g.description,secondary:!0,cell:e=>e.plugin.description}];function y({plugin:e}){let t=e.flowPhaseCompatibility;return[`PROXY`,`MESSAGE`].filter(n=>t?(t[`HTTP_${n}`]??[]).length>0:(e.supportedApiType??n)===n)}function b({plugin:e},t){let n=`${e.name} ${e.id} ${e.description}`.toLowerCase();return t.toLowerCase().split(/\s+/).every(e=>n.includes(e))}export{_ as Catalogue,y as apiTypes};