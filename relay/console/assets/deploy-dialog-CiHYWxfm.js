import{A as e,D as t,F as n,I as r,M as i,S as a,_ as o,b as s}from"./decorate-DB3_5TZw.js";import{t as c}from"./curl-DutkNkzj.js";import{n as l}from"./dialog-QoBGBhDN.js";import{o as u}from"./fields-183C5pM-.js";import{t as d}from"./index-CgTmXUBV.js";import{r as f}from"./api-BbhFnMgR.js";var p=r.differences,m=`********`,h=72,g=(e,n,r)=>t(a(`apis`,e,`deployments`,`_diff`),{from:n,to:r});function _(e,t,n=e.data){return s`<ul class="changes" aria-label=${p.label}>
    ${n.map(n=>s`<li>
        <p>
          <span class="change-place">${v(n,t,e)}</span>
          ${n.affectsTraffic?o:s`<span class="muted"> ${p.withoutEffect}</span>`}
        </p>
        ${y(n)}
      </li>`)}
  </ul>`}function v(e,t,n){let r=[],[i,a,...o]=e.path.split(`/`).slice(1).map(C),s=t,c=[i,...a===void 0?[]:[a],...o];if(i===`plans`&&a!==void 0){let e=n.plans.find(e=>e.id===a);r.push(p.plan(e?.name??a)),s=void 0,c=o}for(let[t,n]of c.entries()){let i=t===c.length-1;s=s?.[n];let a=i&&e.op===`remove`?e.before:s;r.push(/^\d+$/.test(n)?x(a,Number(n)):S(n))}return r.join(` › `)}function y(e){return e.before===m&&e.after===m?s`<p class="muted">${p.secret}</p>`:s`<div class="change-values">
    ${e.op===`add`?o:s`<del>${b(e.before)}</del>`}
    ${e.op===`remove`?o:s`<ins>${b(e.after)}</ins>`}
  </div>`}function b(e){if(typeof e==`string`)return e;let t=JSON.stringify(e);return t.length>h?JSON.stringify(e,null,2):t}function x(e,t){let{name:n,key:r,path:i,type:a}=e??{},o=n||r||i||a;return typeof o==`string`?o:p.item(t+1)}function S(e){let t=e.replace(/([a-z])([A-Z])/g,(e,t,n)=>`${t} ${n}`.toLowerCase());return t.charAt(0).toUpperCase()+t.slice(1)}function C(e){return e.replaceAll(`~1`,`/`).replaceAll(`~0`,`~`)}var w=r.deploy,T=32;async function E(t,p){let m=``,h=``,g=!1,v=!1;return await l(w.title,(e,n)=>(v||y(n),{content:s`<p>${w.intro(t.name)}</p>
          ${p?p.data.length?_(p,t):s`<p class="muted">${w.noChange}</p>`:s`<p class="muted">${w.first}</p>`}
          ${u({id:`deployment-label`,label:w.label,hint:w.labelHint,value:m,maxLength:T,onChange:e=>{m=e,n()}})}
          ${h?s`<p class="notice notice-error" role="alert">${h}</p>`:o}
          ${c([f(t.id,m)])}`,actions:s`<button type="button" @click=${()=>e(void 0)}>
            ${r.common.cancel}
          </button>
          <button
            type="submit"
            class="primary"
            ?disabled=${g}
            @click=${()=>b(()=>e(!0),n)}
          >
            ${w.action}
          </button>`}),{wide:!0})===!0;async function y(r){v=!0;let o=e(a(`apis`,t.id,`deployments`,`_verify`));try{let e=await i(o);h=e.ok?``:e.reason??``}catch(e){h=n(e)}h&&r()}async function b(e,r){g=!0,h=``,r();try{await i(f(t.id,m))}catch(e){return g=!1,h=n(e),r()}d(w.done),e()}}export{_ as n,g as r,E as t};