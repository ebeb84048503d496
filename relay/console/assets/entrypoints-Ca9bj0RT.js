import{A as e,I as t,M as n,S as r,_ as i,a,b as o,i as s,o as c,r as l,s as u,t as d}from"./decorate-C7095GdA.js";import{i as f}from"./curl-BNPFNjjW.js";import{t as p}from"./page-xGiSMffb.js";import{o as m,s as h}from"./fields-W5TxJUIx.js";import{n as g,t as _}from"./page-BzQTlGOF.js";var v=t.paths,y=/^\/[/.a-zA-Z0-9\-_~!$&'()*+,=:@%]*$/,b=3,x=300,S=(t,n)=>e(r(`apis`,`_verify`,`paths`),{...t?{apiId:t}:{},paths:n});function C(e,t){let{host:n,path:r}=e[t];return r?r.includes(`//`)||!y.test(r)?v.invalid:r.length<=b?v.short:e.findIndex(e=>(e.host??``)===(n??``)&&w(e.path)===w(r))<t?v.duplicated:void 0:v.required}var w=e=>e.replace(/\/+$/,``),T=class extends l{constructor(...e){super(...e),this.value=[],this.errors=[],this.disabled=!1,this.virtualHosts=!1,this.verdicts=[],this.idPrefix=s(`paths`),this.changed=!1}willUpdate(e){e.has(`value`)&&this.value.some(e=>e.host)&&(this.virtualHosts=!0),e.has(`errors`)&&(this.changed=!1)}disconnectedCallback(){super.disconnectedCallback(),clearTimeout(this.timer),this.asked?.abort()}render(){return o`<div class="stack">
      ${h({id:`${this.idPrefix}-hosts`,label:v.virtualHosts,value:this.virtualHosts,disabled:this.disabled,onChange:e=>this.setVirtualHosts(e)})}
      <ul class="paths">
        ${this.value.map((e,t)=>this.row(e,t))}
      </ul>
      ${this.disabled?i:o`<div>
            <button type="button" class="small" @click=${()=>this.emit([...this.value,E])}>
              ${v.add}
            </button>
          </div>`}
    </div>`}row(e,n){let r=`${this.idPrefix}-${n}`;return o`<li>
      ${this.virtualHosts?m({id:`${r}-host`,label:v.host,value:e.host??``,disabled:this.disabled,error:this.refusal(`[${n}].host`)??this.verdict(n,!0),onChange:t=>this.replace(n,D(e,t))}):i}
      ${m({id:r,label:v.path,hint:v.hint,value:e.path,required:!0,disabled:this.disabled,error:(this.changed?C(this.value,n):void 0)??this.refusal(`[${n}].path`)??this.verdict(n,!1),onChange:t=>this.replace(n,{...e,path:t})})}
      ${this.disabled||this.value.length<2?i:o`<button
            type="button"
            class="small"
            aria-label="${t.common.remove}: ${e.host??``}${e.path}"
            @click=${()=>this.emit(this.value.toSpliced(n,1))}
          >
            ${t.common.remove}
          </button>`}
    </li>`}refusal(e){if(!this.changed)return this.errors.find(t=>t.location===e)?.message}verdict(e,t){let n=this.verdicts[e];return n?.startsWith(`Domain`)===t?n:void 0}setVirtualHosts(e){this.virtualHosts=e,!e&&this.value.some(e=>e.host)&&this.emit(this.value.map(e=>D(e,``)))}replace(e,t){this.emit(this.value.with(e,t))}emit(e){this.value=e,this.changed=!0,this.verdicts=[],clearTimeout(this.timer),this.timer=setTimeout(()=>void this.verify(),x),this.change(e)}async verify(){this.asked?.abort();let e=this.asked=new AbortController,{api:t,value:r}=this,i=await Promise.all(r.map(async(i,a)=>{if(!C(r,a))try{let r=await n(S(t,[i]),e.signal);return r.ok?void 0:r.reason}catch{return}}));e.signal.aborted||(this.verdicts=i)}};d([c({attribute:!1})],T.prototype,`api`,void 0),d([c({attribute:!1})],T.prototype,`value`,void 0),d([c({attribute:!1})],T.prototype,`errors`,void 0),d([c({attribute:!1})],T.prototype,`disabled`,void 0),d([a()],T.prototype,`virtualHosts`,void 0),d([a()],T.prototype,`verdicts`,void 0),T=d([u(`relay-paths`)],T);var E={path:``};function D(e,t){let{host:n,...r}=e;return t?{...r,host:t}:r}var O=t.definition.entrypoints,k=[`AUTO`,`NONE`,`AT_MOST_ONCE`,`AT_LEAST_ONCE`],A=class extends _{constructor(...e){super(...e),this.text=O,this.types=new f(this,()=>g(`entrypoint`))}content(e,t){return o`${this.types.show(n=>this.listeners(e,t,n))}`}listeners(e,t,n){let r=n.filter(t=>t.supportedApiType===e.type);return o`${e.listeners.map((n,i)=>this.listener(e,n,i,t,r))}
      ${this.editable&&e.type===`MESSAGE`?this.adding(e,r):i}`}listener(e,t,n,r,a){let s=[`listeners`,n],c=t.entrypoints??[];return o`${t.type===`HTTP`?p(O.paths,o`<p class="muted">${O.pathsHint}</p>
            <relay-paths
              .api=${e.id}
              .value=${t.paths??[]}
              .errors=${this.draft.errors.below(`listeners[${n}].paths`)}
              .disabled=${!this.editable}
              @change=${e=>this.draft.change([...s,`paths`],e.detail)}
            ></relay-paths>`):i}
    ${c.map((t,n)=>{let r=[...s,`entrypoints`,n],c=a.find(e=>e.id===t.type)?.name??t.type;return p(O.entrypoint(c),o`${e.type===`MESSAGE`?this.form(r,j,[`qos`]):i}
        ${this.pluginForm(`entrypoint`,t.type,[...r,`configuration`])}`,e.type===`MESSAGE`?this.itemActions([...s,`entrypoints`],n,c,1):void 0)})}
    ${t.type===`HTTP`?this.formCard(O.validation,[...s,`requestValidation`],r.part(`listeners`,`*`,`requestValidation`)):i}`}adding(e,t){let n=e.listeners.flatMap(e=>e.entrypoints??[]).map(e=>e.type),r=t.filter(e=>!n.includes(e.id));return r.length?o`<div class="row" role="group" aria-label=${O.add}>
      <span>${O.add}</span>
      ${r.map(t=>o`<button type="button" class="small" @click=${()=>this.add(e,t)}>
          ${t.name}
        </button>`)}
    </div>`:i}add(e,t){let n={type:t.id,configuration:{}},r=t.supportedListenerType??`HTTP`,i=e.listeners.findIndex(e=>e.type===r);if(i<0){let t={type:r,entrypoints:[n]};this.draft.change([`listeners`,e.listeners.length],t)}else{let t=e.listeners[i].entrypoints?.length??0;this.draft.change([`listeners`,i,`entrypoints`,t],n)}}};A=d([u(`relay-api-entrypoints`)],A);var j={type:`object`,properties:{qos:{type:`string`,enum:k,default:`AUTO`,title:O.qos,description:O.qosHint}}};export{A as Entrypoints};