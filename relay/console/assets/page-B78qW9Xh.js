import{_ as e,b as t}from"./decorate-cX1b0bKe.js";import{t as n}from"./curl-C3dG7kwV.js";function r(r){return t`<div class="page-head">
      <h1>${r.title}</h1>
      ${r.actions?t`<div class="page-actions">${r.actions}</div>`:e}
    </div>
    ${r.intro?t`<p class="page-intro">${r.intro}</p>`:e} ${r.content}
    ${r.calls?.length?n(r.calls):e}`}function i(n,r,i){return t`<section class="card">
    <div class="card-head">
      <h2>${n}</h2>
      ${i??e}
    </div>
    ${r}
  </section>`}function a(e){return t`<dl class="facts">
    ${e.filter(([,e])=>e!=null&&e!==``).map(([e,n])=>t`<div>
          <dt>${e}</dt>
          <dd>${n}</dd>
        </div>`)}
  </dl>`}export{a as n,r,i as t};