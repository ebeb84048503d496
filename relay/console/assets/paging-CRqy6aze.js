import{v as e,x as t,z as n}from"./index-DO9nkWps.js";function r(r,i){let{page:a=1,pageCount:o=1,totalCount:s=0}=r;return t`<nav class="paging" aria-label=${n.common.page(a,o)}>
    <span class="muted">${n.common.rows(s)}</span>
    ${o>1?t`<button type="button" ?disabled=${a<=1} @click=${()=>i(a-1)}>
            ${n.common.previous}
          </button>
          <span>${n.common.page(a,o)}</span>
          <button type="button" ?disabled=${a>=o} @click=${()=>i(a+1)}>
            ${n.common.next}
          </button>`:e}
  </nav>`}export{r as t};