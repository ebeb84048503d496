import{A as e,C as t,D as n,E as r,F as i,I as a,M as o,b as s,j as c,n as l,s as u,t as d}from"./decorate-cX1b0bKe.js";import{i as f,t as p}from"./curl-C3dG7kwV.js";import{t as m}from"./badge-Bv1K0zyq.js";import{n as h,t as g}from"./dialog-D95cH4qy.js";import{i as _,o as v}from"./fields-Z7HFGbs6.js";import{t as y}from"./form-dialog-BhFZexq3.js";import{a as b}from"./numbers-CoBbCYtr.js";import{r as x}from"./page-B78qW9Xh.js";import{t as S}from"./paging-DPKvN3lo.js";import"./table-CX22Ptby.js";import{s as C,t as w}from"./index-BtPMuujb.js";import{t as T}from"./query-CGWuUA7Y.js";import"./tokens-Dr1X6l9u.js";var E=a.users,D=25,O=`…`,k=Object.entries(E.roles).map(([e,t])=>({value:e,label:t})),A=class extends l{constructor(...e){super(...e),this.query=new T(this,()=>this.list.reload()),this.list=new f(this,e=>o(this.read(),e)),this.columns=[{id:`name`,label:E.name,cell:e=>e.id},{id:`role`,label:E.role,cell:e=>m(e.role.toLowerCase(),e.role===`ADMIN`?`info`:`plain`)},{id:`created`,label:E.created,cell:e=>b(e.createdAt),secondary:!0},{id:`updated`,label:E.updated,cell:e=>b(e.updatedAt),secondary:!0},{id:`actions`,label:a.common.actions,cell:e=>this.actions(e)}]}render(){return x({title:E.title,intro:E.intro,actions:s`<button type="button" class="primary" @click=${()=>this.create()}>
        ${E.create}
      </button>`,content:this.list.show(({data:e,pagination:t})=>s`<relay-table
            .label=${E.title}
            .columns=${this.columns}
            .rows=${e}
            .key=${e=>e.id}
          ></relay-table>
          ${S(t,e=>this.query.set({page:String(e)}))}`),calls:[this.read()]})}actions(e){return s`<div class="row">
      <button
        type="button"
        class="small"
        aria-label=${E.tokensTitle(e.id)}
        @click=${()=>this.showTokens(e)}
      >
        ${E.tokens}
      </button>
      <button
        type="button"
        class="small"
        aria-label=${E.editTitle(e.id)}
        @click=${()=>this.edit(e)}
      >
        ${E.edit}
      </button>
      <button
        type="button"
        class="small danger"
        aria-label=${E.deleteTitle(e.id)}
        @click=${()=>this.delete(e)}
      >
        ${a.common.delete}
      </button>
    </div>`}read(){return n(t(`users`),{page:this.query.number(`page`,1),perPage:D})}async create(){let n=({name:n,password:r,role:i})=>e(t(`users`),{name:n,password:r,role:i}),r=await y({title:E.create,action:E.create,values:{name:``,password:``,role:`VIEWER`},fields:(e,t,n)=>s`${v({id:`user-name`,label:E.name,hint:E.nameHint,required:!0,value:e.name,error:n.at(`name`),onChange:e=>t({name:e})})}
        ${j(e,t,n,E.passwordHint)}`,call:n,shownCall:e=>n({...e,password:O})});r&&(w(E.made(r.value.id)),await this.list.reload())}async showTokens(e){await h(E.tokensTitle(e.id),t=>({content:s`<relay-tokens .user=${e.id}></relay-tokens>`,actions:s`<button type="button" @click=${()=>t(!0)}>
          ${a.common.close}
        </button>`}),{wide:!0})}async edit(e){let n=({password:n,role:r})=>c(t(`users`,e.id),{password:n||void 0,role:r});await y({title:E.editTitle(e.id),action:a.common.save,values:{name:e.id,password:``,role:e.role},fields:(t,n,r)=>e.id===C.user?.name?s`<p class="field-hint">${E.ownPassword}</p>
              ${M(t,n,r)}`:j(t,n,r,E.newPasswordHint),call:n,shownCall:e=>n({...e,password:e.password&&O})})&&(w(E.saved(e.id)),await this.list.reload())}async delete(e){let n=r(t(`users`,e.id));if(await g({title:E.deleteTitle(e.id),content:s`<p>${E.deleteText}</p>
        ${p([n])}`,action:a.common.delete,danger:!0})){try{await o(n),w(E.deleted(e.id))}catch(e){w(i(e),`error`)}await this.list.reload()}}};A=d([u(`relay-users`)],A);function j(e,t,n,r){return s`${v({id:`user-password`,label:E.password,hint:r,type:`password`,autocomplete:`new-password`,value:e.password,error:n.at(`password`),onChange:e=>t({password:e})})}
    ${M(e,t,n)}`}function M(e,t,n){return _({id:`user-role`,label:E.role,value:e.role,options:k,error:n.at(`role`),onChange:e=>t({role:e})})}export{A as Users};