import{A as e,C as t,E as n,F as r,N as i,P as a,R as o,i as s,k as c,l,r as u,s as d,t as f,w as p,x as m,z as h}from"./index-DO9nkWps.js";import{i as g,t as _}from"./curl-Bjpvh-Ts.js";import{t as v}from"./dialog-B6cH1Ntn.js";import{t as y}from"./field-errors-DG2aiDv_.js";import{i as b,o as x}from"./fields-DEXbSuR-.js";import{a as S}from"./numbers-CoBbCYtr.js";import{n as C,r as w,t as T}from"./page-Cz4QYGt_.js";import{t as E}from"./form-dialog-ggTsbzAj.js";import{t as D}from"./moments-Bzgjokro.js";import{t as O}from"./secret-dialog-DT0BxA5R.js";import"./table-BOKn2q8T.js";var k=h.account,A=n(`users`,`current`,`tokens`),j=class extends s{constructor(...t){super(...t),this.list=new g(this,t=>r(e(A),t)),this.columns=[{id:`name`,label:k.tokenName,cell:e=>e.name},{id:`role`,label:k.tokenRole,cell:e=>e.role?.toLowerCase()??k.ownRole},{id:`expires`,label:k.tokenExpires,cell:e=>e.expiresAt?S(e.expiresAt):k.never},{id:`used`,label:k.tokenUsed,cell:e=>e.lastUsedAt?S(e.lastUsedAt):k.never,secondary:!0},{id:`created`,label:k.tokenCreated,cell:e=>S(e.createdAt),secondary:!0},{id:`actions`,label:h.common.actions,cell:e=>m`<button
        type="button"
        class="small danger"
        aria-label=${k.revokeTitle(e.name)}
        @click=${()=>this.revoke(e)}
      >
        ${k.revoke}
      </button>`}]}render(){return T(k.tokens,m`<p class="muted">${k.tokensIntro}</p>
        ${this.list.show(e=>m`<relay-table
            .label=${k.tokens}
            .columns=${this.columns}
            .rows=${e}
            .key=${e=>e.id}
            .empty=${k.noTokens}
          ></relay-table>`)}
        ${_([e(A)])}`,m`<button type="button" @click=${()=>this.create()}>${k.createToken}</button>`)}async create(){let e=Object.entries(h.users.roles).filter(([e])=>t(e)).map(([e,t])=>({value:e,label:t})),n=await E({title:k.createToken,action:k.createToken,values:{name:``,role:``,expires:``},fields:(t,n,r)=>m`${x({id:`token-name`,label:k.tokenName,required:!0,maxLength:64,value:t.name,error:r.at(`name`),onChange:e=>n({name:e})})}
        ${b({id:`token-role`,label:k.tokenRole,hint:k.tokenRoleHint,value:t.role,options:[{value:``,label:k.ownRole},...e],error:r.at(`role`),onChange:e=>n({role:e})})}
        ${x({id:`token-expires`,label:k.tokenExpires,hint:k.tokenExpiresHint,type:`datetime-local`,value:t.expires,error:r.at(`expiresAt`),onChange:e=>n({expires:e})})}`,call:({name:e,role:t,expires:n})=>{let r=D(n);return i(A,{name:e,role:t||void 0,expiresAt:r&&new Date(r).getTime()})}});n&&(this.list.reload(),await O(k.tokenTitle,[[k.token,n.value.token]]))}async revoke(e){let t=c(`${A}/${encodeURIComponent(e.id)}`);if(await v({title:k.revokeTitle(e.name),content:m`<p>${k.revokeText}</p>
        ${_([t])}`,action:k.revoke,danger:!0})){try{await r(t),f(k.revoked)}catch(e){f(o(e),`error`)}await this.list.reload()}}};j=u([l(`relay-tokens`)],j);var M=h.account,N=`…`,P=class extends s{constructor(...t){super(...t),this.current=``,this.wanted=``,this.errors=y.none,this.times=new g(this,t=>r(e(n(`session`)),t))}render(){return w({title:M.title,content:m`${C([[M.user,p.user?.name],[M.role,p.user?.role.toLowerCase()]])}
      <relay-tokens></relay-tokens>
      <div class="columns">${this.password()} ${this.sessions()}</div>`})}password(){return T(M.password,m`<form class="form" @submit=${e=>this.change(e)}>
        ${x({id:`account-current`,label:M.currentPassword,type:`password`,autocomplete:`current-password`,required:!0,value:this.current,error:this.errors.at(`currentPassword`),onChange:e=>this.current=e})}
        ${x({id:`account-password`,label:M.newPassword,hint:h.users.passwordHint,type:`password`,autocomplete:`new-password`,required:!0,value:this.wanted,error:this.errors.at(`password`),onChange:e=>this.wanted=e})}
        ${this.errors.summary()}
        <p class="muted">${M.passwordText}</p>
        <div class="form-actions">
          <button class="primary" ?disabled=${!this.current||!this.wanted}>
            ${M.changePassword}
          </button>
        </div>
        ${_([this.changeCall(N,N)])}
      </form>`)}sessions(){let t=c(n(`sessions`));return T(M.sessions,m`${this.times.show(({idleExpiresAt:e,expiresAt:t})=>m`${C([[M.idleEnd,S(e)],[M.end,S(t)]])}`)}
        <p class="muted">${M.everywhereText}</p>
        <div>
          <button type="button" class="danger" @click=${()=>this.signOutEverywhere(t)}>
            ${M.everywhere}
          </button>
        </div>
        ${_([e(n(`session`)),t])}`)}changeCall(e,t){return a(n(`users`,`current`,`password`),{password:e,currentPassword:t})}async change(e){e.preventDefault();let{name:t}=p.user;try{await r(this.changeCall(this.wanted,this.current)),await p.signIn(t,this.wanted)}catch(e){this.errors=y.of(e);return}this.current=this.wanted=``,this.errors=y.none,f(M.passwordChanged),await this.times.reload()}async signOutEverywhere(e){if(await v({title:M.everywhereTitle,content:m`<p>${M.everywhereText}</p>
        ${_([e])}`,action:M.everywhere,danger:!0}))try{await p.signOutEverywhere()}catch(e){f(o(e),`error`)}}};u([d()],P.prototype,`current`,void 0),u([d()],P.prototype,`wanted`,void 0),u([d()],P.prototype,`errors`,void 0),P=u([l(`relay-account`)],P);export{P as Account};