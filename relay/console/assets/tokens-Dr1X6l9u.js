import{A as e,C as t,D as n,E as r,F as i,I as a,M as o,_ as s,b as c,n as l,o as u,s as d,t as f}from"./decorate-cX1b0bKe.js";import{i as p,t as m}from"./curl-C3dG7kwV.js";import{t as h}from"./dialog-D95cH4qy.js";import{i as g,o as _}from"./fields-Z7HFGbs6.js";import{t as v}from"./form-dialog-BhFZexq3.js";import{t as y}from"./moments-Bzgjokro.js";import{a as b}from"./numbers-CoBbCYtr.js";import{t as x}from"./page-B78qW9Xh.js";import{t as S}from"./secret-dialog-GsSx_A8W.js";import"./table-CX22Ptby.js";import{o as C,t as w}from"./index-BtPMuujb.js";var T=a.account,E=`current`,D=class extends l{constructor(...e){super(...e),this.user=E,this.list=new p(this,e=>o(n(this.path()),e)),this.columns=[{id:`name`,label:T.tokenName,cell:e=>e.name},{id:`role`,label:T.tokenRole,cell:e=>e.role?.toLowerCase()??T.ownRole},{id:`expires`,label:T.tokenExpires,cell:e=>e.expiresAt?b(e.expiresAt):T.never},{id:`used`,label:T.tokenUsed,cell:e=>e.lastUsedAt?b(e.lastUsedAt):T.never,secondary:!0},{id:`created`,label:T.tokenCreated,cell:e=>b(e.createdAt),secondary:!0},{id:`actions`,label:a.common.actions,cell:e=>c`<button
        type="button"
        class="small danger"
        aria-label=${T.revokeTitle(e.name)}
        @click=${()=>this.revoke(e)}
      >
        ${T.revoke}
      </button>`}]}render(){return x(T.tokens,c`<p class="muted">${T.tokensIntro}</p>
        ${this.list.show(e=>c`<relay-table
            .label=${T.tokens}
            .columns=${this.columns}
            .rows=${e}
            .key=${e=>e.id}
            .empty=${T.noTokens}
          ></relay-table>`)}
        ${m([n(this.path())])}`,this.user===E?c`<button type="button" @click=${()=>this.create()}>${T.createToken}</button>`:s)}path(...e){return t(`users`,this.user,`tokens`,...e)}async create(){let t=Object.entries(a.users.roles).filter(([e])=>C(e)).map(([e,t])=>({value:e,label:t})),n=await v({title:T.createToken,action:T.createToken,values:{name:``,role:``,expires:``},fields:(e,n,r)=>c`${_({id:`token-name`,label:T.tokenName,required:!0,maxLength:64,value:e.name,error:r.at(`name`),onChange:e=>n({name:e})})}
        ${g({id:`token-role`,label:T.tokenRole,hint:T.tokenRoleHint,value:e.role,options:[{value:``,label:T.ownRole},...t],error:r.at(`role`),onChange:e=>n({role:e})})}
        ${_({id:`token-expires`,label:T.tokenExpires,hint:T.tokenExpiresHint,type:`datetime-local`,value:e.expires,error:r.at(`expiresAt`),onChange:e=>n({expires:e})})}`,call:({name:t,role:n,expires:r})=>{let i=y(r);return e(this.path(),{name:t,role:n||void 0,expiresAt:i&&new Date(i).getTime()})}});n&&(this.list.reload(),await S(T.tokenTitle,[[T.token,n.value.token]]))}async revoke(e){let t=r(this.path(e.id));if(await h({title:T.revokeTitle(e.name),content:c`<p>${T.revokeText}</p>
        ${m([t])}`,action:T.revoke,danger:!0})){try{await o(t),w(T.revoked)}catch(e){w(i(e),`error`)}await this.list.reload()}}};f([u({attribute:!1})],D.prototype,`user`,void 0),D=f([d(`relay-tokens`)],D);