import{l as e,r as t,v as n,x as r,z as i}from"./index-DO9nkWps.js";import{i as a}from"./curl-Bjpvh-Ts.js";import{t as o}from"./page-Cz4QYGt_.js";import{n as s,t as c}from"./page-QPueWhMx.js";var l=i.definition.resources,u=class extends c{constructor(...e){super(...e),this.text=l,this.types=new a(this,()=>s(`resource`))}content(e,t){let i=e.resources??[];return r`${i.length?i.map((e,n)=>{let i=[`resources`,n];return o(e.name||l.unnamed,r`${this.form(i,t.part(`resources`,`*`),[`name`,`enabled`])}
            ${this.pluginForm(`resource`,e.type,[...i,`configuration`])}`,r`<span class="row">
              <span class="muted">${this.nameOf(e.type)}</span>
              ${this.itemActions([`resources`],n,e.name)}
            </span>`)}):r`<div class="empty"><p>${l.none}</p></div>`}
    ${this.editable?this.types.show(e=>this.adding(e,i.length)):n}`}nameOf(e){return this.types.value?.find(t=>t.id===e)?.name??e}adding(e,t){return r`<div class="row" role="group" aria-label=${l.add}>
      <span>${l.add}</span>
      ${e.map(e=>r`<button
          type="button"
          class="small"
          @click=${()=>this.draft.change([`resources`,t],{name:``,type:e.id,configuration:{}})}
        >
          ${e.name}
        </button>`)}
    </div>`}};u=t([e(`relay-api-resources`)],u);export{u as Resources};