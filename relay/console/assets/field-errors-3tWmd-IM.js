import{I as e,L as t,R as n,_ as r,b as i}from"./index-q0cvveWk.js";var a=class a{static{this.none=new a(``,[])}constructor(e,t){this.message=e,this.details=t,this.taken=new Set}static of(n){let r=n instanceof e?n.details:[];return new a(t(n),r)}get any(){return this.message!==``}at(e){let t=this.details.filter(t=>t.location===e);for(let e of t)this.taken.add(e);return t.length?t.map(e=>e.message).join(` `):void 0}below(e){let t=this.details.filter(t=>t.location.startsWith(`${e}.`)||t.location.startsWith(`${e}[`));for(let e of t)this.taken.add(e);return t.map(t=>({...t,location:t.location.slice(e.length).replace(/^\./,``)}))}rest(){return this.details.filter(e=>!this.taken.has(e))}summary(){if(!this.any)return r;let e=this.rest(),{summary:t,atFields:a}=n.errors;return i`<div class="notice notice-error" role="alert">
      <p>${e.length?t:this.details.length?a:this.message}</p>
      ${e.length?i`<ul>
            ${e.map(e=>i`<li>
                ${e.location?i`<code>${e.location}</code> `:r}${e.message}
              </li>`)}
          </ul>`:r}
    </div>`}};export{a as t};