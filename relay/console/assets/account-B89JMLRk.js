import{A as e,C as t,D as n,E as r,F as i,I as a,M as o,a as s,b as c,j as l,n as u,s as d,t as f}from"./decorate-C3q9jhAk.js";import{i as p,t as m}from"./curl-D9zAI3su.js";import{t as h}from"./dialog-BQAnkfFo.js";import{t as g}from"./field-errors-BQMIm4d8.js";import{i as _,o as v}from"./fields-Bs_aN-aE.js";import{a as y}from"./numbers-CoBbCYtr.js";import{n as b,r as x,t as S}from"./page-B2GxGcCh.js";import{c as C,s as w,t as T}from"./index-DununCAN.js";import{t as E}from"./form-dialog-BQrmZonT.js";import{t as D}from"./moments-Bzgjokro.js";import{t as O}from"./secret-dialog-DxEciHd5.js";import"./table-B-0ikAHt.js";var k=a.account,A=t(`users`,`current`,`tokens`),j=class extends u{constructor(...e){super(...e),this.list=new p(this,e=>o(n(A),e)),this.columns=[{id:`name`,label:k.tokenName,cell:e=>e.name},{id:`role`,label:k.tokenRole,cell:e=>e.role?.toLowerCase()??k.ownRole},{id:`expires`,label:k.tokenExpires,cell:e=>e.expiresAt?y(e.expiresAt):k.never},{id:`used`,label:k.tokenUsed,cell:e=>e.lastUsedAt?y(e.lastUsedAt):k.never,secondary:!0},{id:`created`,label:k.tokenCreated,cell:e=>y(e.createdAt),secondary:!0},{id:`actions`,label:a.common.actions,cell:e=>c`<button
        type="button"
        class="small danger"
        aria-label=${k.revokeTitle(e.name)}
        @click=${()=>this.revoke(e)}
      >
        ${k.revoke}
      </button>`}]}render(){return S(k.tokens,c`<p class="muted">${k.tokensIntro}</p>
        ${this.list.show(e=>c`<relay-table
            .label=${k.tokens}
            .columns=${this.columns}
            .rows=${e}
            .key=${e=>e.id}
            .empty=${k.noTokens}
          ></relay-table>`)}
        ${m([n(A)])}`,c`<button type="button" @click=${()=>this.create()}>${k.createToken}</button>`)}async create(){let t=Object.entries(a.users.roles).filter(([e])=>w(e)).map(([e,t])=>({value:e,label:t})),n=await E({title:k.createToken,action:k.createToken,values:{name:``,role:``,expires:``},fields:(e,n,r)=>c`${v({id:`token-name`,label:k.tokenName,required:!0,maxLength:64,value:e.name,error:r.at(`name`),onChange:e=>n({name:e})})}
        ${_({id:`token-role`,label:k.tokenRole,hint:k.tokenRoleHint,value:e.role,options:[{value:``,label:k.ownRole},...t],error:r.at(`role`),onChange:e=>n({role:e})})}
        ${v({id:`token-expires`,label:k.tokenExpires,hint:k.tokenExpiresHint,type:`datetime-local`,value:e.expires,error:r.at(`expiresAt`),onChange:e=>n({expires:e})})}`,call:({name:t,role:n,expires:r})=>{let i=D(r);return e(A,{name:t,role:n||void 0,expiresAt:i&&new Date(i).getTime()})}});n&&(this.list.reload(),await O(k.tokenTitle,[[k.token,n.value.token]]))}async revoke(e){let t=r(`${A}/${encodeURIComponent(e.id)}`);if(await h({title:k.revokeTitle(e.name),content:c`<p>${k.revokeText}</p>
        ${m([t])}`,action:k.revoke,danger:!0})){try{await o(t),T(k.revoked)}catch(e){T(i(e),`error`)}await this.list.reload()}}};j=f([d(`relay-tokens`)],j);var M=a.account,N=`…`,P=class extends u{constructor(...e){super(...e),this.current=``,this.wanted=``,this.errors=g.none,this.times=new p(this,e=>o(n(t(`session`)),e))}render(){return x({title:M.title,content:c`${b([[M.user,C.user?.name],[M.role,C.user?.role.toLowerCase()]])}
      <relay-tokens></relay-tokens>
      <div class="columns">${this.password()} ${this.sessions()}</div>`})}password(){return S(M.password,c`<form class="form" @submit=${e=>this.change(e)}>
        ${v({id:`account-current`,label:M.currentPassword,type:`password`,autocomplete:`current-password`,required:!0,value:this.current,error:this.errors.at(`currentPassword`),onChange:e=>this.current=e})}
        ${v({id:`account-password`,label:M.newPassword,hint:a.users.passwordHint,type:`password`,autocomplete:`new-password`,required:!0,value:this.wanted,error:this.errors.at(`password`),onChange:e=>this.wanted=e})}
        ${this.errors.summary()}
        <p class="muted">${M.passwordText}</p>
        <div class="form-actions">
          <button class="primary" ?disabled=${!this.current||!this.wanted}>
            ${M.changePassword}
          </button>
        </div>
        ${m([this.changeCall(N,N)])}
      </form>`)}sessions(){let e=r(t(`sessions`));return S(M.sessions,c`${this.times.show(({idleExpiresAt:e,expiresAt:t})=>c`${b([[M.idleEnd,y(e)],[M.end,y(t)]])}`)}
        <p class="muted">${M.everywhereText}</p>
        <div>
          <button type="button" class="danger" @click=${()=>this.signOutEverywhere(e)}>
            ${M.everywhere}
          </button>
        </div>
        ${m([n(t(`session`)),e])}`)}changeCall(e,n){return l(t(`users`,`current`,`password`),{password:e,currentPassword:n})}async change(e){e.preventDefault();let{name:t}=C.user;try{await o(this.changeCall(this.wanted,this.current)),await C.signIn(t,this.wanted)}catch(e){this.errors=g.of(e);return}this.current=this.wanted=``,this.errors=g.none,T(M.passwordChanged),await this.times.reload()}async signOutEverywhere(e){if(await h({title:M.everywhereTitle,content:c`<p>${M.everywhereText}</p>
        ${m([e])}`,action:M.everywhere,danger:!0}))try{await C.signOutEverywhere()}catch(e){T(i(e),`error`)}}};f([s()],P.prototype,`current`,void 0),f([s()],P.prototype,`wanted`,void 0),f([s()],P.prototype,`errors`,void 0),P=f([d(`relay-account`)],P);export{P as Account};