import{I as e,b as t}from"./decorate-cX1b0bKe.js";import{n}from"./curl-C3dG7kwV.js";import{n as r}from"./dialog-D95cH4qy.js";async function i(i,a){await r(i,r=>({content:t`<p class="notice notice-warn">${e.secrets.warning}</p>
      <dl class="secrets">
        ${a.map(([e,r])=>t`<div>
            <dt>${e}</dt>
            <dd>${n(e,r)}</dd>
          </div>`)}
      </dl>`,actions:t`<button type="button" class="primary" @click=${()=>r(!0)}>
      ${e.secrets.done}
    </button>`}))}export{i as t};