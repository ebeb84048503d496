import{A as e,C as t,D as n,I as r,M as i,S as a,_ as o,b as s,o as c,r as l,s as u,t as d}from"./decorate-cX1b0bKe.js";import{r as f}from"./index-BtPMuujb.js";import{i as p}from"./curl-C3dG7kwV.js";import{t as m}from"./badge-Bv1K0zyq.js";import{a as h,i as g,o as _}from"./fields-Z7HFGbs6.js";import{a as v}from"./numbers-CoBbCYtr.js";import{t as y}from"./secret-dialog-GsSx_A8W.js";import{t as b}from"./form-dialog-BhFZexq3.js";import"./schema-form-DXm6_HAR.js";var x=r.subscriptions;async function S(e){e.password===void 0?e.key!==void 0&&await y(x.keyTitle,[[x.key,e.key]]):await y(x.passwordTitle,[[x.username,e.username??``],[x.password,e.password]])}async function C(e){let t=e.apiKey??e.credentials;t&&await S(t);let n=T(e.consumerConfiguration);n&&await y(x.signingTitle,[[x.signing,n]])}var w=`********`;function T(e){let t=e?.entrypointConfiguration?.signature?.secret;return t===w?void 0:t}var E=e=>Object.entries(e??{}),D=e=>Object.fromEntries(e.filter(([e])=>e));function O(e,t,n,i){let a=(e,t)=>i(n.map((n,r)=>r===e?t:n));return s`<fieldset class="stack">
    <legend>${t}</legend>
    ${n.map(([t,o],c)=>s`<div class="pair">
        ${_({id:`${e}-name-${c}`,label:r.pairs.name,value:t,onChange:e=>a(c,[e,o])})}
        ${_({id:`${e}-value-${c}`,label:r.pairs.value,value:o,onChange:e=>a(c,[t,e])})}
        <button
          type="button"
          aria-label="${r.common.remove}: ${t}"
          @click=${()=>i(n.filter((e,t)=>t!==c))}
        >
          ${r.common.remove}
        </button>
      </div>`)}
    <div>
      <button type="button" class="small" @click=${()=>i([...n,[``,``]])}>
        ${r.common.add}
      </button>
    </div>
  </fieldset>`}var k=e=>e.mode===`PUSH`?`PUSH`:e.security?.type??``,A=n(t(`plugins`,`entrypoints`,`webhook`,`subscription-schema`)),j=class extends l{constructor(...e){super(...e),this.errors=[],this.schema=new p(this,e=>i(A,e))}render(){return s`${this.schema.show(e=>s`<relay-schema-form
        .schema=${e}
        .value=${this.value}
        .errors=${this.errors}
        .label=${r.subscriptions.consumer}
        @change=${e=>this.change(e.detail)}
      ></relay-schema-form>`)}`}};d([c({attribute:!1})],j.prototype,`value`,void 0),d([c({attribute:!1})],j.prototype,`errors`,void 0),j=d([u(`relay-webhook-options`)],j);var M=r.subscriptions,N=1e4,P={api:``,plans:[],plan:``,application:``,applications:[],message:``,customApiKey:``,apiKeyMode:`UNSPECIFIED`,metadata:[],channel:``,consumer:{}};async function F(e,t){let r=n(a(`apis`,e,`plans`),{perPage:N,subscribableBy:t}),{data:o}=await i(r);return o.filter(e=>k(e)!==`KEY_LESS`)}async function I(t){let[r,{data:c}]=await Promise.all([F(t),i(n(a(`applications`),{perPage:N}))]),l=n=>e(a(`apis`,t,`subscriptions`),{applicationId:n.application,customApiKey:n.customApiKey||void 0,...B(n)});return(await b({title:M.create,action:M.create,wide:!0,values:{...P,api:t,plans:r,applications:c},fields:(e,t,n)=>s`${U(`subscribe-application`,M.application,c,e.application,n.at(`applicationId`),e=>t({application:e}))}
    ${V(e,t,n)}
    ${z(e)===`API_KEY`?_({id:`subscribe-custom-key`,label:M.customKey,hint:M.customKeyHint,type:`password`,autocomplete:`new-password`,value:e.customApiKey,error:n.at(`customApiKey`),onChange:e=>t({customApiKey:e})}):o}`,call:l,shownCall:e=>l({...e,customApiKey:e.customApiKey&&`…`})}))?.value}async function L(t){let{data:r}=await i(n(a(`apis`),{perPage:N}));return(await b({title:M.create,action:M.create,wide:!0,values:{...P,application:t.id,applications:[t]},fields:(e,n,i)=>s`${U(`subscribe-api`,M.api,r,e.api,void 0,async e=>{n({api:e,plan:``,plans:[]}),n({plans:await F(e,t.id)})})}
    ${e.api?V(e,n,i):o}
    ${h({id:`subscribe-message`,label:M.message,value:e.message,error:i.at(`consumerMessage`),onChange:e=>n({message:e})})}`,call:n=>e(a(`applications`,t.id,`subscriptions`),{consumerMessage:n.message||void 0,...B(n)})}))?.value}var R=({plans:e,plan:t})=>e.find(e=>e.id===t);function z(e){let t=R(e);return t?k(t):``}function B(e){let t=z(e),n=t===`API_KEY`&&e.apiKeyMode!==`UNSPECIFIED`;return{planId:e.plan,metadata:e.metadata.length?D(e.metadata):void 0,apiKeyMode:n?e.apiKeyMode:void 0,consumerConfiguration:t===`PUSH`?{entrypointId:`webhook`,channel:e.channel,entrypointConfiguration:e.consumer}:void 0}}function V(e,t,n){let i=z(e),a=e.applications.find(t=>t.id===e.application),c=e.plans.map(e=>({...e,name:`${e.name} (${k(e)})`}));return s`${U(`subscribe-plan`,M.plan,c,e.plan,n.at(`planId`),e=>t({plan:e}),c.length?void 0:M.noPlan)}
    ${i===`API_KEY`&&a?.apiKeyMode===`UNSPECIFIED`?g({id:`subscribe-mode`,label:M.keyMode,value:e.apiKeyMode,options:Object.entries(r.applications.modes).map(([e,t])=>({value:e,label:t})),error:n.at(`apiKeyMode`),onChange:e=>t({apiKeyMode:e})}):o}
    ${i===`PUSH`?H(e.channel,e.consumer,t,n):o}
    ${O(`subscribe-metadata`,M.metadata,e.metadata,e=>t({metadata:e}))}`}function H(e,t,n,r){return s`${_({id:`consumer-channel`,label:M.channel,hint:M.channelHint,value:e,error:r.at(`consumerConfiguration.channel`),onChange:e=>n({channel:e})})}
    <fieldset>
      <legend>${M.consumer}</legend>
      <relay-webhook-options
        .value=${t}
        .errors=${r.below(`consumerConfiguration.entrypointConfiguration`)}
        @change=${e=>n({consumer:e.detail})}
      ></relay-webhook-options>
    </fieldset>`}function U(e,t,n,r,i,a,o){let s=[{value:``,label:M.choose},...n.map(e=>({value:e.id,label:e.name}))];return g({id:e,label:t,value:r,options:s,error:i,hint:o,required:!0,onChange:a})}var W=r.subscriptions,G={PENDING:`info`,ACCEPTED:`good`,RESUMED:`good`,PAUSED:`warn`,REJECTED:`bad`,CLOSED:`plain`},K=[`ACCEPTED`,`PENDING`,`PAUSED`],q=e=>m(W.statuses[e],G[e]),J=e=>f(`apis`,e.api.id,`subscriptions`,e.id),Y=(e,t)=>s`<a href=${J(t)}>${e}</a>`,X=[{id:`application`,label:W.application,cell:e=>Y(e.application.name,e)},{id:`plan`,label:W.plan,cell:e=>e.plan.name},...Q()],Z=[{id:`api`,label:W.api,cell:e=>Y(`${e.api.name} · ${e.plan.name}`,e)},...Q()];function Q(){return[{id:`security`,label:W.security,cell:e=>k(e.plan),secondary:!0},{id:`created`,label:W.created,cell:e=>v(e.createdAt),secondary:!0},{id:`ends`,label:W.ends,cell:e=>e.endingAt?v(e.endingAt):r.keys.never,secondary:!0},{id:`status`,label:W.status,cell:e=>q(e.status)}]}export{q as a,I as c,E as d,D as f,J as i,k as l,C as m,X as n,H as o,S as p,Z as r,L as s,K as t,O as u};