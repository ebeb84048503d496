import{a as e,c as t,l as n,o as r,r as i,s as a,v as o,x as s,z as c}from"./index-DO9nkWps.js";import{a as l,c as u,i as d,n as ee,o as f,r as p,s as m,t as h}from"./fields-DEXbSuR-.js";import{_ as g,a as _,c as v,d as te,f as y,g as ne,h as b,i as re,l as ie,n as x,o as S,r as ae,s as C,t as w,u as T,v as E}from"./texts-CVtzvs-W.js";var oe=6,se=40,D=class extends e{constructor(...e){super(...e),this.label=``,this.disabled=!1,this.text=``,this.error=``,this.fieldId=r(`json`)}willUpdate(e){e.has(`value`)&&this.value!==this.emitted&&(this.text=this.value===void 0?``:JSON.stringify(this.value,null,2),this.error=``)}get valid(){return!this.error}render(){let e=this.text.split(`
`).length;return s`${l({id:this.fieldId,label:this.label,value:this.text,rows:Math.min(Math.max(e,oe),se),code:!0,disabled:this.disabled,error:this.error||void 0,onChange:e=>this.typed(e)})}`}typed(e){this.text=e;try{this.emitted=e.trim()?JSON.parse(e):void 0,this.error=``}catch(t){this.error=c.common.invalidJson(ce(t,e));return}this.change(this.emitted)}};i([t({attribute:!1})],D.prototype,`value`,void 0),i([t({attribute:!1})],D.prototype,`label`,void 0),i([t({attribute:!1})],D.prototype,`disabled`,void 0),i([a()],D.prototype,`text`,void 0),i([a()],D.prototype,`error`,void 0),D=i([n(`relay-json-editor`)],D);function ce(e,t){let n=/position (\d+)/.exec(e.message)?.[1];if(!n||/\bline \d/.test(e.message))return e.message;let r=t.slice(0,Number(n)).split(`
`).length;return e.message.replace(/(at )?position \d+/,`at line ${r}`)}var O=c.schemaForm;function le(e,t){switch(y(t.schema)){case`flag`:return ue(e,t);case`choice`:return de(e,t);case`number`:return fe(e,t);case`text`:return t.schema.format===`password`?me(e,t):pe(e,t);default:return he(e,t)}}function k(e,t,n){return{id:e.idOf(t.path),label:t.label,hint:x(t.schema,n),error:e.errorAt(t.path),required:t.required,disabled:e.disabled}}function ue(e,t){let n=e.valueAt(t.path),r=n!=null,i=t.schema.default===!0,a=m({...k(e,t),value:r?n===!0:i,onChange:n=>e.set(t.path,n)});return r&&n!==t.schema.default&&`default`in t.schema&&!e.disabled?s`<div class="schema-flag">${a}${A(e,t)}</div>`:a}function A(e,t){let n=w(t.schema);return s`<button
    type="button"
    class="small plain"
    aria-label=${O.unsetNamed(t.label)}
    title=${n===void 0?o:O.usual(n)}
    @click=${()=>e.set(t.path,void 0)}
  >
    ${O.unset}
  </button>`}function de(e,t){let{schema:n}=t,r=e.valueAt(t.path),i=n.enum??[n.const],a=w(n),o=t.required?O.choose:a===void 0?O.notSet:O.usual(a),s=r==null||r===``||i.includes(r)?[]:[r];return d({...k(e,t),value:r==null?``:String(r),options:[{value:``,label:o},...[...i,...s].map(e=>({value:String(e),label:String(e)}))],onChange:n=>e.set(t.path,n===``?void 0:i.find(e=>String(e)===n))})}function fe(e,t){let{schema:n}=t,r=e.valueAt(t.path),i={...n.minimum===void 0?{}:{min:n.minimum},...n.maximum===void 0?{}:{max:n.maximum},...n.type===`integer`?{step:1}:{},...n[`x-unit`]?{unit:n[`x-unit`]}:{}};return s`<div class="schema-control" @focusout=${()=>e.leave(t.path)}>
    ${p({...k(e,t,re(n,r??n.default)),...i,value:typeof r==`number`?r:void 0,placeholder:w(n),onChange:n=>e.set(t.path,n)})}
  </div>`}function pe(e,t){let{schema:n}=t,r=e.valueAt(t.path),i={...k(e,t),value:typeof r==`string`?r:``,onChange:n=>e.set(t.path,n===``?void 0:n)},a=n.maxLength===void 0?{}:{maxLength:n.maxLength};return n[`x-multiline`]?l({...i,...a}):f({...i,...a,placeholder:w(n),onLeave:()=>e.leave(t.path)})}function me(e,t){let n=k(e,t),r=e.valueAt(t.path),i=e.maskAt(t.path),a=i!==void 0&&r===i,c=e.isRevealed(t.path),l=a||typeof r!=`string`?``:r,d=n=>{let{value:r}=n.target;e.set(t.path,r===``?i:r)},f={placeholder:a?O.unchanged:w(t.schema)??o,invalid:n.error?`true`:o},p=t.schema[`x-multiline`]?s`<textarea
        id=${n.id}
        class="code ${c?``:`concealed`}"
        rows="3"
        spellcheck="false"
        autocomplete="off"
        placeholder=${f.placeholder}
        .value=${u(l)}
        ?disabled=${e.disabled}
        ?required=${t.required&&!a}
        aria-invalid=${f.invalid}
        aria-describedby=${h(n)}
        @input=${d}
        @blur=${()=>e.leave(t.path)}
      ></textarea>`:s`<input
        id=${n.id}
        type=${c?`text`:`password`}
        autocomplete="new-password"
        placeholder=${f.placeholder}
        .value=${u(l)}
        ?disabled=${e.disabled}
        ?required=${t.required&&!a}
        aria-invalid=${f.invalid}
        aria-describedby=${h(n)}
        @input=${d}
        @blur=${()=>e.leave(t.path)}
      />`,m=s`<button
    type="button"
    class="small"
    aria-pressed=${c?`true`:`false`}
    aria-label=${O.showNamed(t.label)}
    @click=${()=>e.setRevealed(t.path,!c)}
  >
    ${c?O.hide:O.show}
  </button>`;return ee(n,s`<span class="field-unit">${p}${l?m:o}</span>`)}function he(e,t){return s`<div class="schema-wide">
    <relay-json-editor
      .label=${t.label}
      .value=${e.valueAt(t.path)}
      .disabled=${e.disabled}
      @change=${n=>e.set(t.path,n.detail)}
    ></relay-json-editor>
    ${j(e.errorAt(t.path))}${M(t.schema)}
  </div>`}function j(e){return e?s`<p class="field-error">${e}</p>`:o}function M(e){let t=x(e);return t?s`<p class="field-hint"><span>${t}</span></p>`:o}function N(e){return e.reduce((e,t)=>typeof t==`number`?`${e}[${t}]`:e?`${e}.${t}`:t,``)}function P(e,t){return t.reduce((e,t)=>typeof e==`object`&&e?e[t]:void 0,e)}function F(e,t,n,r=()=>!1){let i=(e,a)=>{let o=t[a];if(o===void 0)return n;if(typeof o==`number`){let t=Array.isArray(e)?[...e]:[];return t[o]=i(t[o],a+1)??{},t}let s=T(e)?{...e}:{},c=i(s[o],a+1);return c===void 0?delete s[o]:s[o]=c,Object.keys(s).length>0||r(t.slice(0,a))?s:void 0};return i(e,0)}function I(e,t,n){let r=[...e],[i]=r.splice(t,1);return r.splice(n,0,i),r}var L=c.schemaForm,ge=3,_e={list:1,map:1,variants:2,object:2};function R(e,t,n){let r=e.valueAt(n),i=Object.entries(t.properties??{}).map(([r,i])=>{let a=b(e.root,i);return{path:[...n,r],schema:a,label:_(r,a),required:t.required?.includes(r)??!1}}).filter(t=>ve(e,t.schema,t.path)).sort((e,t)=>z(e)-z(t)),a=T(r)?Object.keys(r).filter(e=>!(e in(t.properties??{}))):[];return s`<div class="schema-members">
    ${i.map(t=>B(e,t))}
    ${a.map(t=>B(e,{path:[...n,t],schema:{},label:t,required:!1}))}
  </div>`}function z(e){return _e[y(e.schema)]??0}function ve(e,t,n){let r=e.valueAt(n);return r!=null&&r!==(t.const??t.default)||!t.deprecated&&t.const===void 0}function B(e,t){switch(y(t.schema)){case`object`:return V(e,t,()=>R(e,t.schema,t.path));case`variants`:return V(e,t,()=>H(e,t));case`list`:return be(e,t);case`map`:return Ce(e,t);default:return le(e,t)}}function V(e,t,n){let{path:r,schema:i}=t,a=!te(e.root,i,e.valueAt(r)),c=e.mistakesBelow(r),l=e.isOpen(r,a||t.required||c>0);return s`<details
    class="schema-section"
    ?open=${l}
    @toggle=${t=>{t.stopPropagation(),e.setOpen(r,t.target.open)}}
  >
    <summary>
      <span class="schema-title">${t.label}</span>
      ${c?s`<span class="badge badge-bad">${L.wrong(c)}</span>`:o}
      ${i.description?s`<span class="muted">${ae(i.description)}</span>`:o}
    </summary>
    ${l?s`${j(e.errorAt(r))}${n()}`:o}
  </details>`}function H(e,t){let n=E(e.root,t.schema),r=e.valueAt(t.path),i=C(n),a=g(e.root,n,r),c=(e,t)=>String((i&&e.properties?.[i]?.const)??_(t,e));return s`${d({id:`${e.idOf(t.path)}-form`,label:L.form,value:r===void 0?``:String(a),disabled:e.disabled,options:[...r===void 0?[{value:``,label:L.choose}]:[],...n.map((e,t)=>({value:String(t),label:c(e,t)}))],onChange:r=>e.set(t.path,S(e.root,n[Number(r)]))})}
  ${r===void 0?o:ye(e,{...t,schema:n[a]})}`}function ye(e,t){return y(t.schema)===`object`?R(e,t.schema,t.path):B(e,t)}function be(e,t){let n=e.valueAt(t.path),r=Array.isArray(t.schema.default)?t.schema.default:[],i=Array.isArray(n)?n:[],a=b(e.root,t.schema.items??{}),c=n=>e.set(t.path,n.length||r.length||t.required?n:void 0);return U(e,t,s`${n===void 0&&r.length?s`<p class="field-hint"><span>${L.usual(r.map(String).join(`, `))}</span></p>`:o}
    ${i.length?s`<ol class="schema-items">
          ${i.map((n,r)=>s`<li class=${W(e,a)?`is-line`:``}>
              ${xe(e,t,a,r)}
              ${e.disabled?o:Se(t,i,r,c)}
            </li>`)}
        </ol>`:n===void 0?o:s`<p class="muted">${L.emptyList}</p>`}
    ${e.disabled?o:s`<div class="row">
          ${G(e,t,()=>{c([...n===void 0?r:i,S(e.root,a)])})}
          ${n!==void 0&&r.length?s`${i.length?s`<button type="button" class="small plain" @click=${()=>c([])}>
                    ${L.removeAll}
                  </button>`:o}${A(e,t)}`:o}
        </div>`}`)}function U(e,t,n){return s`<fieldset class="schema-group">
    <legend>
      ${t.label}${t.required?s`<span class="field-required" aria-hidden="true"> *</span>`:o}
    </legend>
    ${M(t.schema)}${j(e.errorAt(t.path))}${n}
  </fieldset>`}function W(e,t){let n=y(t);if(n!==`object`)return![`variants`,`list`,`map`,`json`].includes(n);let r=Object.values(t.properties??{}).filter(t=>{let n=b(e.root,t);return!n.deprecated&&n.const===void 0});return r.length<=ge&&r.every(t=>{let n=b(e.root,t);return![`object`,`variants`,`list`,`map`,`json`].includes(y(n))})}function xe(e,t,n,r){let i=[...t.path,r],a=L.itemOf(t.label,r+1);switch(y(n)){case`object`:return s`<div class="schema-item" role="group" aria-label=${a}>
        ${j(e.errorAt(i))}${R(e,n,i)}
      </div>`;case`variants`:return s`<div class="schema-item" role="group" aria-label=${a}>
        ${j(e.errorAt(i))}
        ${H(e,{path:i,schema:n,label:a,required:!0})}
      </div>`;default:{let{description:t,...r}=n;return s`<div class="schema-item is-bare">
        ${B(e,{path:i,schema:r,label:a,required:!0})}
      </div>`}}}function Se(e,t,n,r){let i=L.itemOf(e.label,n+1),a=(e,t,n,r)=>s`<button
      type="button"
      class="small plain"
      aria-label="${e}: ${i}"
      title=${e}
      ?disabled=${n}
      @click=${r}
    >
      ${t}
    </button>`;return s`<span class="schema-item-actions">
    ${t.length>1?s`${a(L.up,`↑`,n===0,()=>r(I(t,n,n-1)))}
        ${a(L.down,`↓`,n===t.length-1,()=>r(I(t,n,n+1)))}`:o}
    ${a(c.common.remove,`✕`,!1,()=>r(t.toSpliced(n,1)))}
  </span>`}function Ce(e,t){let n=e.valueAt(t.path),r=T(n)?Object.entries(n):[],i=b(e.root,t.schema.additionalProperties),a=n=>e.set(t.path,n.length||t.required?Object.fromEntries(n):void 0),l=(e,t)=>{r.some(([n],r)=>n===t&&r!==e)||a(r.map((n,r)=>r===e?[t,n[1]]:n))};return U(e,t,s`${r.length?s`<ul class="schema-items">
          ${r.map(([n],u)=>s`<li class=${W(e,i)?`is-line`:``}>
              <div class="schema-item" role="group" aria-label=${n}>
                <div class="schema-members">
                  ${f({id:`${e.idOf(t.path)}-key-${u}`,label:L.key,value:n,required:!0,disabled:e.disabled,onChange:e=>l(u,e)})}
                  ${B(e,{path:[...t.path,n],schema:i,label:L.value,required:!0})}
                </div>
              </div>
              ${e.disabled?o:s`<span class="schema-item-actions">
                    <button
                      type="button"
                      class="small plain"
                      aria-label="${c.common.remove}: ${n}"
                      title=${c.common.remove}
                      @click=${()=>a(r.toSpliced(u,1))}
                    >
                      ✕
                    </button>
                  </span>`}
            </li>`)}
        </ul>`:o}
    ${e.disabled?o:s`<div class="row">
          ${G(e,t,()=>a([...r,[we(r),S(e.root,i)]]))}
        </div>`}`)}function G(e,t,n){return s`<button
    type="button"
    class="small"
    id=${e.idOf(t.path)}
    aria-label=${L.addTo(t.label)}
    @click=${n}
  >
    ${c.common.add}
  </button>`}function we(e){let t=new Set(e.map(([e])=>e)),n=``;for(let e=1;t.has(n);e+=1)n=L.newKey(e);return n}var K=c.schemaForm;function Te(e,t){return[...q(e,e,t,[])]}function*q(e,t,n,r){if(n===void 0||n===null&&ie(t))return;let i=b(e,t),a=y(i);if(a===`variants`){let t=E(e,i),a=t[g(e,t,n)];C(t)===void 0&&!t.some(e=>v(e,n))?yield Y(r,K.wrongForm):yield*q(e,a,n,r)}else if(a===`choice`){let e=i.enum??[i.const];e.includes(n)||(yield Y(r,K.notOneOf(e.join(`, `))))}else v(i,n)?typeof n==`number`?yield*J(i,n,r):typeof n==`string`?yield*Ee(i,n,r):Array.isArray(n)?yield*Oe(e,i,n,r):T(n)&&(yield*ke(e,i,n,r)):i.type&&(yield Y(r,K.types[i.type]))}function*J(e,t,n){e.minimum!==void 0&&t<e.minimum&&(yield Y(n,K.tooSmall(e.minimum))),e.maximum!==void 0&&t>e.maximum&&(yield Y(n,K.tooLarge(e.maximum)))}function*Ee(e,t,n){let r=[...t].length;e.minLength&&!r?yield Y(n,K.empty):e.minLength!==void 0&&r<e.minLength&&(yield Y(n,K.tooShort(e.minLength))),e.maxLength!==void 0&&r>e.maxLength&&(yield Y(n,K.tooLong(e.maxLength))),e.pattern!==void 0&&!De(e.pattern,t)&&(yield Y(n,K.noMatch(e.pattern)))}function De(e,t){try{return new RegExp(e,`u`).test(t)}catch{return!0}}function*Oe(e,t,n,r){t.minItems!==void 0&&n.length<t.minItems&&(yield Y(r,K.tooFewItems(t.minItems))),t.maxItems!==void 0&&n.length>t.maxItems&&(yield Y(r,K.tooManyItems(t.maxItems)));for(let[i,a]of n.entries())yield*q(e,t.items??{},a,[...r,i])}function*ke(e,t,n,r){let i=t.properties??{};for(let a of t.required??[]){if(n[a]!==void 0)continue;let t=b(e,i[a]??{});y(t)===`object`&&t.required?.length?yield*q(e,t,{},[...r,a]):yield Y([...r,a],K.required)}for(let[a,o]of Object.entries(n)){let n=[...r,a];i[a]?yield*q(e,i[a],o,n):typeof t.additionalProperties==`object`?(yield*q(e,t.propertyNames??{},a,n),yield*q(e,t.additionalProperties,o,n)):t.additionalProperties===!1&&(yield Y(n,K.unknown))}}function Y(e,t){return{path:e,location:N(e),message:t}}var X=c.schemaForm,Ae=`********`,Z=class extends e{constructor(...e){super(...e),this.schema={},this.errors=[],this.disabled=!1,this.label=X.json,this.jsonShown=!1,this.idPrefix=r(`form`),this.found=[],this.left=new Set,this.changed=new Set,this.opened=new Map,this.revealed=new Set,this.masks=new Map,this.allShown=!1}get root(){return this.schema}get valid(){return this.mistakes().length===0}mistakes(){return Te(this.schema,this.value??{}).filter(e=>Q(e)||!$(P(this.value,e.path),P(this.original,e.path)))}report(){let e=this.valid;return this.allShown=!0,this.requestUpdate(),e||this.focusMistake(),e}async focusMistake(){await this.updateComplete,this.querySelector(`[aria-invalid=true]`)?.focus()}willUpdate(e){if(e.has(`errors`)&&this.changed.clear(),e.has(`schema`)&&!$(this.schema,e.get(`schema`))){for(let e of[this.left,this.opened,this.revealed,this.masks])e.clear();this.allShown=!1}e.has(`value`)&&!$(this.value,this.emitted)&&(this.original=this.value),this.found=this.mistakes(),this.rememberMasks(this.value,[])}render(){let e=y(b(this.schema,this.schema)),t=this.errorAt([]);return s`<div class="schema-form ${this.jsonShown?`has-json`:``}">
      <div class="schema-fields">
        ${t?s`<p class="field-error" role="alert">${t}</p>`:o}
        ${e===`object`?this.fields():o} ${this.unplaced()}
      </div>
      ${this.jsonShown||e!==`object`?this.json():o}
      ${e===`object`?s`<div class="schema-switch">
            <button
              type="button"
              class="small plain"
              aria-expanded=${this.jsonShown?`true`:`false`}
              @click=${()=>this.jsonShown=!this.jsonShown}
            >
              ${this.jsonShown?X.hideJson:X.showJson}
            </button>
          </div>`:o}
    </div>`}fields(){let e=b(this.schema,this.schema);return Object.keys(e.properties??{}).length?R(this,e,[]):s`<p class="muted">${X.noOptions}</p>`}json(){return s`<div class="schema-json">
      <relay-json-editor
        .label=${this.label}
        .value=${this.value??{}}
        .disabled=${this.disabled}
        @change=${e=>{this.allShown=!0,this.emit(e.detail??{})}}
      ></relay-json-editor>
    </div>`}unplaced(){let e=this.errors.filter(e=>{let t=/^[^.[]*/.exec(e.location)[0];return t!==``&&!(t in(b(this.schema,this.schema).properties??{}))});return e.length?s`<ul class="field-error" role="alert">
          ${e.map(e=>s`<li><code>${e.location}</code> ${e.message}</li>`)}
        </ul>`:o}rememberMasks(e,t){if(typeof e==`string`){let n=N(t);e.includes(Ae)&&!this.masks.has(n)&&this.masks.set(n,e)}else if(typeof e==`object`&&e){let n=Array.isArray(e);for(let[r,i]of Object.entries(e))this.rememberMasks(i,[...t,n?Number(r):r])}}emit(e){this.value=this.emitted=e,this.change(e)}idOf(e){return`${this.idPrefix}-${e.join(`-`)}`}errorAt(e){let t=N(e),n=this.found.filter(e=>e.location===t&&this.isTold(e)),r=this.changed.has(t)?[]:this.errors.filter(e=>e.location===t),i=new Set([...r,...n].map(e=>e.message));return i.size?[...i].join(` `):void 0}mistakesBelow(e){let t=N(e),n=e=>e.location===t||e.location.startsWith(`${t}.`)||e.location.startsWith(`${t}[`),r=this.errors.filter(e=>n(e)&&!this.changed.has(e.location)),i=this.found.filter(e=>n(e)&&this.isTold(e));return new Set([...r,...i].map(e=>e.location)).size}isTold(e){return this.allShown||this.left.has(e.location)?!0:!Q(e)}valueAt(e){return P(this.value,e)}set(e,t){this.changed.add(N(e)),this.emit(F(this.value,e,t,e=>{let t=e.at(-1);if(typeof t!=`string`)return!0;let n=ne(this.schema,this.value,e.slice(0,-1));return y(n)===`map`||(n.required?.includes(t)??!1)})??{})}leave(e){let t=N(e);this.left.has(t)||(this.left.add(t),this.requestUpdate())}isOpen(e,t){let n=N(e),r=this.opened.get(n);return r===void 0?(t&&this.opened.set(n,!0),t):r}setOpen(e,t){let n=N(e);this.opened.get(n)!==t&&(this.opened.set(n,t),this.requestUpdate())}isRevealed(e){return this.revealed.has(N(e))}setRevealed(e,t){t?this.revealed.add(N(e)):this.revealed.delete(N(e)),this.requestUpdate()}maskAt(e){return this.masks.get(N(e))}};i([t({attribute:!1})],Z.prototype,`schema`,void 0),i([t({attribute:!1})],Z.prototype,`value`,void 0),i([t({attribute:!1})],Z.prototype,`errors`,void 0),i([t({attribute:!1})],Z.prototype,`disabled`,void 0),i([t({attribute:!1})],Z.prototype,`label`,void 0),i([a()],Z.prototype,`jsonShown`,void 0),Z=i([n(`relay-schema-form`)],Z);function Q(e){return e.message===X.required||e.message===X.empty}function $(e,t){return JSON.stringify(e)===JSON.stringify(t)}export{F as i,I as n,P as r,N as t};