import{_ as e,b as t}from"./decorate-DB3_5TZw.js";function n(e,t,r=``){return Object.is(e,t)?[]:e===void 0?[{op:`add`,path:r,after:t}]:t===void 0?[{op:`remove`,path:r,before:e}]:!a(e)||!a(t)||Array.isArray(e)!==Array.isArray(t)?[{op:`replace`,path:r,before:e,after:t}]:[...new Set([...Object.keys(e),...Object.keys(t)])].flatMap(i=>n(e[i],t[i],`${r}/${o(i)}`))}function r(n){return t`<ul class="diff">
    ${n.map(n=>t`<li>
        <code class="diff-path">${n.path||`/`}</code>
        ${n.op===`add`?e:t`<del>${i(n.before)}</del>`}
        ${n.op===`remove`?e:t`<ins>${i(n.after)}</ins>`}
      </li>`)}
  </ul>`}function i(e){return JSON.stringify(e,null,2)??``}function a(e){return typeof e==`object`&&!!e}function o(e){return e.replaceAll(`~`,`~0`).replaceAll(`/`,`~1`)}export{n,r as t};