import{I as e,_ as t,b as n}from"./decorate-cX1b0bKe.js";var r=e.differences,i=`********`,a=72;function o(e,t,n=``){return Object.is(e,t)?[]:e===void 0?[{op:`add`,path:n,after:t}]:t===void 0?[{op:`remove`,path:n,before:e}]:!f(e)||!f(t)||Array.isArray(e)!==Array.isArray(t)?[{op:`replace`,path:n,before:e,after:t}]:[...new Set([...Object.keys(e),...Object.keys(t)])].flatMap(r=>o(e[r],t[r],`${n}/${p(r)}`))}function s(e,a){return n`<ul class="diff" aria-label=${r.label}>
    ${e.map(e=>n`<li>
        <p>
          ${a===void 0?n`<code>${e.path||`/`}</code>`:n`<span class="diff-place">${c(e,a)}</span>`}
          ${e.affectsTraffic===!1?n`<span class="muted">${r.withoutEffect}</span>`:t}
        </p>
        ${e.before===i&&e.after===i?n`<p class="muted">${r.secret}</p>`:n`<div class="diff-values">
              ${e.op===`add`?t:n`<del>${d(e.before)}</del>`}
              ${e.op===`remove`?t:n`<ins>${d(e.after)}</ins>`}
            </div>`}
      </li>`)}
  </ul>`}function c(e,t){let n=e.path.split(`/`).slice(1).map(m),i=[],a=t;for(let[t,o]of n.entries()){let s=t===n.length-1,c=Array.isArray(a)||/^\d+$/.test(o);a=f(a)?a[o]:void 0;let d=s&&e.op===`remove`?e.before:a,p=f(d)?d.name??d.key??d.path:void 0;typeof p==`string`&&(c||l(o))?i.push(p):i.push(c?r.item(Number(o)+1):u(o))}return i.join(` › `)}function l(e){return/^[0-9a-f-]{36}$/.test(e)}function u(e){let t=e.replace(/([a-z])([A-Z])/g,(e,t,n)=>`${t} ${n.toLowerCase()}`);return t.charAt(0).toUpperCase()+t.slice(1)}function d(e){if(typeof e==`string`)return e;let t=JSON.stringify(e)??``;return t.length>a?JSON.stringify(e,null,2):t}function f(e){return typeof e==`object`&&!!e}function p(e){return e.replaceAll(`~`,`~0`).replaceAll(`/`,`~1`)}function m(e){return e.replaceAll(`~1`,`/`).replaceAll(`~0`,`~`)}export{o as n,s as t};