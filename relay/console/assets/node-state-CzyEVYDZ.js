import{D as e,I as t,M as n,P as r,S as i,_ as a,b as o,w as s}from"./decorate-cX1b0bKe.js";import{t as c}from"./badge-Bv1K0zyq.js";import{n as l,t as u}from"./numbers-CoBbCYtr.js";var d=()=>e(s(`health`)),f=()=>e(s(`ready`)),p=()=>e(s(`drain`)),m=()=>e(i(`instances`),{perPage:100}),h=t.nodes;async function g(e){let[t,r,i]=await Promise.all([_(d(),e),_(f(),e),n(p(),e)]);return{health:t,readiness:r,drain:i}}async function _(e,t){try{return await n(e,t)}catch(e){if(e instanceof r&&e.status===503)return e.document;throw e}}var v=e=>Object.values(e).every(e=>e.healthy),y=e=>v(e)?c(h.healthy,`good`):c(h.unhealthy,`bad`),b=e=>e.ready?c(h.ready,`good`):c(h.notReady,`warn`),x={serving:`good`,draining:`warn`,drained:`bad`},S=e=>c(t.drain.states[e.state],x[e.state]);function C(e){return o`<ul class="probes">
    ${Object.entries(e).map(([e,t])=>o`<li>
        ${t.healthy?c(h.good,`good`):c(h.bad,`bad`)}
        <span class="probe-name">${h.probes[e]??e}</span>
        <span class="muted">${T(t)}</span>
        ${t.message?o`<p class="field-error">${t.message}</p>`:a}
      </li>`)}
  </ul>`}function w(e){let t=Object.values(e.reasons??{});return t.length?o`<ul class="prose">
    ${t.map(e=>o`<li>${e}</li>`)}
  </ul>`:a}function T(e){return Object.entries(e).filter(([e])=>e!==`healthy`&&e!==`message`).map(([e,t])=>`${h.figures[e]??e} ${E(e,t)}`).join(` · `)}function E(e,t){return Array.isArray(t)?t.join(`, `):typeof t==`number`?e.endsWith(`Bytes`)?u(t):e.endsWith(`Ms`)?`${t} ms`:l(t):typeof t==`string`?t:JSON.stringify(t)}export{b as a,d as c,C as i,m as l,y as n,w as o,g as r,p as s,S as t};