import{A as e,I as t,M as n,S as r,_ as i,a,b as o,i as s,o as c,r as l,s as u,t as d}from"./decorate-cX1b0bKe.js";import{o as f,s as p}from"./fields-Z7HFGbs6.js";var m=t.paths,h=/^\/[/.a-zA-Z0-9\-_~!$&'()*+,=:@%]*$/,g=3,_=300;function v(e,t){let{host:n,path:r}=e[t];return r?r.includes(`//`)||!h.test(r)?m.invalid:!n&&r.length<=g?m.short:e.findIndex(e=>(e.host??``)===(n??``)&&y(e.path)===y(r))<t?m.duplicated:void 0:m.required}var y=e=>e.replace(/\/+$/,``),b=class extends l{constructor(...e){super(...e),this.value=[],this.errors=[],this.disabled=!1,this.virtualHosts=!1,this.verdicts=new Map,this.typed=new Set,this.changed=new Set,this.idPrefix=s(`paths`)}willUpdate(e){e.has(`value`)&&this.value.some(e=>e.host)&&(this.virtualHosts=!0),e.has(`errors`)&&this.changed.clear()}disconnectedCallback(){super.disconnectedCallback(),clearTimeout(this.timer)}render(){return o`<div class="stack">
      <ul class="paths">
        ${this.value.map((e,t)=>this.row(e,t))}
      </ul>
      ${this.disabled?i:o`<div class="row">
            <button type="button" @click=${()=>this.emit([...this.value,{path:``}])}>
              ${m.add}
            </button>
          </div>`}
      ${p({id:`${this.idPrefix}-hosts`,label:m.virtualHosts,value:this.virtualHosts,disabled:this.disabled,onChange:e=>this.setVirtualHosts(e)})}
    </div>`}row(e,n){let r=`${this.idPrefix}-${n}`,a=this.value.length>1,s=this.verdicts.get(x(e)),c=this.typed.has(n)?v(this.value,n):void 0,l=s?.reason?.startsWith(`Domain`)===!0;return o`<li>
      ${this.virtualHosts?f({id:`${r}-host`,label:a?m.hostNumber(n+1):m.host,value:e.host??``,disabled:this.disabled,error:this.refusal(`[${n}].host`)??(l?s?.reason:void 0),onChange:t=>this.replace(n,`host`,C(e,t))}):i}
      ${f({id:r,label:a?m.pathNumber(n+1):m.path,hint:m.hint,value:e.path,required:!0,disabled:this.disabled,error:c??this.refusal(`[${n}].path`)??(l?void 0:s?.reason),onChange:t=>this.replace(n,`path`,{...e,path:t})})}
      ${this.disabled||!a?i:o`<button
            type="button"
            aria-label=${m.remove(n+1)}
            @click=${()=>this.removeAt(n)}
          >
            ${t.common.remove}
          </button>`}
      <p class="path-verdict" role="status">
        ${s?.ok&&!v(this.value,n)?m.free:i}
      </p>
    </li>`}refusal(e){if(!this.changed.has(e))return this.errors.find(t=>t.location===e)?.message}setVirtualHosts(e){this.virtualHosts=e,!e&&this.value.some(e=>e.host)&&this.emit(this.value.map(e=>C(e,``)))}replace(e,t,n){t===`path`&&this.typed.add(e),this.changed.add(`[${e}].${t}`),this.emit(this.value.with(e,n))}removeAt(e){this.typed.clear(),this.emit(this.value.toSpliced(e,1))}emit(e){this.value=e,clearTimeout(this.timer),this.timer=setTimeout(()=>{for(let t of e.keys())this.verify(e,t)},_),this.change(e)}async verify(e,t){let r=e[t];if(!(this.verdicts.has(x(r))||v(e,t)))try{this.verdicts.set(x(r),await n(S(this.api,r))),this.requestUpdate()}catch{}}};d([c({attribute:!1})],b.prototype,`api`,void 0),d([c({attribute:!1})],b.prototype,`value`,void 0),d([c({attribute:!1})],b.prototype,`errors`,void 0),d([c({attribute:!1})],b.prototype,`disabled`,void 0),d([a()],b.prototype,`virtualHosts`,void 0),b=d([u(`relay-paths`)],b);function x({host:e,path:t}){return JSON.stringify([e,t])}function S(t,{host:n,path:i}){let a=[n?{host:n,path:i}:{path:i}];return e(r(`apis`,`_verify`,`paths`),{...t?{apiId:t}:{},paths:a})}function C(e,t){let{host:n,...r}=e;return t?{...r,host:t}:r}export{v as t};