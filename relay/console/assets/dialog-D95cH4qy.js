import{I as e,_ as t,b as n,i as r,v as i}from"./decorate-cX1b0bKe.js";async function a(t){return await o(t.title,r=>({content:typeof t.content==`string`?n`<p>${t.content}</p>`:t.content??n``,actions:n`<button type="button" autofocus @click=${()=>r(void 0)}>
        ${t.cancel??e.common.cancel}
      </button>
      <button
        type="submit"
        class=${t.danger?`danger`:`primary`}
        @click=${e=>{e.preventDefault(),r(!0)}}
      >
        ${t.action}
      </button>`}))===!0}function o(e,a,o={}){let s=document.createElement(`dialog`),c=r(`dialog`);return s.className=o.wide?`dialog dialog-wide`:`dialog`,s.setAttribute(`aria-labelledby`,c),document.body.append(s),new Promise(r=>{let o,l=e=>{o=e,s.close()},u=()=>{let r=a(l,u);i(n`<form method="dialog" @submit=${e=>e.preventDefault()}>
          <h2 id=${c}>${e}</h2>
          <div class="dialog-content">${r.content}</div>
          ${r.actions?n`<div class="dialog-actions">${r.actions}</div>`:t}
        </form>`,s)};s.addEventListener(`close`,()=>{s.remove(),r(o)}),u(),s.showModal()})}export{o as n,a as t};