import{x as e,z as t}from"./index-DyVSixlH.js";import{n}from"./curl-DrbZY0i4.js";import{n as r}from"./dialog-xze2dldW.js";async function i(i,a){await r(i,r=>({content:e`<p class="notice notice-warn">${t.secrets.warning}</p>
      <dl class="secrets">
        ${a.map(([t,r])=>e`<div>
            <dt>${t}</dt>
            <dd>${n(t,r)}</dd>
          </div>`)}
      </dl>`,actions:e`<button type="button" class="primary" @click=${()=>r(!0)}>
      ${t.secrets.done}
    </button>`}))}export{i as t};