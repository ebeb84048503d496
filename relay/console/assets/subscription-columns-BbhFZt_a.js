import{A as e,F as t,N as n,T as r,d as i,v as a,x as o,z as s}from"./index-DyVSixlH.js";import{t as c}from"./badge-0pSKvsmB.js";import{a as l,i as u,o as d}from"./fields-BRjH8n0j.js";import{a as f}from"./numbers-CoBbCYtr.js";import{t as p}from"./secret-dialog-DSrh0Rvu.js";import{t as m}from"./form-dialog-BR59Kgp9.js";import"./json-editor-VR7CW9jb.js";var h=s.subscriptions;async function g(e){e.password===void 0?e.key!==void 0&&await p(h.keyTitle,[[h.key,e.key]]):await p(h.passwordTitle,[[h.username,e.username??``],[h.password,e.password]])}async function _(e){let t=e.apiKey??e.credentials;t&&await g(t);let n=y(e.consumerConfiguration);n&&await p(h.signingTitle,[[h.signing,n]])}var v=`********`;function y(e){let t=e?.entrypointConfiguration?.signature?.secret;return t===v?void 0:t}var b=e=>Object.entries(e??{}),x=e=>Object.fromEntries(e.filter(([e])=>e));function S(e,t,n,r){let i=(e,t)=>r(n.map((n,r)=>r===e?t:n));return o`<fieldset class="stack">
    <legend>${t}</legend>
    ${n.map(([t,a],c)=>o`<div class="pair">
        ${d({id:`${e}-name-${c}`,label:s.pairs.name,value:t,onChange:e=>i(c,[e,a])})}
        ${d({id:`${e}-value-${c}`,label:s.pairs.value,value:a,onChange:e=>i(c,[t,e])})}
        <button
          type="button"
          aria-label="${s.common.remove}: ${t}"
          @click=${()=>r(n.filter((e,t)=>t!==c))}
        >
          ${s.common.remove}
        </button>
      </div>`)}
    <div>
      <button type="button" class="small" @click=${()=>r([...n,[``,``]])}>
        ${s.common.add}
      </button>
    </div>
  </fieldset>`}var C=e=>e.mode===`PUSH`?`PUSH`:e.security?.type??``,w=s.subscriptions,T=1e4,E={api:``,plans:[],plan:``,application:``,applications:[],message:``,customApiKey:``,apiKeyMode:`UNSPECIFIED`,metadata:[],channel:``,consumer:{callbackUrl:``}};async function D(n,i){let a=e(r(`apis`,n,`plans`),{perPage:T,subscribableBy:i}),{data:o}=await t(a);return o.filter(e=>C(e)!==`KEY_LESS`)}async function O(i){let[s,{data:c}]=await Promise.all([D(i),t(e(r(`applications`),{perPage:T}))]),l=e=>n(r(`apis`,i,`subscriptions`),{applicationId:e.application,customApiKey:e.customApiKey||void 0,...M(e)});return(await m({title:w.create,action:w.create,wide:!0,values:{...E,api:i,plans:s,applications:c},fields:(e,t,n)=>o`${F(`subscribe-application`,w.application,c,e.application,n.at(`applicationId`),e=>t({application:e}))}
    ${N(e,t,n)}
    ${j(e)===`API_KEY`?d({id:`subscribe-custom-key`,label:w.customKey,hint:w.customKeyHint,type:`password`,autocomplete:`new-password`,value:e.customApiKey,error:n.at(`customApiKey`),onChange:e=>t({customApiKey:e})}):a}`,call:l,shownCall:e=>l({...e,customApiKey:e.customApiKey&&`…`})}))?.value}async function k(i){let{data:s}=await t(e(r(`apis`),{perPage:T}));return(await m({title:w.create,action:w.create,wide:!0,values:{...E,application:i.id,applications:[i]},fields:(e,t,n)=>o`${F(`subscribe-api`,w.api,s,e.api,void 0,async e=>{t({api:e,plan:``,plans:[]}),t({plans:await D(e,i.id)})})}
    ${e.api?N(e,t,n):a}
    ${l({id:`subscribe-message`,label:w.message,value:e.message,error:n.at(`consumerMessage`),onChange:e=>t({message:e})})}`,call:e=>n(r(`applications`,i.id,`subscriptions`),{consumerMessage:e.message||void 0,...M(e)})}))?.value}var A=({plans:e,plan:t})=>e.find(e=>e.id===t);function j(e){let t=A(e);return t?C(t):``}function M(e){let t=j(e),n=t===`API_KEY`&&e.apiKeyMode!==`UNSPECIFIED`;return{planId:e.plan,metadata:e.metadata.length?x(e.metadata):void 0,apiKeyMode:n?e.apiKeyMode:void 0,consumerConfiguration:t===`PUSH`?{entrypointId:`webhook`,channel:e.channel,entrypointConfiguration:e.consumer}:void 0}}function N(e,t,n){let r=j(e),i=e.applications.find(t=>t.id===e.application),c=e.plans.map(e=>({...e,name:`${e.name} (${C(e)})`}));return o`${F(`subscribe-plan`,w.plan,c,e.plan,n.at(`planId`),e=>t({plan:e}),c.length?void 0:w.noPlan)}
    ${r===`API_KEY`&&i?.apiKeyMode===`UNSPECIFIED`?u({id:`subscribe-mode`,label:w.keyMode,value:e.apiKeyMode,options:Object.entries(s.applications.modes).map(([e,t])=>({value:e,label:t})),error:n.at(`apiKeyMode`),onChange:e=>t({apiKeyMode:e})}):a}
    ${r===`PUSH`?P(e.channel,e.consumer,t,n):a}
    ${S(`subscribe-metadata`,w.metadata,e.metadata,e=>t({metadata:e}))}`}function P(e,t,n,r){return o`${d({id:`consumer-channel`,label:w.channel,hint:w.channelHint,value:e,error:r.at(`consumerConfiguration.channel`),onChange:e=>n({channel:e})})}
    <relay-json-editor
      .label=${w.consumer}
      .value=${t}
      @change=${e=>n({consumer:e.detail})}
    ></relay-json-editor>`}function F(e,t,n,r,i,a,o){let s=[{value:``,label:w.choose},...n.map(e=>({value:e.id,label:e.name}))];return u({id:e,label:t,value:r,options:s,error:i,hint:o,required:!0,onChange:a})}var I=s.subscriptions,L={PENDING:`info`,ACCEPTED:`good`,RESUMED:`good`,PAUSED:`warn`,REJECTED:`bad`,CLOSED:`plain`},R=[`ACCEPTED`,`PENDING`,`PAUSED`],z=e=>c(I.statuses[e],L[e]),B=e=>i(`apis`,e.api.id,`subscriptions`,e.id),V=(e,t)=>o`<a href=${B(t)}>${e}</a>`,H=[{id:`application`,label:I.application,cell:e=>V(e.application.name,e)},{id:`plan`,label:I.plan,cell:e=>e.plan.name},...W()],U=[{id:`api`,label:I.api,cell:e=>V(`${e.api.name} · ${e.plan.name}`,e)},...W()];function W(){return[{id:`security`,label:I.security,cell:e=>C(e.plan),secondary:!0},{id:`created`,label:I.created,cell:e=>f(e.createdAt),secondary:!0},{id:`ends`,label:I.ends,cell:e=>e.endingAt?f(e.endingAt):s.keys.never,secondary:!0},{id:`status`,label:I.status,cell:e=>z(e.status)}]}export{z as a,O as c,b as d,x as f,B as i,C as l,_ as m,H as n,P as o,g as p,U as r,k as s,R as t,S as u};