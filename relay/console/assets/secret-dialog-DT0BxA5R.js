import{x as e,z as t}from"./index-DO9nkWps.js";import{n}from"./curl-Bjpvh-Ts.js";import{n as r}from"./dialog-B6cH1Ntn.js";async function i(i,a){await r(i,r=>({content:e`<p class="notice notice-warn">${t.secrets.warning}</p>
      <dl class="secrets">
        ${a.map(([t,r])=>e`<div>
            <dt>${t}</dt>
            <dd>${n(t,r)}</dd>
          </div>`)}
      </dl>`,actions:e`<button type="button" class="primary" @click=${()=>r(!0)}>
      ${t.secrets.done}
    </button>`}))}export{i as t};