import{o as e,v as t,x as n,y as r,z as i}from"./index-DO9nkWps.js";async function a(e){return await o(e.title,t=>({content:typeof e.content==`string`?n`<p>${e.content}</p>`:e.content??n``,actions:n`<button type="button" @click=${()=>t(void 0)}>
        ${e.cancel??i.common.cancel}
      </button>
      <button
        type="submit"
        class=${e.danger?`danger`:`primary`}
        @click=${e=>{e.preventDefault(),t(!0)}}
      >
        ${e.action}
      </button>`}))===!0}function o(i,a,o={}){let s=document.createElement(`dialog`),c=e(`dialog`);return s.className=o.wide?`dialog dialog-wide`:`dialog`,s.setAttribute(`aria-labelledby`,c),document.body.append(s),new Promise(e=>{let o,l=e=>{o=e,s.close()},u=()=>{let e=a(l,u);r(n`<form method="dialog" @submit=${e=>e.preventDefault()}>
          <h2 id=${c}>${i}</h2>
          <div class="dialog-content">${e.content}</div>
          ${e.actions?n`<div class="dialog-actions">${e.actions}</div>`:t}
        </form>`,s)};s.addEventListener(`close`,()=>{s.remove(),e(o)}),u(),s.showModal()})}export{o as n,a as t};