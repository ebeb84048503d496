import{D as e,L as t,M as n,N as r,O as i,P as a,R as o,S as s,_ as c,b as l,c as u,i as d,k as f,r as p,s as m,t as h,u as g,w as _}from"./index-q0cvveWk.js";import{c as v,d as y,n as b,o as x,s as S,t as C}from"./curl-DN9Ceju9.js";import{n as w,r as ee,t as T}from"./page-Bd5Bw3P3.js";import{a as E,n as D}from"./numbers-CoBbCYtr.js";import"./keys-ClNop3yL.js";import{t as O}from"./badge-BEXyiuIc.js";import{n as k,t as A}from"./dialog-BrdfJNOr.js";import{t as j}from"./paging-BY0QnTP9.js";import"./table-lhtN2eUf.js";import{a as M,d as N,f as P,l as F,m as I,o as te,u as ne}from"./subscription-columns-D4fIG4xB.js";import{t as L}from"./form-dialog-BaHpUrBN.js";import{n as R,t as z}from"./moments-Bzgjokro.js";var B=o.deliveries,V=2e3,H=25,U=class extends d{constructor(...e){super(...e),this.base=[],this.number=1,this.progress=new y(this,e=>a(f(this.path(`delivery`)),e),{everyMs:V}),this.letters=new y(this,e=>a(this.read(),e),{everyMs:V})}render(){return l`${T(B.title,l`${this.progress.show(e=>l`${w([[B.delivered,D(e.delivered)],[B.failed,D(e.failedAttempts)],[B.failedInARow,D(e.failedInARow)],[B.letters,D(e.deadLetters)],[B.gaps,D(e.gaps)],[B.lastEventId,e.lastEventId],[B.updated,e.updatedAt&&E(e.updatedAt)]])}`)}
      ${C([f(this.path(`delivery`))])}`,this.progress.value?.here?O(B.here,`good`):O(B.elsewhere))}
    ${this.deadLetters()}`}deadLetters(){let e=(this.letters.value?.pagination.totalCount??0)>0;return T(B.letters,l`${this.letters.show(({data:t,pagination:n})=>l`<relay-table
            .label=${B.letters}
            .columns=${this.columns()}
            .rows=${t}
            .key=${e=>e.id}
            .empty=${B.noLetters}
          ></relay-table>
          ${e?j(n,e=>{this.number=e,this.letters.reload()}):c}`)}
      ${C([this.read(),...s(`PUBLISHER`)&&e?[this.replayAll()]:[]])}`,s(`PUBLISHER`)&&e?l`<div class="row">
            <button type="button" @click=${()=>this.replay(this.replayAll())}>
              ${B.replayAll}
            </button>
            <button type="button" class="danger" @click=${()=>this.deleteAll()}>
              ${B.deleteAll}
            </button>
          </div>`:c)}columns(){return[{id:`event`,label:B.event,cell:e=>l`<code>${e.eventId}</code>`},{id:`at`,label:B.at,cell:e=>E(e.at),secondary:!0},{id:`reason`,label:B.reason,cell:e=>e.reason},{id:`status`,label:B.status,cell:e=>e.status??c,numeric:!0,secondary:!0},{id:`attempts`,label:B.attempts,cell:e=>D(e.attempts),numeric:!0,secondary:!0},{id:`actions`,label:B.actions,cell:e=>l`<div class="row">
          <button
            type="button"
            class="small"
            aria-label="${B.show}: ${e.eventId}"
            @click=${()=>this.show(e)}
          >
            ${B.show}
          </button>
          ${s(`PUBLISHER`)?l`<button
                type="button"
                class="small"
                ?disabled=${e.replay}
                aria-label="${B.replay}: ${e.eventId}"
                @click=${()=>this.replay(n(this.path(`dead-letters`,e.id,`_replay`)))}
              >
                ${B.replay}
              </button>`:c}
        </div>`}]}path(...e){return _(...this.base,...e)}read(){return f(this.path(`dead-letters`),{page:this.number,perPage:H})}replayAll(){return n(this.path(`dead-letters`,`_replay`))}async show(e){let n=f(this.path(`dead-letters`,e.id));try{let{event:t}=await a(n);await k(e.eventId,e=>({content:l`<pre tabindex="0">${JSON.stringify(t,null,2)}</pre>
            ${C([n])}`,actions:l`<button type="button" class="primary" @click=${()=>e(!0)}>
            ${o.common.close}
          </button>`}),{wide:!0})}catch(e){h(t(e),`error`)}}async replay(e){try{h(B.replayed((await a(e)).count))}catch(e){h(t(e),`error`)}await this.letters.reload()}async deleteAll(){let e=i(this.path(`dead-letters`));if(await A({title:B.deleteTitle,content:l`<p>${B.deleteText}</p>
        ${C([e])}`,action:B.deleteAll,danger:!0})){try{await a(e),h(B.deleted)}catch(e){h(t(e),`error`)}await this.letters.reload()}}};p([m({attribute:!1})],U.prototype,`base`,void 0),U=p([u(`relay-delivery`)],U);var W=o.subscriptions,G=1e3;function K(e){let t={label:W.edit,perform:ae},n={label:W.closeAction,danger:!0,perform:Y(`_close`,W.closeAction,W.closeText)},r={label:W.transfer,perform:ie};switch(e.status){case`PENDING`:return[{label:W.accept,perform:X},{label:W.reject,danger:!0,perform:re},t];case`ACCEPTED`:case`RESUMED`:return[...e.consumerStatus===`FAILURE`?[{label:W.resumeFailure,perform:Y(`_resumeFailure`)}]:[],t,...F(e.plan)===`PUSH`?[]:[r],{label:W.pause,perform:Y(`_pause`,W.pause,W.pauseText)},n];case`PAUSED`:return[{label:W.resume,perform:Y(`_resume`)},t,n];default:return[]}}function q({value:e}){return({ACCEPTED:[`_pause`,`_close`],PAUSED:[`_resume`,`_close`]}[e.status]??[]).map(t=>n(J(e,t)))}function J(e,...t){return _(`apis`,e.api.id,`subscriptions`,e.id,...t)}function Y(e,r=``,i=``){return async({value:o})=>{let s=n(J(o,e));if(i&&!await A({title:W.sure(r,o.application.name),content:l`<p>${i}</p>
          ${C([s])}`,action:r,danger:e===`_close`}))return!1;try{let e=await a(s);return h(W.done(W.statuses[e.status].toLowerCase())),!0}catch(e){return h(t(e),`error`),!1}}}var X=async({value:e})=>{let t=t=>n(J(e,`_accept`),{reason:t.reason||void 0,customApiKey:t.customApiKey||void 0,startingAt:z(t.starts),endingAt:z(t.ends)}),r=await L({title:W.sure(W.accept,e.application.name),action:W.accept,values:{reason:``,customApiKey:``,starts:``,ends:``},fields:(t,n,r)=>l`${S({id:`accept-reason`,label:W.reason,value:t.reason,error:r.at(`reason`),onChange:e=>n({reason:e})})}
      ${Z(t,n,e=>r.at(e))}
      ${F(e.plan)===`API_KEY`?v({id:`accept-custom-key`,label:W.customKey,hint:W.customKeyHint,type:`password`,autocomplete:`new-password`,value:t.customApiKey,error:r.at(`customApiKey`),onChange:e=>n({customApiKey:e})}):``}`,call:t,shownCall:e=>t({...e,customApiKey:e.customApiKey&&`…`})});return r&&await I(r.value),r!==void 0},re=async({value:e})=>await L({title:W.sure(W.reject,e.application.name),action:W.reject,danger:!0,values:{reason:``},fields:({reason:e},t,n)=>S({id:`reject-reason`,label:W.reason,value:e,error:n.at(`reason`),onChange:e=>t({reason:e})}),call:({reason:t})=>n(J(e,`_reject`),{reason:t||void 0})})!==void 0,ie=async({value:e})=>{let t=f(_(`apis`,e.api.id,`plans`),{perPage:G}),{data:r}=await a(t),i=r.filter(t=>t.id!==e.plan.id&&F(t)===F(e.plan));return await L({title:W.sure(W.transfer,e.application.name),action:W.transfer,values:{plan:i[0]?.id??``},fields:({plan:e},t,n)=>x({id:`transfer-plan`,label:W.transferTo,value:e,options:i.map(e=>({value:e.id,label:e.name})),hint:i.length?void 0:W.noPlan,error:n.at(`planId`),onChange:e=>t({plan:e})}),call:({plan:t})=>n(J(e,`_transfer`),{planId:t})})!==void 0},ae=async({value:e,etag:t})=>{let n=e.consumerConfiguration,i=await L({title:W.editTitle,action:o.common.save,wide:!0,values:{metadata:N(e.metadata),starts:R(e.startingAt),ends:R(e.endingAt),channel:n?.channel??``,consumer:n?.entrypointConfiguration},fields:(e,t,r)=>l`${Z(e,t,e=>r.at(e))}
      ${n?te(e.channel,e.consumer,t,r):``}
      ${ne(`edit-metadata`,W.metadata,e.metadata,e=>t({metadata:[...e]}))}`,call:i=>({...r(J(e),{metadata:P(i.metadata),startingAt:z(i.starts),endingAt:z(i.ends),consumerConfiguration:n&&{...n,channel:i.channel,entrypointConfiguration:i.consumer}}),...t?{ifMatch:t}:{}})});return i&&h(W.saved),i!==void 0};function Z(e,t,n){return l`<div class="columns">
    ${v({id:`subscription-starts`,label:W.starts,type:`datetime-local`,value:e.starts,error:n(`startingAt`),onChange:e=>t({starts:e})})}
    ${v({id:`subscription-ends`,label:W.ends,type:`datetime-local`,value:e.ends,error:n(`endingAt`),onChange:e=>t({ends:e})})}
  </div>`}var Q=o.subscriptions,oe=[`API_KEY`,`BASIC`],se=[`ACCEPTED`,`PAUSED`,`RESUMED`],$=class extends d{constructor(...t){super(...t),this.api=``,this.subscription=``,this.loaded=new y(this,t=>e(f(this.path()),t))}render(){return l`${this.loaded.show(e=>this.content(e))}`}content(e){let t=e.value,n=F(t.plan);return ee({title:l`${Q.one(t.application.name)} ${M(t.status)}`,actions:s(`PUBLISHER`)?this.actions(e):c,content:l`${this.details(t)}
      ${n===`PUSH`?l`<relay-delivery
            .base=${[`apis`,t.api.id,`subscriptions`,t.id]}
          ></relay-delivery>`:l`${this.keys(t,n)}
            <relay-consumer-streams .filter=${{subscriptionIds:t.id}}></relay-consumer-streams>`}`,calls:[f(this.path()),...s(`PUBLISHER`)?q(e):[]]})}actions(e){let t=t=>async()=>{await t(e)&&await this.reload()};return l`${K(e.value).map(e=>l`<button
        type="button"
        class=${e.danger?`danger`:c}
        @click=${t(e.perform)}
      >
        ${e.label}
      </button>`)}`}async reload(){await this.loaded.reload();for(let e of this.querySelectorAll(`relay-keys`))await e.reload()}details(e){let t=Object.entries(e.metadata),n=e=>e&&E(e);return T(Q.details,l`${w([[Q.application,l`<a href=${g(`applications`,e.application.id)}>${e.application.name}</a>`],[Q.plan,`${e.plan.name} (${F(e.plan)})`],[Q.id,b(Q.id,e.id)],[Q.created,E(e.createdAt)],[Q.processed,n(e.processedAt)],[Q.starts,n(e.startingAt)],[Q.ends,n(e.endingAt)],[Q.pausedAt,n(e.pausedAt)],[Q.closedAt,n(e.closedAt)],[Q.consumerMessage,e.consumerMessage],[Q.publisherMessage,e.publisherMessage],...t.map(([e,t])=>[`${Q.metadata}: ${e}`,t])])}`)}keys(e,t){if(!oe.includes(t))return c;let n=t===`API_KEY`&&e.application.apiKeyMode===`SHARED`,r=n?[`applications`,e.application.id]:[`apis`,e.api.id,`subscriptions`,e.id];return l`<relay-keys
      .base=${[...r,`api-keys`]}
      .security=${t}
      .shared=${n}
      .mayChange=${s(`PUBLISHER`)&&se.includes(e.status)}
    ></relay-keys>`}path(){return _(`apis`,this.api,`subscriptions`,this.subscription)}};p([m({attribute:!1})],$.prototype,`api`,void 0),p([m({attribute:!1})],$.prototype,`subscription`,void 0),$=p([u(`relay-subscription`)],$);export{$ as SubscriptionPage};