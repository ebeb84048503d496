import{R as e,_ as t,a as n,b as r,v as i}from"./index-q0cvveWk.js";async function a(t){return await o(t.title,n=>({content:typeof t.content==`string`?r`<p>${t.content}</p>`:t.content??r``,actions:r`<button type="button" @click=${()=>n(void 0)}>
        ${t.cancel??e.common.cancel}
      </button>
      <button
        type="submit"
        class=${t.danger?`danger`:`primary`}
        @click=${e=>{e.preventDefault(),n(!0)}}
      >
        ${t.action}
      </button>`}))===!0}function o(e,a,o={}){let s=document.createElement(`dialog`),c=n(`dialog`);return s.className=o.wide?`dialog dialog-wide`:`dialog`,s.setAttribute(`aria-labelledby`,c),document.body.append(s),new Promise(n=>{let o,l=e=>{o=e,s.close()},u=()=>{let n=a(l,u);i(r`<form method="dialog" @submit=${e=>e.preventDefault()}>
          <h2 id=${c}>${e}</h2>
          <div class="dialog-content">${n.content}</div>
          ${n.actions?r`<div class="dialog-actions">${n.actions}</div>`:t}
        </form>`,s)};s.addEventListener(`close`,()=>{s.remove(),n(o)}),u(),s.showModal()})}export{o as n,a as t};