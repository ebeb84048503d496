import{L as e,M as t,P as n,R as r,_ as i,b as a,k as o,t as s,w as c}from"./index-q0cvveWk.js";import{c as l,t as u}from"./curl-DN9Ceju9.js";import{n as d}from"./dialog-BrdfJNOr.js";import{r as f}from"./api-DYm99JGd.js";var p=r.differences,m=`********`,h=72,g=(e,t,n)=>o(c(`apis`,e,`deployments`,`_diff`),{from:t,to:n});function _(e,t,n=e.data){return a`<ul class="changes" aria-label=${p.label}>
    ${n.map(n=>a`<li>
        <p>
          <span class="change-place">${v(n,t,e)}</span>
          ${n.affectsTraffic?i:a`<span class="muted"> ${p.withoutEffect}</span>`}
        </p>
        ${y(n)}
      </li>`)}
  </ul>`}function v(e,t,n){let r=[],[i,a,...o]=e.path.split(`/`).slice(1).map(C),s=t,c=[i,...a===void 0?[]:[a],...o];if(i===`plans`&&a!==void 0){let e=n.plans.find(e=>e.id===a);r.push(p.plan(e?.name??a)),s=void 0,c=o}for(let[t,n]of c.entries()){let i=t===c.length-1;s=s?.[n];let a=i&&e.op===`remove`?e.before:s;r.push(/^\d+$/.test(n)?x(a,Number(n)):S(n))}return r.join(` › `)}function y(e){return e.before===m&&e.after===m?a`<p class="muted">${p.secret}</p>`:a`<div class="change-values">
    ${e.op===`add`?i:a`<del>${b(e.before)}</del>`}
    ${e.op===`remove`?i:a`<ins>${b(e.after)}</ins>`}
  </div>`}function b(e){if(typeof e==`string`)return e;let t=JSON.stringify(e);return t.length>h?JSON.stringify(e,null,2):t}function x(e,t){let{name:n,key:r,path:i,type:a}=e??{},o=n||r||i||a;return typeof o==`string`?o:p.item(t+1)}function S(e){let t=e.replace(/([a-z])([A-Z])/g,(e,t,n)=>`${t} ${n}`.toLowerCase());return t.charAt(0).toUpperCase()+t.slice(1)}function C(e){return e.replaceAll(`~1`,`/`).replaceAll(`~0`,`~`)}var w=r.deploy,T=32;async function E(o,p){let m=``,h=``,g=!1,v=!1;return await d(w.title,(e,t)=>(v||y(t),{content:a`<p>${w.intro(o.name)}</p>
          ${p?p.data.length?_(p,o):a`<p class="muted">${w.noChange}</p>`:a`<p class="muted">${w.first}</p>`}
          ${l({id:`deployment-label`,label:w.label,hint:w.labelHint,value:m,maxLength:T,onChange:e=>{m=e,t()}})}
          ${h?a`<p class="notice notice-error" role="alert">${h}</p>`:i}
          ${u([f(o.id,m)])}`,actions:a`<button type="button" @click=${()=>e(void 0)}>
            ${r.common.cancel}
          </button>
          <button
            type="submit"
            class="primary"
            ?disabled=${g}
            @click=${()=>b(()=>e(!0),t)}
          >
            ${w.action}
          </button>`}),{wide:!0})===!0;async function y(r){v=!0;let i=t(c(`apis`,o.id,`deployments`,`_verify`));try{let e=await n(i);h=e.ok?``:e.reason??``}catch(t){h=e(t)}h&&r()}async function b(t,r){g=!0,h=``,r();try{await n(f(o.id,m))}catch(t){return g=!1,h=e(t),r()}s(w.done),t()}}export{_ as n,g as r,E as t};