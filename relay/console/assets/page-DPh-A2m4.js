import{_ as e,b as t}from"./index-Dba79Kt6.js";import{u as n}from"./api-X9rXfUY0.js";var r=[`B`,`kB`,`MB`,`GB`,`TB`],i=[[`d`,864e5],[`h`,36e5],[`min`,6e4],[`s`,1e3]],a=new Intl.NumberFormat(`en`),o=new Intl.NumberFormat(`en`,{maximumFractionDigits:1}),s=new Intl.DateTimeFormat(`en-GB`,{dateStyle:`medium`,timeStyle:`medium`}),c=e=>a.format(e);function l(e){let t=0;for(;e>=1e3&&t<r.length-1;)e/=1e3,t+=1;return`${o.format(e)} ${r[t]}`}function u(e){if(e<1e3)return`${o.format(e)} ms`;let t=[];for(let[n,r]of i){let i=n===`s`&&!t.length?Math.floor(e/100)/10:Math.floor(e/r);if(i)t.push(`${o.format(i)} ${n}`);else if(t.length)break;if(e%=r,t.length===2)break}return t.join(` `)}var d=e=>`${o.format(e)}/s`;function f(e){return s.format(new Date(e))}function p(r){return t`<div class="page-head">
      <h1>${r.title}</h1>
      ${r.actions?t`<div class="page-actions">${r.actions}</div>`:e}
    </div>
    ${r.intro?t`<p class="page-intro">${r.intro}</p>`:e} ${r.content}
    ${r.calls?.length?n(r.calls):e}`}function m(n,r,i){return t`<section class="card">
    <div class="card-head">
      <h2>${n}</h2>
      ${i??e}
    </div>
    ${r}
  </section>`}function h(e){return t`<dl class="facts">
    ${e.filter(([,e])=>e!=null&&e!==``).map(([e,n])=>t`<div>
          <dt>${e}</dt>
          <dd>${n}</dd>
        </div>`)}
  </dl>`}export{c as a,f as c,l as i,h as n,u as o,p as r,d as s,m as t};