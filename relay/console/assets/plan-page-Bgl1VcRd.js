import{A as e,C as t,E as n,F as r,L as i,M as a,N as o,O as s,T as c,c as l,d as u,f as d,i as f,l as p,r as m,s as h,t as g,v as _,x as v,z as y}from"./index-DO9nkWps.js";import{i as b}from"./curl-Bjpvh-Ts.js";import{t as x}from"./badge-Di9aOPF2.js";import{t as S}from"./banner-Cto8xbBg.js";import{t as C}from"./field-errors-DG2aiDv_.js";import{a as w}from"./numbers-CoBbCYtr.js";import{n as T,r as E,t as D}from"./page-Cz4QYGt_.js";import{t as O}from"./unsaved-DFaV7jfa.js";import{a as k,c as A,i as ee,r as te,t as ne}from"./ending-SzfruTV9.js";import{a as j,i as M,o as N,s as P}from"./fields-DEXbSuR-.js";import{a as F}from"./plugin-form-BgsM9ehM.js";var I=y.plans,L=`PUSH`,R=`KEY_LESS`;function z(e){return v`${V(e)} ${U(e)} ${G(e)}`}function B(e,t){e.onChange(F({...e.draft,...t}))}function V(e){let{draft:t,errors:n,readOnly:r}=e;return D(I.general,v`<div class="form">
      ${N({id:`plan-name`,label:I.name,value:t.name??``,required:!0,disabled:r,error:n.at(`name`),onChange:t=>B(e,{name:t})})}
      ${j({id:`plan-description`,label:I.description,value:t.description??``,rows:2,disabled:r,error:n.at(`description`),onChange:t=>B(e,{description:t||void 0})})}
      ${N({id:`plan-characteristics`,label:I.characteristics,hint:I.characteristicsHint,value:(t.characteristics??[]).join(`, `),disabled:r,error:n.at(`characteristics`),onChange:t=>B(e,{characteristics:H(t)})})}
    </div>`)}function H(e){let t=e.split(`,`).map((e,t,n)=>t<n.length-1?e.trim():e.trimStart());return e?t:void 0}function U(e){let{draft:t,errors:n,readOnly:r,isNew:i}=e,a=t.mode===L?L:t.security?.type??``,o=e.kinds.find(e=>e.id===a),s=[n.at(`security`),n.at(`security.type`),n.at(`mode`)];return D(I.securityTitle,v`<div class="form">
        ${M({id:`plan-security`,label:I.security,hint:a===L?I.pushHint:o?.description,value:a,options:[...e.kinds.map(e=>({value:e.id,label:I.kind(e.name,e.id)})),{value:L,label:I.push}],disabled:r||!i,error:s.filter(Boolean).join(` `)||void 0,onChange:t=>B(e,{mode:t===L?L:`STANDARD`,security:t===L?void 0:{type:t,configuration:{}},...t===L?{selectionRule:void 0}:{}})})}
        ${i?_:v`<p class="muted">${I.fixed}</p>`}
      </div>
      ${t.security?v`${W(n)}
            <relay-plugin-form
              .kind=${`plans`}
              .plugin=${t.security.type}
              .value=${t.security.configuration??{}}
              .errors=${n.below(`security.configuration`)}
              .disabled=${r}
              @change=${n=>B(e,{security:{...t.security,configuration:n.detail}})}
            ></relay-plugin-form>
            <div class="form">
              ${j({id:`plan-selection-rule`,label:I.selectionRule,hint:I.selectionRuleHint,value:t.selectionRule??``,rows:2,code:!0,disabled:r,error:n.at(`selectionRule`),onChange:t=>B(e,{selectionRule:t||void 0})})}
            </div>`:_}`)}function W(e){let t=e.at(`security.configuration`);return t?v`<p class="field-error" role="alert">${t}</p>`:_}function G(e){let{draft:t,errors:n,readOnly:r}=e;return t.security?.type===R?_:D(I.subscriptions,v`<div class="form">
      ${M({id:`plan-validation`,label:I.validation,value:t.validation??`MANUAL`,options:[`AUTO`,`MANUAL`].map(e=>({value:e,label:I.validations[e]})),disabled:r,error:n.at(`validation`),onChange:t=>B(e,{validation:t})})}
      ${P({id:`plan-comment-required`,label:I.commentRequired,value:t.commentRequired??!1,disabled:r,onChange:t=>B(e,{commentRequired:t})})}
      ${t.commentRequired?N({id:`plan-comment-message`,label:I.commentMessage,value:t.commentMessage??``,disabled:r,error:n.at(`commentMessage`),onChange:t=>B(e,{commentMessage:t||void 0})}):_}
    </div>`)}var K=y.plans,q=[`rate-limit`,`quota`,`spike-arrest`,`stream-limit`,`event-limit`],J=[`name`,`mode`,`description`,`validation`,`security`,`selectionRule`,`characteristics`,`commentRequired`,`commentMessage`],Y={name:``,mode:`STANDARD`,validation:`AUTO`,security:{type:`API_KEY`,configuration:{}}},X=class extends f{constructor(){super(),this.api=``,this.errors=C.none,this.conflict=!1,this.loaded=new b(this,e=>this.load(e)),new O(this,()=>this.isChanged)}render(){return E({title:this.loaded.value?.plan?.name??(this.plan?K.plan:K.add),actions:this.loaded.value?this.actions(this.loaded.value):_,content:this.loaded.show(e=>this.content(e)),calls:this.isChanged||!this.plan?[this.saving()]:[e(A(this.api,this.plan))]})}async load(t){let i=r(e(n(`plugins`,`plans`)),t);if(!this.plan)return{kinds:await i,plan:void 0,etag:void 0};let{value:a,etag:o}=await s(e(A(this.api,this.plan)),t);return{kinds:await i,plan:a,etag:o}}content(e){let{plan:n}=e,r=!t(`PUBLISHER`)||n?.status===`CLOSED`,i=z({draft:this.current(e),kinds:e.kinds,errors:this.errors,readOnly:r,isNew:!n,onChange:e=>this.draft=e});return v`${this.conflict?this.conflictBanner():_} ${this.errors.summary()}
      ${n?this.state(n):_} ${i} ${n?this.limits(n):_}
      ${n||r?_:v`<div class="form-actions">
            <button type="button" class="primary" @click=${()=>this.create(!0)}>
              ${K.createAndPublish}
            </button>
            <button type="button" @click=${()=>this.create(!1)}>${K.create}</button>
            <a class="button" href=${u(`apis`,this.api,`plans`)}>${y.common.cancel}</a>
          </div>`}`}state(e){return D(K.statusTitle,T([[K.status,x(K.statuses[e.status],te[e.status])],[K.created,w(e.createdAt)],[K.published,e.publishedAt&&w(e.publishedAt)],[K.closed,e.closedAt&&w(e.closedAt)],[K.order,e.status===`PUBLISHED`?e.order:void 0]]))}limits(e){let t=(e.flows??[]).flatMap(e=>[e.request,e.response,e.subscribe,e.publish].flatMap(e=>e??[])).filter(e=>q.includes(e.policy)),n=`${u(`apis`,this.api,`flows`)}?plan=${encodeURIComponent(e.id)}`;return D(K.limits,v`<p class="muted">${K.limitsHint}</p>
        ${t.length?v`<ul>
              ${t.map(e=>v`<li>${e.name||e.policy} <code>${e.policy}</code></li>`)}
            </ul>`:v`<p>${K.noLimits}</p>`}
        <p><a href=${n}>${K.flowsOfPlan((e.flows??[]).length)}</a></p>`)}actions({plan:e}){return!e||!t(`PUBLISHER`)?_:v`${k(e.status).map(t=>v`<button
          type="button"
          class=${t===`_close`?`danger`:``}
          ?disabled=${this.isChanged}
          @click=${()=>this.act(e,t)}
        >
          ${K.actions[t]}
        </button>`)}
      ${e.status===`CLOSED`?_:v`<button
            type="button"
            class="primary"
            ?disabled=${!this.isChanged}
            @click=${()=>this.save()}
          >
            ${y.common.save}
          </button>`}`}conflictBanner(){return S(`warn`,K.conflict,v`<button type="button" @click=${()=>this.reload()}>${y.flows.takeTheirs}</button>
        <button type="button" @click=${()=>this.overwrite()}>${y.flows.keepMine}</button>`)}current(e){return this.draft??(e.plan?Z(e.plan):Y)}get isChanged(){let e=this.loaded.value;if(!e||!this.draft)return!1;let t=e.plan?Z(e.plan):Y;return JSON.stringify(t)!==JSON.stringify(this.draft)}saving(){let e=this.loaded.value,t=re(e?this.current(e):Y);if(!e?.plan)return o(c(`apis`,this.api,`plans`),t);let n={};for(let r of J)JSON.stringify(t[r])!==JSON.stringify(e.plan[r])&&(n[r]=t[r]??null);return n.security&&=Q(e.plan.security,t.security),{...a(A(this.api,e.plan.id),n),...e.etag===void 0?{}:{ifMatch:e.etag}}}async save(){await this.attempt(async()=>{let e=this.saving();await r({...e,query:{dryRun:!0}});let{value:t,etag:n}=await s(e);this.loaded.set({...this.loaded.value,plan:t,etag:n}),this.draft=void 0,g(K.saved)})}async create(e){await this.attempt(async()=>{let t=await r(this.saving());this.draft=void 0,await this.updateComplete,e&&await r(ee(this.api,t.id,`_publish`)),g(e?K.createdAndPublished:K.createdStaging),await d.go(u(`apis`,this.api,`plans`,t.id))})}async attempt(e){this.errors=C.none,this.conflict=!1;try{await e()}catch(e){e instanceof i&&e.status===412?this.conflict=!0:this.errors=C.of(e)}}async act(e,t){await ne(this.api,e,t)&&await this.reload()}async reload(){this.draft=void 0,this.conflict=!1,await this.loaded.reload()}async overwrite(){await this.loaded.reload(),await this.save()}};m([l({attribute:!1})],X.prototype,`api`,void 0),m([l({attribute:!1})],X.prototype,`plan`,void 0),m([h()],X.prototype,`draft`,void 0),m([h()],X.prototype,`errors`,void 0),m([h()],X.prototype,`conflict`,void 0),X=m([p(`relay-plan-page`)],X);function Z(e){return Object.fromEntries(J.filter(t=>e[t]!==void 0).map(t=>[t,e[t]]))}function re(e){let{characteristics:t,...n}=e,r=t?.map(e=>e.trim()).filter(Boolean);return r?.length?{...n,characteristics:r}:n}function Q(e,t){if(!$(e)||!$(t))return t??null;let n=Object.keys(e).filter(e=>!(e in t));return Object.fromEntries([...Object.entries(t).map(([t,n])=>[t,Q(e[t],n)]),...n.map(e=>[e,null])])}function $(e){return typeof e==`object`&&!!e&&!Array.isArray(e)}export{X as PlanPage};