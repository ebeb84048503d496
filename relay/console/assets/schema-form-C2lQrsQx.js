import{a as e,c as t,l as n,o as r,r as i,s as a,v as o,x as s,z as c}from"./index-8K1p-qAo.js";import{a as l,c as u,i as d,n as ee,o as f,r as p,s as m,t as h}from"./fields-C6hpyoK5.js";import{n as te,r as g,t as ne}from"./numbers-CoBbCYtr.js";var re=6,ie=40,_=class extends e{constructor(...e){super(...e),this.label=``,this.disabled=!1,this.text=``,this.error=``,this.fieldId=r(`json`)}willUpdate(e){e.has(`value`)&&this.value!==this.emitted&&(this.text=this.value===void 0?``:JSON.stringify(this.value,null,2),this.error=``)}get valid(){return!this.error}render(){let e=this.text.split(`
`).length;return s`${l({id:this.fieldId,label:this.label,value:this.text,rows:Math.min(Math.max(e,re),ie),code:!0,disabled:this.disabled,error:this.error||void 0,onChange:e=>this.typed(e)})}`}typed(e){this.text=e;try{this.emitted=e.trim()?JSON.parse(e):void 0,this.error=``}catch(t){this.error=c.common.invalidJson(ae(t,e));return}this.change(this.emitted)}};i([t({attribute:!1})],_.prototype,`value`,void 0),i([t({attribute:!1})],_.prototype,`label`,void 0),i([t({attribute:!1})],_.prototype,`disabled`,void 0),i([a()],_.prototype,`text`,void 0),i([a()],_.prototype,`error`,void 0),_=i([n(`relay-json-editor`)],_);function ae(e,t){let n=/position (\d+)/.exec(e.message)?.[1];if(!n||/\bline \d/.test(e.message))return e.message;let r=t.slice(0,Number(n)).split(`
`).length;return e.message.replace(/(at )?position \d+/,`at line ${r}`)}function v(e,t){if(t.$ref!==void 0){let{$ref:n,...r}=t,i=n.slice(8);return{...v(e,e.$defs?.[i]??{}),...r}}let n=t.anyOf??t.oneOf,r=n?.filter(e=>e.type!==`null`);if(n&&r?.length===1){let{anyOf:n,oneOf:i,...a}=t;return{...v(e,r[0]),...a}}return t}function oe(e){return(e.anyOf??e.oneOf??[]).some(e=>e.type===`null`)}function y(e,t){return(t.anyOf??t.oneOf??[]).filter(e=>e.type!==`null`).map(t=>v(e,t))}function se(e,...t){let n=v(e,e);for(let r of t)n=v(e,(r===`*`?n.items??n.additionalProperties:[n,...y(e,n)].find(e=>e.properties?.[r])?.properties?.[r])??{});return e.$defs?{...n,$defs:e.$defs}:n}function ce(e,...t){let n=e.properties??{},r=t.filter(e=>e in n);return{...e,properties:Object.fromEntries(r.map(e=>[e,n[e]])),required:(e.required??[]).filter(e=>r.includes(e))}}function b(e){if(e.anyOf||e.oneOf)return`variants`;if(e.enum||e.const!==void 0)return`choice`;switch(e.type){case`object`:return typeof e.additionalProperties==`object`?`map`:e.properties?`object`:`json`;case`array`:return e.items&&Object.keys(e.items).length?`list`:`json`;case`boolean`:return`flag`;case`integer`:case`number`:return`number`;case`string`:return`text`;default:return`json`}}function x(e){return Object.keys(e[0]?.properties??{}).find(t=>e.every(e=>e.properties?.[t]?.const!==void 0))}function S(e,t,n){let r=x(t);return Math.max(t.findIndex(t=>r===void 0?C(v(e,t),n):w(n)&&t.properties?.[r]?.const===n[r]),0)}function C(e,t){switch(e.type){case`object`:return w(t);case`array`:return Array.isArray(t);case`integer`:return Number.isInteger(t);case`number`:return typeof t==`number`;case`null`:return t===null;case void 0:return!0;default:return typeof t===e.type}}function w(e){return typeof e==`object`&&!!e&&!Array.isArray(e)}function T(e,t,n){let r=v(e,t);return w(n)&&r.properties?Object.entries(n).every(([t,n])=>T(e,r.properties?.[t]??{},n)):n==null||n===``||JSON.stringify(n)===JSON.stringify(r.const??r.default)}function E(e,t){let n=v(e,t);switch(b(n)){case`object`:return Object.fromEntries(Object.entries(n.properties??{}).filter(([e,t])=>n.required?.includes(e)&&`const`in t).map(([e,t])=>[e,t.const]));case`map`:return{};case`variants`:return E(e,y(e,n)[0]);case`choice`:return n.default??n.const??n.enum?.[0];case`list`:return[];case`flag`:return!1;case`text`:return``;default:return null}}function D(e,t,n){let r=v(e,e),i=t;for(let t of n){if(b(r)===`variants`){let t=y(e,r);r=t[S(e,t,i)]}r=v(e,(typeof t==`number`?r.items:r.properties?.[t]??(typeof r.additionalProperties==`object`?r.additionalProperties:{}))??{}),i=w(i)||Array.isArray(i)?i[t]:void 0}return r}var le=c.schemaForm;function ue(e,t){if(!(typeof t!=`number`||t<=0))switch(e[`x-unit`]){case`ms`:return t>=1e3?g(t):void 0;case`s`:return t>=60?g(t*1e3):void 0;case`bytes`:return t>=1e3?ne(t):void 0;default:return t>=1e4?te(t):void 0}}function O(e){return s`${e.split("`").map((e,t)=>t%2?s`<code>${e}</code>`:e)}`}function k(e){let t=e.default;if(t!=null&&t!==``)return typeof t==`boolean`?t?c.common.on:c.common.off:Array.isArray(t)?t.length?t.map(String).join(`, `):void 0:typeof t==`object`?void 0:String(t)}function A(e,t){if(t||e.description)return s`${t?s`<strong>= ${t}</strong> `:o}${e.description?O(e.description):o}`}function de(e,t){return t.title??(typeof e==`number`?le.item(e+1):e)}var j=c.schemaForm;function fe(e,t){switch(b(t.schema)){case`flag`:return pe(e,t);case`choice`:return me(e,t);case`number`:return he(e,t);case`text`:return t.schema.format===`password`?_e(e,t):ge(e,t);default:return ve(e,t)}}function M(e,t,n){return{id:e.idOf(t.path),label:t.label,hint:A(t.schema,n),error:e.errorAt(t.path),required:t.required,disabled:e.disabled}}function pe(e,t){let n=e.valueAt(t.path),r=n!=null,i=t.schema.default===!0,a=m({...M(e,t),value:r?n===!0:i,onChange:n=>e.set(t.path,n)});return r&&n!==t.schema.default&&`default`in t.schema&&!e.disabled?s`<div class="schema-flag">${a}${N(e,t)}</div>`:a}function N(e,t){let n=k(t.schema);return s`<button
    type="button"
    class="small plain"
    aria-label=${j.unsetNamed(t.label)}
    title=${n===void 0?o:j.usual(n)}
    @click=${()=>e.set(t.path,void 0)}
  >
    ${j.unset}
  </button>`}function me(e,t){let{schema:n}=t,r=e.valueAt(t.path),i=n.enum??[n.const],a=k(n),o=t.required?j.choose:a===void 0?j.notSet:j.usual(a),s=r==null||r===``||i.includes(r)?[]:[r];return d({...M(e,t),value:r==null?``:String(r),options:[{value:``,label:o},...[...i,...s].map(e=>({value:String(e),label:String(e)}))],onChange:n=>e.set(t.path,n===``?void 0:i.find(e=>String(e)===n))})}function he(e,t){let{schema:n}=t,r=e.valueAt(t.path),i={...n.minimum===void 0?{}:{min:n.minimum},...n.maximum===void 0?{}:{max:n.maximum},...n.type===`integer`?{step:1}:{},...n[`x-unit`]?{unit:n[`x-unit`]}:{}};return s`<div class="schema-control" @focusout=${()=>e.leave(t.path)}>
    ${p({...M(e,t,ue(n,r??n.default)),...i,value:typeof r==`number`?r:void 0,placeholder:k(n),onChange:n=>e.set(t.path,n)})}
  </div>`}function ge(e,t){let{schema:n}=t,r=e.valueAt(t.path),i={...M(e,t),value:typeof r==`string`?r:``,onChange:n=>e.set(t.path,n===``?void 0:n)},a=n.maxLength===void 0?{}:{maxLength:n.maxLength};return n[`x-multiline`]?l({...i,...a}):f({...i,...a,placeholder:k(n),onLeave:()=>e.leave(t.path)})}function _e(e,t){let n=M(e,t),r=e.valueAt(t.path),i=e.maskAt(t.path),a=i!==void 0&&r===i,c=e.isRevealed(t.path),l=a||typeof r!=`string`?``:r,d=n=>{let{value:r}=n.target;e.set(t.path,r===``?i:r)},f={placeholder:a?j.unchanged:k(t.schema)??o,invalid:n.error?`true`:o},p=t.schema[`x-multiline`]?s`<textarea
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
    aria-label=${j.showNamed(t.label)}
    @click=${()=>e.setRevealed(t.path,!c)}
  >
    ${c?j.hide:j.show}
  </button>`;return ee(n,s`<span class="field-unit">${p}${l?m:o}</span>`)}function ve(e,t){return s`<div class="schema-wide">
    <relay-json-editor
      .label=${t.label}
      .value=${e.valueAt(t.path)}
      .disabled=${e.disabled}
      @change=${n=>e.set(t.path,n.detail)}
    ></relay-json-editor>
    ${P(e.errorAt(t.path))}${F(t.schema)}
  </div>`}function P(e){return e?s`<p class="field-error">${e}</p>`:o}function F(e){let t=A(e);return t?s`<p class="field-hint"><span>${t}</span></p>`:o}function I(e){return e.reduce((e,t)=>typeof t==`number`?`${e}[${t}]`:e?`${e}.${t}`:t,``)}function L(e,t){return t.reduce((e,t)=>typeof e==`object`&&e?e[t]:void 0,e)}function ye(e,t,n,r=()=>!1){let i=(e,a)=>{let o=t[a];if(o===void 0)return n;if(typeof o==`number`){let t=Array.isArray(e)?[...e]:[];return t[o]=i(t[o],a+1)??{},t}let s=w(e)?{...e}:{},c=i(s[o],a+1);return c===void 0?delete s[o]:s[o]=c,Object.keys(s).length>0||r(t.slice(0,a))?s:void 0};return i(e,0)}function R(e,t,n){let r=[...e],[i]=r.splice(t,1);return r.splice(n,0,i),r}var z=c.schemaForm,be=3,xe={list:1,map:1,variants:2,object:2};function B(e,t,n){let r=e.valueAt(n),i=Object.entries(t.properties??{}).map(([r,i])=>{let a=v(e.root,i);return{path:[...n,r],schema:a,label:de(r,a),required:t.required?.includes(r)??!1}}).filter(t=>Se(e,t.schema,t.path)).sort((e,t)=>V(e)-V(t)),a=w(r)?Object.keys(r).filter(e=>!(e in(t.properties??{}))):[];return s`<div class="schema-members">
    ${i.map(t=>H(e,t))}
    ${a.map(t=>H(e,{path:[...n,t],schema:{},label:t,required:!1}))}
  </div>`}function V(e){return xe[b(e.schema)]??0}function Se(e,t,n){let r=e.valueAt(n);return r!=null&&r!==(t.const??t.default)||!t.deprecated&&t.const===void 0}function H(e,t){switch(b(t.schema)){case`object`:return U(e,t,()=>B(e,t.schema,t.path));case`variants`:return U(e,t,()=>W(e,t));case`list`:return we(e,t);case`map`:return De(e,t);default:return fe(e,t)}}function U(e,t,n){let{path:r,schema:i}=t,a=!T(e.root,i,e.valueAt(r)),c=e.mistakesBelow(r),l=e.isOpen(r,a||t.required||c>0);return s`<details
    class="schema-section"
    ?open=${l}
    @toggle=${t=>{t.stopPropagation(),e.setOpen(r,t.target.open)}}
  >
    <summary>
      <span class="schema-title">${t.label}</span>
      ${c?s`<span class="badge badge-bad">${z.wrong(c)}</span>`:o}
      ${i.description?s`<span class="muted">${O(i.description)}</span>`:o}
    </summary>
    ${l?s`${P(e.errorAt(r))}${n()}`:o}
  </details>`}function W(e,t){let n=y(e.root,t.schema),r=e.valueAt(t.path),i=x(n),a=S(e.root,n,r),c=(e,t)=>String((i&&e.properties?.[i]?.const)??de(t,e));return s`${d({id:`${e.idOf(t.path)}-form`,label:z.form,value:r===void 0?``:String(a),disabled:e.disabled,options:[...r===void 0?[{value:``,label:z.choose}]:[],...n.map((e,t)=>({value:String(t),label:c(e,t)}))],onChange:r=>e.set(t.path,E(e.root,n[Number(r)]))})}
  ${r===void 0?o:Ce(e,{...t,schema:n[a]})}`}function Ce(e,t){return b(t.schema)===`object`?B(e,t.schema,t.path):H(e,t)}function we(e,t){let n=e.valueAt(t.path),r=Array.isArray(t.schema.default)?t.schema.default:[],i=Array.isArray(n)?n:[],a=v(e.root,t.schema.items??{}),c=n=>e.set(t.path,n.length||r.length||t.required?n:void 0);return G(e,t,s`${n===void 0&&r.length?s`<p class="field-hint"><span>${z.usual(r.map(String).join(`, `))}</span></p>`:o}
    ${i.length?s`<ol class="schema-items">
          ${i.map((n,r)=>s`<li class=${K(e,a)?`is-line`:``}>
              ${Te(e,t,a,r)}
              ${e.disabled?o:Ee(t,i,r,c)}
            </li>`)}
        </ol>`:n===void 0?o:s`<p class="muted">${z.emptyList}</p>`}
    ${e.disabled?o:s`<div class="row">
          ${q(e,t,()=>{c([...n===void 0?r:i,E(e.root,a)])})}
          ${n!==void 0&&r.length?s`${i.length?s`<button type="button" class="small plain" @click=${()=>c([])}>
                    ${z.removeAll}
                  </button>`:o}${N(e,t)}`:o}
        </div>`}`)}function G(e,t,n){return s`<fieldset class="schema-group">
    <legend>
      ${t.label}${t.required?s`<span class="field-required" aria-hidden="true"> *</span>`:o}
    </legend>
    ${F(t.schema)}${P(e.errorAt(t.path))}${n}
  </fieldset>`}function K(e,t){let n=b(t);if(n!==`object`)return![`variants`,`list`,`map`,`json`].includes(n);let r=Object.values(t.properties??{}).filter(t=>{let n=v(e.root,t);return!n.deprecated&&n.const===void 0});return r.length<=be&&r.every(t=>{let n=v(e.root,t);return![`object`,`variants`,`list`,`map`,`json`].includes(b(n))})}function Te(e,t,n,r){let i=[...t.path,r],a=z.itemOf(t.label,r+1);switch(b(n)){case`object`:return s`<div class="schema-item" role="group" aria-label=${a}>
        ${P(e.errorAt(i))}${B(e,n,i)}
      </div>`;case`variants`:return s`<div class="schema-item" role="group" aria-label=${a}>
        ${P(e.errorAt(i))}
        ${W(e,{path:i,schema:n,label:a,required:!0})}
      </div>`;default:{let{description:t,...r}=n;return s`<div class="schema-item is-bare">
        ${H(e,{path:i,schema:r,label:a,required:!0})}
      </div>`}}}function Ee(e,t,n,r){let i=z.itemOf(e.label,n+1),a=(e,t,n,r)=>s`<button
      type="button"
      class="small plain"
      aria-label="${e}: ${i}"
      title=${e}
      ?disabled=${n}
      @click=${r}
    >
      ${t}
    </button>`;return s`<span class="schema-item-actions">
    ${t.length>1?s`${a(z.up,`↑`,n===0,()=>r(R(t,n,n-1)))}
        ${a(z.down,`↓`,n===t.length-1,()=>r(R(t,n,n+1)))}`:o}
    ${a(c.common.remove,`✕`,!1,()=>r(t.toSpliced(n,1)))}
  </span>`}function De(e,t){let n=e.valueAt(t.path),r=w(n)?Object.entries(n):[],i=v(e.root,t.schema.additionalProperties),a=n=>e.set(t.path,n.length||t.required?Object.fromEntries(n):void 0),l=(e,t)=>{r.some(([n],r)=>n===t&&r!==e)||a(r.map((n,r)=>r===e?[t,n[1]]:n))};return G(e,t,s`${r.length?s`<ul class="schema-items">
          ${r.map(([n],u)=>s`<li class=${K(e,i)?`is-line`:``}>
              <div class="schema-item" role="group" aria-label=${n}>
                <div class="schema-members">
                  ${f({id:`${e.idOf(t.path)}-key-${u}`,label:z.key,value:n,required:!0,disabled:e.disabled,onChange:e=>l(u,e)})}
                  ${H(e,{path:[...t.path,n],schema:i,label:z.value,required:!0})}
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
          ${q(e,t,()=>a([...r,[Oe(r),E(e.root,i)]]))}
        </div>`}`)}function q(e,t,n){return s`<button
    type="button"
    class="small"
    id=${e.idOf(t.path)}
    aria-label=${z.addTo(t.label)}
    @click=${n}
  >
    ${c.common.add}
  </button>`}function Oe(e){let t=new Set(e.map(([e])=>e)),n=``;for(let e=1;t.has(n);e+=1)n=z.newKey(e);return n}var J=c.schemaForm;function ke(e,t){return[...Y(e,e,t,[])]}function*Y(e,t,n,r){if(n===void 0||n===null&&oe(t))return;let i=v(e,t),a=b(i);if(a===`variants`){let t=y(e,i),a=t[S(e,t,n)];x(t)===void 0&&!t.some(e=>C(e,n))?yield X(r,J.wrongForm):yield*Y(e,a,n,r)}else if(a===`choice`){let e=i.enum??[i.const];e.includes(n)||(yield X(r,J.notOneOf(e.join(`, `))))}else C(i,n)?typeof n==`number`?yield*Ae(i,n,r):typeof n==`string`?yield*je(i,n,r):Array.isArray(n)?yield*Ne(e,i,n,r):w(n)&&(yield*Pe(e,i,n,r)):i.type&&(yield X(r,J.types[i.type]))}function*Ae(e,t,n){e.minimum!==void 0&&t<e.minimum&&(yield X(n,J.tooSmall(e.minimum))),e.maximum!==void 0&&t>e.maximum&&(yield X(n,J.tooLarge(e.maximum)))}function*je(e,t,n){let r=[...t].length;e.minLength&&!r?yield X(n,J.empty):e.minLength!==void 0&&r<e.minLength&&(yield X(n,J.tooShort(e.minLength))),e.maxLength!==void 0&&r>e.maxLength&&(yield X(n,J.tooLong(e.maxLength))),e.pattern!==void 0&&!Me(e.pattern,t)&&(yield X(n,J.noMatch(e.pattern)))}function Me(e,t){try{return new RegExp(e,`u`).test(t)}catch{return!0}}function*Ne(e,t,n,r){t.minItems!==void 0&&n.length<t.minItems&&(yield X(r,J.tooFewItems(t.minItems))),t.maxItems!==void 0&&n.length>t.maxItems&&(yield X(r,J.tooManyItems(t.maxItems)));for(let[i,a]of n.entries())yield*Y(e,t.items??{},a,[...r,i])}function*Pe(e,t,n,r){let i=t.properties??{};for(let a of t.required??[]){if(n[a]!==void 0)continue;let t=v(e,i[a]??{});b(t)===`object`&&t.required?.length?yield*Y(e,t,{},[...r,a]):yield X([...r,a],J.required)}for(let[a,o]of Object.entries(n)){let n=[...r,a];i[a]?yield*Y(e,i[a],o,n):typeof t.additionalProperties==`object`?(yield*Y(e,t.propertyNames??{},a,n),yield*Y(e,t.additionalProperties,o,n)):t.additionalProperties===!1&&(yield X(n,J.unknown))}}function X(e,t){return{path:e,location:I(e),message:t}}var Z=c.schemaForm,Fe=`********`,Q=class extends e{constructor(...e){super(...e),this.schema={},this.errors=[],this.disabled=!1,this.label=Z.json,this.jsonShown=!1,this.idPrefix=r(`form`),this.found=[],this.left=new Set,this.changed=new Set,this.opened=new Map,this.revealed=new Set,this.masks=new Map,this.allShown=!1}get root(){return this.schema}get valid(){return this.mistakes().length===0}mistakes(){return ke(this.schema,this.value??{}).filter(e=>Ie(e)||!$(L(this.value,e.path),L(this.original,e.path)))}report(){let e=this.valid;return this.allShown=!0,this.requestUpdate(),e||this.focusMistake(),e}async focusMistake(){await this.updateComplete,this.querySelector(`[aria-invalid=true]`)?.focus()}willUpdate(e){if(e.has(`errors`)&&this.changed.clear(),e.has(`schema`)&&!$(this.schema,e.get(`schema`))){for(let e of[this.left,this.opened,this.revealed,this.masks])e.clear();this.allShown=!1}e.has(`value`)&&!$(this.value,this.emitted)&&(this.original=this.value),this.found=this.mistakes(),this.rememberMasks(this.value,[])}render(){let e=b(v(this.schema,this.schema)),t=this.errorAt([]);return s`<div class="schema-form ${this.jsonShown?`has-json`:``}">
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
              ${this.jsonShown?Z.hideJson:Z.showJson}
            </button>
          </div>`:o}
    </div>`}fields(){let e=v(this.schema,this.schema);return Object.keys(e.properties??{}).length?B(this,e,[]):s`<p class="muted">${Z.noOptions}</p>`}json(){return s`<div class="schema-json">
      <relay-json-editor
        .label=${this.label}
        .value=${this.value??{}}
        .disabled=${this.disabled}
        @change=${e=>{this.allShown=!0,this.emit(e.detail??{})}}
      ></relay-json-editor>
    </div>`}unplaced(){let e=this.errors.filter(e=>{let t=/^[^.[]*/.exec(e.location)[0];return t!==``&&!(t in(v(this.schema,this.schema).properties??{}))});return e.length?s`<ul class="field-error" role="alert">
          ${e.map(e=>s`<li><code>${e.location}</code> ${e.message}</li>`)}
        </ul>`:o}rememberMasks(e,t){if(typeof e==`string`){let n=I(t);e.includes(Fe)&&!this.masks.has(n)&&this.masks.set(n,e)}else if(typeof e==`object`&&e){let n=Array.isArray(e);for(let[r,i]of Object.entries(e))this.rememberMasks(i,[...t,n?Number(r):r])}}emit(e){this.value=this.emitted=e,this.change(e)}idOf(e){return`${this.idPrefix}-${e.join(`-`)}`}errorAt(e){let t=I(e),n=this.found.filter(e=>e.location===t&&this.isTold(e)),r=this.changed.has(t)?[]:this.errors.filter(e=>e.location===t),i=new Set([...r,...n].map(e=>e.message));return i.size?[...i].join(` `):void 0}mistakesBelow(e){let t=I(e),n=e=>e.location===t||e.location.startsWith(`${t}.`)||e.location.startsWith(`${t}[`),r=this.errors.filter(e=>n(e)&&!this.changed.has(e.location)),i=this.found.filter(e=>n(e)&&this.isTold(e));return new Set([...r,...i].map(e=>e.location)).size}isTold(e){return this.allShown||this.left.has(e.location)?!0:!Ie(e)}valueAt(e){return L(this.value,e)}set(e,t){this.changed.add(I(e)),this.emit(ye(this.value,e,t,e=>{let t=e.at(-1);if(typeof t!=`string`)return!0;let n=D(this.schema,this.value,e.slice(0,-1));return b(n)===`map`||(n.required?.includes(t)??!1)})??{})}leave(e){let t=I(e);this.left.has(t)||(this.left.add(t),this.requestUpdate())}isOpen(e,t){let n=I(e),r=this.opened.get(n);return r===void 0?(t&&this.opened.set(n,!0),t):r}setOpen(e,t){let n=I(e);this.opened.get(n)!==t&&(this.opened.set(n,t),this.requestUpdate())}isRevealed(e){return this.revealed.has(I(e))}setRevealed(e,t){t?this.revealed.add(I(e)):this.revealed.delete(I(e)),this.requestUpdate()}maskAt(e){return this.masks.get(I(e))}};i([t({attribute:!1})],Q.prototype,`schema`,void 0),i([t({attribute:!1})],Q.prototype,`value`,void 0),i([t({attribute:!1})],Q.prototype,`errors`,void 0),i([t({attribute:!1})],Q.prototype,`disabled`,void 0),i([t({attribute:!1})],Q.prototype,`label`,void 0),i([a()],Q.prototype,`jsonShown`,void 0),Q=i([n(`relay-schema-form`)],Q);function Ie(e){return e.message===Z.required||e.message===Z.empty}function $(e,t){return JSON.stringify(e)===JSON.stringify(t)}export{w as a,se as c,S as d,y as f,ye as i,v as l,R as n,b as o,L as r,ce as s,I as t,D as u};