import{C as e,L as t,M as n,N as r,O as i,P as a,R as o,S as s,T as c,b as l,c as u,i as d,k as f,o as p,r as m,t as h}from"./index-q0cvveWk.js";import{c as g,d as _,o as v,t as y}from"./curl-DN9Ceju9.js";import{t as b}from"./dialog-BrdfJNOr.js";import{t as x}from"./field-errors-3tWmd-IM.js";import{a as S}from"./numbers-CoBbCYtr.js";import{n as C,r as w,t as T}from"./page-Bd5Bw3P3.js";import{t as E}from"./form-dialog-BaHpUrBN.js";import{t as D}from"./moments-Bzgjokro.js";import{t as O}from"./secret-dialog-DQ--fk2C.js";import"./table-lhtN2eUf.js";var k=o.account,A=c(`users`,`current`,`tokens`),j=class extends d{constructor(...e){super(...e),this.list=new _(this,e=>a(f(A),e)),this.columns=[{id:`name`,label:k.tokenName,cell:e=>e.name},{id:`role`,label:k.tokenRole,cell:e=>e.role?.toLowerCase()??k.ownRole},{id:`expires`,label:k.tokenExpires,cell:e=>e.expiresAt?S(e.expiresAt):k.never},{id:`used`,label:k.tokenUsed,cell:e=>e.lastUsedAt?S(e.lastUsedAt):k.never,secondary:!0},{id:`created`,label:k.tokenCreated,cell:e=>S(e.createdAt),secondary:!0},{id:`actions`,label:o.common.actions,cell:e=>l`<button
        type="button"
        class="small danger"
        aria-label=${k.revokeTitle(e.name)}
        @click=${()=>this.revoke(e)}
      >
        ${k.revoke}
      </button>`}]}render(){return T(k.tokens,l`<p class="muted">${k.tokensIntro}</p>
        ${this.list.show(e=>l`<relay-table
            .label=${k.tokens}
            .columns=${this.columns}
            .rows=${e}
            .key=${e=>e.id}
            .empty=${k.noTokens}
          ></relay-table>`)}
        ${y([f(A)])}`,l`<button type="button" @click=${()=>this.create()}>${k.createToken}</button>`)}async create(){let e=Object.entries(o.users.roles).filter(([e])=>s(e)).map(([e,t])=>({value:e,label:t})),t=await E({title:k.createToken,action:k.createToken,values:{name:``,role:``,expires:``},fields:(t,n,r)=>l`${g({id:`token-name`,label:k.tokenName,required:!0,maxLength:64,value:t.name,error:r.at(`name`),onChange:e=>n({name:e})})}
        ${v({id:`token-role`,label:k.tokenRole,hint:k.tokenRoleHint,value:t.role,options:[{value:``,label:k.ownRole},...e],error:r.at(`role`),onChange:e=>n({role:e})})}
        ${g({id:`token-expires`,label:k.tokenExpires,hint:k.tokenExpiresHint,type:`datetime-local`,value:t.expires,error:r.at(`expiresAt`),onChange:e=>n({expires:e})})}`,call:({name:e,role:t,expires:r})=>{let i=D(r);return n(A,{name:e,role:t||void 0,expiresAt:i&&new Date(i).getTime()})}});t&&(this.list.reload(),await O(k.tokenTitle,[[k.token,t.value.token]]))}async revoke(e){let n=i(`${A}/${encodeURIComponent(e.id)}`);if(await b({title:k.revokeTitle(e.name),content:l`<p>${k.revokeText}</p>
        ${y([n])}`,action:k.revoke,danger:!0})){try{await a(n),h(k.revoked)}catch(e){h(t(e),`error`)}await this.list.reload()}}};j=m([u(`relay-tokens`)],j);var M=o.account,N=`…`,P=class extends d{constructor(...e){super(...e),this.current=``,this.wanted=``,this.errors=x.none,this.times=new _(this,e=>a(f(c(`session`)),e))}render(){return w({title:M.title,content:l`${C([[M.user,e.user?.name],[M.role,e.user?.role.toLowerCase()]])}
      <relay-tokens></relay-tokens>
      <div class="columns">${this.password()} ${this.sessions()}</div>`})}password(){return T(M.password,l`<form class="form" @submit=${e=>this.change(e)}>
        ${g({id:`account-current`,label:M.currentPassword,type:`password`,autocomplete:`current-password`,required:!0,value:this.current,error:this.errors.at(`currentPassword`),onChange:e=>this.current=e})}
        ${g({id:`account-password`,label:M.newPassword,hint:o.users.passwordHint,type:`password`,autocomplete:`new-password`,required:!0,value:this.wanted,error:this.errors.at(`password`),onChange:e=>this.wanted=e})}
        ${this.errors.summary()}
        <p class="muted">${M.passwordText}</p>
        <div class="form-actions">
          <button class="primary" ?disabled=${!this.current||!this.wanted}>
            ${M.changePassword}
          </button>
        </div>
        ${y([this.changeCall(N,N)])}
      </form>`)}sessions(){let e=i(c(`sessions`));return T(M.sessions,l`${this.times.show(({idleExpiresAt:e,expiresAt:t})=>l`${C([[M.idleEnd,S(e)],[M.end,S(t)]])}`)}
        <p class="muted">${M.everywhereText}</p>
        <div>
          <button type="button" class="danger" @click=${()=>this.signOutEverywhere(e)}>
            ${M.everywhere}
          </button>
        </div>
        ${y([f(c(`session`)),e])}`)}changeCall(e,t){return r(c(`users`,`current`,`password`),{password:e,currentPassword:t})}async change(t){t.preventDefault();let{name:n}=e.user;try{await a(this.changeCall(this.wanted,this.current)),await e.signIn(n,this.wanted)}catch(e){this.errors=x.of(e);return}this.current=this.wanted=``,this.errors=x.none,h(M.passwordChanged),await this.times.reload()}async signOutEverywhere(n){if(await b({title:M.everywhereTitle,content:l`<p>${M.everywhereText}</p>
        ${y([n])}`,action:M.everywhere,danger:!0}))try{await e.signOutEverywhere()}catch(e){h(t(e),`error`)}}};m([p()],P.prototype,`current`,void 0),m([p()],P.prototype,`wanted`,void 0),m([p()],P.prototype,`errors`,void 0),P=m([u(`relay-account`)],P);export{P as Account};