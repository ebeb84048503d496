import{A as e,C as t,E as n,F as r,L as i,M as a,O as o,R as s,T as c,c as l,i as u,r as d,t as f,v as p,x as m,z as h}from"./index-DO9nkWps.js";import{i as g,t as _}from"./curl-Bjpvh-Ts.js";import{r as v,t as y}from"./page-Cz4QYGt_.js";import{i as b,n as x,r as S,t as C}from"./schema-form-CL-IXk1u.js";import{_ as w,f as T,g as E,h as D,m as O,p as k,u as A,v as ee}from"./texts-CVtzvs-W.js";import{n as te,t as j}from"./diff-xGYC4cAR.js";import{n as M}from"./dialog-B6cH1Ntn.js";import{t as N}from"./field-errors-DG2aiDv_.js";import{t as P}from"./unsaved-DFaV7jfa.js";var F=t=>e(c(`apis`,t));function I(e,t,n,r=!1){return{...a(c(`apis`,e),t),...r?{query:{dryRun:!0}}:{},...n===void 0?{}:{ifMatch:n}}}var L=`********`;function R(e,t){return e.map(e=>{let n=z(e.path),r=e=>t.reduce((e,t)=>B(n,e,t),e);return{...e,...`before`in e?{before:r(e.before)}:{},...`after`in e?{after:r(e.after)}:{}}})}function z(e){return e.split(`/`).slice(1).map(e=>e.replaceAll(`~1`,`/`).replaceAll(`~0`,`~`)).map(e=>/^\d+$/.test(e)?Number(e):e)}function B(e,t,{path:n,schema:r}){let i=Math.min(e.length,n.length);if(e.slice(0,i).join(`/`)!==n.slice(0,i).join(`/`))return t;if(e.length>=n.length)return V(r,E(r,void 0,e.slice(n.length)),t);let a=n.slice(e.length),o=S(t,a);return o===void 0?t:b(t,a,V(r,r,o),()=>!0)}function V(e,t,n){let r=D(e,t);if(T(r)===`variants`){let t=ee(e,r);r=t[w(e,t,n)]}if(typeof n==`string`)return r.format===`password`&&n?L:n;if(Array.isArray(n))return n.map(t=>V(e,r.items??{},t));if(!A(n))return n;let i=r.additionalProperties;return Object.fromEntries(Object.entries(n).map(([t,n])=>[t,V(e,r.properties?.[t]??(A(i)?i:{}),n)]))}function H(e,t){if(!A(e)||!A(t))return t;let n={};for(let r of new Set([...Object.keys(e),...Object.keys(t)]))W(e[r],t[r])||(n[r]=t[r]===void 0?null:H(e[r],t[r]));return n}function U(e,t){if(!A(t))return t;let n=A(e)?{...e}:{};for(let[e,r]of Object.entries(t))r===null?delete n[e]:n[e]=U(n[e],r);return n}function W(e,t){return Object.is(e,t)?!0:Array.isArray(e)&&Array.isArray(t)?e.length===t.length&&e.every((e,n)=>W(e,t[n])):!A(e)||!A(t)?!1:[...new Set([...Object.keys(e),...Object.keys(t)])].every(n=>W(e[n],t[n]))}var G=h.definition,K=[`updatedAt`,`deploymentState`,`deployedAt`,`state`],q=class{constructor(e,t,n){this.host=e,this.id=t,this.parts=n,this.errors=N.none,this.pending=!1,e.addController(this),this.loader=new g(e,e=>o(F(t()),e)),new P(e,()=>this.isChanged)}hostConnected(){this.discard()}get saved(){return this.loader.value?.value}get value(){return this.edited??this.saved}get isChanged(){return this.edited!==void 0&&!W(this.edited,this.saved)}get call(){return I(this.id(),H(this.saved,this.value),this.loader.value?.etag)}change(e,t){this.edited=b(this.value,e,t,()=>!0),this.host.requestUpdate()}discard(){this.edited=void 0,this.errors=N.none,this.host.requestUpdate()}reload(){this.discard(),this.loader.value=void 0,this.loader.reload()}async save(){this.errors=N.none;let{call:e}=this,t=await this.sent({...e,query:{dryRun:!0}});if(!t||!await this.isAgreed(t.value,e))return;let n=await this.sent(e);n&&(this.loader.set(n),this.discard(),f(G.saved))}async sent(e){this.pending=!0,this.host.requestUpdate();try{return await o(e)}catch(e){e instanceof i&&e.status===412?await this.resolve():this.errors=N.of(e);return}finally{this.pending=!1,this.host.requestUpdate()}}changes(e,t){return R(te(J(e),J(t)),this.parts())}async isAgreed(e,t){let n=this.changes(this.saved,e);return await M(G.reviewTitle,e=>({content:m`<p>${n.length?G.review:G.nothingChanges}</p>
          ${j(n)} ${_([t])}`,actions:m`<button type="button" @click=${()=>e(!1)}>
            ${h.common.cancel}
          </button>
          <button type="button" class="primary" @click=${()=>e(!0)}>
            ${h.common.save}
          </button>`}),{wide:!0})===!0}async resolve(){let e;try{e=await o(F(this.id()))}catch(e){f(s(e),`error`);return}let t=await M(G.conflictTitle,t=>({content:m`<p>${G.conflict}</p>
          ${j(this.changes(this.saved,e.value))}`,actions:m`<button type="button" class="danger" @click=${()=>t(!1)}>
            ${h.common.discard}
          </button>
          <button type="button" class="primary" @click=${()=>t(!0)}>
            ${G.conflictKeep}
          </button>`}),{wide:!0});if(t===void 0)return;let n=H(this.saved,this.value);this.loader.set(e),this.discard(),t&&(this.edited=U(e.value,n))}};function J(e){return U(e,Object.fromEntries(K.map(e=>[e,null])))}var Y={endpoint:`endpoints`,shared:`endpoints`,entrypoint:`entrypoints`,resource:`resources`},X=new Map;function Z(...t){let i=n(...t),a=X.get(i);return a||(a=r(e(i)),a.catch(()=>X.delete(i)),X.set(i,a)),a}var ne=e=>Z(`plugins`,Y[e]);async function re(e,t){let n=e===`shared`?`shared-configuration-schema`:`schema`;try{return await Z(`plugins`,Y[e],t,n)}catch{return}}var ie=()=>Z(`schemas`,`api`),ae=class{constructor(e){this.whole=e,this.parts=new Map}part(...e){let t=e.join(`/`),n=this.parts.get(t);return n||this.parts.set(t,n=O(this.whole,...e)),n}},oe=class{constructor(e){this.host=e,this.found=new Map}of(e,t){let n=`${e} ${t}`;return this.found.has(n)||(this.found.set(n,void 0),re(e,t).then(e=>{this.found.set(n,e),this.host.requestUpdate()})),this.found.get(n)}},Q=h.definition,se={type:`object`},$=class extends u{constructor(...e){super(...e),this.api=``,this.described=[],this.isRefused=!1,this.draft=new q(this,()=>this.api,()=>this.described),this.schemas=new g(this,async()=>new ae(await ie())),this.plugins=new oe(this)}willUpdate(e){e.get(`api`)&&this.draft.reload()}updated(){this.isRefused&&!this.draft.pending&&(this.isRefused=!1,this.focusMistake())}async focusMistake(){await Promise.all([...this.forms()].map(e=>e.updateComplete));let e=this.querySelector(`[aria-invalid=true], .notice-error`);e?.scrollIntoView({block:`center`}),e?.focus()}get editable(){return t(`PUBLISHER`)}forms(){return this.querySelectorAll(`relay-schema-form`)}async save(){[...this.forms()].map(e=>e.report()).includes(!1)||(await this.draft.save(),this.isRefused=this.draft.errors.any,this.requestUpdate())}render(){return this.draft.loader.show(()=>m`${this.schemas.show(e=>this.shown(this.draft.value,e))}`)}shown(e,t){this.described=[{path:[],schema:t.part()}];let n=this.content(e,t);return v({title:this.text.title,intro:this.text.intro,content:m`${n} ${this.draft.errors.summary()} ${this.saveBar()}`,calls:[this.draft.isChanged?this.draft.call:F(this.api)]})}saveBar(){if(!this.editable)return m`<p class="muted">${Q.readOnly}</p>`;let{isChanged:e,pending:t}=this.draft;return m`<div class="save-bar ${e?`is-changed`:``}">
      <span role="status">${e?Q.unsaved:Q.noChanges}</span>
      <span class="row">
        <button
          type="button"
          ?disabled=${!e||t}
          @click=${()=>this.draft.discard()}
        >
          ${h.common.discard}
        </button>
        <button
          type="button"
          class="primary"
          ?disabled=${!e||t}
          @click=${()=>this.save()}
        >
          ${Q.save}
        </button>
      </span>
    </div>`}form(e,t,n){let r=n?k(t,...n):t;this.described.push({path:e,schema:t});let i=S(this.draft.value,e);return m`<relay-schema-form
      .schema=${r}
      .value=${n?ce(i,n):i??{}}
      .errors=${n?n.flatMap(t=>this.errorsAt([...e,t],t)):this.errorsAt(e,``)}
      .disabled=${!this.editable}
      @change=${t=>this.edit(e,t.detail,n)}
    ></relay-schema-form>`}formCard(e,t,n,r){return y(e,m`${n.description&&!r?m`<p class="muted">${n.description}</p>`:p}
      ${this.form(t,n,r)}`)}pluginForm(e,t,n){return this.form(n,this.plugins.of(e,t)??se)}itemActions(e,t,n,r=0){let i=S(this.draft.value,e);if(!this.editable)return m``;let a=(t,r,i)=>m`<button
        type="button"
        class="small"
        aria-label="${t}: ${n}"
        ?disabled=${r}
        @click=${()=>this.draft.change(e,i())}
      >
        ${t}
      </button>`;return m`<span class="row">
      ${i.length>1?m`${a(h.schemaForm.up,t===0,()=>x(i,t,t-1))}
          ${a(h.schemaForm.down,t===i.length-1,()=>x(i,t,t+1))}`:p}
      ${a(h.common.remove,i.length<=r,()=>i.toSpliced(t,1))}
    </span>`}edit(e,t,n){if(n){let r=A(t)?t:{};for(let t of new Set([...n,...Object.keys(r)])){let n=[...e,t];S(this.draft.value,n)!==r[t]&&this.draft.change(n,r[t])}return}let r=A(t)&&!Object.keys(t).length,i=S(this.draft.saved,e)===void 0;this.draft.change(e,r&&i?void 0:t)}errorsAt(e,t){let{errors:n}=this.draft,r=C(e),i=n.at(r),a=n.below(r).map(e=>({...e,location:t&&!e.location.startsWith(`[`)?`${t}.${e.location}`:t+e.location}));return i===void 0?a:[{location:t,message:i},...a]}};d([l({attribute:!1})],$.prototype,`api`,void 0);function ce(e,t){let n=A(e)?e:{};return Object.fromEntries(t.filter(e=>n[e]!==void 0).map(e=>[e,n[e]]))}export{ne as n,$ as t};