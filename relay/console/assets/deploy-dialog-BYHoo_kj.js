import{I as e,L as t,N as n,_ as r,b as i,j as a,k as o,t as s,w as c}from"./index-xc3VAoqR.js";import{a as l,t as u}from"./curl-VvyQdcQr.js";import{n as d}from"./dialog-BU05kyxy.js";import{n as f}from"./api-N2JsxuTI.js";var p=t.differences,m=`********`,h=72,g=(e,t,n)=>o(c(`apis`,e,`deployments`,`_diff`),{from:t,to:n});function _(e,t,n=e.data){return i`<ul class="changes" aria-label=${p.label}>
    ${n.map(n=>i`<li>
        <p>
          <span class="change-place">${v(n.path,t,e)}</span>
          ${n.affectsTraffic?r:i`<span class="muted"> ${p.withoutEffect}</span>`}
        </p>
        ${y(n)}
      </li>`)}
  </ul>`}function v(e,t,n){let r=[],[i,a,...o]=e.split(`/`).slice(1).map(C),s=t,c=[i,...a===void 0?[]:[a],...o];if(i===`plans`&&a!==void 0){let e=n.plans.find(e=>e.id===a);r.push(p.plan(e?.name??a)),s=void 0,c=o}for(let e of c)r.push(/^\d+$/.test(e)?x(s,Number(e)):S(e)),s=s?.[e];return r.join(` › `)}function y(e){return e.before===m&&e.after===m?i`<p class="muted">${p.secret}</p>`:i`<div class="change-values">
    ${e.op===`add`?r:i`<del>${b(e.before)}</del>`}
    ${e.op===`remove`?r:i`<ins>${b(e.after)}</ins>`}
  </div>`}function b(e){if(typeof e==`string`)return e;let t=JSON.stringify(e);return t.length>h?JSON.stringify(e,null,2):t}function x(e,t){let n=Array.isArray(e)?e[t]:void 0,r=n?.name||n?.key||n?.path||n?.type;return typeof r==`string`?r:p.item(t+1)}function S(e){let t=e.replace(/([a-z])([A-Z])/g,(e,t,n)=>`${t} ${n}`.toLowerCase());return t.charAt(0).toUpperCase()+t.slice(1)}function C(e){return e.replaceAll(`~1`,`/`).replaceAll(`~0`,`~`)}var w=t.deploy,T=32;async function E(o,p){let m=``,h=``,g=!1,v=!1;return await d(w.title,(e,n)=>(v||y(n),{content:i`<p>${w.intro(o.name)}</p>
          ${p?p.data.length?_(p,o):i`<p class="muted">${w.noChange}</p>`:i`<p class="muted">${w.first}</p>`}
          ${l({id:`deployment-label`,label:w.label,hint:w.labelHint,value:m,maxLength:T,onChange:e=>{m=e,n()}})}
          ${h?i`<p class="notice notice-error" role="alert">${h}</p>`:r}
          ${u([f(o.id,m)])}`,actions:i`<button type="button" @click=${()=>e(void 0)}>
            ${t.common.cancel}
          </button>
          <button
            type="submit"
            class="primary"
            ?disabled=${g}
            @click=${()=>b(()=>e(!0),n)}
          >
            ${w.action}
          </button>`}),{wide:!0})===!0;async function y(t){v=!0;let r=a(c(`apis`,o.id,`deployments`,`_verify`));try{let e=await n(r);h=e.ok?``:e.reason??``}catch(t){h=e(t)}h&&t()}async function b(t,r){g=!0,h=``,r();try{await n(f(o.id,m))}catch(t){return g=!1,h=e(t),r()}s(w.done),t()}}export{_ as n,g as r,E as t};