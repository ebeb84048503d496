import{_ as e,b as t}from"./decorate-cX1b0bKe.js";function n(n,r,i){return t`<div class="banner banner-${n}" role="status">
    <div>${r}</div>
    ${i?t`<div class="banner-actions">${i}</div>`:e}
  </div>`}export{n as t};