import{A as e,C as t,D as n,E as r,F as i,I as a,M as o,b as s,j as c,n as l,s as u,t as d}from"./decorate-CvH3Iwpg.js";import{i as f,t as p}from"./curl-BmCyY_S3.js";import{t as m}from"./badge-DDJrDbUw.js";import{n as h,t as g}from"./dialog-Didwjyxo.js";import{i as _,o as v}from"./fields-D70jflbn.js";import{t as y}from"./form-dialog-BGO3wQBw.js";import{a as b}from"./numbers-CoBbCYtr.js";import{r as x}from"./page-Cc6PBsw8.js";import{t as S}from"./paging-CqjkMOka.js";import"./table-DTXcN8qz.js";import{t as C}from"./index-lI6mjdFj.js";import{t as w}from"./query-Cp6YtZcC.js";import"./tokens-jciP22pX.js";var T=a.users,E=25,D=`…`,O=Object.entries(T.roles).map(([e,t])=>({value:e,label:t})),k=class extends l{constructor(...e){super(...e),this.query=new w(this,()=>this.list.reload()),this.list=new f(this,e=>o(this.read(),e)),this.columns=[{id:`name`,label:T.name,cell:e=>e.id},{id:`role`,label:T.role,cell:e=>m(e.role.toLowerCase(),e.role===`ADMIN`?`info`:`plain`)},{id:`created`,label:T.created,cell:e=>b(e.createdAt),secondary:!0},{id:`updated`,label:T.updated,cell:e=>b(e.updatedAt),secondary:!0},{id:`actions`,label:a.common.actions,cell:e=>this.actions(e)}]}render(){return x({title:T.title,intro:T.intro,actions:s`<button type="button" class="primary" @click=${()=>this.create()}>
        ${T.create}
      </button>`,content:this.list.show(({data:e,pagination:t})=>s`<relay-table
            .label=${T.title}
            .columns=${this.columns}
            .rows=${e}
            .key=${e=>e.id}
          ></relay-table>
          ${S(t,e=>this.query.set({page:String(e)}))}`),calls:[this.read()]})}actions(e){return s`<div class="row">
      <button
        type="button"
        class="small"
        aria-label=${T.tokensTitle(e.id)}
        @click=${()=>this.showTokens(e)}
      >
        ${T.tokens}
      </button>
      <button
        type="button"
        class="small"
        aria-label=${T.editTitle(e.id)}
        @click=${()=>this.edit(e)}
      >
        ${T.edit}
      </button>
      <button
        type="button"
        class="small danger"
        aria-label=${T.deleteTitle(e.id)}
        @click=${()=>this.delete(e)}
      >
        ${a.common.delete}
      </button>
    </div>`}read(){return n(t(`users`),{page:this.query.number(`page`,1),perPage:E})}async create(){let n=({name:n,password:r,role:i})=>e(t(`users`),{name:n,password:r,role:i}),r=await y({title:T.create,action:T.create,values:{name:``,password:``,role:`VIEWER`},fields:(e,t,n)=>s`${v({id:`user-name`,label:T.name,hint:T.nameHint,required:!0,value:e.name,error:n.at(`name`),onChange:e=>t({name:e})})}
        ${A(e,t,n,T.passwordHint)}`,call:n,shownCall:e=>n({...e,password:D})});r&&(C(T.made(r.value.id)),await this.list.reload())}async showTokens(e){await h(T.tokensTitle(e.id),t=>({content:s`<relay-tokens .user=${e.id}></relay-tokens>`,actions:s`<button type="button" @click=${()=>t(!0)}>
          ${a.common.close}
        </button>`}),{wide:!0})}async edit(e){let n=({password:n,role:r})=>c(t(`users`,e.id),{password:n||void 0,role:r});await y({title:T.editTitle(e.id),action:a.common.save,values:{name:e.id,password:``,role:e.role},fields:(e,t,n)=>A(e,t,n,T.newPasswordHint),call:n,shownCall:e=>n({...e,password:e.password&&D})})&&(C(T.saved(e.id)),await this.list.reload())}async delete(e){let n=r(t(`users`,e.id));if(await g({title:T.deleteTitle(e.id),content:s`<p>${T.deleteText}</p>
        ${p([n])}`,action:a.common.delete,danger:!0})){try{await o(n),C(T.deleted(e.id))}catch(e){C(i(e),`error`)}await this.list.reload()}}};k=d([u(`relay-users`)],k);function A(e,t,n,r){return s`${v({id:`user-password`,label:T.password,hint:r,type:`password`,autocomplete:`new-password`,value:e.password,error:n.at(`password`),onChange:e=>t({password:e})})}
    ${_({id:`user-role`,label:T.role,value:e.role,options:O,error:n.at(`role`),onChange:e=>t({role:e})})}`}export{k as Users};