import{I as e,_ as t,a as n,b as r,i,o as a,r as o,s,t as c}from"./decorate-cX1b0bKe.js";import{a as l,c as u,i as d,n as ee,o as f,r as p,s as m,t as h}from"./fields-Z7HFGbs6.js";import{_ as g,a as _,c as v,d as te,f as y,g as ne,h as b,i as re,l as ie,n as x,o as S,r as ae,s as C,t as w,u as T,v as E}from"./texts-Cqd8td0r.js";function oe(e){let t=new Map,n=/\s*("(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+)/gy,r=1,i=()=>{let t=n.exec(e);if(!t)return``;let i=t[0].length-t[1].length;return r+=t[0].slice(0,i).split(`
`).length-1,t[1]},a=(e,n)=>{t.set(n,r),e===`{`?o(n):e===`[`&&s(n)},o=e=>{for(let t=i();t&&t!==`}`;t=i()){if(t===`,`)continue;let n=JSON.parse(t);i(),a(i(),e?`${e}.${n}`:n)}},s=e=>{let t=0;for(let n=i();n&&n!==`]`;n=i())n!==`,`&&(a(n,`${e}[${t}]`),t+=1)};return a(i(),``),t}function se(e,t){let n=t;for(;;){let t=e.get(n);if(t!==void 0)return t;let r=Math.max(n.lastIndexOf(`.`),n.lastIndexOf(`[`));n=r>0?n.slice(0,r):``}}var ce=6,le=40,D=class extends o{constructor(...e){super(...e),this.label=``,this.disabled=!1,this.mistakes=[],this.text=``,this.error=``,this.fieldId=i(`json`),this.isCleared=!1}willUpdate(e){e.has(`value`)&&!this.isShown(this.value)&&(this.text=this.value===void 0?``:JSON.stringify(this.value,null,2),this.known=this.value,this.isCleared=!1,this.error=``)}isShown(e){let t=JSON.stringify(this.known);return JSON.stringify(e)===t||this.isCleared&&ue(e)}get valid(){return!this.error}render(){let e=this.text.split(`
`).length;return r`${l({id:this.fieldId,label:this.label,value:this.text,rows:Math.min(Math.max(e,ce),le),code:!0,disabled:this.disabled,error:this.error||void 0,onChange:e=>this.typed(e)})}
    ${this.mistakes.length&&this.valid&&this.text.trim()?this.located():t}`}located(){let n=oe(this.text);return r`<ul class="field-error">
      ${this.mistakes.map(i=>r`<li>
          ${e.common.line(se(n,i.location))}
          ${i.location?r`<code>${i.location}</code>`:t} ${i.message}
        </li>`)}
    </ul>`}typed(t){this.text=t;try{this.known=t.trim()?JSON.parse(t):void 0,this.isCleared=this.known===void 0,this.error=``}catch(n){this.error=e.common.invalidJson(de(n,t));return}this.change(this.known)}};c([a({attribute:!1})],D.prototype,`value`,void 0),c([a({attribute:!1})],D.prototype,`label`,void 0),c([a({attribute:!1})],D.prototype,`disabled`,void 0),c([a({attribute:!1})],D.prototype,`mistakes`,void 0),c([n()],D.prototype,`text`,void 0),c([n()],D.prototype,`error`,void 0),D=c([s(`relay-json-editor`)],D);function ue(e){return JSON.stringify(e)===`{}`}function de(e,t){let n=/position (\d+)/.exec(e.message)?.[1];if(!n||/\bline \d/.test(e.message))return e.message;let r=t.slice(0,Number(n)).split(`
`).length;return e.message.replace(/(at )?position \d+/,`at line ${r}`)}var O=e.schemaForm;function fe(e,t){switch(y(t.schema)){case`flag`:return pe(e,t);case`choice`:return me(e,t);case`number`:return he(e,t);case`text`:return t.schema.format===`password`||e.maskAt(t.path)!==void 0?ge(e,t):j(e,t);default:return _e(e,t)}}function k(e,t,n){return{id:e.idOf(t.path),label:t.label,hint:x(t.schema,n),error:e.errorAt(t.path),required:t.required,disabled:e.disabled}}function pe(e,t){let n=e.valueAt(t.path),i=n!=null,a=t.schema.default===!0,o=m({...k(e,t),value:i?n===!0:a,onChange:n=>e.set(t.path,n)});return i&&n!==(t.schema.default??!1)&&`default`in t.schema&&!e.disabled?r`<div class="schema-flag">${o}${A(e,t)}</div>`:o}function A(e,n){let i=w(n.schema);return r`<button
    type="button"
    class="small plain"
    aria-label=${O.unsetNamed(n.label)}
    title=${i===void 0?t:O.usual(i)}
    @click=${()=>e.set(n.path,void 0)}
  >
    ${O.unset}
  </button>`}function me(e,t){let{schema:n}=t,r=e.valueAt(t.path),i=n.enum??[n.const],a=w(n),o=t.required?O.choose:a===void 0?O.notSet:O.usual(a),s=r==null||r===``||i.includes(r)?[]:[r];return d({...k(e,t),value:r==null?``:String(r),options:[{value:``,label:o},...[...i,...s].map(e=>({value:String(e),label:String(e)}))],onChange:n=>e.set(t.path,n===``?void 0:i.find(e=>String(e)===n))})}function he(e,t){let{schema:n}=t,i=e.valueAt(t.path),a={...n.minimum===void 0?{}:{min:n.minimum},...n.maximum===void 0?{}:{max:n.maximum},...n.type===`integer`?{step:1}:{},...n[`x-unit`]?{unit:n[`x-unit`]}:{}};return r`<div class="schema-control" @focusout=${()=>e.leave(t.path)}>
    ${p({...k(e,t,re(n,i??n.default)),...a,value:typeof i==`number`?i:void 0,placeholder:w(n),onChange:n=>e.set(t.path,n)})}
  </div>`}function j(e,t){let{schema:n}=t,r=e.valueAt(t.path),i={...k(e,t),value:typeof r==`string`?r:``,onChange:n=>e.set(t.path,n===``?void 0:n)},a=n.maxLength===void 0?{}:{maxLength:n.maxLength};return n[`x-multiline`]?l({...i,...a}):f({...i,...a,placeholder:w(n),onLeave:()=>e.leave(t.path)})}function ge(e,n){let i=k(e,n),a=e.valueAt(n.path),o=e.maskAt(n.path),s=o!==void 0&&a===o,c=e.isRevealed(n.path),l=s||typeof a!=`string`?``:a,d=t=>{let{value:r}=t.target;e.set(n.path,r===``?o:r)},f={placeholder:s?O.unchanged:w(n.schema)??t,invalid:i.error?`true`:t},p=n.schema[`x-multiline`]?r`<textarea
        id=${i.id}
        class="code ${c?``:`concealed`}"
        rows="3"
        spellcheck="false"
        autocomplete="off"
        placeholder=${f.placeholder}
        .value=${u(l)}
        ?disabled=${e.disabled}
        ?required=${n.required&&!s}
        aria-invalid=${f.invalid}
        aria-describedby=${h(i)}
        @input=${d}
        @blur=${()=>e.leave(n.path)}
      ></textarea>`:r`<input
        id=${i.id}
        type=${c?`text`:`password`}
        autocomplete="new-password"
        placeholder=${f.placeholder}
        .value=${u(l)}
        ?disabled=${e.disabled}
        ?required=${n.required&&!s}
        aria-invalid=${f.invalid}
        aria-describedby=${h(i)}
        @input=${d}
        @blur=${()=>e.leave(n.path)}
      />`,m=r`<button
    type="button"
    class="small"
    aria-pressed=${c?`true`:`false`}
    aria-label=${O.showNamed(n.label)}
    @click=${()=>e.setRevealed(n.path,!c)}
  >
    ${c?O.hide:O.show}
  </button>`;return ee(i,r`<span class="field-unit">${p}${l?m:t}</span>`)}function _e(e,t){return r`<div class="schema-wide">
    <relay-json-editor
      .label=${t.label}
      .value=${e.valueAt(t.path)}
      .disabled=${e.disabled}
      @change=${n=>e.set(t.path,n.detail)}
    ></relay-json-editor>
    ${M(e.errorAt(t.path))}${N(t.schema)}
  </div>`}function M(e){return e?r`<p class="field-error">${e}</p>`:t}function N(e){let n=x(e);return n?r`<p class="field-hint"><span>${n}</span></p>`:t}function P(e){return e.reduce((e,t)=>typeof t==`number`?`${e}[${t}]`:e?`${e}.${t}`:t,``)}function F(e,t){return t.reduce((e,t)=>typeof e==`object`&&e?e[t]:void 0,e)}function I(e,t,n,r=()=>!1){let i=(e,a)=>{let o=t[a];if(o===void 0)return n;if(typeof o==`number`){let t=Array.isArray(e)?[...e]:[];return t[o]=i(t[o],a+1)??{},t}let s=T(e)?{...e}:{},c=i(s[o],a+1);return c===void 0?delete s[o]:s[o]=c,Object.keys(s).length>0||r(t.slice(0,a))?s:void 0};return i(e,0)}function L(e,t,n){let r=[...e],[i]=r.splice(t,1);return r.splice(n,0,i),r}var R=e.schemaForm,ve=3,ye={list:1,map:1,variants:2,object:2};function z(e,t,n){let i=e.valueAt(n),a=Object.entries(t.properties??{}).map(([r,i])=>{let a=b(e.root,i);return{path:[...n,r],schema:a,label:_(r,a),required:t.required?.includes(r)??!1}}).filter(n=>be(e,t,n.schema,n.path)).sort((e,t)=>B(e)-B(t)),o=T(i)?Object.keys(i).filter(e=>!(e in(t.properties??{}))):[];return r`<div class="schema-members">
    ${a.map(t=>V(e,t))}
    ${o.map(t=>V(e,{path:[...n,t],schema:{},label:t,required:!1}))}
  </div>`}function B(e){return ye[y(e.schema)]??0}function be(e,t,n,r){let i=e.valueAt(r);return i!=null&&i!==(n.const??n.default)||!n.deprecated&&n.const===void 0&&xe(e,t,n,r)}function xe(e,t,n,r){return Object.entries(n[`x-when`]??{}).every(([n,i])=>{let a=e.valueAt([...r.slice(0,-1),n]),o=b(e.root,t.properties?.[n]??{}).default;return i.includes(a===void 0||a===``?o:a)})}function V(e,t){switch(y(t.schema)){case`object`:return H(e,t,()=>z(e,t.schema,t.path));case`variants`:return H(e,t,()=>U(e,t));case`list`:return Ce(e,t);case`map`:return Ee(e,t);default:return fe(e,t)}}function H(e,n,i){let{path:a,schema:o}=n,s=!te(e.root,o,e.valueAt(a)),c=e.mistakesBelow(a),l=e.isOpen(a,s||n.required||c>0);return r`<details
    class="schema-section"
    ?open=${l}
    @toggle=${t=>{t.stopPropagation(),e.setOpen(a,t.target.open)}}
  >
    <summary>
      <span class="schema-title">${n.label}</span>
      ${c?r`<span class="badge badge-bad">${R.wrong(c)}</span>`:t}
      ${o.description?r`<span class="muted">${ae(o.description)}</span>`:t}
    </summary>
    ${l?r`${M(e.errorAt(a))}${i()}`:t}
  </details>`}function U(e,n){let i=E(e.root,n.schema),a=e.valueAt(n.path),o=C(i),s=g(e.root,i,a),c=(e,t)=>String((o&&e.properties?.[o]?.const)??_(t,e));return r`${d({id:`${e.idOf(n.path)}-form`,label:R.form,value:a===void 0?``:String(s),disabled:e.disabled,options:[...a===void 0?[{value:``,label:R.choose}]:[],...i.map((e,t)=>({value:String(t),label:c(e,t)}))],onChange:t=>e.set(n.path,S(e.root,i[Number(t)]))})}
  ${a===void 0?t:Se(e,{...n,schema:i[s]})}`}function Se(e,t){return y(t.schema)===`object`?z(e,t.schema,t.path):V(e,t)}function Ce(e,n){let i=e.valueAt(n.path),a=Array.isArray(n.schema.default)?n.schema.default:[],o=Array.isArray(i)?i:[],s=b(e.root,n.schema.items??{}),c=t=>e.set(n.path,t.length||a.length||n.required?t:void 0);return W(e,n,r`${i===void 0&&a.length?r`<p class="field-hint"><span>${R.usual(a.map(String).join(`, `))}</span></p>`:t}
    ${o.length?r`<ol class="schema-items">
          ${o.map((i,a)=>r`<li class=${G(e,s)?`is-line`:``}>
              ${we(e,n,s,a)}
              ${e.disabled?t:Te(n,o,a,c)}
            </li>`)}
        </ol>`:i===void 0?t:r`<p class="muted">${R.emptyList}</p>`}
    ${e.disabled?t:r`<div class="row">
          ${K(e,n,()=>{c([...i===void 0?a:o,S(e.root,s)])})}
          ${i!==void 0&&a.length?r`${o.length?r`<button type="button" class="small plain" @click=${()=>c([])}>
                    ${R.removeAll}
                  </button>`:t}${A(e,n)}`:t}
        </div>`}`)}function W(e,n,i){return r`<fieldset class="schema-group">
    <legend>
      ${n.label}${n.required?r`<span class="field-required" aria-hidden="true"> *</span>`:t}
    </legend>
    ${N(n.schema)}${M(e.errorAt(n.path))}${i}
  </fieldset>`}function G(e,t){let n=y(t);if(n!==`object`)return![`variants`,`list`,`map`,`json`].includes(n);let r=Object.values(t.properties??{}).filter(t=>{let n=b(e.root,t);return!n.deprecated&&n.const===void 0});return r.length<=ve&&r.every(t=>{let n=b(e.root,t);return![`object`,`variants`,`list`,`map`,`json`].includes(y(n))})}function we(e,t,n,i){let a=[...t.path,i],o=R.itemOf(t.label,i+1);switch(y(n)){case`object`:return r`<div class="schema-item" role="group" aria-label=${o}>
        ${M(e.errorAt(a))}${z(e,n,a)}
      </div>`;case`variants`:return r`<div class="schema-item" role="group" aria-label=${o}>
        ${M(e.errorAt(a))}
        ${U(e,{path:a,schema:n,label:o,required:!0})}
      </div>`;default:{let{description:t,...i}=n;return r`<div class="schema-item is-bare">
        ${V(e,{path:a,schema:i,label:o,required:!0})}
      </div>`}}}function Te(n,i,a,o){let s=R.itemOf(n.label,a+1),c=(e,t,n,i)=>r`<button
      type="button"
      class="small plain"
      aria-label="${e}: ${s}"
      title=${e}
      ?disabled=${n}
      @click=${i}
    >
      ${t}
    </button>`;return r`<span class="schema-item-actions">
    ${i.length>1?r`${c(R.up,`↑`,a===0,()=>o(L(i,a,a-1)))}
        ${c(R.down,`↓`,a===i.length-1,()=>o(L(i,a,a+1)))}`:t}
    ${c(e.common.remove,`✕`,!1,()=>o(i.toSpliced(a,1)))}
  </span>`}function Ee(n,i){let a=n.valueAt(i.path),o=T(a)?Object.entries(a):[],s=b(n.root,i.schema.additionalProperties),c=e=>n.set(i.path,e.length||i.required?Object.fromEntries(e):void 0),l=(e,t)=>{o.some(([n],r)=>n===t&&r!==e)||c(o.map((n,r)=>r===e?[t,n[1]]:n))};return W(n,i,r`${o.length?r`<ul class="schema-items">
          ${o.map(([a],u)=>r`<li class=${G(n,s)?`is-line`:``}>
              <div class="schema-item" role="group" aria-label=${a}>
                <div class="schema-members">
                  ${f({id:`${n.idOf(i.path)}-key-${u}`,label:R.key,value:a,required:!0,disabled:n.disabled,onChange:e=>l(u,e)})}
                  ${V(n,{path:[...i.path,a],schema:s,label:R.value,required:!0})}
                </div>
              </div>
              ${n.disabled?t:r`<span class="schema-item-actions">
                    <button
                      type="button"
                      class="small plain"
                      aria-label="${e.common.remove}: ${a}"
                      title=${e.common.remove}
                      @click=${()=>c(o.toSpliced(u,1))}
                    >
                      ✕
                    </button>
                  </span>`}
            </li>`)}
        </ul>`:t}
    ${n.disabled?t:r`<div class="row">
          ${K(n,i,()=>c([...o,[De(o),S(n.root,s)]]))}
        </div>`}`)}function K(t,n,i){return r`<button
    type="button"
    class="small"
    id=${t.idOf(n.path)}
    aria-label=${R.addTo(n.label)}
    @click=${i}
  >
    ${e.common.add}
  </button>`}function De(e){let t=new Set(e.map(([e])=>e)),n=``;for(let e=1;t.has(n);e+=1)n=R.newKey(e);return n}var q=e.schemaForm;function Oe(e,t){return[...J(e,e,t,[])]}function*J(e,t,n,r){if(n===void 0||n===null&&ie(t))return;let i=b(e,t),a=y(i);if(a===`variants`){let t=E(e,i),a=t[g(e,t,n)];C(t)===void 0&&!t.some(e=>v(e,n))?yield Y(r,q.wrongForm):yield*J(e,a,n,r)}else if(a===`choice`){let e=i.enum??[i.const];e.includes(n)||(yield Y(r,q.notOneOf(e.join(`, `))))}else v(i,n)?typeof n==`number`?yield*ke(i,n,r):typeof n==`string`?yield*Ae(i,n,r):Array.isArray(n)?yield*Me(e,i,n,r):T(n)&&(yield*Ne(e,i,n,r)):i.type&&(yield Y(r,q.types[i.type]))}function*ke(e,t,n){e.minimum!==void 0&&t<e.minimum&&(yield Y(n,q.tooSmall(e.minimum))),e.maximum!==void 0&&t>e.maximum&&(yield Y(n,q.tooLarge(e.maximum)))}function*Ae(e,t,n){let r=[...t].length;e.minLength&&!r?yield Y(n,q.empty):e.minLength!==void 0&&r<e.minLength&&(yield Y(n,q.tooShort(e.minLength))),e.maxLength!==void 0&&r>e.maxLength&&(yield Y(n,q.tooLong(e.maxLength))),e.pattern!==void 0&&!je(e.pattern,t)&&(yield Y(n,q.noMatch(e.pattern)))}function je(e,t){try{return new RegExp(e,`u`).test(t)}catch{return!0}}function*Me(e,t,n,r){t.minItems!==void 0&&n.length<t.minItems&&(yield Y(r,q.tooFewItems(t.minItems))),t.maxItems!==void 0&&n.length>t.maxItems&&(yield Y(r,q.tooManyItems(t.maxItems)));for(let[i,a]of n.entries())yield*J(e,t.items??{},a,[...r,i])}function*Ne(e,t,n,r){let i=t.properties??{};for(let a of t.required??[]){if(n[a]!==void 0)continue;let t=b(e,i[a]??{});y(t)===`object`&&t.required?.length?yield*J(e,t,{},[...r,a]):yield Y([...r,a],q.required)}for(let[a,o]of Object.entries(n)){let n=[...r,a];i[a]?yield*J(e,i[a],o,n):typeof t.additionalProperties==`object`?(yield*J(e,t.propertyNames??{},a,n),yield*J(e,t.additionalProperties,o,n)):t.additionalProperties===!1&&(yield Y(n,q.unknown))}}function Y(e,t){return{path:e,location:P(e),message:t}}var X=e.schemaForm,Pe=`********`,Z=class extends o{constructor(...e){super(...e),this.schema={},this.errors=[],this.disabled=!1,this.label=X.json,this.jsonShown=!1,this.idPrefix=i(`form`),this.found=[],this.left=new Set,this.changed=new Set,this.opened=new Map,this.revealed=new Set,this.masks=new Map,this.allShown=!1}get root(){return this.schema}get valid(){return this.mistakes().length===0}mistakes(){return Oe(this.schema,this.value??{}).filter(e=>Q(e)||!$(F(this.value,e.path),F(this.original,e.path)))}report(){let e=this.valid;return this.allShown=!0,this.requestUpdate(),e||this.focusMistake(),e}async focusMistake(){await this.updateComplete,this.querySelector(`[aria-invalid=true]`)?.focus()}willUpdate(e){if(e.has(`errors`)&&this.changed.clear(),e.has(`schema`)&&!$(this.schema,e.get(`schema`))){for(let e of[this.left,this.opened,this.revealed,this.masks])e.clear();this.allShown=!1}e.has(`value`)&&!$(this.value,this.emitted)&&(this.original=this.value),this.found=this.mistakes(),this.rememberMasks(this.value,[])}render(){let e=y(b(this.schema,this.schema)),n=this.errorAt([]);return r`<div class="schema-form ${this.jsonShown?`has-json`:``}">
      <div class="schema-fields">
        ${n?r`<p class="field-error" role="alert">${n}</p>`:t}
        ${e===`object`?this.fields():t} ${this.unplaced()}
      </div>
      ${this.jsonShown||e!==`object`?this.json():t}
      ${e===`object`?r`<div class="schema-switch">
            <button
              type="button"
              class="small plain"
              aria-expanded=${this.jsonShown?`true`:`false`}
              @click=${()=>this.jsonShown=!this.jsonShown}
            >
              ${this.jsonShown?X.hideJson:X.showJson}
            </button>
          </div>`:t}
    </div>`}fields(){let e=b(this.schema,this.schema);return Object.keys(e.properties??{}).length?z(this,e,[]):r`<p class="muted">${X.noOptions}</p>`}json(){return r`<div class="schema-json">
      <relay-json-editor
        .label=${this.label}
        .value=${this.value??{}}
        .disabled=${this.disabled}
        .mistakes=${this.told}
        @change=${e=>{this.allShown=!0,this.emit(e.detail??{})}}
      ></relay-json-editor>
    </div>`}unplaced(){let e=this.errors.filter(e=>{let t=/^[^.[]*/.exec(e.location)[0];return t!==``&&!(t in(b(this.schema,this.schema).properties??{}))});return e.length?r`<ul class="field-error" role="alert">
          ${e.map(e=>r`<li><code>${e.location}</code> ${e.message}</li>`)}
        </ul>`:t}rememberMasks(e,t){if(typeof e==`string`){let n=P(t);e.includes(Pe)&&!this.masks.has(n)&&this.masks.set(n,e)}else if(typeof e==`object`&&e){let n=Array.isArray(e);for(let[r,i]of Object.entries(e))this.rememberMasks(i,[...t,n?Number(r):r])}}emit(e){this.value=this.emitted=e,this.change(e)}idOf(e){return`${this.idPrefix}-${e.join(`-`)}`}errorAt(e){let t=P(e),n=new Set(this.told.filter(e=>e.location===t).map(e=>e.message));return n.size?[...n].join(` `):void 0}mistakesBelow(e){let t=P(e);return new Set(this.told.filter(e=>e.location===t||e.location.startsWith(`${t}.`)||e.location.startsWith(`${t}[`)).map(e=>e.location)).size}get told(){return[...this.errors.filter(e=>!this.changed.has(e.location)),...this.found.filter(e=>this.isTold(e))]}isTold(e){return this.allShown||this.left.has(e.location)?!0:!Q(e)}valueAt(e){return F(this.value,e)}set(e,t){this.changed.add(P(e)),this.emit(I(this.value,e,t,e=>{let t=e.at(-1);if(typeof t!=`string`)return!0;let n=ne(this.schema,this.value,e.slice(0,-1));return y(n)===`map`||(n.required?.includes(t)??!1)})??{})}leave(e){let t=P(e);this.left.has(t)||(this.left.add(t),this.requestUpdate())}isOpen(e,t){let n=P(e),r=this.opened.get(n);return r===void 0?(t&&this.opened.set(n,!0),t):r}setOpen(e,t){let n=P(e);this.opened.get(n)!==t&&(this.opened.set(n,t),this.requestUpdate())}isRevealed(e){return this.revealed.has(P(e))}setRevealed(e,t){t?this.revealed.add(P(e)):this.revealed.delete(P(e)),this.requestUpdate()}maskAt(e){return this.masks.get(P(e))}};c([a({attribute:!1})],Z.prototype,`schema`,void 0),c([a({attribute:!1})],Z.prototype,`value`,void 0),c([a({attribute:!1})],Z.prototype,`errors`,void 0),c([a({attribute:!1})],Z.prototype,`disabled`,void 0),c([a({attribute:!1})],Z.prototype,`label`,void 0),c([n()],Z.prototype,`jsonShown`,void 0),Z=c([s(`relay-schema-form`)],Z);function Q(e){return e.message===X.required||e.message===X.empty}function $(e,t){return JSON.stringify(e)===JSON.stringify(t)}export{I as i,L as n,F as r,P as t};