import{I as e,_ as t,b as n}from"./decorate-cX1b0bKe.js";function r(r,i){let{page:a=1,pageCount:o=1,totalCount:s=0}=r;return n`<nav class="paging" aria-label=${e.common.page(a,o)}>
    <span class="muted">${e.common.rows(s)}</span>
    ${o>1?n`<button type="button" ?disabled=${a<=1} @click=${()=>i(a-1)}>
            ${e.common.previous}
          </button>
          <span>${e.common.page(a,o)}</span>
          <button type="button" ?disabled=${a>=o} @click=${()=>i(a+1)}>
            ${e.common.next}
          </button>`:t}
  </nav>`}export{r as t};