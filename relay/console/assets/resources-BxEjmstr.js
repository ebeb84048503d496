import{I as e,_ as t,b as n,s as r,t as i}from"./decorate-cX1b0bKe.js";import{i as a}from"./curl-C3dG7kwV.js";import{t as o}from"./page-B78qW9Xh.js";import{n as s,t as c}from"./page-BxBpitwi.js";var l=e.definition.resources,u=class extends c{constructor(...e){super(...e),this.text=l,this.types=new a(this,()=>s(`resource`))}content(e,r){let i=e.resources??[];return n`${i.length?i.map((e,t)=>{let i=[`resources`,t];return o(e.name??l.unnamed,n`${this.form(i,r.part(`resources`,`*`),[`name`,`enabled`])}
            ${this.pluginForm(`resource`,e.type,[...i,`configuration`])}`,n`<span class="row">
              <span class="muted">${this.nameOf(e.type)}</span>
              ${this.itemActions([`resources`],t,e.name??l.unnamed)}
            </span>`)}):n`<div class="empty"><p>${l.none}</p></div>`}
    ${this.editable?this.types.show(e=>this.adding(e,i.length)):t}`}nameOf(e){return this.types.value?.find(t=>t.id===e)?.name??e}adding(e,t){return n`<div class="row" role="group" aria-label=${l.add}>
      <span>${l.add}</span>
      ${e.map(e=>n`<button
          type="button"
          class="small"
          @click=${()=>this.draft.change([`resources`,t],{type:e.id,configuration:{}})}
        >
          ${e.name}
        </button>`)}
    </div>`}};u=i([r(`relay-api-resources`)],u);export{u as Resources};