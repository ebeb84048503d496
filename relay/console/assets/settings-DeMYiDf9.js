import{D as e,I as t,M as n,_ as r,b as i,n as a,s as o,t as s,w as c}from"./decorate-cX1b0bKe.js";import{i as l}from"./curl-C3dG7kwV.js";import{t as u}from"./badge-Bv1K0zyq.js";import{o as d,s as f}from"./fields-Z7HFGbs6.js";import{r as p,t as m}from"./page-B78qW9Xh.js";import"./table-CX22Ptby.js";import{t as h}from"./query-CGWuUA7Y.js";var g=t.settings,_=`docs/reference/settings.md`,v=e(c(`configuration`)),y={option:`info`,environment:`info`,file:`info`,default:`plain`},b=e=>e===null||e===``?i`<span class="muted">${g.unset}</span>`:i`<code>${typeof e==`string`?e:JSON.stringify(e)}</code>`,x=[{id:`name`,label:g.name,cell:e=>i`<code class="nowrap">${w(e.name)}</code>`},{id:`value`,label:g.value,cell:e=>i`${b(e.value)}
    ${e.next===void 0?r:i`<div>${u(g.next,`warn`)} ${b(e.next)}</div>`}`},{id:`origin`,label:g.origin,cell:e=>i`${u(g.origins[e.origin],y[e.origin])}
    ${e.source?i`<div><code class="muted">${e.source}</code></div>`:r}`},{id:`default`,label:g.default,cell:e=>`default`in e?b(e.default):g.noDefault,secondary:!0}],S=class extends a{constructor(...e){super(...e),this.query=new h(this),this.loaded=new l(this,e=>n(v,e))}render(){return p({title:g.title,intro:g.intro,content:i`<div class="filters" role="search">
          ${d({id:`settings-search`,label:g.search,type:`search`,value:this.query.get(`query`),onChange:e=>this.query.set({query:e})})}
          ${f({id:`settings-changed`,label:g.changedOnly,value:this.changedOnly,onChange:e=>this.query.set({only:e?`changed`:void 0})})}
        </div>
        ${this.loaded.show(e=>this.list(e))}`,calls:[v]})}get changedOnly(){return this.query.get(`only`)===`changed`}list(e){let t=Object.entries(e).map(([e,t])=>({name:e,...t})),n=t.filter(e=>this.passes(e)),a=Map.groupBy(n,({name:e})=>C(e));return i`<p class="muted" role="status">${g.count(n.length,t.length)}</p>
      ${n.length?r:i`<div class="empty"><p>${g.empty}</p></div>`}
      ${[...a].map(([e,t])=>m(e?`[${e}]`:g.other,i`<relay-table
            .label=${e||g.other}
            .columns=${x}
            .rows=${t}
            .key=${e=>e.name}
          ></relay-table>`,i`<span class="muted"
            >${g.documentation}: <code>${_}${T(e)}</code></span
          >`))}`}passes(e){if(this.changedOnly&&e.origin==="default"&&e.next===void 0)return!1;let t=`${e.name} ${JSON.stringify(e.value)} ${e.source??``}`.toLowerCase();return this.query.get(`query`).toLowerCase().split(/\s+/).every(e=>t.includes(e))}};S=s([o(`relay-settings`)],S);function C(e){let t=/^gateway\.listeners\[\d+\]/.exec(e);return t?t[0]:e.includes(`.`)?e.split(`.`)[0]:``}function w(e){let t=C(e);return t?e.slice(t.length+1):e}function T(e){let t=e.replace(/[^a-z]/g,``);return t?`#${t}`:``}export{S as Settings};