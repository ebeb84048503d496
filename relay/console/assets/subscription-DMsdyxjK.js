import{A as e,D as t,E as n,F as r,I as i,M as a,S as o,T as s,_ as c,b as l,j as u,n as d,o as f,s as p,t as m}from"./decorate-cX1b0bKe.js";import{i as h,n as g,t as _}from"./curl-C3dG7kwV.js";import{n as v,r as y,t as b}from"./page-B78qW9Xh.js";import{a as x,n as S}from"./numbers-CoBbCYtr.js";import{o as C,r as w,t as T}from"./index-BtPMuujb.js";import"./keys-Qjr4PQwe.js";import{t as E}from"./badge-Bv1K0zyq.js";import{n as D,t as O}from"./dialog-D95cH4qy.js";import{t as ee}from"./paging-DPKvN3lo.js";import"./table-CX22Ptby.js";import{a as te,d as k,f as A,l as j,m as M,o as N,u as P}from"./subscription-columns-CFLq5Jc8.js";import{a as F,i as I,o as L}from"./fields-Z7HFGbs6.js";import{t as R}from"./form-dialog-BhFZexq3.js";import{n as z,t as B}from"./moments-Bzgjokro.js";var V=i.deliveries,H=2e3,U=25,W=class extends d{constructor(...e){super(...e),this.base=[],this.number=1,this.progress=new h(this,e=>a(t(this.path(`delivery`)),e),{everyMs:H}),this.letters=new h(this,e=>a(this.read(),e),{everyMs:H})}render(){return l`${b(V.title,l`${this.progress.show(e=>l`${v([[V.delivered,S(e.delivered)],[V.failed,S(e.failedAttempts)],[V.failedInARow,S(e.failedInARow)],[V.letters,S(e.deadLetters)],[V.gaps,S(e.gaps)],[V.lastEventId,e.lastEventId],[V.updated,e.updatedAt&&x(e.updatedAt)]])}`)}
      ${_([t(this.path(`delivery`))])}`,this.progress.value?.here?E(V.here,`good`):E(V.elsewhere))}
    ${this.deadLetters()}`}deadLetters(){let e=(this.letters.value?.pagination.totalCount??0)>0;return b(V.letters,l`${this.letters.show(({data:t,pagination:n})=>l`<relay-table
            .label=${V.letters}
            .columns=${this.columns()}
            .rows=${t}
            .key=${e=>e.id}
            .empty=${V.noLetters}
          ></relay-table>
          ${e?ee(n,e=>{this.number=e,this.letters.reload()}):c}`)}
      ${_([this.read(),...C(`PUBLISHER`)&&e?[this.replayAll()]:[]])}`,C(`PUBLISHER`)&&e?l`<div class="row">
            <button type="button" @click=${()=>this.replay(this.replayAll())}>
              ${V.replayAll}
            </button>
            <button type="button" class="danger" @click=${()=>this.deleteAll()}>
              ${V.deleteAll}
            </button>
          </div>`:c)}columns(){return[{id:`event`,label:V.event,cell:e=>l`<code>${e.eventId}</code>`},{id:`at`,label:V.at,cell:e=>x(e.at),secondary:!0},{id:`reason`,label:V.reason,cell:e=>e.reason},{id:`status`,label:V.status,cell:e=>e.status??c,numeric:!0,secondary:!0},{id:`attempts`,label:V.attempts,cell:e=>S(e.attempts),numeric:!0,secondary:!0},{id:`actions`,label:V.actions,cell:t=>l`<div class="row">
          <button
            type="button"
            class="small"
            aria-label="${V.show}: ${t.eventId}"
            @click=${()=>this.show(t)}
          >
            ${V.show}
          </button>
          ${C(`PUBLISHER`)?l`<button
                type="button"
                class="small"
                ?disabled=${t.replay}
                aria-label="${V.replay}: ${t.eventId}"
                @click=${()=>this.replay(e(this.path(`dead-letters`,t.id,`_replay`)))}
              >
                ${V.replay}
              </button>`:c}
        </div>`}]}path(...e){return o(...this.base,...e)}read(){return t(this.path(`dead-letters`),{page:this.number,perPage:U})}replayAll(){return e(this.path(`dead-letters`,`_replay`))}async show(e){let n=t(this.path(`dead-letters`,e.id));try{let{event:t}=await a(n);await D(e.eventId,e=>({content:l`<pre tabindex="0">${JSON.stringify(t,null,2)}</pre>
            ${_([n])}`,actions:l`<button type="button" class="primary" @click=${()=>e(!0)}>
            ${i.common.close}
          </button>`}),{wide:!0})}catch(e){T(r(e),`error`)}}async replay(e){try{T(V.replayed((await a(e)).count))}catch(e){T(r(e),`error`)}await this.letters.reload()}async deleteAll(){let e=n(this.path(`dead-letters`));if(await O({title:V.deleteTitle,content:l`<p>${V.deleteText}</p>
        ${_([e])}`,action:V.deleteAll,danger:!0})){try{await a(e),T(V.deleted)}catch(e){T(r(e),`error`)}await this.letters.reload()}}};m([f({attribute:!1})],W.prototype,`base`,void 0),W=m([p(`relay-delivery`)],W);var G=i.subscriptions,K=1e3;function q(e){let t={label:G.edit,perform:ae},n={label:G.closeAction,danger:!0,perform:X(`_close`,G.closeAction,G.closeText)},r={label:G.transfer,perform:ie};switch(e.status){case`PENDING`:return[{label:G.accept,perform:ne},{label:G.reject,danger:!0,perform:re},t];case`ACCEPTED`:case`RESUMED`:return[...e.consumerStatus===`FAILURE`?[{label:G.resumeFailure,perform:X(`_resumeFailure`)}]:[],t,...j(e.plan)===`PUSH`?[]:[r],{label:G.pause,perform:X(`_pause`,G.pause,G.pauseText)},n];case`PAUSED`:return[{label:G.resume,perform:X(`_resume`)},t,n];default:return[]}}function J({value:t}){return({ACCEPTED:[`_pause`,`_close`],PAUSED:[`_resume`,`_close`]}[t.status]??[]).map(n=>e(Y(t,n)))}function Y(e,...t){return o(`apis`,e.api.id,`subscriptions`,e.id,...t)}function X(t,n=``,i=``){return async({value:o})=>{let s=e(Y(o,t));if(i&&!await O({title:G.sure(n,o.application.name),content:l`<p>${i}</p>
          ${_([s])}`,action:n,danger:t===`_close`}))return!1;try{let e=await a(s);return T(G.done(G.statuses[e.status].toLowerCase())),!0}catch(e){return T(r(e),`error`),!1}}}var ne=async({value:t})=>{let n=n=>e(Y(t,`_accept`),{reason:n.reason||void 0,customApiKey:n.customApiKey||void 0,startingAt:B(n.starts),endingAt:B(n.ends)}),r=await R({title:G.sure(G.accept,t.application.name),action:G.accept,values:{reason:``,customApiKey:``,starts:``,ends:``},fields:(e,n,r)=>l`${F({id:`accept-reason`,label:G.reason,value:e.reason,error:r.at(`reason`),onChange:e=>n({reason:e})})}
      ${Z(e,n,e=>r.at(e))}
      ${j(t.plan)===`API_KEY`?L({id:`accept-custom-key`,label:G.customKey,hint:G.customKeyHint,type:`password`,autocomplete:`new-password`,value:e.customApiKey,error:r.at(`customApiKey`),onChange:e=>n({customApiKey:e})}):``}`,call:n,shownCall:e=>n({...e,customApiKey:e.customApiKey&&`…`})});return r&&await M(r.value),r!==void 0},re=async({value:t})=>await R({title:G.sure(G.reject,t.application.name),action:G.reject,danger:!0,values:{reason:``},fields:({reason:e},t,n)=>F({id:`reject-reason`,label:G.reason,value:e,error:n.at(`reason`),onChange:e=>t({reason:e})}),call:({reason:n})=>e(Y(t,`_reject`),{reason:n||void 0})})!==void 0,ie=async({value:n})=>{let r=t(o(`apis`,n.api.id,`plans`),{perPage:K}),{data:i}=await a(r),s=i.filter(e=>e.id!==n.plan.id&&j(e)===j(n.plan));return await R({title:G.sure(G.transfer,n.application.name),action:G.transfer,values:{plan:s[0]?.id??``},fields:({plan:e},t,n)=>I({id:`transfer-plan`,label:G.transferTo,value:e,options:s.map(e=>({value:e.id,label:e.name})),hint:s.length?void 0:G.noPlan,error:n.at(`planId`),onChange:e=>t({plan:e})}),call:({plan:t})=>e(Y(n,`_transfer`),{planId:t})})!==void 0},ae=async({value:e,etag:t})=>{let n=e.consumerConfiguration,r=await R({title:G.editTitle,action:i.common.save,wide:!0,values:{metadata:k(e.metadata),starts:z(e.startingAt),ends:z(e.endingAt),channel:n?.channel??``,consumer:n?.entrypointConfiguration},fields:(e,t,r)=>l`${Z(e,t,e=>r.at(e))}
      ${n?N(e.channel,e.consumer,t,r):``}
      ${P(`edit-metadata`,G.metadata,e.metadata,e=>t({metadata:[...e]}))}`,call:r=>({...u(Y(e),{metadata:A(r.metadata),startingAt:B(r.starts),endingAt:B(r.ends),consumerConfiguration:n&&{...n,channel:r.channel,entrypointConfiguration:r.consumer}}),...t?{ifMatch:t}:{}})});return r&&T(G.saved),r!==void 0};function Z(e,t,n){return l`<div class="columns">
    ${L({id:`subscription-starts`,label:G.starts,type:`datetime-local`,value:e.starts,error:n(`startingAt`),onChange:e=>t({starts:e})})}
    ${L({id:`subscription-ends`,label:G.ends,type:`datetime-local`,value:e.ends,error:n(`endingAt`),onChange:e=>t({ends:e})})}
  </div>`}var Q=i.subscriptions,oe=[`API_KEY`,`BASIC`],se=[`ACCEPTED`,`PAUSED`,`RESUMED`],$=class extends d{constructor(...e){super(...e),this.api=``,this.subscription=``,this.loaded=new h(this,e=>s(t(this.path()),e))}render(){return l`${this.loaded.show(e=>this.content(e))}`}content(e){let n=e.value,r=j(n.plan);return y({title:l`${Q.one(n.application.name)} ${te(n.status)}`,actions:C(`PUBLISHER`)?this.actions(e):c,content:l`${n.failureCause?l`<div class="notice notice-error" role="alert">
            <p>${Q.failed(n.failureCause)}</p>
          </div>`:c}
      ${this.details(n)}
      ${r===`PUSH`?l`<relay-delivery
            class="stack"
            .base=${[`apis`,n.api.id,`subscriptions`,n.id]}
          ></relay-delivery>`:l`${this.keys(n,r)}
            <relay-consumer-streams .filter=${{subscriptionIds:n.id}}></relay-consumer-streams>`}`,calls:[t(this.path()),...C(`PUBLISHER`)?J(e):[]]})}actions(e){let t=t=>async()=>{await t(e)&&await this.reload()};return l`${q(e.value).map(e=>l`<button
        type="button"
        class=${e.danger?`danger`:c}
        @click=${t(e.perform)}
      >
        ${e.label}
      </button>`)}`}async reload(){await this.loaded.reload();for(let e of this.querySelectorAll(`relay-keys`))await e.reload()}details(e){let t=Object.entries(e.metadata),n=e=>e&&x(e);return b(Q.details,l`${v([[Q.application,l`<a href=${w(`applications`,e.application.id)}>${e.application.name}</a>`],[Q.plan,`${e.plan.name} (${j(e.plan)})`],[Q.id,g(Q.id,e.id)],[Q.created,x(e.createdAt)],[Q.processed,n(e.processedAt)],[Q.starts,n(e.startingAt)],[Q.ends,n(e.endingAt)],[Q.pausedAt,n(e.pausedAt)],[Q.closedAt,n(e.closedAt)],[Q.consumerStatus,e.consumerConfiguration&&e.consumerStatus.toLowerCase()],[Q.consumerMessage,e.consumerMessage],[Q.publisherMessage,e.publisherMessage],...t.map(([e,t])=>[`${Q.metadata}: ${e}`,t])])}
      ${e.consumerConfiguration?l`<details>
            <summary>${Q.consumer}</summary>
            <pre tabindex="0">${JSON.stringify(e.consumerConfiguration,null,2)}</pre>
          </details>`:c}`)}keys(e,t){if(!oe.includes(t))return c;let n=t===`API_KEY`&&e.application.apiKeyMode===`SHARED`,r=n?[`applications`,e.application.id]:[`apis`,e.api.id,`subscriptions`,e.id];return l`<relay-keys
      .base=${[...r,`api-keys`]}
      .security=${t}
      .shared=${n}
      .mayChange=${C(`PUBLISHER`)&&se.includes(e.status)}
    ></relay-keys>`}path(){return o(`apis`,this.api,`subscriptions`,this.subscription)}};m([f({attribute:!1})],$.prototype,`api`,void 0),m([f({attribute:!1})],$.prototype,`subscription`,void 0),$=m([p(`relay-subscription`)],$);export{$ as SubscriptionPage};