import{A as e,C as t,F as n,N as r,O as i,P as a,R as o,T as s,c,d as l,i as u,k as d,l as f,r as p,t as m,v as h,x as g,z as _}from"./index-DO9nkWps.js";import{i as v,n as y,t as b}from"./curl-Bjpvh-Ts.js";import{n as x,r as S,t as C}from"./page-Cz4QYGt_.js";import{a as w,n as T}from"./numbers-CoBbCYtr.js";import"./keys-DqnVIRN1.js";import{t as E}from"./badge-Di9aOPF2.js";import{n as D,t as O}from"./dialog-B6cH1Ntn.js";import{t as ee}from"./paging-CRqy6aze.js";import"./table-BOKn2q8T.js";import{a as te,d as k,f as A,l as j,m as M,o as N,u as P}from"./subscription-columns-DrRpYjD_.js";import{a as F,i as I,o as L}from"./fields-DEXbSuR-.js";import{t as R}from"./form-dialog-ggTsbzAj.js";import{n as z,t as B}from"./moments-Bzgjokro.js";var V=_.deliveries,H=2e3,U=25,W=class extends u{constructor(...t){super(...t),this.base=[],this.number=1,this.progress=new v(this,t=>n(e(this.path(`delivery`)),t),{everyMs:H}),this.letters=new v(this,e=>n(this.read(),e),{everyMs:H})}render(){return g`${C(V.title,g`${this.progress.show(e=>g`${x([[V.delivered,T(e.delivered)],[V.failed,T(e.failedAttempts)],[V.failedInARow,T(e.failedInARow)],[V.letters,T(e.deadLetters)],[V.gaps,T(e.gaps)],[V.lastEventId,e.lastEventId],[V.updated,e.updatedAt&&w(e.updatedAt)]])}`)}
      ${b([e(this.path(`delivery`))])}`,this.progress.value?.here?E(V.here,`good`):E(V.elsewhere))}
    ${this.deadLetters()}`}deadLetters(){let e=(this.letters.value?.pagination.totalCount??0)>0;return C(V.letters,g`${this.letters.show(({data:t,pagination:n})=>g`<relay-table
            .label=${V.letters}
            .columns=${this.columns()}
            .rows=${t}
            .key=${e=>e.id}
            .empty=${V.noLetters}
          ></relay-table>
          ${e?ee(n,e=>{this.number=e,this.letters.reload()}):h}`)}
      ${b([this.read(),...t(`PUBLISHER`)&&e?[this.replayAll()]:[]])}`,t(`PUBLISHER`)&&e?g`<div class="row">
            <button type="button" @click=${()=>this.replay(this.replayAll())}>
              ${V.replayAll}
            </button>
            <button type="button" class="danger" @click=${()=>this.deleteAll()}>
              ${V.deleteAll}
            </button>
          </div>`:h)}columns(){return[{id:`event`,label:V.event,cell:e=>g`<code>${e.eventId}</code>`},{id:`at`,label:V.at,cell:e=>w(e.at),secondary:!0},{id:`reason`,label:V.reason,cell:e=>e.reason},{id:`status`,label:V.status,cell:e=>e.status??h,numeric:!0,secondary:!0},{id:`attempts`,label:V.attempts,cell:e=>T(e.attempts),numeric:!0,secondary:!0},{id:`actions`,label:V.actions,cell:e=>g`<div class="row">
          <button
            type="button"
            class="small"
            aria-label="${V.show}: ${e.eventId}"
            @click=${()=>this.show(e)}
          >
            ${V.show}
          </button>
          ${t(`PUBLISHER`)?g`<button
                type="button"
                class="small"
                ?disabled=${e.replay}
                aria-label="${V.replay}: ${e.eventId}"
                @click=${()=>this.replay(r(this.path(`dead-letters`,e.id,`_replay`)))}
              >
                ${V.replay}
              </button>`:h}
        </div>`}]}path(...e){return s(...this.base,...e)}read(){return e(this.path(`dead-letters`),{page:this.number,perPage:U})}replayAll(){return r(this.path(`dead-letters`,`_replay`))}async show(t){let r=e(this.path(`dead-letters`,t.id));try{let{event:e}=await n(r);await D(t.eventId,t=>({content:g`<pre tabindex="0">${JSON.stringify(e,null,2)}</pre>
            ${b([r])}`,actions:g`<button type="button" class="primary" @click=${()=>t(!0)}>
            ${_.common.close}
          </button>`}),{wide:!0})}catch(e){m(o(e),`error`)}}async replay(e){try{m(V.replayed((await n(e)).count))}catch(e){m(o(e),`error`)}await this.letters.reload()}async deleteAll(){let e=d(this.path(`dead-letters`));if(await O({title:V.deleteTitle,content:g`<p>${V.deleteText}</p>
        ${b([e])}`,action:V.deleteAll,danger:!0})){try{await n(e),m(V.deleted)}catch(e){m(o(e),`error`)}await this.letters.reload()}}};p([c({attribute:!1})],W.prototype,`base`,void 0),W=p([f(`relay-delivery`)],W);var G=_.subscriptions,K=1e3;function q(e){let t={label:G.edit,perform:ae},n={label:G.closeAction,danger:!0,perform:X(`_close`,G.closeAction,G.closeText)},r={label:G.transfer,perform:ie};switch(e.status){case`PENDING`:return[{label:G.accept,perform:ne},{label:G.reject,danger:!0,perform:re},t];case`ACCEPTED`:case`RESUMED`:return[...e.consumerStatus===`FAILURE`?[{label:G.resumeFailure,perform:X(`_resumeFailure`)}]:[],t,...j(e.plan)===`PUSH`?[]:[r],{label:G.pause,perform:X(`_pause`,G.pause,G.pauseText)},n];case`PAUSED`:return[{label:G.resume,perform:X(`_resume`)},t,n];default:return[]}}function J({value:e}){return({ACCEPTED:[`_pause`,`_close`],PAUSED:[`_resume`,`_close`]}[e.status]??[]).map(t=>r(Y(e,t)))}function Y(e,...t){return s(`apis`,e.api.id,`subscriptions`,e.id,...t)}function X(e,t=``,i=``){return async({value:a})=>{let s=r(Y(a,e));if(i&&!await O({title:G.sure(t,a.application.name),content:g`<p>${i}</p>
          ${b([s])}`,action:t,danger:e===`_close`}))return!1;try{let e=await n(s);return m(G.done(G.statuses[e.status].toLowerCase())),!0}catch(e){return m(o(e),`error`),!1}}}var ne=async({value:e})=>{let t=t=>r(Y(e,`_accept`),{reason:t.reason||void 0,customApiKey:t.customApiKey||void 0,startingAt:B(t.starts),endingAt:B(t.ends)}),n=await R({title:G.sure(G.accept,e.application.name),action:G.accept,values:{reason:``,customApiKey:``,starts:``,ends:``},fields:(t,n,r)=>g`${F({id:`accept-reason`,label:G.reason,value:t.reason,error:r.at(`reason`),onChange:e=>n({reason:e})})}
      ${Z(t,n,e=>r.at(e))}
      ${j(e.plan)===`API_KEY`?L({id:`accept-custom-key`,label:G.customKey,hint:G.customKeyHint,type:`password`,autocomplete:`new-password`,value:t.customApiKey,error:r.at(`customApiKey`),onChange:e=>n({customApiKey:e})}):``}`,call:t,shownCall:e=>t({...e,customApiKey:e.customApiKey&&`…`})});return n&&await M(n.value),n!==void 0},re=async({value:e})=>await R({title:G.sure(G.reject,e.application.name),action:G.reject,danger:!0,values:{reason:``},fields:({reason:e},t,n)=>F({id:`reject-reason`,label:G.reason,value:e,error:n.at(`reason`),onChange:e=>t({reason:e})}),call:({reason:t})=>r(Y(e,`_reject`),{reason:t||void 0})})!==void 0,ie=async({value:t})=>{let i=e(s(`apis`,t.api.id,`plans`),{perPage:K}),{data:a}=await n(i),o=a.filter(e=>e.id!==t.plan.id&&j(e)===j(t.plan));return await R({title:G.sure(G.transfer,t.application.name),action:G.transfer,values:{plan:o[0]?.id??``},fields:({plan:e},t,n)=>I({id:`transfer-plan`,label:G.transferTo,value:e,options:o.map(e=>({value:e.id,label:e.name})),hint:o.length?void 0:G.noPlan,error:n.at(`planId`),onChange:e=>t({plan:e})}),call:({plan:e})=>r(Y(t,`_transfer`),{planId:e})})!==void 0},ae=async({value:e,etag:t})=>{let n=e.consumerConfiguration,r=await R({title:G.editTitle,action:_.common.save,wide:!0,values:{metadata:k(e.metadata),starts:z(e.startingAt),ends:z(e.endingAt),channel:n?.channel??``,consumer:n?.entrypointConfiguration},fields:(e,t,r)=>g`${Z(e,t,e=>r.at(e))}
      ${n?N(e.channel,e.consumer,t,r):``}
      ${P(`edit-metadata`,G.metadata,e.metadata,e=>t({metadata:[...e]}))}`,call:r=>({...a(Y(e),{metadata:A(r.metadata),startingAt:B(r.starts),endingAt:B(r.ends),consumerConfiguration:n&&{...n,channel:r.channel,entrypointConfiguration:r.consumer}}),...t?{ifMatch:t}:{}})});return r&&m(G.saved),r!==void 0};function Z(e,t,n){return g`<div class="columns">
    ${L({id:`subscription-starts`,label:G.starts,type:`datetime-local`,value:e.starts,error:n(`startingAt`),onChange:e=>t({starts:e})})}
    ${L({id:`subscription-ends`,label:G.ends,type:`datetime-local`,value:e.ends,error:n(`endingAt`),onChange:e=>t({ends:e})})}
  </div>`}var Q=_.subscriptions,oe=[`API_KEY`,`BASIC`],se=[`ACCEPTED`,`PAUSED`,`RESUMED`],$=class extends u{constructor(...t){super(...t),this.api=``,this.subscription=``,this.loaded=new v(this,t=>i(e(this.path()),t))}render(){return g`${this.loaded.show(e=>this.content(e))}`}content(n){let r=n.value,i=j(r.plan);return S({title:g`${Q.one(r.application.name)} ${te(r.status)}`,actions:t(`PUBLISHER`)?this.actions(n):h,content:g`${this.details(r)}
      ${i===`PUSH`?g`<relay-delivery
            class="stack"
            .base=${[`apis`,r.api.id,`subscriptions`,r.id]}
          ></relay-delivery>`:g`${this.keys(r,i)}
            <relay-consumer-streams .filter=${{subscriptionIds:r.id}}></relay-consumer-streams>`}`,calls:[e(this.path()),...t(`PUBLISHER`)?J(n):[]]})}actions(e){let t=t=>async()=>{await t(e)&&await this.reload()};return g`${q(e.value).map(e=>g`<button
        type="button"
        class=${e.danger?`danger`:h}
        @click=${t(e.perform)}
      >
        ${e.label}
      </button>`)}`}async reload(){await this.loaded.reload();for(let e of this.querySelectorAll(`relay-keys`))await e.reload()}details(e){let t=Object.entries(e.metadata),n=e=>e&&w(e);return C(Q.details,g`${x([[Q.application,g`<a href=${l(`applications`,e.application.id)}>${e.application.name}</a>`],[Q.plan,`${e.plan.name} (${j(e.plan)})`],[Q.id,y(Q.id,e.id)],[Q.created,w(e.createdAt)],[Q.processed,n(e.processedAt)],[Q.starts,n(e.startingAt)],[Q.ends,n(e.endingAt)],[Q.pausedAt,n(e.pausedAt)],[Q.closedAt,n(e.closedAt)],[Q.consumerMessage,e.consumerMessage],[Q.publisherMessage,e.publisherMessage],...t.map(([e,t])=>[`${Q.metadata}: ${e}`,t])])}`)}keys(e,n){if(!oe.includes(n))return h;let r=n===`API_KEY`&&e.application.apiKeyMode===`SHARED`,i=r?[`applications`,e.application.id]:[`apis`,e.api.id,`subscriptions`,e.id];return g`<relay-keys
      .base=${[...i,`api-keys`]}
      .security=${n}
      .shared=${r}
      .mayChange=${t(`PUBLISHER`)&&se.includes(e.status)}
    ></relay-keys>`}path(){return s(`apis`,this.api,`subscriptions`,this.subscription)}};p([c({attribute:!1})],$.prototype,`api`,void 0),p([c({attribute:!1})],$.prototype,`subscription`,void 0),$=p([f(`relay-subscription`)],$);export{$ as SubscriptionPage};