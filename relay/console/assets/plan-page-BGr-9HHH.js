import{A as e,C as t,D as n,I as r,M as i,P as a,S as o,T as s,_ as c,a as l,b as u,k as ee,n as d,o as f,s as p,t as m}from"./decorate-2BVGzgiJ.js";import{i as h}from"./curl-CuFMJ3Wk.js";import{t as g}from"./badge-D4ALOXbE.js";import{t as _}from"./banner-ByfnNyI3.js";import{t as v}from"./field-errors-DJZlB3K_.js";import{a as y}from"./numbers-CoBbCYtr.js";import{n as b,r as x,t as S}from"./page-9i8zsKpi.js";import{i as C,o as w,r as T,t as E}from"./index-Dl9iecfX.js";import{t as D}from"./unsaved-BgZW1jm2.js";import{a as O,c as k,i as te,r as ne,t as A}from"./ending-DuMHP5uD.js";import{a as j,i as M,o as N,s as P}from"./fields-Ckuar_xq.js";import{a as F}from"./plugin-form-SOkrNljz.js";var I=r.plans,L=`PUSH`,R=`KEY_LESS`;function z(e){return u`${V(e)} ${U(e)} ${G(e)}`}function B(e,t){e.onChange(F({...e.draft,...t}))}function V(e){let{draft:t,errors:n,readOnly:r}=e;return S(I.general,u`<div class="form">
      ${N({id:`plan-name`,label:I.name,value:t.name??``,required:!0,disabled:r,error:n.at(`name`),onChange:t=>B(e,{name:t})})}
      ${j({id:`plan-description`,label:I.description,value:t.description??``,rows:2,disabled:r,error:n.at(`description`),onChange:t=>B(e,{description:t||void 0})})}
      ${N({id:`plan-characteristics`,label:I.characteristics,hint:I.characteristicsHint,value:(t.characteristics??[]).join(`, `),disabled:r,error:n.at(`characteristics`),onChange:t=>B(e,{characteristics:H(t)})})}
    </div>`)}function H(e){let t=e.split(`,`).map((e,t,n)=>t<n.length-1?e.trim():e.trimStart());return e?t:void 0}function U(e){let{draft:t,errors:n,readOnly:r,isNew:i}=e,a=t.mode===L?L:t.security?.type??``,o=e.kinds.find(e=>e.id===a),s=[n.at(`security`),n.at(`security.type`),n.at(`mode`)];return S(I.securityTitle,u`<div class="form">
        ${M({id:`plan-security`,label:I.security,hint:a===L?I.pushHint:o?.description,value:a,options:[...e.kinds.map(e=>({value:e.id,label:I.kind(e.name,e.id)})),{value:L,label:I.push}],disabled:r||!i,error:s.filter(Boolean).join(` `)||void 0,onChange:t=>B(e,{mode:t===L?L:`STANDARD`,security:t===L?void 0:{type:t,configuration:{}},...t===L?{selectionRule:void 0}:{}})})}
        ${i?c:u`<p class="muted">${I.fixed}</p>`}
      </div>
      ${t.security?u`${W(n)}
            <relay-plugin-form
              .kind=${`plans`}
              .plugin=${t.security.type}
              .value=${t.security.configuration??{}}
              .errors=${n.below(`security.configuration`)}
              .disabled=${r}
              @change=${n=>B(e,{security:{...t.security,configuration:n.detail}})}
            ></relay-plugin-form>
            <div class="form">
              <relay-condition
                .label=${I.selectionRule}
                .hint=${I.selectionRuleHint}
                .phase=${`REQUEST`}
                .bare=${!0}
                .value=${t.selectionRule}
                .error=${n.at(`selectionRule`)}
                .disabled=${r}
                @change=${t=>B(e,{selectionRule:t.detail})}
              ></relay-condition>
            </div>`:c}`)}function W(e){let t=e.at(`security.configuration`);return t?u`<p class="field-error" role="alert">${t}</p>`:c}function G(e){let{draft:t,errors:n,readOnly:r}=e;return t.security?.type===R?c:S(I.subscriptions,u`<div class="form">
      ${M({id:`plan-validation`,label:I.validation,value:t.validation??`MANUAL`,options:[`AUTO`,`MANUAL`].map(e=>({value:e,label:I.validations[e]})),disabled:r,error:n.at(`validation`),onChange:t=>B(e,{validation:t})})}
      ${P({id:`plan-comment-required`,label:I.commentRequired,value:t.commentRequired??!1,disabled:r,onChange:t=>B(e,{commentRequired:t})})}
      ${t.commentRequired?N({id:`plan-comment-message`,label:I.commentMessage,value:t.commentMessage??``,disabled:r,error:n.at(`commentMessage`),onChange:t=>B(e,{commentMessage:t||void 0})}):c}
    </div>`)}var K=r.plans,q=[`rate-limit`,`quota`,`spike-arrest`,`stream-limit`,`event-limit`],J=[`name`,`mode`,`description`,`validation`,`security`,`selectionRule`,`characteristics`,`commentRequired`,`commentMessage`],Y={name:``,mode:`STANDARD`,validation:`AUTO`,security:{type:`API_KEY`,configuration:{}}},X=class extends d{constructor(){super(),this.api=``,this.errors=v.none,this.conflict=!1,this.loaded=new h(this,e=>this.load(e)),new D(this,()=>this.isChanged)}render(){return x({title:this.loaded.value?.plan?.name??(this.plan?K.plan:K.add),actions:this.loaded.value?this.actions(this.loaded.value):c,content:this.loaded.show(e=>this.content(e)),calls:this.isChanged||!this.plan?[this.saving()]:[n(k(this.api,this.plan))]})}async load(e){let r=i(n(t(`plugins`,`plans`)),e);if(!this.plan)return{kinds:await r,plan:void 0,etag:void 0};let{value:a,etag:o}=await s(n(k(this.api,this.plan)),e);return{kinds:await r,plan:a,etag:o}}content(e){let{plan:t}=e,n=!w(`PUBLISHER`)||t?.status===`CLOSED`,i=z({draft:this.current(e),kinds:e.kinds,errors:this.errors,readOnly:n,isNew:!t,onChange:e=>this.draft=e});return u`${this.conflict?this.conflictBanner():c} ${this.errors.summary()}
      ${t?this.state(t):c} ${i} ${t?this.limits(t):c}
      ${t||n?c:u`<div class="form-actions">
            <button type="button" class="primary" @click=${()=>this.create(!0)}>
              ${K.createAndPublish}
            </button>
            <button type="button" @click=${()=>this.create(!1)}>${K.create}</button>
            <a class="button" href=${T(`apis`,this.api,`plans`)}>${r.common.cancel}</a>
          </div>`}`}state(e){return S(K.statusTitle,b([[K.status,g(K.statuses[e.status],ne[e.status])],[K.created,y(e.createdAt)],[K.published,e.publishedAt&&y(e.publishedAt)],[K.closed,e.closedAt&&y(e.closedAt)],[K.order,e.status===`PUBLISHED`?e.order:void 0]]))}limits(e){let t=(e.flows??[]).flatMap(e=>[e.request,e.response,e.subscribe,e.publish].flatMap(e=>e??[])).filter(e=>q.includes(e.policy)),n=`${T(`apis`,this.api,`flows`)}?plan=${encodeURIComponent(e.id)}`;return S(K.limits,u`<p class="muted">${K.limitsHint}</p>
        ${t.length?u`<ul>
              ${t.map(e=>u`<li>${e.name||e.policy} <code>${e.policy}</code></li>`)}
            </ul>`:u`<p>${K.noLimits}</p>`}
        <p><a href=${n}>${K.flowsOfPlan((e.flows??[]).length)}</a></p>`)}actions({plan:e}){return!e||!w(`PUBLISHER`)?c:u`${O(e.status).map(t=>u`<button
          type="button"
          class=${t===`_close`?`danger`:``}
          ?disabled=${this.isChanged}
          @click=${()=>this.act(e,t)}
        >
          ${K.actions[t]}
        </button>`)}
      ${e.status===`CLOSED`?c:u`<button
            type="button"
            class="primary"
            ?disabled=${!this.isChanged}
            @click=${()=>this.save()}
          >
            ${r.common.save}
          </button>`}`}conflictBanner(){return _(`warn`,K.conflict,u`<button type="button" @click=${()=>this.reload()}>${r.flows.takeTheirs}</button>
        <button type="button" @click=${()=>this.overwrite()}>${r.flows.keepMine}</button>`)}current(e){return this.draft??(e.plan?Z(e.plan):Y)}get isChanged(){let e=this.loaded.value;if(!e||!this.draft)return!1;let t=e.plan?Z(e.plan):Y;return JSON.stringify(t)!==JSON.stringify(this.draft)}saving(){let t=this.loaded.value,n=re(t?this.current(t):Y);if(!t?.plan)return e(o(`apis`,this.api,`plans`),n);let r={};for(let e of J)JSON.stringify(n[e])!==JSON.stringify(t.plan[e])&&(r[e]=n[e]??null);return r.security&&=Q(t.plan.security,n.security),{...ee(k(this.api,t.plan.id),r),...t.etag===void 0?{}:{ifMatch:t.etag}}}async save(){await this.attempt(async()=>{let e=this.saving();await i({...e,query:{dryRun:!0}});let{value:t,etag:n}=await s(e);this.loaded.set({...this.loaded.value,plan:t,etag:n}),this.draft=void 0,E(K.saved)})}async create(e){await this.attempt(async()=>{let t=await i(this.saving());this.draft=void 0,await this.updateComplete,e&&await i(te(this.api,t.id,`_publish`)),E(e?K.createdAndPublished:K.createdStaging),await C.go(T(`apis`,this.api,`plans`,t.id))})}async attempt(e){this.errors=v.none,this.conflict=!1;try{await e()}catch(e){e instanceof a&&e.status===412?this.conflict=!0:this.errors=v.of(e)}}async act(e,t){await A(this.api,e,t)&&await this.reload()}async reload(){this.draft=void 0,this.conflict=!1,await this.loaded.reload()}async overwrite(){await this.loaded.reload(),await this.save()}};m([f({attribute:!1})],X.prototype,`api`,void 0),m([f({attribute:!1})],X.prototype,`plan`,void 0),m([l()],X.prototype,`draft`,void 0),m([l()],X.prototype,`errors`,void 0),m([l()],X.prototype,`conflict`,void 0),X=m([p(`relay-plan-page`)],X);function Z(e){return Object.fromEntries(J.filter(t=>e[t]!==void 0).map(t=>[t,e[t]]))}function re(e){let{characteristics:t,...n}=e,r=t?.map(e=>e.trim()).filter(Boolean);return r?.length?{...n,characteristics:r}:n}function Q(e,t){if(!$(e)||!$(t))return t??null;let n=Object.keys(e).filter(e=>!(e in t));return Object.fromEntries([...Object.entries(t).map(([t,n])=>[t,Q(e[t],n)]),...n.map(e=>[e,null])])}function $(e){return typeof e==`object`&&!!e&&!Array.isArray(e)}export{X as PlanPage};