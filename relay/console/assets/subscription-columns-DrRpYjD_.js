import{A as e,E as t,F as n,N as r,T as i,c as a,d as o,i as s,l as c,r as l,v as u,x as d,z as f}from"./index-DO9nkWps.js";import{i as p}from"./curl-Bjpvh-Ts.js";import{t as m}from"./badge-Di9aOPF2.js";import{a as h,i as g,o as _}from"./fields-DEXbSuR-.js";import{a as v}from"./numbers-CoBbCYtr.js";import{t as y}from"./secret-dialog-DT0BxA5R.js";import{t as b}from"./form-dialog-ggTsbzAj.js";import"./schema-form-CL-IXk1u.js";var x=f.subscriptions;async function S(e){e.password===void 0?e.key!==void 0&&await y(x.keyTitle,[[x.key,e.key]]):await y(x.passwordTitle,[[x.username,e.username??``],[x.password,e.password]])}async function C(e){let t=e.apiKey??e.credentials;t&&await S(t);let n=T(e.consumerConfiguration);n&&await y(x.signingTitle,[[x.signing,n]])}var w=`********`;function T(e){let t=e?.entrypointConfiguration?.signature?.secret;return t===w?void 0:t}var E=e=>Object.entries(e??{}),D=e=>Object.fromEntries(e.filter(([e])=>e));function O(e,t,n,r){let i=(e,t)=>r(n.map((n,r)=>r===e?t:n));return d`<fieldset class="stack">
    <legend>${t}</legend>
    ${n.map(([t,a],o)=>d`<div class="pair">
        ${_({id:`${e}-name-${o}`,label:f.pairs.name,value:t,onChange:e=>i(o,[e,a])})}
        ${_({id:`${e}-value-${o}`,label:f.pairs.value,value:a,onChange:e=>i(o,[t,e])})}
        <button
          type="button"
          aria-label="${f.common.remove}: ${t}"
          @click=${()=>r(n.filter((e,t)=>t!==o))}
        >
          ${f.common.remove}
        </button>
      </div>`)}
    <div>
      <button type="button" class="small" @click=${()=>r([...n,[``,``]])}>
        ${f.common.add}
      </button>
    </div>
  </fieldset>`}var k=e=>e.mode===`PUSH`?`PUSH`:e.security?.type??``,A=e(t(`plugins`,`entrypoints`,`webhook`,`subscription-schema`)),j=class extends s{constructor(...e){super(...e),this.errors=[],this.schema=new p(this,e=>n(A,e))}render(){return d`${this.schema.show(e=>d`<relay-schema-form
        .schema=${e}
        .value=${this.value}
        .errors=${this.errors}
        .label=${f.subscriptions.consumer}
      ></relay-schema-form>`)}`}};l([a({attribute:!1})],j.prototype,`value`,void 0),l([a({attribute:!1})],j.prototype,`errors`,void 0),j=l([c(`relay-webhook-options`)],j);var M=f.subscriptions,N=1e4,P={api:``,plans:[],plan:``,application:``,applications:[],message:``,customApiKey:``,apiKeyMode:`UNSPECIFIED`,metadata:[],channel:``,consumer:{}};async function F(t,r){let a=e(i(`apis`,t,`plans`),{perPage:N,subscribableBy:r}),{data:o}=await n(a);return o.filter(e=>k(e)!==`KEY_LESS`)}async function I(t){let[a,{data:o}]=await Promise.all([F(t),n(e(i(`applications`),{perPage:N}))]),s=e=>r(i(`apis`,t,`subscriptions`),{applicationId:e.application,customApiKey:e.customApiKey||void 0,...B(e)});return(await b({title:M.create,action:M.create,wide:!0,values:{...P,api:t,plans:a,applications:o},fields:(e,t,n)=>d`${U(`subscribe-application`,M.application,o,e.application,n.at(`applicationId`),e=>t({application:e}))}
    ${V(e,t,n)}
    ${z(e)===`API_KEY`?_({id:`subscribe-custom-key`,label:M.customKey,hint:M.customKeyHint,type:`password`,autocomplete:`new-password`,value:e.customApiKey,error:n.at(`customApiKey`),onChange:e=>t({customApiKey:e})}):u}`,call:s,shownCall:e=>s({...e,customApiKey:e.customApiKey&&`…`})}))?.value}async function L(t){let{data:a}=await n(e(i(`apis`),{perPage:N}));return(await b({title:M.create,action:M.create,wide:!0,values:{...P,application:t.id,applications:[t]},fields:(e,n,r)=>d`${U(`subscribe-api`,M.api,a,e.api,void 0,async e=>{n({api:e,plan:``,plans:[]}),n({plans:await F(e,t.id)})})}
    ${e.api?V(e,n,r):u}
    ${h({id:`subscribe-message`,label:M.message,value:e.message,error:r.at(`consumerMessage`),onChange:e=>n({message:e})})}`,call:e=>r(i(`applications`,t.id,`subscriptions`),{consumerMessage:e.message||void 0,...B(e)})}))?.value}var R=({plans:e,plan:t})=>e.find(e=>e.id===t);function z(e){let t=R(e);return t?k(t):``}function B(e){let t=z(e),n=t===`API_KEY`&&e.apiKeyMode!==`UNSPECIFIED`;return{planId:e.plan,metadata:e.metadata.length?D(e.metadata):void 0,apiKeyMode:n?e.apiKeyMode:void 0,consumerConfiguration:t===`PUSH`?{entrypointId:`webhook`,channel:e.channel,entrypointConfiguration:e.consumer}:void 0}}function V(e,t,n){let r=z(e),i=e.applications.find(t=>t.id===e.application),a=e.plans.map(e=>({...e,name:`${e.name} (${k(e)})`}));return d`${U(`subscribe-plan`,M.plan,a,e.plan,n.at(`planId`),e=>t({plan:e}),a.length?void 0:M.noPlan)}
    ${r===`API_KEY`&&i?.apiKeyMode===`UNSPECIFIED`?g({id:`subscribe-mode`,label:M.keyMode,value:e.apiKeyMode,options:Object.entries(f.applications.modes).map(([e,t])=>({value:e,label:t})),error:n.at(`apiKeyMode`),onChange:e=>t({apiKeyMode:e})}):u}
    ${r===`PUSH`?H(e.channel,e.consumer,t,n):u}
    ${O(`subscribe-metadata`,M.metadata,e.metadata,e=>t({metadata:e}))}`}function H(e,t,n,r){return d`${_({id:`consumer-channel`,label:M.channel,hint:M.channelHint,value:e,error:r.at(`consumerConfiguration.channel`),onChange:e=>n({channel:e})})}
    <fieldset>
      <legend>${M.consumer}</legend>
      <relay-webhook-options
        .value=${t}
        .errors=${r.below(`consumerConfiguration.entrypointConfiguration`)}
        @change=${e=>{e.detail!==void 0&&n({consumer:e.detail})}}
      ></relay-webhook-options>
    </fieldset>`}function U(e,t,n,r,i,a,o){let s=[{value:``,label:M.choose},...n.map(e=>({value:e.id,label:e.name}))];return g({id:e,label:t,value:r,options:s,error:i,hint:o,required:!0,onChange:a})}var W=f.subscriptions,G={PENDING:`info`,ACCEPTED:`good`,RESUMED:`good`,PAUSED:`warn`,REJECTED:`bad`,CLOSED:`plain`},K=[`ACCEPTED`,`PENDING`,`PAUSED`],q=e=>m(W.statuses[e],G[e]),J=e=>o(`apis`,e.api.id,`subscriptions`,e.id),Y=(e,t)=>d`<a href=${J(t)}>${e}</a>`,X=[{id:`application`,label:W.application,cell:e=>Y(e.application.name,e)},{id:`plan`,label:W.plan,cell:e=>e.plan.name},...Q()],Z=[{id:`api`,label:W.api,cell:e=>Y(`${e.api.name} · ${e.plan.name}`,e)},...Q()];function Q(){return[{id:`security`,label:W.security,cell:e=>k(e.plan),secondary:!0},{id:`created`,label:W.created,cell:e=>v(e.createdAt),secondary:!0},{id:`ends`,label:W.ends,cell:e=>e.endingAt?v(e.endingAt):f.keys.never,secondary:!0},{id:`status`,label:W.status,cell:e=>q(e.status)}]}export{q as a,I as c,E as d,D as f,J as i,k as l,C as m,X as n,H as o,S as p,Z as r,L as s,K as t,O as u};