import{I as e,_ as t,b as n,s as r,t as i}from"./decorate-cX1b0bKe.js";import{i as a}from"./curl-C3dG7kwV.js";import{t as o}from"./page-B78qW9Xh.js";import"./paths-D1osTRAv.js";import{n as s,t as c}from"./page-BxBpitwi.js";var l=e.definition.entrypoints,u=[`AUTO`,`NONE`,`AT_MOST_ONCE`,`AT_LEAST_ONCE`],d=class extends c{constructor(...e){super(...e),this.text=l,this.types=new a(this,()=>s(`entrypoint`))}content(e,t){return n`${this.types.show(n=>this.listeners(e,t,n))}`}listeners(e,r,i){let a=i.filter(t=>t.supportedApiType===e.type);return n`${e.listeners.map((t,n)=>this.listener(e,t,n,r,a))}
      ${this.editable&&e.type===`MESSAGE`?this.adding(e,a):t}`}listener(e,r,i,a,s){let c=[`listeners`,i],u=r.entrypoints??[];return n`${r.type===`HTTP`?o(l.paths,n`<p class="muted">${l.pathsHint}</p>
            <relay-paths
              .api=${e.id}
              .value=${r.paths??[]}
              .errors=${this.draft.errors.below(`listeners[${i}].paths`)}
              .disabled=${!this.editable}
              @change=${e=>this.draft.change([...c,`paths`],e.detail)}
            ></relay-paths>`):t}
    ${u.map((r,i)=>{let a=[...c,`entrypoints`,i],u=s.find(e=>e.id===r.type)?.name??r.type;return o(l.entrypoint(u),n`${e.type===`MESSAGE`?this.form(a,f,[`qos`]):t}
        ${this.pluginForm(`entrypoint`,r.type,[...a,`configuration`])}`,e.type===`MESSAGE`?this.itemActions([...c,`entrypoints`],i,u,1):void 0)})}
    ${r.type===`HTTP`?this.formCard(l.validation,[...c,`requestValidation`],a.part(`listeners`,`*`,`requestValidation`)):t}`}adding(e,r){let i=e.listeners.flatMap(e=>e.entrypoints??[]).map(e=>e.type),a=r.filter(e=>!i.includes(e.id));return a.length?n`<div class="row" role="group" aria-label=${l.add}>
      <span>${l.add}</span>
      ${a.map(t=>n`<button type="button" class="small" @click=${()=>this.add(e,t)}>
          ${t.name}
        </button>`)}
    </div>`:t}add(e,t){let n={type:t.id,configuration:{}},r=t.supportedListenerType??`HTTP`,i=e.listeners.findIndex(e=>e.type===r);if(i<0){let t={type:r,entrypoints:[n]};this.draft.change([`listeners`,e.listeners.length],t)}else{let t=e.listeners[i].entrypoints?.length??0;this.draft.change([`listeners`,i,`entrypoints`,t],n)}}};d=i([r(`relay-api-entrypoints`)],d);var f={type:`object`,properties:{qos:{type:`string`,enum:u,default:`AUTO`,title:l.qos,description:l.qosHint}}};export{d as Entrypoints};