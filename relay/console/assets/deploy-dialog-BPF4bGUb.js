import{C as e,D as t,M as n,N as r,O as i,_ as a,b as o,k as s,t as c}from"./index-Dba79Kt6.js";import{n as l,p as u,u as d}from"./api-X9rXfUY0.js";import{n as f}from"./dialog-BrM2J1tG.js";var p=r.differences,m=`********`,h=72,g=(n,r,i)=>t(e(`apis`,n,`deployments`,`_diff`),{from:r,to:i});function _(e,t,n=e.data){return o`<ul class="changes" aria-label=${p.label}>
    ${n.map(n=>o`<li>
        <p>
          <span class="change-place">${v(n.path,t,e)}</span>
          ${n.affectsTraffic?a:o`<span class="muted"> ${p.withoutEffect}</span>`}
        </p>
        ${y(n)}
      </li>`)}
  </ul>`}function v(e,t,n){let r=[],[i,a,...o]=e.split(`/`).slice(1).map(C),s=t,c=[i,...a===void 0?[]:[a],...o];if(i===`plans`&&a!==void 0){let e=n.plans.find(e=>e.id===a);r.push(p.plan(e?.name??a)),s=void 0,c=o}for(let e of c)r.push(/^\d+$/.test(e)?x(s,Number(e)):S(e)),s=s?.[e];return r.join(` › `)}function y(e){return e.before===m&&e.after===m?o`<p class="muted">${p.secret}</p>`:o`<div class="change-values">
    ${e.op===`add`?a:o`<del>${b(e.before)}</del>`}
    ${e.op===`remove`?a:o`<ins>${b(e.after)}</ins>`}
  </div>`}function b(e){if(typeof e==`string`)return e;let t=JSON.stringify(e);return t.length>h?JSON.stringify(e,null,2):t}function x(e,t){let n=Array.isArray(e)?e[t]:void 0,r=n?.name||n?.key||n?.path||n?.type;return typeof r==`string`?r:p.item(t+1)}function S(e){let t=e.replace(/([a-z])([A-Z])/g,(e,t,n)=>`${t} ${n}`.toLowerCase());return t.charAt(0).toUpperCase()+t.slice(1)}function C(e){return e.replaceAll(`~1`,`/`).replaceAll(`~0`,`~`)}var w=r.deploy,T=32;async function E(t,p){let m=``,h=``,g=!1,v=!1;return await f(w.title,(e,n)=>(v||y(n),{content:o`<p>${w.intro(t.name)}</p>
          ${p?p.data.length?_(p,t):o`<p class="muted">${w.noChange}</p>`:o`<p class="muted">${w.first}</p>`}
          ${u({id:`deployment-label`,label:w.label,hint:w.labelHint,value:m,maxLength:T,onChange:e=>{m=e,n()}})}
          ${h?o`<p class="notice notice-error" role="alert">${h}</p>`:a}
          ${d([l(t.id,m)])}`,actions:o`<button type="button" @click=${()=>e(void 0)}>
            ${r.common.cancel}
          </button>
          <button
            type="submit"
            class="primary"
            ?disabled=${g}
            @click=${()=>b(()=>e(!0),n)}
          >
            ${w.action}
          </button>`}),{wide:!0})===!0;async function y(r){v=!0;let a=i(e(`apis`,t.id,`deployments`,`_verify`));try{let e=await s(a);h=e.ok?``:e.reason??``}catch(e){h=n(e)}h&&r()}async function b(e,r){g=!0,h=``,r();try{await s(l(t.id,m))}catch(e){return g=!1,h=n(e),r()}c(w.done),e()}}export{_ as n,g as r,E as t};