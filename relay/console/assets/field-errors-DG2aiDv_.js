import{L as e,R as t,v as n,x as r,z as i}from"./index-DO9nkWps.js";var a=class a{static{this.none=new a(``,[])}constructor(e,t){this.message=e,this.details=t,this.taken=new Set,this.lists=new Map}static of(n){let r=n instanceof e?n.details:[];return new a(t(n),r)}get any(){return this.message!==``}at(e){let t=this.details.filter(t=>t.location===e);for(let e of t)this.taken.add(e);return t.length?t.map(e=>e.message).join(` `):void 0}has(e){return this.details.some(t=>t.location===e||o(t,e))}below(e){let t=this.lists.get(e);if(t)return t;let n=this.details.filter(t=>o(t,e));for(let e of n)this.taken.add(e);let r=n.map(t=>({...t,location:t.location.slice(e.length).replace(/^\./,``)}));return this.lists.set(e,r),r}rest(){return this.details.filter(e=>!this.taken.has(e))}summary(){if(!this.any)return n;let e=this.rest(),{summary:t,atFields:a}=i.errors;return r`<div class="notice notice-error" role="alert">
      <p>${e.length?t:this.details.length?a:this.message}</p>
      ${e.length?r`<ul>
            ${e.map(e=>r`<li>
                ${e.location?r`<code>${e.location}</code> `:n}${e.message}
              </li>`)}
          </ul>`:n}
    </div>`}};function o(e,t){return e.location.startsWith(`${t}.`)||e.location.startsWith(`${t}[`)}export{a as t};