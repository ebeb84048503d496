import{A as e,C as t,D as n,F as r,I as i,M as a,P as o,S as s,T as c,_ as l,a as u,b as d,k as f,n as p,o as m,s as ee,t as h}from"./decorate-cX1b0bKe.js";import{i as g}from"./curl-C3dG7kwV.js";import{t as _}from"./badge-Bv1K0zyq.js";import{t as v}from"./banner-BF1OFPum.js";import{t as y}from"./field-errors-CPb82UqI.js";import{a as b}from"./numbers-CoBbCYtr.js";import{n as x,r as te,t as S}from"./page-B78qW9Xh.js";import{i as C,o as w,r as T,t as E}from"./index-BtPMuujb.js";import{t as D}from"./unsaved-BIGrj76g.js";import{a as O,c as k,i as ne,r as re,t as A}from"./ending-REz7bwgY.js";import{a as j,i as M,o as N,s as P}from"./fields-Z7HFGbs6.js";import{a as F}from"./plugin-form-DkIjHW1x.js";var I=i.plans,L=`PUSH`,R=`KEY_LESS`;function z(e){return d`${V(e)} ${U(e)} ${G(e)}`}function B(e,t){e.onChange(F({...e.draft,...t}))}function V(e){let{draft:t,errors:n,readOnly:r}=e;return S(I.general,d`<div class="form">
      ${N({id:`plan-name`,label:I.name,value:t.name??``,required:!0,disabled:r,error:n.at(`name`),onChange:t=>B(e,{name:t})})}
      ${j({id:`plan-description`,label:I.description,value:t.description??``,rows:2,disabled:r,error:n.at(`description`),onChange:t=>B(e,{description:t||void 0})})}
      ${N({id:`plan-characteristics`,label:I.characteristics,hint:I.characteristicsHint,value:(t.characteristics??[]).join(`, `),disabled:r,error:n.at(`characteristics`),onChange:t=>B(e,{characteristics:H(t)})})}
    </div>`)}function H(e){let t=e.split(`,`).map((e,t,n)=>t<n.length-1?e.trim():e.trimStart());return e?t:void 0}function U(e){let{draft:t,errors:n,readOnly:r,isNew:i}=e,a=t.mode===L?L:t.security?.type??``,o=e.kinds.find(e=>e.id===a),s=[n.at(`security`),n.at(`security.type`),n.at(`mode`)];return S(I.securityTitle,d`<div class="form">
        ${M({id:`plan-security`,label:I.security,hint:a===L?I.pushHint:o?.description,value:a,options:[...e.kinds.map(e=>({value:e.id,label:I.kind(e.name,e.id)})),{value:L,label:I.push}],disabled:r||!i,error:s.filter(Boolean).join(` `)||void 0,onChange:t=>B(e,{mode:t===L?L:`STANDARD`,security:t===L?void 0:{type:t,configuration:{}},...t===L?{selectionRule:void 0}:{}})})}
        ${i?l:d`<p class="muted">${I.fixed}</p>`}
      </div>
      ${t.security?d`${W(n)}
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
            </div>`:l}`)}function W(e){let t=e.at(`security.configuration`);return t?d`<p class="field-error" role="alert">${t}</p>`:l}function G(e){let{draft:t,errors:n,readOnly:r}=e;return t.security?.type===R?l:S(I.subscriptions,d`<div class="form">
      ${M({id:`plan-validation`,label:I.validation,value:t.validation??`MANUAL`,options:[`AUTO`,`MANUAL`].map(e=>({value:e,label:I.validations[e]})),disabled:r,error:n.at(`validation`),onChange:t=>B(e,{validation:t})})}
      ${P({id:`plan-comment-required`,label:I.commentRequired,value:t.commentRequired??!1,disabled:r,onChange:t=>B(e,{commentRequired:t})})}
      ${t.commentRequired?N({id:`plan-comment-message`,label:I.commentMessage,value:t.commentMessage??``,disabled:r,error:n.at(`commentMessage`),onChange:t=>B(e,{commentMessage:t||void 0})}):l}
    </div>`)}var K=i.plans,q=[`rate-limit`,`quota`,`spike-arrest`,`stream-limit`,`event-limit`],J=[`name`,`mode`,`description`,`validation`,`security`,`selectionRule`,`characteristics`,`commentRequired`,`commentMessage`],Y={name:``,mode:`STANDARD`,validation:`AUTO`,security:{type:`API_KEY`,configuration:{}}},X=class extends p{constructor(){super(),this.api=``,this.errors=y.none,this.conflict=!1,this.loaded=new g(this,e=>this.load(e)),new D(this,()=>this.isChanged)}render(){return te({title:this.loaded.value?.plan?.name??(this.plan?K.plan:K.add),actions:this.loaded.value?this.actions(this.loaded.value):l,content:this.loaded.show(e=>this.content(e)),calls:this.isChanged||!this.plan?[this.saving()]:[n(k(this.api,this.plan))]})}async load(e){let r=a(n(t(`plugins`,`plans`)),e);if(!this.plan)return{kinds:await r,plan:void 0,etag:void 0};let{value:i,etag:o}=await c(n(k(this.api,this.plan)),e);return{kinds:await r,plan:i,etag:o}}content(e){let{plan:t}=e,n=!w(`PUBLISHER`)||t?.status===`CLOSED`,r=z({draft:this.current(e),kinds:e.kinds,errors:this.errors,readOnly:n,isNew:!t,onChange:e=>this.draft=e});return d`${this.conflict?this.conflictBanner():l} ${this.errors.summary()}
      ${t?this.state(t):l} ${r} ${t?this.limits(t):l}
      ${t||n?l:d`<div class="form-actions">
            <button type="button" class="primary" @click=${()=>this.create(!0)}>
              ${K.createAndPublish}
            </button>
            <button type="button" @click=${()=>this.create(!1)}>${K.create}</button>
            <a class="button" href=${T(`apis`,this.api,`plans`)}>${i.common.cancel}</a>
          </div>`}`}state(e){return S(K.statusTitle,x([[K.status,_(K.statuses[e.status],re[e.status])],[K.created,b(e.createdAt)],[K.published,e.publishedAt&&b(e.publishedAt)],[K.closed,e.closedAt&&b(e.closedAt)],[K.order,e.status===`PUBLISHED`?e.order:void 0]]))}limits(e){let t=(e.flows??[]).flatMap(e=>[e.request,e.response,e.subscribe,e.publish].flatMap(e=>e??[])).filter(e=>q.includes(e.policy)),n=`${T(`apis`,this.api,`flows`)}?plan=${encodeURIComponent(e.id)}`;return S(K.limits,d`<p class="muted">${K.limitsHint}</p>
        ${t.length?d`<ul>
              ${t.map(e=>d`<li>${e.name||e.policy} <code>${e.policy}</code></li>`)}
            </ul>`:d`<p>${K.noLimits}</p>`}
        <p><a href=${n}>${K.flowsOfPlan((e.flows??[]).length)}</a></p>`)}actions({plan:e}){return!e||!w(`PUBLISHER`)?l:d`${O(e.status).map(t=>d`<button
          type="button"
          class=${t===`_close`?`danger`:``}
          ?disabled=${this.isChanged}
          @click=${()=>this.act(e,t)}
        >
          ${K.actions[t]}
        </button>`)}
      ${e.status===`CLOSED`?l:d`<button
            type="button"
            class="primary"
            ?disabled=${!this.isChanged}
            @click=${()=>this.save()}
          >
            ${i.common.save}
          </button>`}`}conflictBanner(){return v(`warn`,K.conflict,d`<button type="button" @click=${()=>this.reload()}>${i.flows.takeTheirs}</button>
        <button type="button" @click=${()=>this.overwrite()}>${i.flows.keepMine}</button>`)}current(e){return this.draft??(e.plan?Z(e.plan):Y)}get isChanged(){let e=this.loaded.value;if(!e||!this.draft)return!1;let t=e.plan?Z(e.plan):Y;return JSON.stringify(t)!==JSON.stringify(this.draft)}saving(){let t=this.loaded.value,n=ie(t?this.current(t):Y);if(!t?.plan)return e(s(`apis`,this.api,`plans`),n);let r={};for(let e of J)JSON.stringify(n[e])!==JSON.stringify(t.plan[e])&&(r[e]=n[e]??null);return r.security&&=Q(t.plan.security,n.security),{...f(k(this.api,t.plan.id),r),...t.etag===void 0?{}:{ifMatch:t.etag}}}async save(){await this.attempt(async()=>{let e=this.saving();await a({...e,query:{dryRun:!0}});let{value:t,etag:n}=await c(e);this.loaded.set({...this.loaded.value,plan:t,etag:n}),this.draft=void 0,E(K.saved)})}async create(e){await this.attempt(async()=>{let t=await a(this.saving());this.draft=void 0,await this.updateComplete,e?await this.publish(t):E(K.createdStaging),await C.go(T(`apis`,this.api,`plans`,t.id))})}async publish(e){try{await a(ne(this.api,e.id,`_publish`)),E(K.createdAndPublished)}catch(e){E(r(e),`error`)}}async attempt(e){this.errors=y.none,this.conflict=!1;try{await e()}catch(e){e instanceof o&&e.status===412?this.conflict=!0:this.errors=y.of(e)}}async act(e,t){await A(this.api,e,t)&&await this.reload()}async reload(){this.draft=void 0,this.conflict=!1,await this.loaded.reload()}async overwrite(){await this.loaded.reload(),await this.save()}};h([m({attribute:!1})],X.prototype,`api`,void 0),h([m({attribute:!1})],X.prototype,`plan`,void 0),h([u()],X.prototype,`draft`,void 0),h([u()],X.prototype,`errors`,void 0),h([u()],X.prototype,`conflict`,void 0),X=h([ee(`relay-plan-page`)],X);function Z(e){return Object.fromEntries(J.filter(t=>e[t]!==void 0).map(t=>[t,e[t]]))}function ie(e){let{characteristics:t,...n}=e,r=t?.map(e=>e.trim()).filter(Boolean);return r?.length?{...n,characteristics:r}:n}function Q(e,t){if(!$(e)||!$(t))return t??null;let n=Object.keys(e).filter(e=>!(e in t));return Object.fromEntries([...Object.entries(t).map(([t,n])=>[t,Q(e[t],n)]),...n.map(e=>[e,null])])}function $(e){return typeof e==`object`&&!!e&&!Array.isArray(e)}export{X as PlanPage};