import{A as e,E as t,F as n,I as r,M as i,P as a,T as o,_ as s,a as c,b as l,j as u,n as d,o as f,s as p,t as m}from"./decorate-cX1b0bKe.js";import{i as h,t as g}from"./curl-C3dG7kwV.js";import{t as _}from"./badge-Bv1K0zyq.js";import{t as v}from"./banner-BF1OFPum.js";import{n as ee,t as y}from"./dialog-D95cH4qy.js";import{t as b}from"./field-errors-CPb82UqI.js";import{a as x}from"./numbers-CoBbCYtr.js";import{n as te,r as S,t as C}from"./page-B78qW9Xh.js";import{i as w,o as T,r as E,t as D}from"./index-BtPMuujb.js";import{t as O}from"./unsaved-BIGrj76g.js";import{n as k,t as A}from"./policies-CSPx-eNG.js";import{i as j,n as M,r as N,t as P}from"./group-DtJLpdnI.js";import{a as F,i as I,o as L}from"./fields-Z7HFGbs6.js";import"./schema-form-DXm6_HAR.js";import{t as R}from"./tabs-E-1m4f6X.js";import{u as z}from"./plugin-form-DkIjHW1x.js";import{n as B,t as V}from"./diff-Dp0xgD-9.js";import{t as H}from"./paging-DPKvN3lo.js";import"./table-CX22Ptby.js";var U=r.policyGroups;function W(e){return l`${G(e)}
  ${C(U.steps,R(r.flows.editAs,[{id:`group-form`,label:r.flows.form},{id:`group-json`,label:r.flows.json}],e.asJson?`group-json`:`group-form`,t=>e.onAsJson(t===`group-json`),e.asJson?q(e):K(e)))}`}function G(e){let{draft:t,errors:n,readOnly:r,onChange:i}=e,a=r||!e.isNew;return C(U.general,l`<div class="form">
      ${L({id:`group-name`,label:U.name,value:t.name,required:!0,maxLength:512,disabled:r,error:n.at(`name`),onChange:e=>i({name:e})})}
      <div class="columns">
        ${I({id:`group-type`,label:U.apiType,value:t.apiType,options:[`PROXY`,`MESSAGE`].map(e=>({value:e,label:U.apiTypes[e]})),disabled:a,error:n.at(`apiType`),onChange:e=>i({apiType:e,phase:`REQUEST`,steps:[]})})}
        ${I({id:`group-phase`,label:U.phase,value:t.phase,options:z(t.apiType).map(e=>{let t=e.toUpperCase();return{value:t,label:U.phases[t]}}),disabled:a,error:n.at(`phase`),onChange:e=>i({phase:e,steps:[]})})}
      </div>
      ${F({id:`group-description`,label:U.description,value:t.description??``,rows:2,maxLength:1024,disabled:r,error:n.at(`description`),onChange:e=>i({description:e})})}
      ${F({id:`group-prerequisite`,label:U.prerequisite,hint:U.prerequisiteHint,value:t.prerequisiteMessage??``,rows:2,maxLength:1024,disabled:r,error:n.at(`prerequisiteMessage`),onChange:e=>i({prerequisiteMessage:e})})}
    </div>`)}function K(e){let{draft:t}=e;return k({steps:t.steps,phase:t.phase.toLowerCase(),apiType:t.apiType,policies:e.policies,selected:e.step,errors:e.errors,at:`steps`,readOnly:e.readOnly,withGroups:!1,onSelect:e.onStep,onChange:(t,n)=>e.onChange({steps:t},n)})}function q(e){return l`<relay-json-editor
    .label=${U.stepsJson}
    .value=${e.draft.steps}
    .disabled=${e.readOnly}
    @change=${t=>Array.isArray(t.detail)&&e.onChange({steps:t.detail})}
  ></relay-json-editor>`}var J=r.policyGroups,Y=class extends d{constructor(...e){super(...e),this.group=``,this.version=0,this.number=1,this.history=new h(this,e=>i(j(this.group,this.number),e))}willUpdate(e){e.get(`version`)!==void 0&&this.history.reload()}render(){return C(J.history,this.history.show(e=>l`<relay-table
            .label=${J.history}
            .columns=${this.columns(e.data)}
            .rows=${e.data}
            .key=${e=>`${e.version}-${e.updatedAt}-${e.lifecycleState}`}
            .empty=${J.neverDeployed}
          ></relay-table>
          ${H(e.pagination,e=>{this.number=e,this.history.reload()})}`))}columns(e){return[{id:`version`,label:J.version,cell:e=>e.version},{id:`state`,label:J.state,cell:e=>_(J.states[e.lifecycleState],P[e.lifecycleState])},{id:`at`,label:J.deployed,cell:e=>x(e.deployedAt??e.updatedAt)},{id:`steps`,label:J.steps,numeric:!0,cell:e=>e.steps.length},{id:`changes`,label:J.changes,cell:t=>l`<button
            type="button"
            class="small"
            aria-label=${J.showVersion(t.version)}
            @click=${()=>ne(t,e)}
          >
            ${J.show}
          </button>`}]}};m([f({attribute:!1})],Y.prototype,`group`,void 0),m([f({attribute:!1})],Y.prototype,`version`,void 0),m([c()],Y.prototype,`number`,void 0),Y=m([p(`relay-group-history`)],Y);function ne(e,t){let n=t.find(t=>t.version<e.version),i=B(n?.steps,e.steps);return ee(J.showVersion(e.version),e=>({content:l`<p class="muted">
          ${n?J.comparedTo(n.version):J.firstVersion}
        </p>
        ${i.length?V(i):l`<p>${J.noChanges}</p>`}`,actions:l`<button type="button" @click=${()=>e(void 0)}>
        ${r.common.close}
      </button>`}),{wide:!0})}var X=r.policyGroups,Z={name:``,apiType:`PROXY`,phase:`REQUEST`,steps:[]},Q=class extends d{constructor(){super(),this.errors=b.none,this.conflict=!1,this.asJson=!1,this.said=``,this.loaded=new h(this,e=>this.load(e)),new O(this,()=>this.isChanged)}render(){let e=this.loaded.value;return S({title:e?.group?.name??(this.group?X.group:X.add),actions:e?.group&&T(`PUBLISHER`)?this.actions(e.group):s,content:this.loaded.show(e=>this.content(e)),calls:e&&(this.isChanged||!e.group)?[this.saving()]:this.reads()})}reads(){return this.group?[N(this.group)]:[]}async load(e){let t=A.load(e);if(!this.group)return{policies:await t,group:void 0,etag:void 0};let{value:n,etag:r}=await o(N(this.group),e);return{policies:await t,group:n,etag:r}}content(e){let{group:t,policies:n}=e,i=!T(`PUBLISHER`),a=W({draft:this.current(e),policies:n,errors:this.errors,readOnly:i,isNew:!t,step:this.step,asJson:this.asJson,onStep:e=>this.step=e,onAsJson:e=>this.asJson=e,onChange:(t,n=``)=>{this.draft={...this.current(e),...t},this.said=n,n&&(this.errors=b.none)}});return l`<p class="visually-hidden" role="status">${this.said}</p>
      ${this.conflict?this.conflictBanner():s} ${this.errors.summary()}
      ${t?this.facts(t):s} ${a}
      ${t?l`<relay-group-history .group=${t.id} .version=${t.version}>
          </relay-group-history>`:l`<div class="form-actions">
            <button type="button" class="primary" @click=${()=>this.create()}>
              ${X.create}
            </button>
            <a class="button" href=${E(`policy-groups`)}>${r.common.cancel}</a>
          </div>`}`}facts(e){return C(X.stateTitle,l`${e.lifecycleState===`PENDING`?l`<p>${X.pending}</p>`:s}
      ${te([[X.state,_(X.states[e.lifecycleState],P[e.lifecycleState])],[X.version,e.version],[X.crossId,l`<code>${e.crossId}</code>`],[X.updated,x(e.updatedAt)],[X.deployed,e.deployedAt&&x(e.deployedAt)]])}`)}actions(e){let t=this.isChanged;return l`<button type="button" class="danger" @click=${()=>this.delete(e)}>
        ${r.common.delete}
      </button>
      ${e.lifecycleState===`UNDEPLOYED`?s:l`<button type="button" ?disabled=${t} @click=${()=>this.undeploy(e)}>
            ${X.undeploy}
          </button>`}
      <button type="button" ?disabled=${t} @click=${()=>this.deploy(e)}>
        ${X.deploy}
      </button>
      <button type="button" class="primary" ?disabled=${!t} @click=${()=>this.save()}>
        ${r.common.save}
      </button>`}conflictBanner(){return v(`warn`,X.conflict,l`<button type="button" @click=${()=>this.reload()}>${r.flows.takeTheirs}</button>
        <button type="button" @click=${()=>this.overwrite()}>${r.flows.keepMine}</button>`)}current({group:e}){return this.draft??(e?$(e):Z)}get isChanged(){let e=this.loaded.value;if(!e||!this.draft)return!1;let t=e.group?$(e.group):Z;return JSON.stringify(t)!==JSON.stringify(this.draft)}saving(){let t=this.loaded.value,n=this.current(t);return t.group?{...u(M(t.group.id),n),...t.etag===void 0?{}:{ifMatch:t.etag}}:e(M(),n)}async create(){await this.attempt(async()=>{let e=await i(this.saving());this.draft=void 0,await this.updateComplete,D(X.created),await w.go(E(`policy-groups`,e.id))})}async save(){await this.attempt(async()=>{this.take(await o(this.saving())),this.draft=void 0,D(X.saved)})}async deploy(t){let n=e(M(t.id,`_deploy`));await y({title:X.deployQuestion(t.name),content:l`<p>${X.deployText}</p>
        ${g([n])}`,action:X.deploy})&&await this.perform(n,X.deployDone)}async undeploy(t){let n=e(M(t.id,`_undeploy`));await y({title:X.undeployQuestion(t.name),content:l`<p>${X.undeployText}</p>
        ${g([n])}`,action:X.undeploy,danger:!0})&&await this.perform(n,X.undeployDone)}async delete(e){let n=t(M(e.id));await y({title:X.deleteQuestion(e.name),content:g([n]),action:r.common.delete,danger:!0})&&await this.attempt(async()=>{await i(n),this.draft=void 0,await this.updateComplete,D(X.deleted(e.name)),await w.go(E(`policy-groups`))})}async perform(e,t){try{this.take(await o(e)),D(t)}catch(e){D(n(e),`error`)}}take({value:e,etag:t}){this.loaded.set({...this.loaded.value,group:e,etag:t})}async attempt(e){this.errors=b.none,this.conflict=!1;try{await e()}catch(e){e instanceof a&&e.status===412?this.conflict=!0:this.errors=b.of(e)}}async reload(){this.draft=void 0,this.conflict=!1,await this.loaded.reload()}async overwrite(){await this.loaded.reload(),await this.save()}};m([f({attribute:!1})],Q.prototype,`group`,void 0),m([c()],Q.prototype,`draft`,void 0),m([c()],Q.prototype,`errors`,void 0),m([c()],Q.prototype,`conflict`,void 0),m([c()],Q.prototype,`step`,void 0),m([c()],Q.prototype,`asJson`,void 0),m([c()],Q.prototype,`said`,void 0),Q=m([p(`relay-policy-group`)],Q);function $(e){let{name:t,description:n,prerequisiteMessage:r,apiType:i,phase:a,steps:o}=e;return{name:t,...n===void 0?{}:{description:n},...r===void 0?{}:{prerequisiteMessage:r},apiType:i,phase:a,steps:o}}export{Q as PolicyGroupPage};