import{C as e,F as t,L as n,N as r,O as i,P as a,R as o,c as s,d as c,f as l,i as u,k as d,l as f,r as p,s as m,t as h,v as g,x as _,z as v}from"./index-DO9nkWps.js";import{i as y}from"./curl-Bjpvh-Ts.js";import{t as b}from"./badge-Di9aOPF2.js";import{t as x}from"./banner-Cto8xbBg.js";import{n as S,t as C}from"./dialog-B6cH1Ntn.js";import{t as w}from"./field-errors-DG2aiDv_.js";import{a as T}from"./numbers-CoBbCYtr.js";import{n as ee,r as te,t as E}from"./page-Cz4QYGt_.js";import{t as D}from"./unsaved-DFaV7jfa.js";import{n as O,t as k}from"./policies-BLDaNSun.js";import{i as A,n as j,r as M,t as N}from"./group-CDw1iCvV.js";import{a as P,i as F,o as I}from"./fields-DEXbSuR-.js";import"./schema-form-CL-IXk1u.js";import{t as L}from"./tabs-NNRiHGym.js";import{u as R}from"./plugin-form-BgsM9ehM.js";import{n as z,t as B}from"./diff-xGYC4cAR.js";import{t as V}from"./paging-CRqy6aze.js";import"./table-BOKn2q8T.js";var H=v.policyGroups;function U(e){return _`${W(e)}
  ${E(H.steps,L(v.flows.editAs,[{id:`group-form`,label:v.flows.form},{id:`group-json`,label:v.flows.json}],e.asJson?`group-json`:`group-form`,t=>e.onAsJson(t===`group-json`),e.asJson?K(e):G(e)))}`}function W(e){let{draft:t,errors:n,readOnly:r,onChange:i}=e,a=r||!e.isNew;return E(H.general,_`<div class="form">
      ${I({id:`group-name`,label:H.name,value:t.name,required:!0,maxLength:512,disabled:r,error:n.at(`name`),onChange:e=>i({name:e})})}
      <div class="columns">
        ${F({id:`group-type`,label:H.apiType,value:t.apiType,options:[`PROXY`,`MESSAGE`].map(e=>({value:e,label:H.apiTypes[e]})),disabled:a,error:n.at(`apiType`),onChange:e=>i({apiType:e,phase:`REQUEST`,steps:[]})})}
        ${F({id:`group-phase`,label:H.phase,value:t.phase,options:R(t.apiType).map(e=>{let t=e.toUpperCase();return{value:t,label:H.phases[t]}}),disabled:a,error:n.at(`phase`),onChange:e=>i({phase:e,steps:[]})})}
      </div>
      ${P({id:`group-description`,label:H.description,value:t.description??``,rows:2,maxLength:1024,disabled:r,error:n.at(`description`),onChange:e=>i({description:e})})}
      ${P({id:`group-prerequisite`,label:H.prerequisite,hint:H.prerequisiteHint,value:t.prerequisiteMessage??``,rows:2,maxLength:1024,disabled:r,error:n.at(`prerequisiteMessage`),onChange:e=>i({prerequisiteMessage:e})})}
    </div>`)}function G(e){let{draft:t}=e;return O({steps:t.steps,phase:t.phase.toLowerCase(),apiType:t.apiType,policies:e.policies,selected:e.step,errors:e.errors,at:`steps`,readOnly:e.readOnly,withGroups:!1,onSelect:e.onStep,onChange:(t,n)=>e.onChange({steps:t},n)})}function K(e){return _`<relay-json-editor
    .label=${H.stepsJson}
    .value=${e.draft.steps}
    .disabled=${e.readOnly}
    @change=${t=>Array.isArray(t.detail)&&e.onChange({steps:t.detail})}
  ></relay-json-editor>`}var q=v.policyGroups,J=class extends u{constructor(...e){super(...e),this.group=``,this.version=0,this.number=1,this.history=new y(this,e=>t(A(this.group,this.number),e))}willUpdate(e){e.get(`version`)!==void 0&&this.history.reload()}render(){return E(q.history,this.history.show(e=>_`<relay-table
            .label=${q.history}
            .columns=${this.columns(e.data)}
            .rows=${e.data}
            .key=${e=>`${e.version}-${e.updatedAt}-${e.lifecycleState}`}
            .empty=${q.neverDeployed}
          ></relay-table>
          ${V(e.pagination,e=>{this.number=e,this.history.reload()})}`))}columns(e){return[{id:`version`,label:q.version,cell:e=>e.version},{id:`state`,label:q.state,cell:e=>b(q.states[e.lifecycleState],N[e.lifecycleState])},{id:`at`,label:q.deployed,cell:e=>T(e.deployedAt??e.updatedAt)},{id:`steps`,label:q.steps,numeric:!0,cell:e=>e.steps.length},{id:`changes`,label:q.changes,cell:t=>_`<button
            type="button"
            class="small"
            aria-label=${q.showVersion(t.version)}
            @click=${()=>Y(t,e)}
          >
            ${q.show}
          </button>`}]}};p([s({attribute:!1})],J.prototype,`group`,void 0),p([s({attribute:!1})],J.prototype,`version`,void 0),p([m()],J.prototype,`number`,void 0),J=p([f(`relay-group-history`)],J);function Y(e,t){let n=t.find(t=>t.version<e.version),r=z(n?.steps,e.steps);return S(q.showVersion(e.version),e=>({content:_`<p class="muted">
          ${n?q.comparedTo(n.version):q.firstVersion}
        </p>
        ${r.length?B(r):_`<p>${q.noChanges}</p>`}`,actions:_`<button type="button" @click=${()=>e(void 0)}>
        ${v.common.close}
      </button>`}),{wide:!0})}var X=v.policyGroups,Z={name:``,apiType:`PROXY`,phase:`REQUEST`,steps:[]},Q=class extends u{constructor(){super(),this.errors=w.none,this.conflict=!1,this.asJson=!1,this.said=``,this.loaded=new y(this,e=>this.load(e)),new D(this,()=>this.isChanged)}render(){let t=this.loaded.value;return te({title:t?.group?.name??(this.group?X.group:X.add),actions:t?.group&&e(`PUBLISHER`)?this.actions(t.group):g,content:this.loaded.show(e=>this.content(e)),calls:t&&(this.isChanged||!t.group)?[this.saving()]:this.reads()})}reads(){return this.group?[M(this.group)]:[]}async load(e){let t=k.load(e);if(!this.group)return{policies:await t,group:void 0,etag:void 0};let{value:n,etag:r}=await i(M(this.group),e);return{policies:await t,group:n,etag:r}}content(t){let{group:n,policies:r}=t,i=!e(`PUBLISHER`),a=U({draft:this.current(t),policies:r,errors:this.errors,readOnly:i,isNew:!n,step:this.step,asJson:this.asJson,onStep:e=>this.step=e,onAsJson:e=>this.asJson=e,onChange:(e,n=``)=>{this.draft={...this.current(t),...e},this.said=n}});return _`<p class="visually-hidden" role="status">${this.said}</p>
      ${this.conflict?this.conflictBanner():g} ${this.errors.summary()}
      ${n?this.facts(n):g} ${a}
      ${n?_`<relay-group-history .group=${n.id} .version=${n.version}>
          </relay-group-history>`:_`<div class="form-actions">
            <button type="button" class="primary" @click=${()=>this.create()}>
              ${X.create}
            </button>
            <a class="button" href=${c(`policy-groups`)}>${v.common.cancel}</a>
          </div>`}`}facts(e){return E(X.stateTitle,_`${e.lifecycleState===`PENDING`?_`<p>${X.pending}</p>`:g}
      ${ee([[X.state,b(X.states[e.lifecycleState],N[e.lifecycleState])],[X.version,e.version],[X.crossId,_`<code>${e.crossId}</code>`],[X.updated,T(e.updatedAt)],[X.deployed,e.deployedAt&&T(e.deployedAt)]])}`)}actions(e){let t=this.isChanged;return _`<button type="button" class="danger" @click=${()=>this.delete(e)}>
        ${v.common.delete}
      </button>
      ${e.lifecycleState===`UNDEPLOYED`?g:_`<button type="button" ?disabled=${t} @click=${()=>this.undeploy(e)}>
            ${X.undeploy}
          </button>`}
      <button type="button" ?disabled=${t} @click=${()=>this.deploy(e)}>
        ${X.deploy}
      </button>
      <button type="button" class="primary" ?disabled=${!t} @click=${()=>this.save()}>
        ${v.common.save}
      </button>`}conflictBanner(){return x(`warn`,X.conflict,_`<button type="button" @click=${()=>this.reload()}>${v.flows.takeTheirs}</button>
        <button type="button" @click=${()=>this.overwrite()}>${v.flows.keepMine}</button>`)}current({group:e}){return this.draft??(e?$(e):Z)}get isChanged(){let e=this.loaded.value;if(!e||!this.draft)return!1;let t=e.group?$(e.group):Z;return JSON.stringify(t)!==JSON.stringify(this.draft)}saving(){let e=this.loaded.value,t=this.current(e);return e.group?{...a(j(e.group.id),t),...e.etag===void 0?{}:{ifMatch:e.etag}}:r(j(),t)}async create(){await this.attempt(async()=>{let e=await t(this.saving());this.draft=void 0,await this.updateComplete,h(X.created),await l.go(c(`policy-groups`,e.id))})}async save(){await this.attempt(async()=>{this.take(await i(this.saving())),this.draft=void 0,h(X.saved)})}async deploy(e){await C({title:X.deployQuestion(e.name),content:X.deployText,action:X.deploy})&&await this.perform(r(j(e.id,`_deploy`)),X.deployDone)}async undeploy(e){await C({title:X.undeployQuestion(e.name),content:X.undeployText,action:X.undeploy,danger:!0})&&await this.perform(r(j(e.id,`_undeploy`)),X.undeployDone)}async delete(e){await C({title:X.deleteQuestion(e.name),action:v.common.delete,danger:!0})&&await this.attempt(async()=>{await t(d(j(e.id))),this.draft=void 0,await this.updateComplete,h(X.deleted(e.name)),await l.go(c(`policy-groups`))})}async perform(e,t){try{this.take(await i(e)),h(t)}catch(e){h(o(e),`error`)}}take({value:e,etag:t}){this.loaded.set({...this.loaded.value,group:e,etag:t})}async attempt(e){this.errors=w.none,this.conflict=!1;try{await e()}catch(e){e instanceof n&&e.status===412?this.conflict=!0:this.errors=w.of(e)}}async reload(){this.draft=void 0,this.conflict=!1,await this.loaded.reload()}async overwrite(){await this.loaded.reload(),await this.save()}};p([s({attribute:!1})],Q.prototype,`group`,void 0),p([m()],Q.prototype,`draft`,void 0),p([m()],Q.prototype,`errors`,void 0),p([m()],Q.prototype,`conflict`,void 0),p([m()],Q.prototype,`step`,void 0),p([m()],Q.prototype,`asJson`,void 0),p([m()],Q.prototype,`said`,void 0),Q=p([f(`relay-policy-group`)],Q);function $(e){let{name:t,description:n,prerequisiteMessage:r,apiType:i,phase:a,steps:o}=e;return{name:t,...n===void 0?{}:{description:n},...r===void 0?{}:{prerequisiteMessage:r},apiType:i,phase:a,steps:o}}export{Q as PolicyGroupPage};