import{C as e,D as t,E as n,F as r,I as i,M as a,a as o,b as s,j as c,n as l,s as u,t as d}from"./decorate-cX1b0bKe.js";import{i as f,t as p}from"./curl-C3dG7kwV.js";import{t as m}from"./dialog-D95cH4qy.js";import{t as h}from"./field-errors-CPb82UqI.js";import{o as g}from"./fields-Z7HFGbs6.js";import{a as _}from"./numbers-CoBbCYtr.js";import{n as v,r as y,t as b}from"./page-B78qW9Xh.js";import{s as x,t as S}from"./index-BtPMuujb.js";import"./tokens-Dr1X6l9u.js";var C=i.account,w=`…`,T=class extends l{constructor(...n){super(...n),this.current=``,this.wanted=``,this.errors=h.none,this.times=new f(this,n=>a(t(e(`session`)),n))}render(){return y({title:C.title,content:s`${v([[C.user,x.user?.name],[C.role,x.user?.role.toLowerCase()]])}
      <relay-tokens></relay-tokens>
      <div class="columns">${this.password()} ${this.sessions()}</div>`})}password(){return b(C.password,s`<form class="form" @submit=${e=>this.change(e)}>
        ${g({id:`account-current`,label:C.currentPassword,type:`password`,autocomplete:`current-password`,required:!0,value:this.current,error:this.errors.at(`currentPassword`),onChange:e=>this.current=e})}
        ${g({id:`account-password`,label:C.newPassword,hint:i.users.passwordHint,type:`password`,autocomplete:`new-password`,required:!0,value:this.wanted,error:this.errors.at(`password`),onChange:e=>this.wanted=e})}
        ${this.errors.summary()}
        <p class="muted">${C.passwordText}</p>
        <div class="form-actions">
          <button class="primary" ?disabled=${!this.current||!this.wanted}>
            ${C.changePassword}
          </button>
        </div>
        ${p([this.changeCall(w,w)])}
      </form>`)}sessions(){let r=n(e(`sessions`));return b(C.sessions,s`${this.times.show(({idleExpiresAt:e,expiresAt:t})=>s`${v([[C.idleEnd,_(e)],[C.end,_(t)]])}`)}
        <p class="muted">${C.everywhereText}</p>
        <div>
          <button type="button" class="danger" @click=${()=>this.signOutEverywhere(r)}>
            ${C.everywhere}
          </button>
        </div>
        ${p([t(e(`session`)),r])}`)}changeCall(t,n){return c(e(`users`,`current`,`password`),{password:t,currentPassword:n})}async change(e){e.preventDefault();let{name:t}=x.user;try{await a(this.changeCall(this.wanted,this.current)),await x.signIn(t,this.wanted)}catch(e){this.errors=h.of(e);return}this.current=this.wanted=``,this.errors=h.none,S(C.passwordChanged),await this.times.reload()}async signOutEverywhere(e){if(await m({title:C.everywhereTitle,content:s`<p>${C.everywhereText}</p>
        ${p([e])}`,action:C.everywhere,danger:!0}))try{await x.signOutEverywhere()}catch(e){S(r(e),`error`)}}};d([o()],T.prototype,`current`,void 0),d([o()],T.prototype,`wanted`,void 0),d([o()],T.prototype,`errors`,void 0),T=d([u(`relay-account`)],T);export{T as Account};