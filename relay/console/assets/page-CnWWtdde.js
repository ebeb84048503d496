import{D as e,I as t,L as n,P as r,R as i,S as a,T as o,_ as s,a as c,b as l,c as u,i as d,j as ee,k as f,o as te,r as p,s as m,t as ne,w as re}from"./index-q0cvveWk.js";import{a as ie,c as ae,d as oe,i as se,l as ce,o as le,r as ue,s as de,t as fe,u as pe}from"./curl-DN9Ceju9.js";import{r as me,t as he}from"./page-Bd5Bw3P3.js";import"./json-editor-mE-45F3l.js";import{n as ge,r as _e,t as ve}from"./numbers-CoBbCYtr.js";import{n as ye}from"./dialog-BrdfJNOr.js";import{t as h}from"./field-errors-3tWmd-IM.js";import{t as be}from"./unsaved-BYoD2Tcu.js";function g(e,t){if(t.$ref!==void 0){let{$ref:n,...r}=t,i=n.slice(8);return{...g(e,e.$defs?.[i]??{}),...r}}let n=t.anyOf??t.oneOf,r=n?.filter(e=>e.type!==`null`);if(n&&r?.length===1){let{anyOf:n,oneOf:i,...a}=t;return{...g(e,r[0]),...a}}return t}function xe(e){return(e.anyOf??e.oneOf??[]).some(e=>e.type===`null`)}function _(e,t){return(t.anyOf??t.oneOf??[]).filter(e=>e.type!==`null`).map(t=>g(e,t))}function Se(e,...t){let n=g(e,e);for(let r of t)n=g(e,(r===`*`?n.items??n.additionalProperties:[n,..._(e,n)].find(e=>e.properties?.[r])?.properties?.[r])??{});return e.$defs?{...n,$defs:e.$defs}:n}function Ce(e,...t){let n=e.properties??{},r=t.filter(e=>e in n);return{...e,properties:Object.fromEntries(r.map(e=>[e,n[e]])),required:(e.required??[]).filter(e=>r.includes(e))}}function v(e){if(e.anyOf||e.oneOf)return`variants`;if(e.enum||e.const!==void 0)return`choice`;switch(e.type){case`object`:return typeof e.additionalProperties==`object`?`map`:e.properties?`object`:`json`;case`array`:return e.items&&Object.keys(e.items).length?`list`:`json`;case`boolean`:return`flag`;case`integer`:case`number`:return`number`;case`string`:return`text`;default:return`json`}}function y(e){return Object.keys(e[0]?.properties??{}).find(t=>e.every(e=>e.properties?.[t]?.const!==void 0))}function b(e,t,n){let r=y(t);return Math.max(t.findIndex(t=>r===void 0?x(g(e,t),n):S(n)&&t.properties?.[r]?.const===n[r]),0)}function x(e,t){switch(e.type){case`object`:return S(t);case`array`:return Array.isArray(t);case`integer`:return Number.isInteger(t);case`number`:return typeof t==`number`;case`null`:return t===null;case void 0:return!0;default:return typeof t===e.type}}function S(e){return typeof e==`object`&&!!e&&!Array.isArray(e)}function C(e,t){let n=g(e,t);switch(v(n)){case`object`:return Object.fromEntries(Object.entries(n.properties??{}).filter(([e,t])=>n.required?.includes(e)&&`const`in t).map(([e,t])=>[e,t.const]));case`map`:return{};case`variants`:return C(e,_(e,n)[0]);case`choice`:return n.default??n.const??n.enum?.[0];case`list`:return[];case`flag`:return!1;case`text`:return``;default:return null}}function w(e,t,n){let r=g(e,e),i=t;for(let t of n){if(v(r)===`variants`){let t=_(e,r);r=t[b(e,t,i)]}r=g(e,(typeof t==`number`?r.items:r.properties?.[t]??(typeof r.additionalProperties==`object`?r.additionalProperties:{}))??{}),i=S(i)||Array.isArray(i)?i[t]:void 0}return r}var we=i.schemaForm;function Te(e,t){if(!(typeof t!=`number`||t<=0))switch(e[`x-unit`]){case`ms`:return t>=1e3?_e(t):void 0;case`s`:return t>=60?_e(t*1e3):void 0;case`bytes`:return t>=1e3?ve(t):void 0;default:return t>=1e4?ge(t):void 0}}function T(e){return l`${e.split("`").map((e,t)=>t%2?l`<code>${e}</code>`:e)}`}function E(e){let t=e.default;if(t!=null&&t!==``)return typeof t==`boolean`?t?i.common.on:i.common.off:Array.isArray(t)?t.length?t.map(String).join(`, `):void 0:typeof t==`object`?void 0:String(t)}function Ee(e,t){if(t||e.description)return l`${t?l`<strong>= ${t}</strong> `:s}${e.description?T(e.description):s}`}function De(e,t){return t.title??(typeof e==`number`?we.item(e+1):e)}var D=i.schemaForm;function Oe(e,t){switch(v(t.schema)){case`flag`:return ke(e,t);case`choice`:return je(e,t);case`number`:return Me(e,t);case`text`:return t.schema.format===`password`?Pe(e,t):Ne(e,t);default:return Fe(e,t)}}function O(e,t,n){return{id:e.idOf(t.path),label:t.label,hint:Ee(t.schema,n),error:e.errorAt(t.path),required:t.required,disabled:e.disabled}}function ke(e,t){let n=e.valueAt(t.path),r=n!=null,i=t.schema.default===!0,a=ce({...O(e,t),value:r?n===!0:i,onChange:n=>e.set(t.path,n)});return r&&n!==t.schema.default&&`default`in t.schema&&!e.disabled?l`<div class="schema-flag">${a}${Ae(e,t)}</div>`:a}function Ae(e,t){let n=E(t.schema);return l`<button
    type="button"
    class="small plain"
    aria-label=${D.unsetNamed(t.label)}
    title=${n===void 0?s:D.usual(n)}
    @click=${()=>e.set(t.path,void 0)}
  >
    ${D.unset}
  </button>`}function je(e,t){let{schema:n}=t,r=e.valueAt(t.path),i=n.enum??[n.const],a=E(n),o=t.required?D.choose:a===void 0?D.notSet:D.usual(a),s=r===void 0||i.includes(r)?[]:[r];return le({...O(e,t),value:r==null?``:String(r),options:[{value:``,label:o},...[...i,...s].map(e=>({value:String(e),label:String(e)}))],onChange:n=>e.set(t.path,n===``?void 0:i.find(e=>String(e)===n))})}function Me(e,t){let{schema:n}=t,r=e.valueAt(t.path),i={...n.minimum===void 0?{}:{min:n.minimum},...n.maximum===void 0?{}:{max:n.maximum},...n.type===`integer`?{step:1}:{},...n[`x-unit`]?{unit:n[`x-unit`]}:{}};return l`<div class="schema-control" @focusout=${()=>e.leave(t.path)}>
    ${ie({...O(e,t,Te(n,r??n.default)),...i,value:typeof r==`number`?r:void 0,placeholder:E(n),onChange:n=>e.set(t.path,n)})}
  </div>`}function Ne(e,t){let{schema:n}=t,r=e.valueAt(t.path),i={...O(e,t),value:typeof r==`string`?r:``,onChange:n=>e.set(t.path,n===``?void 0:n)},a=n.maxLength===void 0?{}:{maxLength:n.maxLength};return n[`x-multiline`]?de({...i,...a}):ae({...i,...a,placeholder:E(n),onLeave:()=>e.leave(t.path)})}function Pe(e,t){let n=O(e,t),r=e.valueAt(t.path),i=e.maskAt(t.path),a=i!==void 0&&r===i,o=e.isRevealed(t.path),c=a||typeof r!=`string`?``:r,u=n=>{let{value:r}=n.target;e.set(t.path,r===``?i:r)},d={placeholder:a?D.unchanged:E(t.schema)??s,invalid:n.error?`true`:s},ee=t.schema[`x-multiline`]?l`<textarea
        id=${n.id}
        class="code ${o?``:`concealed`}"
        rows="3"
        spellcheck="false"
        autocomplete="off"
        placeholder=${d.placeholder}
        .value=${pe(c)}
        ?disabled=${e.disabled}
        ?required=${t.required&&!a}
        aria-invalid=${d.invalid}
        aria-describedby=${ue(n)}
        @input=${u}
        @blur=${()=>e.leave(t.path)}
      ></textarea>`:l`<input
        id=${n.id}
        type=${o?`text`:`password`}
        autocomplete="new-password"
        placeholder=${d.placeholder}
        .value=${pe(c)}
        ?disabled=${e.disabled}
        ?required=${t.required&&!a}
        aria-invalid=${d.invalid}
        aria-describedby=${ue(n)}
        @input=${u}
        @blur=${()=>e.leave(t.path)}
      />`,f=l`<button
    type="button"
    class="small"
    aria-pressed=${o?`true`:`false`}
    aria-label=${D.showNamed(t.label)}
    @click=${()=>e.setRevealed(t.path,!o)}
  >
    ${o?D.hide:D.show}
  </button>`;return se(n,l`<span class="field-unit">${ee}${c?f:s}</span>`)}function Fe(e,t){return l`<div class="schema-wide">
    <relay-json-editor
      .label=${t.label}
      .value=${e.valueAt(t.path)}
      .disabled=${e.disabled}
      @change=${n=>{n.stopPropagation(),e.set(t.path,n.detail)}}
    ></relay-json-editor>
    ${k(e.errorAt(t.path))}${Ie(t.schema)}
  </div>`}function k(e){return e?l`<p class="field-error">${e}</p>`:s}function Ie(e){let t=Ee(e);return t?l`<p class="field-hint"><span>${t}</span></p>`:s}function A(e){return e.reduce((e,t)=>typeof t==`number`?`${e}[${t}]`:e?`${e}.${t}`:t,``)}function j(e,t){return t.reduce((e,t)=>typeof e==`object`&&e?e[t]:void 0,e)}function M(e,t,n,r=()=>!1){let i=(e,a)=>{let o=t[a];if(o===void 0)return n;if(typeof o==`number`){let t=Array.isArray(e)?[...e]:[];return t[o]=i(t[o],a+1)??{},t}let s=S(e)?{...e}:{},c=i(s[o],a+1);return c===void 0?delete s[o]:s[o]=c,Object.keys(s).length>0||r(t.slice(0,a))?s:void 0};return i(e,0)}function N(e,t,n){let r=[...e],[i]=r.splice(t,1);return r.splice(n,0,i),r}var P=i.schemaForm,Le=3,Re={list:1,map:1,variants:2,object:2};function F(e,t,n){let r=e.valueAt(n),i=Object.entries(t.properties??{}).map(([r,i])=>{let a=g(e.root,i);return{path:[...n,r],schema:a,label:De(r,a),required:t.required?.includes(r)??!1}}).filter(t=>Be(e,t.schema,t.path)).sort((e,t)=>ze(e)-ze(t)),a=S(r)?Object.keys(r).filter(e=>!(e in(t.properties??{}))):[];return l`<div class="schema-members">
    ${i.map(t=>I(e,t))}
    ${a.map(t=>I(e,{path:[...n,t],schema:{},label:t,required:!1}))}
  </div>`}function ze(e){return Re[v(e.schema)]??0}function Be(e,t,n){let r=e.valueAt(n);return r!=null&&r!==(t.const??t.default)||!t.deprecated&&t.const===void 0}function I(e,t){switch(v(t.schema)){case`object`:return L(e,t,()=>F(e,t.schema,t.path));case`variants`:return L(e,t,()=>R(e,t));case`list`:return He(e,t);case`map`:return Ke(e,t);default:return Oe(e,t)}}function L(e,t,n){let{path:r,schema:i}=t,a=e.valueAt(r)!==void 0,o=e.mistakesBelow(r),c=e.isOpen(r,a||t.required||o>0);return l`<details
    class="schema-section"
    ?open=${c}
    @toggle=${t=>{t.stopPropagation(),e.setOpen(r,t.target.open)}}
  >
    <summary>
      <span class="schema-title">${t.label}</span>
      ${o?l`<span class="badge badge-bad">${P.wrong(o)}</span>`:s}
      ${i.description?l`<span class="muted">${T(i.description)}</span>`:s}
    </summary>
    ${c?l`${k(e.errorAt(r))}${n()}`:s}
  </details>`}function R(e,t){let n=_(e.root,t.schema),r=e.valueAt(t.path),i=y(n),a=b(e.root,n,r),o=(e,t)=>String((i&&e.properties?.[i]?.const)??De(t,e));return l`${le({id:`${e.idOf(t.path)}-form`,label:P.form,value:r===void 0?``:String(a),disabled:e.disabled,options:[...r===void 0?[{value:``,label:P.choose}]:[],...n.map((e,t)=>({value:String(t),label:o(e,t)}))],onChange:r=>e.set(t.path,C(e.root,n[Number(r)]))})}
  ${r===void 0?s:Ve(e,{...t,schema:n[a]})}`}function Ve(e,t){return v(t.schema)===`object`?F(e,t.schema,t.path):I(e,t)}function He(e,t){let n=e.valueAt(t.path),r=Array.isArray(t.schema.default)?t.schema.default:[],i=Array.isArray(n)?n:[],a=g(e.root,t.schema.items??{}),o=n=>e.set(t.path,n.length||r.length||t.required?n:void 0);return z(e,t,l`${n===void 0&&r.length?l`<p class="field-hint"><span>${P.usual(r.map(String).join(`, `))}</span></p>`:s}
    ${i.length?l`<ol class="schema-items">
          ${i.map((n,r)=>l`<li class=${Ue(e,a)?`is-line`:``}>
              ${We(e,t,a,r)}
              ${e.disabled?s:Ge(t,i,r,o)}
            </li>`)}
        </ol>`:n===void 0?s:l`<p class="muted">${P.emptyList}</p>`}
    ${e.disabled?s:l`<div class="row">
          ${qe(e,t,()=>{o([...n===void 0?r:i,C(e.root,a)])})}
          ${n!==void 0&&r.length?l`${i.length?l`<button type="button" class="small plain" @click=${()=>o([])}>
                    ${P.removeAll}
                  </button>`:s}${Ae(e,t)}`:s}
        </div>`}`)}function z(e,t,n){return l`<fieldset class="schema-group">
    <legend>
      ${t.label}${t.required?l`<span class="field-required" aria-hidden="true"> *</span>`:s}
    </legend>
    ${Ie(t.schema)}${k(e.errorAt(t.path))}${n}
  </fieldset>`}function Ue(e,t){let n=v(t);if(n!==`object`)return![`variants`,`list`,`map`,`json`].includes(n);let r=Object.values(t.properties??{}).filter(t=>{let n=g(e.root,t);return!n.deprecated&&n.const===void 0});return r.length<=Le&&r.every(t=>{let n=g(e.root,t);return![`object`,`variants`,`list`,`map`,`json`].includes(v(n))})}function We(e,t,n,r){let i=[...t.path,r],a=P.itemOf(t.label,r+1);switch(v(n)){case`object`:return l`<div class="schema-item" role="group" aria-label=${a}>
        ${k(e.errorAt(i))}${F(e,n,i)}
      </div>`;case`variants`:return l`<div class="schema-item" role="group" aria-label=${a}>
        ${k(e.errorAt(i))}
        ${R(e,{path:i,schema:n,label:a,required:!0})}
      </div>`;default:{let{description:t,...r}=n;return l`<div class="schema-item is-bare">
        ${I(e,{path:i,schema:r,label:a,required:!0})}
      </div>`}}}function Ge(e,t,n,r){let a=P.itemOf(e.label,n+1),o=(e,t,n,r)=>l`<button
      type="button"
      class="small plain"
      aria-label="${e}: ${a}"
      title=${e}
      ?disabled=${n}
      @click=${r}
    >
      ${t}
    </button>`;return l`<span class="schema-item-actions">
    ${t.length>1?l`${o(P.up,`↑`,n===0,()=>r(N(t,n,n-1)))}
        ${o(P.down,`↓`,n===t.length-1,()=>r(N(t,n,n+1)))}`:s}
    ${o(i.common.remove,`✕`,!1,()=>r(t.toSpliced(n,1)))}
  </span>`}function Ke(e,t){let n=e.valueAt(t.path),r=S(n)?Object.entries(n):[],a=g(e.root,t.schema.additionalProperties),o=n=>e.set(t.path,n.length||t.required?Object.fromEntries(n):void 0),c=(e,t)=>{r.some(([n],r)=>n===t&&r!==e)||o(r.map((n,r)=>r===e?[t,n[1]]:n))};return z(e,t,l`${r.length?l`<ul class="schema-items">
          ${r.map(([n],u)=>l`<li class=${Ue(e,a)?`is-line`:``}>
              <div class="schema-item" role="group" aria-label=${n}>
                <div class="schema-members">
                  ${ae({id:`${e.idOf(t.path)}-key-${u}`,label:P.key,value:n,required:!0,disabled:e.disabled,onChange:e=>c(u,e)})}
                  ${I(e,{path:[...t.path,n],schema:a,label:P.value,required:!0})}
                </div>
              </div>
              ${e.disabled?s:l`<span class="schema-item-actions">
                    <button
                      type="button"
                      class="small plain"
                      aria-label="${i.common.remove}: ${n}"
                      title=${i.common.remove}
                      @click=${()=>o(r.toSpliced(u,1))}
                    >
                      ✕
                    </button>
                  </span>`}
            </li>`)}
        </ul>`:s}
    ${e.disabled?s:qe(e,t,()=>o([...r,[Je(r),C(e.root,a)]]))}`)}function qe(e,t,n){return l`<button
    type="button"
    class="small"
    id=${e.idOf(t.path)}
    aria-label=${P.addTo(t.label)}
    @click=${n}
  >
    ${i.common.add}
  </button>`}function Je(e){let t=new Set(e.map(([e])=>e)),n=``;for(let e=1;t.has(n);e+=1)n=P.newKey(e);return n}var B=i.schemaForm;function Ye(e,t){return[...V(e,e,t,[])]}function*V(e,t,n,r){if(n===void 0||n===null&&xe(t))return;let i=g(e,t),a=v(i);if(a===`variants`){let t=_(e,i),a=t[b(e,t,n)];y(t)===void 0&&!t.some(e=>x(e,n))?yield H(r,B.wrongForm):yield*V(e,a,n,r)}else if(a===`choice`){let e=i.enum??[i.const];e.includes(n)||(yield H(r,B.notOneOf(e.join(`, `))))}else x(i,n)?typeof n==`number`?yield*Xe(i,n,r):typeof n==`string`?yield*Ze(i,n,r):Array.isArray(n)?yield*$e(e,i,n,r):S(n)&&(yield*et(e,i,n,r)):i.type&&(yield H(r,B.types[i.type]))}function*Xe(e,t,n){e.minimum!==void 0&&t<e.minimum&&(yield H(n,B.tooSmall(e.minimum))),e.maximum!==void 0&&t>e.maximum&&(yield H(n,B.tooLarge(e.maximum)))}function*Ze(e,t,n){let r=[...t].length;e.minLength&&!r?yield H(n,B.empty):e.minLength!==void 0&&r<e.minLength&&(yield H(n,B.tooShort(e.minLength))),e.maxLength!==void 0&&r>e.maxLength&&(yield H(n,B.tooLong(e.maxLength))),e.pattern!==void 0&&!Qe(e.pattern,t)&&(yield H(n,B.noMatch(e.pattern)))}function Qe(e,t){try{return new RegExp(e,`u`).test(t)}catch{return!0}}function*$e(e,t,n,r){t.minItems!==void 0&&n.length<t.minItems&&(yield H(r,B.tooFewItems(t.minItems))),t.maxItems!==void 0&&n.length>t.maxItems&&(yield H(r,B.tooManyItems(t.maxItems)));for(let[i,a]of n.entries())yield*V(e,t.items??{},a,[...r,i])}function*et(e,t,n,r){let i=t.properties??{};for(let a of t.required??[]){if(n[a]!==void 0)continue;let t=g(e,i[a]??{});v(t)===`object`&&t.required?.length?yield*V(e,t,{},[...r,a]):yield H([...r,a],B.required)}for(let[a,o]of Object.entries(n)){let n=[...r,a];i[a]?yield*V(e,i[a],o,n):typeof t.additionalProperties==`object`?(yield*V(e,t.propertyNames??{},a,n),yield*V(e,t.additionalProperties,o,n)):t.additionalProperties===!1&&(yield H(n,B.unknown))}}function H(e,t){return{location:A(e),message:t}}var U=i.schemaForm,tt=`********`,W=class extends d{constructor(...e){super(...e),this.schema={},this.errors=[],this.disabled=!1,this.label=U.json,this.jsonShown=!1,this.idPrefix=c(`form`),this.found=[],this.left=new Set,this.changed=new Set,this.opened=new Map,this.revealed=new Set,this.masks=new Map,this.allShown=!1}get root(){return this.schema}get valid(){return Ye(this.schema,this.value??{}).length===0}report(){let e=this.valid;return this.allShown=!0,this.requestUpdate(),e||this.focusMistake(),e}async focusMistake(){await this.updateComplete,this.querySelector(`[aria-invalid=true]`)?.focus()}willUpdate(e){if(e.has(`errors`)&&this.changed.clear(),e.has(`schema`)&&!nt(this.schema,e.get(`schema`))){for(let e of[this.left,this.opened,this.revealed,this.masks])e.clear();this.allShown=!1}this.found=Ye(this.schema,this.value??{}),this.rememberMasks(this.value,[])}render(){let e=v(g(this.schema,this.schema)),t=this.errorAt([]);return l`<div class="schema-form ${this.jsonShown?`has-json`:``}">
      <div class="schema-fields">
        ${t?l`<p class="field-error" role="alert">${t}</p>`:s}
        ${e===`object`?this.fields():s} ${this.unplaced()}
      </div>
      ${this.jsonShown||e!==`object`?this.json():s}
      ${e===`object`?l`<div class="schema-switch">
            <button
              type="button"
              class="small"
              aria-expanded=${this.jsonShown?`true`:`false`}
              @click=${()=>this.jsonShown=!this.jsonShown}
            >
              ${this.jsonShown?U.hideJson:U.showJson}
            </button>
          </div>`:s}
    </div>`}fields(){let e=g(this.schema,this.schema);return Object.keys(e.properties??{}).length?F(this,e,[]):l`<p class="muted">${U.noOptions}</p>`}json(){return l`<div class="schema-json">
      <relay-json-editor
        .label=${this.label}
        .value=${this.value??{}}
        .disabled=${this.disabled}
        @change=${e=>{e.stopPropagation(),this.allShown=!0,this.emit(e.detail??{})}}
      ></relay-json-editor>
    </div>`}unplaced(){let e=this.errors.filter(e=>{let t=/^[^.[]*/.exec(e.location)[0];return t!==``&&!(t in(g(this.schema,this.schema).properties??{}))});return e.length?l`<ul class="field-error" role="alert">
          ${e.map(e=>l`<li><code>${e.location}</code> ${e.message}</li>`)}
        </ul>`:s}rememberMasks(e,t){if(typeof e==`string`){let n=A(t);e.includes(tt)&&!this.masks.has(n)&&this.masks.set(n,e)}else if(typeof e==`object`&&e){let n=Array.isArray(e);for(let[r,i]of Object.entries(e))this.rememberMasks(i,[...t,n?Number(r):r])}}emit(e){this.value=e,this.dispatchEvent(new CustomEvent(`change`,{detail:e,bubbles:!0}))}idOf(e){return`${this.idPrefix}-${e.join(`-`)}`}errorAt(e){let t=A(e),n=this.found.filter(e=>e.location===t&&this.isTold(e)),r=this.changed.has(t)?[]:this.errors.filter(e=>e.location===t),i=new Set([...r,...n].map(e=>e.message));return i.size?[...i].join(` `):void 0}mistakesBelow(e){let t=A(e),n=e=>e.location===t||e.location.startsWith(`${t}.`)||e.location.startsWith(`${t}[`),r=this.errors.filter(e=>n(e)&&!this.changed.has(e.location)),i=this.found.filter(e=>n(e)&&this.isTold(e));return new Set([...r,...i].map(e=>e.location)).size}isTold(e){return this.allShown||this.left.has(e.location)?!0:e.message!==U.required&&e.message!==U.empty}valueAt(e){return j(this.value,e)}set(e,t){this.changed.add(A(e)),this.emit(M(this.value,e,t,e=>{let t=e.at(-1);if(typeof t!=`string`)return!0;let n=w(this.schema,this.value,e.slice(0,-1));return v(n)===`map`||(n.required?.includes(t)??!1)})??{})}leave(e){let t=A(e);this.left.has(t)||(this.left.add(t),this.requestUpdate())}isOpen(e,t){let n=A(e),r=this.opened.get(n);return r===void 0?(t&&this.opened.set(n,!0),t):r}setOpen(e,t){let n=A(e);this.opened.get(n)!==t&&(this.opened.set(n,t),this.requestUpdate())}isRevealed(e){return this.revealed.has(A(e))}setRevealed(e,t){t?this.revealed.add(A(e)):this.revealed.delete(A(e)),this.requestUpdate()}maskAt(e){return this.masks.get(A(e))}};p([m({attribute:!1})],W.prototype,`schema`,void 0),p([m({attribute:!1})],W.prototype,`value`,void 0),p([m({attribute:!1})],W.prototype,`errors`,void 0),p([m({attribute:!1})],W.prototype,`disabled`,void 0),p([m({attribute:!1})],W.prototype,`label`,void 0),p([te()],W.prototype,`jsonShown`,void 0),W=p([u(`relay-schema-form`)],W);function nt(e,t){return JSON.stringify(e)===JSON.stringify(t)}var G=e=>f(re(`apis`,e));function rt(e,t,n,r=!1){return{...ee(re(`apis`,e),t),...r?{query:{dryRun:!0}}:{},...n===void 0?{}:{ifMatch:n}}}function it(e,t,n=``){return Object.is(e,t)?[]:e===void 0?[{op:`add`,path:n,after:t}]:t===void 0?[{op:`remove`,path:n,before:e}]:!st(e)||!st(t)||Array.isArray(e)!==Array.isArray(t)?[{op:`replace`,path:n,before:e,after:t}]:[...new Set([...Object.keys(e),...Object.keys(t)])].flatMap(r=>it(e[r],t[r],`${n}/${ct(r)}`))}function at(e){return l`<ul class="diff">
    ${e.map(e=>l`<li>
        <code class="diff-path">${e.path||`/`}</code>
        ${e.op===`add`?s:l`<del>${ot(e.before)}</del>`}
        ${e.op===`remove`?s:l`<ins>${ot(e.after)}</ins>`}
      </li>`)}
  </ul>`}function ot(e){return JSON.stringify(e,null,2)??``}function st(e){return typeof e==`object`&&!!e}function ct(e){return e.replaceAll(`~`,`~0`).replaceAll(`/`,`~1`)}var lt=`********`;function ut(e,t){return e.map(e=>{let n=dt(e.path),r=e=>t.reduce((e,t)=>ft(n,e,t),e);return{...e,...`before`in e?{before:r(e.before)}:{},...`after`in e?{after:r(e.after)}:{}}})}function dt(e){return e.split(`/`).slice(1).map(e=>e.replaceAll(`~1`,`/`).replaceAll(`~0`,`~`)).map(e=>/^\d+$/.test(e)?Number(e):e)}function ft(e,t,{path:n,schema:r}){let i=Math.min(e.length,n.length);if(e.slice(0,i).join(`/`)!==n.slice(0,i).join(`/`))return t;if(e.length>=n.length)return K(r,w(r,void 0,e.slice(n.length)),t);let a=n.slice(e.length),o=j(t,a);return o===void 0?t:M(t,a,K(r,r,o),()=>!0)}function K(e,t,n){let r=g(e,t);if(v(r)===`variants`){let t=_(e,r);r=t[b(e,t,n)]}if(typeof n==`string`)return r.format===`password`&&n?lt:n;if(Array.isArray(n))return n.map(t=>K(e,r.items??{},t));if(!S(n))return n;let i=r.additionalProperties;return Object.fromEntries(Object.entries(n).map(([t,n])=>[t,K(e,r.properties?.[t]??(S(i)?i:{}),n)]))}function q(e,t){if(!S(e)||!S(t))return t;let n={};for(let r of new Set([...Object.keys(e),...Object.keys(t)]))Y(e[r],t[r])||(n[r]=t[r]===void 0?null:q(e[r],t[r]));return n}function J(e,t){if(!S(t))return t;let n=S(e)?{...e}:{};for(let[e,r]of Object.entries(t))r===null?delete n[e]:n[e]=J(n[e],r);return n}function Y(e,t){return Object.is(e,t)?!0:Array.isArray(e)&&Array.isArray(t)?e.length===t.length&&e.every((e,n)=>Y(e,t[n])):!S(e)||!S(t)?!1:[...new Set([...Object.keys(e),...Object.keys(t)])].every(n=>Y(e[n],t[n]))}var X=i.definition,pt=[`updatedAt`,`deploymentState`,`deployedAt`,`state`],mt=class{constructor(t,n,r){this.host=t,this.id=n,this.parts=r,this.errors=h.none,this.pending=!1,t.addController(this),this.loader=new oe(t,t=>e(G(n()),t)),new be(t,()=>this.isChanged)}hostConnected(){this.discard()}get saved(){return this.loader.value?.value}get value(){return this.edited??this.saved}get isChanged(){return this.edited!==void 0&&!Y(this.edited,this.saved)}get call(){return rt(this.id(),q(this.saved,this.value),this.loader.value?.etag)}change(e,t){this.edited=M(this.value,e,t,()=>!0),this.host.requestUpdate()}discard(){this.edited=void 0,this.errors=h.none,this.host.requestUpdate()}reload(){this.discard(),this.loader.value=void 0,this.loader.reload()}async save(){this.errors=h.none;let{call:e}=this,t=await this.sent({...e,query:{dryRun:!0}});if(!t||!await this.isAgreed(t.value,e))return;let n=await this.sent(e);n&&(this.loader.set(n),this.discard(),ne(X.saved))}async sent(n){this.pending=!0,this.host.requestUpdate();try{return await e(n)}catch(e){e instanceof t&&e.status===412?await this.resolve():this.errors=h.of(e);return}finally{this.pending=!1,this.host.requestUpdate()}}changes(e,t){return ut(it(ht(e),ht(t)),this.parts())}async isAgreed(e,t){let n=this.changes(this.saved,e);return await ye(X.reviewTitle,e=>({content:l`<p>${n.length?X.review:X.nothingChanges}</p>
          ${at(n)} ${fe([t])}`,actions:l`<button type="button" @click=${()=>e(!1)}>
            ${i.common.cancel}
          </button>
          <button type="button" class="primary" @click=${()=>e(!0)}>
            ${i.common.save}
          </button>`}),{wide:!0})===!0}async resolve(){let t;try{t=await e(G(this.id()))}catch(e){ne(n(e),`error`);return}let r=await ye(X.conflictTitle,e=>({content:l`<p>${X.conflict}</p>
          ${at(this.changes(this.saved,t.value))}`,actions:l`<button type="button" class="danger" @click=${()=>e(!1)}>
            ${i.common.discard}
          </button>
          <button type="button" class="primary" @click=${()=>e(!0)}>
            ${X.conflictKeep}
          </button>`}),{wide:!0});if(r===void 0)return;let a=q(this.saved,this.value);this.loader.set(t),this.discard(),r&&(this.edited=J(t.value,a))}};function ht(e){return J(e,Object.fromEntries(pt.map(e=>[e,null])))}var gt={endpoint:`endpoints`,shared:`endpoints`,entrypoint:`entrypoints`,resource:`resources`},Z=new Map;function Q(...e){let t=o(...e),n=Z.get(t);return n||(n=r(f(t)),n.catch(()=>Z.delete(t)),Z.set(t,n)),n}var _t=e=>Q(`plugins`,gt[e]);async function vt(e,t){let n=e===`shared`?`shared-configuration-schema`:`schema`;try{return await Q(`plugins`,gt[e],t,n)}catch{return}}var yt=()=>Q(`schemas`,`api`),bt=class{constructor(e){this.whole=e,this.parts=new Map}part(...e){let t=e.join(`/`),n=this.parts.get(t);return n||this.parts.set(t,n=Se(this.whole,...e)),n}},xt=class{constructor(e){this.host=e,this.found=new Map}of(e,t){let n=`${e} ${t}`;return this.found.has(n)||(this.found.set(n,void 0),vt(e,t).then(e=>{this.found.set(n,e),this.host.requestUpdate()})),this.found.get(n)}},$=i.definition,St={type:`object`},Ct=class extends d{constructor(...e){super(...e),this.api=``,this.described=[],this.isRefused=!1,this.draft=new mt(this,()=>this.api,()=>this.described),this.schemas=new oe(this,async()=>new bt(await yt())),this.plugins=new xt(this)}willUpdate(e){e.get(`api`)&&this.draft.reload()}updated(){this.isRefused&&!this.draft.pending&&(this.isRefused=!1,this.focusMistake())}async focusMistake(){await Promise.all([...this.forms()].map(e=>e.updateComplete));let e=this.querySelector(`[aria-invalid=true], .notice-error`);e?.scrollIntoView({block:`center`}),e?.focus()}get editable(){return a(`PUBLISHER`)}forms(){return this.querySelectorAll(`relay-schema-form`)}async save(){[...this.forms()].map(e=>e.report()).includes(!1)||(await this.draft.save(),this.isRefused=this.draft.errors.any,this.requestUpdate())}render(){return this.draft.loader.show(()=>l`${this.schemas.show(e=>this.shown(this.draft.value,e))}`)}shown(e,t){this.described=[{path:[],schema:t.part()}];let n=this.content(e,t);return me({title:this.text.title,intro:this.text.intro,content:l`${n} ${this.draft.errors.summary()} ${this.saveBar()}`,calls:[this.draft.isChanged?this.draft.call:G(this.api)]})}saveBar(){if(!this.editable)return l`<p class="muted">${$.readOnly}</p>`;let{isChanged:e,pending:t}=this.draft;return l`<div class="save-bar ${e?`is-changed`:``}">
      <span role="status">${e?$.unsaved:$.noChanges}</span>
      <span class="row">
        <button
          type="button"
          ?disabled=${!e||t}
          @click=${()=>this.draft.discard()}
        >
          ${i.common.discard}
        </button>
        <button
          type="button"
          class="primary"
          ?disabled=${!e||t}
          @click=${()=>this.save()}
        >
          ${$.save}
        </button>
      </span>
    </div>`}form(e,t,n){let r=n?Ce(t,...n):t;this.described.push({path:e,schema:t});let i=j(this.draft.value,e);return l`<relay-schema-form
      .schema=${r}
      .value=${n?wt(i,n):i??{}}
      .errors=${n?n.flatMap(t=>this.errorsAt([...e,t],t)):this.errorsAt(e,``)}
      .disabled=${!this.editable}
      @change=${t=>this.edit(e,t.detail,n)}
    ></relay-schema-form>`}formCard(e,t,n,r){return he(e,l`${n.description&&!r?l`<p class="muted">${n.description}</p>`:s}
      ${this.form(t,n,r)}`)}pluginForm(e,t,n){return this.form(n,this.plugins.of(e,t)??St)}itemActions(e,t,n,r=0){let a=j(this.draft.value,e);if(!this.editable)return l``;let o=(t,r,i)=>l`<button
        type="button"
        class="small"
        aria-label="${t}: ${n}"
        ?disabled=${r}
        @click=${()=>this.draft.change(e,i())}
      >
        ${t}
      </button>`;return l`<span class="row">
      ${a.length>1?l`${o(i.schemaForm.up,t===0,()=>N(a,t,t-1))}
          ${o(i.schemaForm.down,t===a.length-1,()=>N(a,t,t+1))}`:s}
      ${o(i.common.remove,a.length<=r,()=>a.toSpliced(t,1))}
    </span>`}edit(e,t,n){if(n){let r=S(t)?t:{};for(let t of new Set([...n,...Object.keys(r)])){let n=[...e,t];j(this.draft.value,n)!==r[t]&&this.draft.change(n,r[t])}return}let r=S(t)&&!Object.keys(t).length,i=j(this.draft.saved,e)===void 0;this.draft.change(e,r&&i?void 0:t)}errorsAt(e,t){let{errors:n}=this.draft,r=A(e),i=n.at(r),a=n.below(r).map(e=>({...e,location:t&&!e.location.startsWith(`[`)?`${t}.${e.location}`:t+e.location}));return i===void 0?a:[{location:t,message:i},...a]}};p([m({attribute:!1})],Ct.prototype,`api`,void 0);function wt(e,t){let n=S(e)?e:{};return Object.fromEntries(t.filter(e=>n[e]!==void 0).map(e=>[e,n[e]]))}export{_t as n,Ct as t};