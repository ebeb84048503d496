import{A as e,F as t,N as n,R as r,T as i,t as a,v as o,x as s,z as c}from"./index-DO9nkWps.js";import{t as l}from"./curl-Bjpvh-Ts.js";import{n as u}from"./dialog-B6cH1Ntn.js";import{o as d}from"./fields-DEXbSuR-.js";import{r as f}from"./api-CDMS-jdc.js";var p=c.differences,m=`********`,h=72,g=(t,n,r)=>e(i(`apis`,t,`deployments`,`_diff`),{from:n,to:r});function _(e,t,n=e.data){return s`<ul class="changes" aria-label=${p.label}>
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
  </div>`}function b(e){if(typeof e==`string`)return e;let t=JSON.stringify(e);return t.length>h?JSON.stringify(e,null,2):t}function x(e,t){let{name:n,key:r,path:i,type:a}=e??{},o=n||r||i||a;return typeof o==`string`?o:p.item(t+1)}function S(e){let t=e.replace(/([a-z])([A-Z])/g,(e,t,n)=>`${t} ${n}`.toLowerCase());return t.charAt(0).toUpperCase()+t.slice(1)}function C(e){return e.replaceAll(`~1`,`/`).replaceAll(`~0`,`~`)}var w=c.deploy,T=32;async function E(e,p){let m=``,h=``,g=!1,v=!1;return await u(w.title,(t,n)=>(v||y(n),{content:s`<p>${w.intro(e.name)}</p>
          ${p?p.data.length?_(p,e):s`<p class="muted">${w.noChange}</p>`:s`<p class="muted">${w.first}</p>`}
          ${d({id:`deployment-label`,label:w.label,hint:w.labelHint,value:m,maxLength:T,onChange:e=>{m=e,n()}})}
          ${h?s`<p class="notice notice-error" role="alert">${h}</p>`:o}
          ${l([f(e.id,m)])}`,actions:s`<button type="button" @click=${()=>t(void 0)}>
            ${c.common.cancel}
          </button>
          <button
            type="submit"
            class="primary"
            ?disabled=${g}
            @click=${()=>b(()=>t(!0),n)}
          >
            ${w.action}
          </button>`}),{wide:!0})===!0;async function y(a){v=!0;let o=n(i(`apis`,e.id,`deployments`,`_verify`));try{let e=await t(o);h=e.ok?``:e.reason??``}catch(e){h=r(e)}h&&a()}async function b(n,i){g=!0,h=``,i();try{await t(f(e.id,m))}catch(e){return g=!1,h=r(e),i()}a(w.done),n()}}export{_ as n,g as r,E as t};