import{D as e,I as t,L as n,M as r,N as i,O as a,S as o,_ as s,b as c,c as l,i as u,j as d,k as f,r as p,s as m,t as h,u as g,w as _}from"./index-xc3VAoqR.js";import{a as v,i as y,n as b,r as ee,s as x,t as S}from"./curl-VvyQdcQr.js";import{n as C,r as w,t as T}from"./page-ClRf7fKl.js";import{a as E,n as D}from"./numbers-CoBbCYtr.js";import"./keys-CGInwQPR.js";import{t as O}from"./badge-DxBzxmX5.js";import{n as te,t as k}from"./dialog-BU05kyxy.js";import{t as A}from"./paging-nsOtokma.js";import"./table-DgGQ-pIy.js";import{a as j,d as M,f as N,l as P,m as F,o as I,u as ne}from"./subscription-columns-D5l_AwHf.js";import{t as L}from"./form-dialog-ShoQt7V4.js";import{n as R,t as z}from"./moments-Bzgjokro.js";var B=n.deliveries,V=2e3,H=25,U=class extends u{constructor(...e){super(...e),this.base=[],this.number=1,this.progress=new x(this,e=>i(f(this.path(`delivery`)),e),{everyMs:V}),this.letters=new x(this,e=>i(this.read(),e),{everyMs:V})}render(){return c`${T(B.title,c`${this.progress.show(e=>c`${C([[B.delivered,D(e.delivered)],[B.failed,D(e.failedAttempts)],[B.failedInARow,D(e.failedInARow)],[B.letters,D(e.deadLetters)],[B.gaps,D(e.gaps)],[B.lastEventId,e.lastEventId],[B.updated,e.updatedAt&&E(e.updatedAt)]])}`)}
      ${S([f(this.path(`delivery`))])}`,this.progress.value?.here?O(B.here,`good`):O(B.elsewhere))}
    ${this.deadLetters()}`}deadLetters(){let e=(this.letters.value?.pagination.totalCount??0)>0;return T(B.letters,c`${this.letters.show(({data:t,pagination:n})=>c`<relay-table
            .label=${B.letters}
            .columns=${this.columns()}
            .rows=${t}
            .key=${e=>e.id}
            .empty=${B.noLetters}
          ></relay-table>
          ${e?A(n,e=>{this.number=e,this.letters.reload()}):s}`)}
      ${S([this.read(),...o(`PUBLISHER`)&&e?[this.replayAll()]:[]])}`,o(`PUBLISHER`)&&e?c`<div class="row">
            <button type="button" @click=${()=>this.replay(this.replayAll())}>
              ${B.replayAll}
            </button>
            <button type="button" class="danger" @click=${()=>this.deleteAll()}>
              ${B.deleteAll}
            </button>
          </div>`:s)}columns(){return[{id:`event`,label:B.event,cell:e=>c`<code>${e.eventId}</code>`},{id:`at`,label:B.at,cell:e=>E(e.at),secondary:!0},{id:`reason`,label:B.reason,cell:e=>e.reason},{id:`status`,label:B.status,cell:e=>e.status??s,numeric:!0,secondary:!0},{id:`attempts`,label:B.attempts,cell:e=>D(e.attempts),numeric:!0,secondary:!0},{id:`actions`,label:B.actions,cell:e=>c`<div class="row">
          <button
            type="button"
            class="small"
            aria-label="${B.show}: ${e.eventId}"
            @click=${()=>this.show(e)}
          >
            ${B.show}
          </button>
          ${o(`PUBLISHER`)?c`<button
                type="button"
                class="small"
                ?disabled=${e.replay}
                aria-label="${B.replay}: ${e.eventId}"
                @click=${()=>this.replay(d(this.path(`dead-letters`,e.id,`_replay`)))}
              >
                ${B.replay}
              </button>`:s}
        </div>`}]}path(...e){return _(...this.base,...e)}read(){return f(this.path(`dead-letters`),{page:this.number,perPage:H})}replayAll(){return d(this.path(`dead-letters`,`_replay`))}async show(e){let r=f(this.path(`dead-letters`,e.id));try{let{event:t}=await i(r);await te(e.eventId,e=>({content:c`<pre tabindex="0">${JSON.stringify(t,null,2)}</pre>
            ${S([r])}`,actions:c`<button type="button" class="primary" @click=${()=>e(!0)}>
            ${n.common.close}
          </button>`}),{wide:!0})}catch(e){h(t(e),`error`)}}async replay(e){try{h(B.replayed((await i(e)).count))}catch(e){h(t(e),`error`)}await this.letters.reload()}async deleteAll(){let e=a(this.path(`dead-letters`));if(await k({title:B.deleteTitle,content:c`<p>${B.deleteText}</p>
        ${S([e])}`,action:B.deleteAll,danger:!0})){try{await i(e),h(B.deleted)}catch(e){h(t(e),`error`)}await this.letters.reload()}}};p([m({attribute:!1})],U.prototype,`base`,void 0),U=p([l(`relay-delivery`)],U);var W=n.subscriptions,G=1e3;function K(e){let t={label:W.edit,perform:ae},n={label:W.closeAction,danger:!0,perform:Y(`_close`,W.closeAction,W.closeText)},r={label:W.transfer,perform:ie};switch(e.status){case`PENDING`:return[{label:W.accept,perform:X},{label:W.reject,danger:!0,perform:re},t];case`ACCEPTED`:case`RESUMED`:return[...e.consumerStatus===`FAILURE`?[{label:W.resumeFailure,perform:Y(`_resumeFailure`)}]:[],t,...P(e.plan)===`PUSH`?[]:[r],{label:W.pause,perform:Y(`_pause`,W.pause,W.pauseText)},n];case`PAUSED`:return[{label:W.resume,perform:Y(`_resume`)},t,n];default:return[]}}function q({value:e}){return({ACCEPTED:[`_pause`,`_close`],PAUSED:[`_resume`,`_close`]}[e.status]??[]).map(t=>d(J(e,t)))}function J(e,...t){return _(`apis`,e.api.id,`subscriptions`,e.id,...t)}function Y(e,n=``,r=``){return async({value:a})=>{let o=d(J(a,e));if(r&&!await k({title:W.sure(n,a.application.name),content:c`<p>${r}</p>
          ${S([o])}`,action:n,danger:e===`_close`}))return!1;try{let e=await i(o);return h(W.done(W.statuses[e.status].toLowerCase())),!0}catch(e){return h(t(e),`error`),!1}}}var X=async({value:e})=>{let t=t=>d(J(e,`_accept`),{reason:t.reason||void 0,customApiKey:t.customApiKey||void 0,startingAt:z(t.starts),endingAt:z(t.ends)}),n=await L({title:W.sure(W.accept,e.application.name),action:W.accept,values:{reason:``,customApiKey:``,starts:``,ends:``},fields:(t,n,r)=>c`${y({id:`accept-reason`,label:W.reason,value:t.reason,error:r.at(`reason`),onChange:e=>n({reason:e})})}
      ${Z(t,n,e=>r.at(e))}
      ${P(e.plan)===`API_KEY`?v({id:`accept-custom-key`,label:W.customKey,hint:W.customKeyHint,type:`password`,autocomplete:`new-password`,value:t.customApiKey,error:r.at(`customApiKey`),onChange:e=>n({customApiKey:e})}):``}`,call:t,shownCall:e=>t({...e,customApiKey:e.customApiKey&&`…`})});return n&&await F(n.value),n!==void 0},re=async({value:e})=>await L({title:W.sure(W.reject,e.application.name),action:W.reject,danger:!0,values:{reason:``},fields:({reason:e},t,n)=>y({id:`reject-reason`,label:W.reason,value:e,error:n.at(`reason`),onChange:e=>t({reason:e})}),call:({reason:t})=>d(J(e,`_reject`),{reason:t||void 0})})!==void 0,ie=async({value:e})=>{let t=f(_(`apis`,e.api.id,`plans`),{perPage:G}),{data:n}=await i(t),r=n.filter(t=>t.id!==e.plan.id&&P(t)===P(e.plan));return await L({title:W.sure(W.transfer,e.application.name),action:W.transfer,values:{plan:r[0]?.id??``},fields:({plan:e},t,n)=>ee({id:`transfer-plan`,label:W.transferTo,value:e,options:r.map(e=>({value:e.id,label:e.name})),hint:r.length?void 0:W.noPlan,error:n.at(`planId`),onChange:e=>t({plan:e})}),call:({plan:t})=>d(J(e,`_transfer`),{planId:t})})!==void 0},ae=async({value:e,etag:t})=>{let i=e.consumerConfiguration,a=await L({title:W.editTitle,action:n.common.save,wide:!0,values:{metadata:M(e.metadata),starts:R(e.startingAt),ends:R(e.endingAt),channel:i?.channel??``,consumer:i?.entrypointConfiguration},fields:(e,t,n)=>c`${Z(e,t,e=>n.at(e))}
      ${i?I(e.channel,e.consumer,t,n):``}
      ${ne(`edit-metadata`,W.metadata,e.metadata,e=>t({metadata:[...e]}))}`,call:n=>({...r(J(e),{metadata:N(n.metadata),startingAt:z(n.starts),endingAt:z(n.ends),consumerConfiguration:i&&{...i,channel:n.channel,entrypointConfiguration:n.consumer}}),...t?{ifMatch:t}:{}})});return a&&h(W.saved),a!==void 0};function Z(e,t,n){return c`<div class="columns">
    ${v({id:`subscription-starts`,label:W.starts,type:`datetime-local`,value:e.starts,error:n(`startingAt`),onChange:e=>t({starts:e})})}
    ${v({id:`subscription-ends`,label:W.ends,type:`datetime-local`,value:e.ends,error:n(`endingAt`),onChange:e=>t({ends:e})})}
  </div>`}var Q=n.subscriptions,oe=[`API_KEY`,`BASIC`],se=[`ACCEPTED`,`PAUSED`,`RESUMED`],$=class extends u{constructor(...t){super(...t),this.api=``,this.subscription=``,this.loaded=new x(this,t=>e(f(this.path()),t))}render(){return c`${this.loaded.show(e=>this.content(e))}`}content(e){let t=e.value,n=P(t.plan);return w({title:c`${Q.one(t.application.name)} ${j(t.status)}`,actions:o(`PUBLISHER`)?this.actions(e):s,content:c`${this.details(t)}
      ${n===`PUSH`?c`<relay-delivery
            .base=${[`apis`,t.api.id,`subscriptions`,t.id]}
          ></relay-delivery>`:c`${this.keys(t,n)}
            <relay-consumer-streams .filter=${{subscriptionIds:t.id}}></relay-consumer-streams>`}`,calls:[f(this.path()),...o(`PUBLISHER`)?q(e):[]]})}actions(e){let t=t=>async()=>{await t(e)&&await this.reload()};return c`${K(e.value).map(e=>c`<button
        type="button"
        class=${e.danger?`danger`:s}
        @click=${t(e.perform)}
      >
        ${e.label}
      </button>`)}`}async reload(){await this.loaded.reload();for(let e of this.querySelectorAll(`relay-keys`))await e.reload()}details(e){let t=Object.entries(e.metadata),n=e=>e&&E(e);return T(Q.details,c`${C([[Q.application,c`<a href=${g(`applications`,e.application.id)}>${e.application.name}</a>`],[Q.plan,`${e.plan.name} (${P(e.plan)})`],[Q.id,b(Q.id,e.id)],[Q.created,E(e.createdAt)],[Q.processed,n(e.processedAt)],[Q.starts,n(e.startingAt)],[Q.ends,n(e.endingAt)],[Q.pausedAt,n(e.pausedAt)],[Q.closedAt,n(e.closedAt)],[Q.consumerMessage,e.consumerMessage],[Q.publisherMessage,e.publisherMessage],...t.map(([e,t])=>[`${Q.metadata}: ${e}`,t])])}`)}keys(e,t){if(!oe.includes(t))return s;let n=t===`API_KEY`&&e.application.apiKeyMode===`SHARED`,r=n?[`applications`,e.application.id]:[`apis`,e.api.id,`subscriptions`,e.id];return c`<relay-keys
      .base=${[...r,`api-keys`]}
      .security=${t}
      .shared=${n}
      .mayChange=${o(`PUBLISHER`)&&se.includes(e.status)}
    ></relay-keys>`}path(){return _(`apis`,this.api,`subscriptions`,this.subscription)}};p([m({attribute:!1})],$.prototype,`api`,void 0),p([m({attribute:!1})],$.prototype,`subscription`,void 0),$=p([l(`relay-subscription`)],$);export{$ as SubscriptionPage};