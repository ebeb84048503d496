import{C as e,D as t,F as n,I as r,M as i,P as a,S as o,T as s,_ as c,b as l,k as u,n as d,o as f,t as p}from"./decorate-cX1b0bKe.js";import{i as m,t as h}from"./curl-C3dG7kwV.js";import{r as g,t as _}from"./page-B78qW9Xh.js";import{i as v,n as y,r as b,t as ee}from"./schema-form-DXm6_HAR.js";import{_ as x,f as S,g as C,h as w,m as T,p as E,u as D,v as O}from"./texts-Cqd8td0r.js";import{o as k,t as A}from"./index-BtPMuujb.js";import{n as te,t as j}from"./diff-Dp0xgD-9.js";import{n as M}from"./dialog-D95cH4qy.js";import{t as N}from"./field-errors-CPb82UqI.js";import{t as P}from"./unsaved-BIGrj76g.js";var F=e=>t(o(`apis`,e));function I(e,t,n,r=!1){return{...u(o(`apis`,e),t),...r?{query:{dryRun:!0}}:{},...n===void 0?{}:{ifMatch:n}}}var L=`********`;function R(e,t){return e.map(e=>{let n=z(e.path),r=e=>t.reduce((e,t)=>B(n,e,t),e);return{...e,...`before`in e?{before:r(e.before)}:{},...`after`in e?{after:r(e.after)}:{}}})}function z(e){return e.split(`/`).slice(1).map(e=>e.replaceAll(`~1`,`/`).replaceAll(`~0`,`~`)).map(e=>/^\d+$/.test(e)?Number(e):e)}function B(e,t,{path:n,schema:r}){let i=Math.min(e.length,n.length);if(e.slice(0,i).join(`/`)!==n.slice(0,i).join(`/`))return t;if(e.length>=n.length)return V(r,C(r,void 0,e.slice(n.length)),t);let a=n.slice(e.length),o=b(t,a);return o===void 0?t:v(t,a,V(r,r,o),()=>!0)}function V(e,t,n){let r=w(e,t);if(S(r)===`variants`){let t=O(e,r);r=t[x(e,t,n)]}if(typeof n==`string`)return r.format===`password`&&n?L:n;if(Array.isArray(n))return n.map(t=>V(e,r.items??{},t));if(!D(n))return n;let i=r.additionalProperties;return Object.fromEntries(Object.entries(n).map(([t,n])=>[t,V(e,r.properties?.[t]??(D(i)?i:{}),n)]))}function H(e,t){if(!D(e)||!D(t))return t;let n={};for(let r of new Set([...Object.keys(e),...Object.keys(t)]))W(e[r],t[r])||(n[r]=t[r]===void 0?null:H(e[r],t[r]));return n}function U(e,t){if(!D(t))return t;let n=D(e)?{...e}:{};for(let[e,r]of Object.entries(t))r===null?delete n[e]:n[e]=U(n[e],r);return n}function W(e,t){return Object.is(e,t)?!0:Array.isArray(e)&&Array.isArray(t)?e.length===t.length&&e.every((e,n)=>W(e,t[n])):!D(e)||!D(t)?!1:[...new Set([...Object.keys(e),...Object.keys(t)])].every(n=>W(e[n],t[n]))}var G=r.definition,K=[`updatedAt`,`deploymentState`,`deployedAt`,`state`,`changes`],q=class{constructor(e,t,n){this.host=e,this.id=t,this.parts=n,this.errors=N.none,this.pending=!1,e.addController(this),this.loader=new m(e,e=>s(F(t()),e)),new P(e,()=>this.isChanged)}hostConnected(){this.discard()}get saved(){return this.loader.value?.value}get value(){return this.edited??this.saved}get isChanged(){return this.edited!==void 0&&!W(this.edited,this.saved)}get call(){return I(this.id(),H(this.saved,this.value),this.loader.value?.etag)}change(e,t){this.edited=v(this.value,e,t,()=>!0),this.host.requestUpdate()}discard(){this.edited=void 0,this.errors=N.none,this.host.requestUpdate()}reload(){this.discard(),this.loader.value=void 0,this.loader.reload()}async save(){this.errors=N.none;let{call:e}=this,t=await this.sent({...e,query:{dryRun:!0}});if(!t||!await this.isAgreed(t.value,e))return;let n=await this.sent(e);n&&(this.loader.set(n),this.discard(),scrollTo(0,0),A(G.saved))}async sent(e){this.pending=!0,this.host.requestUpdate();try{return await s(e)}catch(e){e instanceof a&&e.status===412?await this.resolve():this.errors=N.of(e);return}finally{this.pending=!1,this.host.requestUpdate()}}changes(e,t){return R(te(J(e),J(t)),this.parts())}async isAgreed(e,t){let n=this.changes(this.saved,e);return await M(G.reviewTitle,i=>({content:l`<p>${n.length?G.review:G.nothingChanges}</p>
          ${j(n,e)} ${h([t])}`,actions:l`<button type="button" @click=${()=>i(!1)}>
            ${r.common.cancel}
          </button>
          <button type="button" class="primary" @click=${()=>i(!0)}>
            ${r.common.save}
          </button>`}),{wide:!0})===!0}async resolve(){let e;try{e=await s(F(this.id()))}catch(e){A(n(e),`error`);return}let t=await M(G.conflictTitle,t=>({content:l`<p>${G.conflict}</p>
          ${j(this.changes(this.saved,e.value),e.value)}`,actions:l`<button type="button" class="danger" @click=${()=>t(!1)}>
            ${r.common.discard}
          </button>
          <button type="button" class="primary" @click=${()=>t(!0)}>
            ${G.conflictKeep}
          </button>`}),{wide:!0});if(t===void 0)return;let i=H(this.saved,this.value);this.loader.set(e),this.discard(),t&&(this.edited=U(e.value,i))}};function J(e){return U(e,Object.fromEntries(K.map(e=>[e,null])))}var Y={endpoint:`endpoints`,shared:`endpoints`,entrypoint:`entrypoints`,resource:`resources`},X=new Map;function Z(...n){let r=e(...n),a=X.get(r);return a||(a=i(t(r)),a.catch(()=>X.delete(r)),X.set(r,a)),a}var ne=e=>Z(`plugins`,Y[e]);async function re(e,t){let n=e===`shared`?`shared-configuration-schema`:`schema`;try{return await Z(`plugins`,Y[e],t,n)}catch{return}}var ie=()=>Z(`schemas`,`api`),ae=class{constructor(e){this.whole=e,this.parts=new Map}part(...e){let t=e.join(`/`),n=this.parts.get(t);return n||this.parts.set(t,n=T(this.whole,...e)),n}},oe=class{constructor(e){this.host=e,this.found=new Map}of(e,t){let n=`${e} ${t}`;return this.found.has(n)||(this.found.set(n,void 0),re(e,t).then(e=>{this.found.set(n,e),this.host.requestUpdate()})),this.found.get(n)}},Q=r.definition,se={type:`object`},$=class extends d{constructor(...e){super(...e),this.api=``,this.described=[],this.isRefused=!1,this.draft=new q(this,()=>this.api,()=>this.described),this.schemas=new m(this,async()=>new ae(await ie())),this.plugins=new oe(this)}willUpdate(e){e.get(`api`)&&this.draft.reload()}updated(){this.isRefused&&!this.draft.pending&&(this.isRefused=!1,this.focusMistake())}async focusMistake(){await Promise.all([...this.forms()].map(e=>e.updateComplete));let e=this.querySelector(`[aria-invalid=true], .notice-error`);e?.scrollIntoView({block:`center`}),e?.focus()}get editable(){return k(`PUBLISHER`)}forms(){return this.querySelectorAll(`relay-schema-form`)}async save(){let e=[...this.querySelectorAll(`relay-json-editor`)].find(e=>!e.valid);if(e)return e.querySelector(`textarea`).focus();for(let e of this.forms())e.report();await this.draft.save(),this.isRefused=this.draft.errors.any,this.requestUpdate()}render(){return this.draft.loader.show(()=>l`${this.schemas.show(e=>this.shown(this.draft.value,e))}`)}shown(e,t){this.described=[{path:[],schema:t.part()}];let n=this.content(e,t);return g({title:this.text.title,intro:this.text.intro,content:l`${n} ${this.draft.errors.summary()} ${this.saveBar()}`,calls:[this.draft.isChanged?this.draft.call:F(this.api)]})}saveBar(){if(!this.editable)return l`<p class="muted">${Q.readOnly}</p>`;let{isChanged:e,pending:t}=this.draft;return l`<div class="save-bar ${e?`is-changed`:``}">
      <span role="status">${e?Q.unsaved:Q.noChanges}</span>
      <span class="row">
        <button
          type="button"
          ?disabled=${!e||t}
          @click=${()=>this.draft.discard()}
        >
          ${r.common.discard}
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
    </div>`}form(e,t,n,r=!1){let i=n?E(t,...n):t;this.described.push({path:e,schema:t});let a=b(this.draft.value,e);return l`<relay-schema-form
      .schema=${i}
      .value=${n?ce(a,n):a??{}}
      .errors=${n?n.flatMap(t=>this.errorsAt([...e,t],t)):this.errorsAt(e,``)}
      .disabled=${!this.editable}
      @change=${t=>this.edit(e,t.detail,n,r)}
    ></relay-schema-form>`}formCard(e,t,n,r){return _(e,l`${n.description&&!r?l`<p class="muted">${n.description}</p>`:c}
      ${this.form(t,n,r)}`)}pluginForm(e,t,n){return this.form(n,this.plugins.of(e,t)??se)}itemActions(e,t,n,i=0){let a=b(this.draft.value,e);if(!this.editable)return l``;let o=(t,r,i)=>l`<button
        type="button"
        class="small"
        aria-label="${t}: ${n}"
        ?disabled=${r}
        @click=${()=>this.draft.change(e,i())}
      >
        ${t}
      </button>`;return l`<span class="row">
      ${a.length>1?l`${o(r.schemaForm.up,t===0,()=>y(a,t,t-1))}
          ${o(r.schemaForm.down,t===a.length-1,()=>y(a,t,t+1))}`:c}
      ${o(r.common.remove,a.length<=i,()=>a.toSpliced(t,1))}
    </span>`}edit(e,t,n,r){if(n){let r=D(t)?t:{};for(let t of new Set([...n,...Object.keys(r)])){let n=[...e,t];b(this.draft.value,n)!==r[t]&&this.draft.change(n,r[t])}return}let i=D(t)&&!Object.keys(t).length,a=b(this.draft.saved,e)===void 0;this.draft.change(e,i&&a&&!r?void 0:t)}errorsAt(e,t){let{errors:n}=this.draft,r=ee(e),i=n.at(r),a=n.below(r).map(e=>({...e,location:t&&!e.location.startsWith(`[`)?`${t}.${e.location}`:t+e.location}));return i===void 0?a:[{location:t,message:i},...a]}};p([f({attribute:!1})],$.prototype,`api`,void 0);function ce(e,t){let n=D(e)?e:{};return Object.fromEntries(t.filter(e=>n[e]!==void 0).map(e=>[e,n[e]]))}export{ne as n,W as r,$ as t};