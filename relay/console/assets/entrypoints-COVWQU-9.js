import{M as e,P as t,R as n,_ as r,a as i,b as a,c as o,i as s,o as c,r as l,s as u,w as d}from"./index-q0cvveWk.js";import{c as f,d as p,l as m}from"./curl-DN9Ceju9.js";import{t as h}from"./page-Bd5Bw3P3.js";import{n as g,t as _}from"./page-CnWWtdde.js";var v=n.paths,y=/^\/[/.a-zA-Z0-9\-_~!$&'()*+,=:@%]*$/,b=3,x=300,S=(t,n)=>e(d(`apis`,`_verify`,`paths`),{...t?{apiId:t}:{},paths:n});function C(e,t){let{host:n,path:r}=e[t];return r?r.includes(`//`)||!y.test(r)?v.invalid:r.length<=b?v.short:e.findIndex(e=>(e.host??``)===(n??``)&&w(e.path)===w(r))<t?v.duplicated:void 0:v.required}var w=e=>e.replace(/\/+$/,``),T=class extends s{constructor(...e){super(...e),this.value=[],this.errors=[],this.disabled=!1,this.virtualHosts=!1,this.verdicts=[],this.idPrefix=i(`paths`),this.changed=!1}willUpdate(e){e.has(`value`)&&this.value.some(e=>e.host)&&(this.virtualHosts=!0),e.has(`errors`)&&(this.changed=!1)}disconnectedCallback(){super.disconnectedCallback(),clearTimeout(this.timer),this.asked?.abort()}render(){return a`<div class="stack">
      ${m({id:`${this.idPrefix}-hosts`,label:v.virtualHosts,value:this.virtualHosts,disabled:this.disabled,onChange:e=>this.setVirtualHosts(e)})}
      <ul class="paths">
        ${this.value.map((e,t)=>this.row(e,t))}
      </ul>
      ${this.disabled?r:a`<div>
            <button type="button" class="small" @click=${()=>this.emit([...this.value,E])}>
              ${v.add}
            </button>
          </div>`}
    </div>`}row(e,t){let i=`${this.idPrefix}-${t}`;return a`<li>
      ${this.virtualHosts?f({id:`${i}-host`,label:v.host,value:e.host??``,disabled:this.disabled,error:this.refusal(`[${t}].host`),onChange:n=>this.replace(t,D(e,n))}):r}
      ${f({id:i,label:v.path,hint:v.hint,value:e.path,required:!0,disabled:this.disabled,error:(this.changed?C(this.value,t):void 0)??this.refusal(`[${t}].path`)??this.verdicts[t],onChange:n=>this.replace(t,{...e,path:n})})}
      ${this.disabled||this.value.length<2?r:a`<button
            type="button"
            class="small"
            aria-label="${n.common.remove}: ${e.host??``}${e.path}"
            @click=${()=>this.emit(this.value.toSpliced(t,1))}
          >
            ${n.common.remove}
          </button>`}
    </li>`}refusal(e){if(!this.changed)return this.errors.find(t=>t.location===e)?.message}setVirtualHosts(e){this.virtualHosts=e,!e&&this.value.some(e=>e.host)&&this.emit(this.value.map(e=>D(e,``)))}replace(e,t){this.emit(this.value.with(e,t))}emit(e){this.value=e,this.changed=!0,this.verdicts=[],clearTimeout(this.timer),this.timer=setTimeout(()=>void this.verify(),x),this.dispatchEvent(new CustomEvent(`change`,{detail:e}))}async verify(){this.asked?.abort();let e=this.asked=new AbortController,{api:n,value:r}=this,i=await Promise.all(r.map(async(i,a)=>{if(!C(r,a))try{let r=await t(S(n,[i]),e.signal);return r.ok?void 0:r.reason}catch{return}}));e.signal.aborted||(this.verdicts=i)}};l([u({attribute:!1})],T.prototype,`api`,void 0),l([u({attribute:!1})],T.prototype,`value`,void 0),l([u({attribute:!1})],T.prototype,`errors`,void 0),l([u({attribute:!1})],T.prototype,`disabled`,void 0),l([c()],T.prototype,`virtualHosts`,void 0),l([c()],T.prototype,`verdicts`,void 0),T=l([o(`relay-paths`)],T);var E={path:``};function D(e,t){let{host:n,...r}=e;return t?{...r,host:t}:r}var O=n.definition.entrypoints,k=[`AUTO`,`NONE`,`AT_MOST_ONCE`,`AT_LEAST_ONCE`],A=class extends _{constructor(...e){super(...e),this.text=O,this.types=new p(this,()=>g(`entrypoint`))}content(e,t){return a`${this.types.show(n=>this.listeners(e,t,n))}`}listeners(e,t,n){let i=n.filter(t=>t.supportedApiType===e.type);return a`${e.listeners.map((n,r)=>this.listener(e,n,r,t,i))}
      ${this.editable&&e.type===`MESSAGE`?this.adding(e,i):r}`}listener(e,t,n,i,o){let s=[`listeners`,n],c=t.entrypoints??[];return a`${t.type===`HTTP`?h(O.paths,a`<p class="muted">${O.pathsHint}</p>
            <relay-paths
              .api=${e.id}
              .value=${t.paths??[]}
              .errors=${this.draft.errors.below(`listeners[${n}].paths`)}
              .disabled=${!this.editable}
              @change=${e=>this.draft.change([...s,`paths`],e.detail)}
            ></relay-paths>`):r}
    ${c.map((t,n)=>{let i=[...s,`entrypoints`,n],c=o.find(e=>e.id===t.type)?.name??t.type;return h(O.entrypoint(c),a`${e.type===`MESSAGE`?this.form(i,j,[`qos`]):r}
        ${this.pluginForm(`entrypoint`,t.type,[...i,`configuration`])}`,e.type===`MESSAGE`?this.itemActions([...s,`entrypoints`],n,c,1):void 0)})}
    ${t.type===`HTTP`?this.formCard(O.validation,[...s,`requestValidation`],i.part(`listeners`,`*`,`requestValidation`)):r}`}adding(e,t){let n=e.listeners.flatMap(e=>e.entrypoints??[]).map(e=>e.type),i=t.filter(e=>!n.includes(e.id));return i.length?a`<div class="row" role="group" aria-label=${O.add}>
      <span>${O.add}</span>
      ${i.map(t=>a`<button type="button" class="small" @click=${()=>this.add(e,t)}>
          ${t.name}
        </button>`)}
    </div>`:r}add(e,t){let n={type:t.id,configuration:{}},r=t.supportedListenerType??`HTTP`,i=e.listeners.findIndex(e=>e.type===r);if(i<0){let t={type:r,entrypoints:[n]};this.draft.change([`listeners`,e.listeners.length],t)}else{let t=e.listeners[i].entrypoints?.length??0;this.draft.change([`listeners`,i,`entrypoints`,t],n)}}};A=l([o(`relay-api-entrypoints`)],A);var j={type:`object`,properties:{qos:{type:`string`,enum:k,default:`AUTO`,title:O.qos,description:O.qosHint}}};export{A as Entrypoints};