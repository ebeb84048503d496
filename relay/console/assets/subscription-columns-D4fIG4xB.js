import{M as e,P as t,R as n,_ as r,b as i,k as a,u as o,w as s}from"./index-q0cvveWk.js";import{c,o as l,s as u}from"./curl-DN9Ceju9.js";import{t as d}from"./badge-BEXyiuIc.js";import{a as f}from"./numbers-CoBbCYtr.js";import{t as p}from"./secret-dialog-DQ--fk2C.js";import{t as m}from"./form-dialog-BaHpUrBN.js";import"./json-editor-mE-45F3l.js";var h=n.subscriptions;async function g(e){e.password===void 0?e.key!==void 0&&await p(h.keyTitle,[[h.key,e.key]]):await p(h.passwordTitle,[[h.username,e.username??``],[h.password,e.password]])}async function _(e){let t=e.apiKey??e.credentials;t&&await g(t);let n=y(e.consumerConfiguration);n&&await p(h.signingTitle,[[h.signing,n]])}var v=`********`;function y(e){let t=e?.entrypointConfiguration?.signature?.secret;return t===v?void 0:t}var b=e=>Object.entries(e??{}),x=e=>Object.fromEntries(e.filter(([e])=>e));function S(e,t,r,a){let o=(e,t)=>a(r.map((n,r)=>r===e?t:n));return i`<fieldset class="stack">
    <legend>${t}</legend>
    ${r.map(([t,s],l)=>i`<div class="pair">
        ${c({id:`${e}-name-${l}`,label:n.pairs.name,value:t,onChange:e=>o(l,[e,s])})}
        ${c({id:`${e}-value-${l}`,label:n.pairs.value,value:s,onChange:e=>o(l,[t,e])})}
        <button
          type="button"
          aria-label="${n.common.remove}: ${t}"
          @click=${()=>a(r.filter((e,t)=>t!==l))}
        >
          ${n.common.remove}
        </button>
      </div>`)}
    <div>
      <button type="button" class="small" @click=${()=>a([...r,[``,``]])}>
        ${n.common.add}
      </button>
    </div>
  </fieldset>`}var C=e=>e.mode===`PUSH`?`PUSH`:e.security?.type??``,w=n.subscriptions,T=1e4,E={api:``,plans:[],plan:``,application:``,applications:[],message:``,customApiKey:``,apiKeyMode:`UNSPECIFIED`,metadata:[],channel:``,consumer:{callbackUrl:``}};async function D(e,n){let r=a(s(`apis`,e,`plans`),{perPage:T,subscribableBy:n}),{data:i}=await t(r);return i.filter(e=>C(e)!==`KEY_LESS`)}async function O(n){let[o,{data:l}]=await Promise.all([D(n),t(a(s(`applications`),{perPage:T}))]),u=t=>e(s(`apis`,n,`subscriptions`),{applicationId:t.application,customApiKey:t.customApiKey||void 0,...M(t)});return(await m({title:w.create,action:w.create,wide:!0,values:{...E,api:n,plans:o,applications:l},fields:(e,t,n)=>i`${F(`subscribe-application`,w.application,l,e.application,n.at(`applicationId`),e=>t({application:e}))}
    ${N(e,t,n)}
    ${j(e)===`API_KEY`?c({id:`subscribe-custom-key`,label:w.customKey,hint:w.customKeyHint,type:`password`,autocomplete:`new-password`,value:e.customApiKey,error:n.at(`customApiKey`),onChange:e=>t({customApiKey:e})}):r}`,call:u,shownCall:e=>u({...e,customApiKey:e.customApiKey&&`…`})}))?.value}async function k(n){let{data:o}=await t(a(s(`apis`),{perPage:T}));return(await m({title:w.create,action:w.create,wide:!0,values:{...E,application:n.id,applications:[n]},fields:(e,t,a)=>i`${F(`subscribe-api`,w.api,o,e.api,void 0,async e=>{t({api:e,plan:``,plans:[]}),t({plans:await D(e,n.id)})})}
    ${e.api?N(e,t,a):r}
    ${u({id:`subscribe-message`,label:w.message,value:e.message,error:a.at(`consumerMessage`),onChange:e=>t({message:e})})}`,call:t=>e(s(`applications`,n.id,`subscriptions`),{consumerMessage:t.message||void 0,...M(t)})}))?.value}var A=({plans:e,plan:t})=>e.find(e=>e.id===t);function j(e){let t=A(e);return t?C(t):``}function M(e){let t=j(e),n=t===`API_KEY`&&e.apiKeyMode!==`UNSPECIFIED`;return{planId:e.plan,metadata:e.metadata.length?x(e.metadata):void 0,apiKeyMode:n?e.apiKeyMode:void 0,consumerConfiguration:t===`PUSH`?{entrypointId:`webhook`,channel:e.channel,entrypointConfiguration:e.consumer}:void 0}}function N(e,t,a){let o=j(e),s=e.applications.find(t=>t.id===e.application),c=e.plans.map(e=>({...e,name:`${e.name} (${C(e)})`}));return i`${F(`subscribe-plan`,w.plan,c,e.plan,a.at(`planId`),e=>t({plan:e}),c.length?void 0:w.noPlan)}
    ${o===`API_KEY`&&s?.apiKeyMode===`UNSPECIFIED`?l({id:`subscribe-mode`,label:w.keyMode,value:e.apiKeyMode,options:Object.entries(n.applications.modes).map(([e,t])=>({value:e,label:t})),error:a.at(`apiKeyMode`),onChange:e=>t({apiKeyMode:e})}):r}
    ${o===`PUSH`?P(e.channel,e.consumer,t,a):r}
    ${S(`subscribe-metadata`,w.metadata,e.metadata,e=>t({metadata:e}))}`}function P(e,t,n,r){return i`${c({id:`consumer-channel`,label:w.channel,hint:w.channelHint,value:e,error:r.at(`consumerConfiguration.channel`),onChange:e=>n({channel:e})})}
    <relay-json-editor
      .label=${w.consumer}
      .value=${t}
      @change=${e=>n({consumer:e.detail})}
    ></relay-json-editor>`}function F(e,t,n,r,i,a,o){let s=[{value:``,label:w.choose},...n.map(e=>({value:e.id,label:e.name}))];return l({id:e,label:t,value:r,options:s,error:i,hint:o,required:!0,onChange:a})}var I=n.subscriptions,L={PENDING:`info`,ACCEPTED:`good`,RESUMED:`good`,PAUSED:`warn`,REJECTED:`bad`,CLOSED:`plain`},R=[`ACCEPTED`,`PENDING`,`PAUSED`],z=e=>d(I.statuses[e],L[e]),B=e=>o(`apis`,e.api.id,`subscriptions`,e.id),V=(e,t)=>i`<a href=${B(t)}>${e}</a>`,H=[{id:`application`,label:I.application,cell:e=>V(e.application.name,e)},{id:`plan`,label:I.plan,cell:e=>e.plan.name},...W()],U=[{id:`api`,label:I.api,cell:e=>V(`${e.api.name} · ${e.plan.name}`,e)},...W()];function W(){return[{id:`security`,label:I.security,cell:e=>C(e.plan),secondary:!0},{id:`created`,label:I.created,cell:e=>f(e.createdAt),secondary:!0},{id:`ends`,label:I.ends,cell:e=>e.endingAt?f(e.endingAt):n.keys.never,secondary:!0},{id:`status`,label:I.status,cell:e=>z(e.status)}]}export{z as a,O as c,b as d,x as f,B as i,C as l,_ as m,H as n,P as o,g as p,U as r,k as s,R as t,S as u};