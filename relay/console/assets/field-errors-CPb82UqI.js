import{F as e,I as t,P as n,_ as r,b as i}from"./decorate-cX1b0bKe.js";var a=class a{static{this.none=new a(``,[])}constructor(e,t){this.message=e,this.details=t,this.taken=new Set,this.lists=new Map}static of(t){let r=t instanceof n?t.details:[];return new a(e(t),r)}get any(){return this.message!==``}at(e){let t=this.details.filter(t=>t.location===e);for(let e of t)this.taken.add(e);return t.length?t.map(e=>e.message).join(` `):void 0}has(e){return this.details.some(t=>t.location===e||o(t,e))}below(e){let t=this.lists.get(e);if(t)return t;let n=this.details.filter(t=>o(t,e));for(let e of n)this.taken.add(e);let r=n.map(t=>({...t,location:t.location.slice(e.length).replace(/^\./,``)}));return this.lists.set(e,r),r}rest(){return this.details.filter(e=>!this.taken.has(e))}summary(){if(!this.any)return r;let e=this.rest(),{summary:n,atFields:a}=t.errors;return i`<div class="notice notice-error" role="alert">
      <p>${e.length?n:this.details.length?a:this.message}</p>
      ${e.length?i`<ul>
            ${e.map(e=>i`<li>
                ${e.location?i`<code>${e.location}</code> `:r}${e.message}
              </li>`)}
          </ul>`:r}
    </div>`}};function o(e,t){return e.location.startsWith(`${t}.`)||e.location.startsWith(`${t}[`)}export{a as t};