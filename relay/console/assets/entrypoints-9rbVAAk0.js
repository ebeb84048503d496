import{F as e,N as t,T as n,c as r,i,l as a,o,r as s,s as c,v as l,x as u,z as d}from"./index-DO9nkWps.js";import{i as f}from"./curl-Bjpvh-Ts.js";import{t as p}from"./page-Cz4QYGt_.js";import{o as m,s as h}from"./fields-DEXbSuR-.js";import{n as g,t as _}from"./page-QPueWhMx.js";var v=d.paths,y=/^\/[/.a-zA-Z0-9\-_~!$&'()*+,=:@%]*$/,b=3,x=300,S=(e,r)=>t(n(`apis`,`_verify`,`paths`),{...e?{apiId:e}:{},paths:r});function C(e,t){let{host:n,path:r}=e[t];return r?r.includes(`//`)||!y.test(r)?v.invalid:r.length<=b?v.short:e.findIndex(e=>(e.host??``)===(n??``)&&w(e.path)===w(r))<t?v.duplicated:void 0:v.required}var w=e=>e.replace(/\/+$/,``),T=class extends i{constructor(...e){super(...e),this.value=[],this.errors=[],this.disabled=!1,this.virtualHosts=!1,this.verdicts=[],this.idPrefix=o(`paths`),this.changed=!1}willUpdate(e){e.has(`value`)&&this.value.some(e=>e.host)&&(this.virtualHosts=!0),e.has(`errors`)&&(this.changed=!1)}disconnectedCallback(){super.disconnectedCallback(),clearTimeout(this.timer),this.asked?.abort()}render(){return u`<div class="stack">
      ${h({id:`${this.idPrefix}-hosts`,label:v.virtualHosts,value:this.virtualHosts,disabled:this.disabled,onChange:e=>this.setVirtualHosts(e)})}
      <ul class="paths">
        ${this.value.map((e,t)=>this.row(e,t))}
      </ul>
      ${this.disabled?l:u`<div>
            <button type="button" class="small" @click=${()=>this.emit([...this.value,E])}>
              ${v.add}
            </button>
          </div>`}
    </div>`}row(e,t){let n=`${this.idPrefix}-${t}`;return u`<li>
      ${this.virtualHosts?m({id:`${n}-host`,label:v.host,value:e.host??``,disabled:this.disabled,error:this.refusal(`[${t}].host`),onChange:n=>this.replace(t,D(e,n))}):l}
      ${m({id:n,label:v.path,hint:v.hint,value:e.path,required:!0,disabled:this.disabled,error:(this.changed?C(this.value,t):void 0)??this.refusal(`[${t}].path`)??this.verdicts[t],onChange:n=>this.replace(t,{...e,path:n})})}
      ${this.disabled||this.value.length<2?l:u`<button
            type="button"
            class="small"
            aria-label="${d.common.remove}: ${e.host??``}${e.path}"
            @click=${()=>this.emit(this.value.toSpliced(t,1))}
          >
            ${d.common.remove}
          </button>`}
    </li>`}refusal(e){if(!this.changed)return this.errors.find(t=>t.location===e)?.message}setVirtualHosts(e){this.virtualHosts=e,!e&&this.value.some(e=>e.host)&&this.emit(this.value.map(e=>D(e,``)))}replace(e,t){this.emit(this.value.with(e,t))}emit(e){this.value=e,this.changed=!0,this.verdicts=[],clearTimeout(this.timer),this.timer=setTimeout(()=>void this.verify(),x),this.dispatchEvent(new CustomEvent(`change`,{detail:e}))}async verify(){this.asked?.abort();let t=this.asked=new AbortController,{api:n,value:r}=this,i=await Promise.all(r.map(async(i,a)=>{if(!C(r,a))try{let r=await e(S(n,[i]),t.signal);return r.ok?void 0:r.reason}catch{return}}));t.signal.aborted||(this.verdicts=i)}};s([r({attribute:!1})],T.prototype,`api`,void 0),s([r({attribute:!1})],T.prototype,`value`,void 0),s([r({attribute:!1})],T.prototype,`errors`,void 0),s([r({attribute:!1})],T.prototype,`disabled`,void 0),s([c()],T.prototype,`virtualHosts`,void 0),s([c()],T.prototype,`verdicts`,void 0),T=s([a(`relay-paths`)],T);var E={path:``};function D(e,t){let{host:n,...r}=e;return t?{...r,host:t}:r}var O=d.definition.entrypoints,k=[`AUTO`,`NONE`,`AT_MOST_ONCE`,`AT_LEAST_ONCE`],A=class extends _{constructor(...e){super(...e),this.text=O,this.types=new f(this,()=>g(`entrypoint`))}content(e,t){return u`${this.types.show(n=>this.listeners(e,t,n))}`}listeners(e,t,n){let r=n.filter(t=>t.supportedApiType===e.type);return u`${e.listeners.map((n,i)=>this.listener(e,n,i,t,r))}
      ${this.editable&&e.type===`MESSAGE`?this.adding(e,r):l}`}listener(e,t,n,r,i){let a=[`listeners`,n],o=t.entrypoints??[];return u`${t.type===`HTTP`?p(O.paths,u`<p class="muted">${O.pathsHint}</p>
            <relay-paths
              .api=${e.id}
              .value=${t.paths??[]}
              .errors=${this.draft.errors.below(`listeners[${n}].paths`)}
              .disabled=${!this.editable}
              @change=${e=>this.draft.change([...a,`paths`],e.detail)}
            ></relay-paths>`):l}
    ${o.map((t,n)=>{let r=[...a,`entrypoints`,n],o=i.find(e=>e.id===t.type)?.name??t.type;return p(O.entrypoint(o),u`${e.type===`MESSAGE`?this.form(r,j,[`qos`]):l}
        ${this.pluginForm(`entrypoint`,t.type,[...r,`configuration`])}`,e.type===`MESSAGE`?this.itemActions([...a,`entrypoints`],n,o,1):void 0)})}
    ${t.type===`HTTP`?this.formCard(O.validation,[...a,`requestValidation`],r.part(`listeners`,`*`,`requestValidation`)):l}`}adding(e,t){let n=e.listeners.flatMap(e=>e.entrypoints??[]).map(e=>e.type),r=t.filter(e=>!n.includes(e.id));return r.length?u`<div class="row" role="group" aria-label=${O.add}>
      <span>${O.add}</span>
      ${r.map(t=>u`<button type="button" class="small" @click=${()=>this.add(e,t)}>
          ${t.name}
        </button>`)}
    </div>`:l}add(e,t){let n={type:t.id,configuration:{}},r=t.supportedListenerType??`HTTP`,i=e.listeners.findIndex(e=>e.type===r);if(i<0){let t={type:r,entrypoints:[n]};this.draft.change([`listeners`,e.listeners.length],t)}else{let t=e.listeners[i].entrypoints?.length??0;this.draft.change([`listeners`,i,`entrypoints`,t],n)}}};A=s([a(`relay-api-entrypoints`)],A);var j={type:`object`,properties:{qos:{type:`string`,enum:k,default:`AUTO`,title:O.qos,description:O.qosHint}}};export{A as Entrypoints};