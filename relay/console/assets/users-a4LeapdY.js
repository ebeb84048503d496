import{I as e,L as t,M as n,N as r,O as i,T as a,b as o,c as s,i as c,j as l,k as u,r as d,t as f}from"./index-xc3VAoqR.js";import{a as p,r as m,s as h,t as g}from"./curl-VvyQdcQr.js";import{t as _}from"./badge-DxBzxmX5.js";import{t as v}from"./dialog-BU05kyxy.js";import{t as y}from"./form-dialog-ShoQt7V4.js";import{a as b}from"./numbers-CoBbCYtr.js";import{r as x}from"./page-ClRf7fKl.js";import{t as S}from"./paging-nsOtokma.js";import"./table-DgGQ-pIy.js";import{t as C}from"./query-DtQJP8tC.js";var w=t.users,T=25,E=`…`,D=Object.entries(w.roles).map(([e,t])=>({value:e,label:t})),O=class extends c{constructor(...e){super(...e),this.query=new C(this,()=>this.list.reload()),this.list=new h(this,e=>r(this.read(),e)),this.columns=[{id:`name`,label:w.name,cell:e=>e.id},{id:`role`,label:w.role,cell:e=>_(e.role.toLowerCase(),e.role===`ADMIN`?`info`:`plain`)},{id:`created`,label:w.created,cell:e=>b(e.createdAt),secondary:!0},{id:`updated`,label:w.updated,cell:e=>b(e.updatedAt),secondary:!0},{id:`actions`,label:t.common.actions,cell:e=>this.actions(e)}]}render(){return x({title:w.title,intro:w.intro,actions:o`<button type="button" class="primary" @click=${()=>this.create()}>
        ${w.create}
      </button>`,content:this.list.show(({data:e,pagination:t})=>o`<relay-table
            .label=${w.title}
            .columns=${this.columns}
            .rows=${e}
            .key=${e=>e.id}
          ></relay-table>
          ${S(t,e=>this.query.set({page:String(e)}))}`),calls:[this.read()]})}actions(e){return o`<div class="row">
      <button
        type="button"
        class="small"
        aria-label=${w.editTitle(e.id)}
        @click=${()=>this.edit(e)}
      >
        ${w.edit}
      </button>
      <button
        type="button"
        class="small danger"
        aria-label=${w.deleteTitle(e.id)}
        @click=${()=>this.delete(e)}
      >
        ${t.common.delete}
      </button>
    </div>`}read(){return u(a(`users`),{page:this.query.number(`page`,1),perPage:T})}async create(){let e=({name:e,password:t,role:n})=>l(a(`users`),{name:e,password:t,role:n}),t=await y({title:w.create,action:w.create,values:{name:``,password:``,role:`VIEWER`},fields:(e,t,n)=>o`${p({id:`user-name`,label:w.name,hint:w.nameHint,required:!0,value:e.name,error:n.at(`name`),onChange:e=>t({name:e})})}
        ${k(e,t,n,w.passwordHint)}`,call:e,shownCall:t=>e({...t,password:E})});t&&(f(w.made(t.value.id)),await this.list.reload())}async edit(e){let r=({password:t,role:r})=>n(a(`users`,e.id),{password:t||void 0,role:r});await y({title:w.editTitle(e.id),action:t.common.save,values:{name:e.id,password:``,role:e.role},fields:(e,t,n)=>k(e,t,n,w.newPasswordHint),call:r,shownCall:e=>r({...e,password:e.password&&E})})&&(f(w.saved(e.id)),await this.list.reload())}async delete(n){let s=i(a(`users`,n.id));if(await v({title:w.deleteTitle(n.id),content:o`<p>${w.deleteText}</p>
        ${g([s])}`,action:t.common.delete,danger:!0})){try{await r(s),f(w.deleted(n.id))}catch(t){f(e(t),`error`)}await this.list.reload()}}};O=d([s(`relay-users`)],O);function k(e,t,n,r){return o`${p({id:`user-password`,label:w.password,hint:r,type:`password`,autocomplete:`new-password`,value:e.password,error:n.at(`password`),onChange:e=>t({password:e})})}
    ${m({id:`user-role`,label:w.role,value:e.role,options:D,error:n.at(`role`),onChange:e=>t({role:e})})}`}export{O as Users};