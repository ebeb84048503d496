import{A as e,D as t,F as n,I as r,M as i,S as a,_ as o,b as s,j as c,n as l,o as u,s as d,t as f,w as p}from"./decorate-cX1b0bKe.js";import{t as m}from"./index-BtPMuujb.js";import{i as h,t as g}from"./curl-C3dG7kwV.js";import{t as _}from"./badge-Bv1K0zyq.js";import{o as v}from"./fields-Z7HFGbs6.js";import{a as y,n as b}from"./numbers-CoBbCYtr.js";import{t as x}from"./page-B78qW9Xh.js";import"./table-CX22Ptby.js";import{t as S}from"./dialog-D95cH4qy.js";import{p as C}from"./subscription-columns-CFLq5Jc8.js";import{t as w}from"./form-dialog-BhFZexq3.js";import{t as T}from"./stream-feed-C7v8u51B.js";import{n as E,t as D}from"./moments-Bzgjokro.js";var O=r.consumerStreams,k=250,A=100,j=[{id:`address`,label:O.address,cell:({stream:e})=>e.remoteAddress},{id:`entrypoint`,label:O.entrypoint,cell:({stream:e})=>e.entrypoint,secondary:!0},{id:`protocol`,label:O.protocol,cell:({stream:e})=>e.protocol,secondary:!0},{id:`started`,label:O.started,cell:({stream:e})=>y(e.startedAt),secondary:!0},{id:`events`,label:O.events,cell:({stream:e})=>b(e.events),numeric:!0},{id:`state`,label:O.state,cell:({outcome:e})=>e===void 0?_(O.open,`good`):_(e,`bad`)}],M=class extends l{constructor(...e){super(...e),this.filter={},this.ended=[],this.feed=new T(this,()=>this.read(),()=>[e=>-e.beganAt,!1],()=>this.requestUpdate(),(e,t)=>{this.ended=[{stream:e,outcome:t},...this.ended].slice(0,A)})}read(){return t(p(`streams`),{...this.filter,intervalMs:k})}render(){let{state:e,error:t}=this.feed,r=this.feed.rows.filter(e=>!e.over).map(e=>({stream:e})),i=[...r,...this.ended];return x(O.title,s`<p class="muted">${O.intro}</p>
        <p class="stream-counts" role="status">${O.counts(r.length,this.ended.length)}</p>
        <relay-table
          .label=${O.label}
          .columns=${j}
          .rows=${i}
          .key=${e=>e.stream.id}
          .rowClass=${e=>e.outcome===void 0?``:`is-ended`}
          .empty=${O.empty}
        ></relay-table>
        ${g([this.read()])}`,e===`live`?_(O.following,`good`):_(t?n(t):O.connecting,t?`bad`:`plain`))}};f([u({attribute:!1})],M.prototype,`filter`,void 0),M=f([d(`relay-consumer-streams`)],M);var N=r.keys,P=1e3,F={active:`good`,paused:`warn`,expired:`plain`,revoked:`bad`};function I(e){return e.revoked?`revoked`:e.expired?`expired`:e.paused?`paused`:`active`}var L=e=>e.key??e.password??``,R=class extends l{constructor(...e){super(...e),this.base=[],this.security=`API_KEY`,this.mayChange=!1,this.shared=!1,this.list=new h(this,e=>i(this.read(),e))}render(){let e=this.security===`BASIC`?N.passwords:N.title;return x(e,s`<p class="muted">${this.shared?N.shared:o} ${N.intro}</p>
        ${this.list.show(({data:t})=>s`<relay-table
            .label=${e}
            .columns=${this.columns()}
            .rows=${t}
            .key=${e=>e.id}
          ></relay-table>`)}
        ${g(this.mayChange?[this.read(),this.renewal(``)]:[this.read()])}`,this.mayChange?s`<button type="button" @click=${()=>this.renew()}>${N.renew}</button>`:o)}reload(){return this.list.reload()}columns(){let e=[{id:`key`,label:N.key,cell:e=>s`<code>${L(e)}</code>`},{id:`state`,label:N.state,cell:e=>_(N.states[I(e)],F[I(e)])},{id:`created`,label:N.created,cell:e=>y(e.createdAt),secondary:!0},{id:`expires`,label:N.expires,cell:e=>e.expireAt?y(e.expireAt):N.never,secondary:!0}];return this.mayChange&&e.push({id:`actions`,label:N.actions,cell:e=>this.actions(e)}),e}actions(e){let t=e.revoked||e.expired,n=(t,n,r=``)=>s`<button
      type="button"
      class="small ${r}"
      aria-label="${t}: ${L(e)}"
      @click=${n}
    >
      ${t}
    </button>`;return s`<div class="row">
      ${t?n(N.reactivate,()=>this.reactivate(e)):s`${n(N.expire,()=>this.expire(e))}
          ${n(N.revoke,()=>this.revoke(e),`danger`)}`}
    </div>`}path(...e){return a(...this.base,...e)}read(){return t(this.path(),{perPage:P})}renewal(t){return e(this.path(`_renew`),t?{customApiKey:t}:{})}async renew(){let e=await w({title:N.renewTitle,action:N.renew,values:{customApiKey:``},fields:(e,t,n)=>s`<p>${N.renewText}</p>
        ${this.security===`BASIC`?o:v({id:`renew-custom-key`,label:r.subscriptions.customKey,hint:r.subscriptions.customKeyHint,type:`password`,autocomplete:`new-password`,value:e.customApiKey,error:n.at(`customApiKey`),onChange:e=>t({customApiKey:e})})}`,call:({customApiKey:e})=>this.renewal(e),shownCall:({customApiKey:e})=>this.renewal(e&&`…`)});e&&(this.list.reload(),await C(e.value))}async revoke(t){await S({title:N.revokeTitle(L(t)),content:s`<p>${N.revokeText}</p>
        ${g([e(this.path(t.id,`_revoke`))])}`,action:N.revoke,danger:!0})&&await this.act(e(this.path(t.id,`_revoke`)),N.revoked)}reactivate(t){return this.act(e(this.path(t.id,`_reactivate`)),N.reactivated)}async expire(e){await w({title:N.expireTitle,action:r.common.save,values:{at:E(e.expireAt)},fields:({at:e},t,n)=>v({id:`key-expires`,label:N.expires,hint:N.expireHint,type:`datetime-local`,value:e,error:n.at(`expireAt`),onChange:e=>t({at:e})}),call:({at:t})=>c(this.path(e.id),{expireAt:D(t)??null})})&&(m(N.expireSaved),await this.list.reload())}async act(e,t){try{await i(e),m(t)}catch(e){m(n(e),`error`)}await this.list.reload()}};f([u({attribute:!1})],R.prototype,`base`,void 0),f([u({attribute:!1})],R.prototype,`security`,void 0),f([u({attribute:!1})],R.prototype,`mayChange`,void 0),f([u({type:Boolean})],R.prototype,`shared`,void 0),R=f([d(`relay-keys`)],R);