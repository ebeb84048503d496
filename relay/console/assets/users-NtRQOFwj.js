import{L as e,M as t,N as n,O as r,P as i,R as a,T as o,b as s,c,i as l,k as u,r as d,t as f}from"./index-q0cvveWk.js";import{c as p,d as m,o as h,t as g}from"./curl-DN9Ceju9.js";import{t as _}from"./badge-BEXyiuIc.js";import{t as v}from"./dialog-BrdfJNOr.js";import{t as y}from"./form-dialog-BaHpUrBN.js";import{a as b}from"./numbers-CoBbCYtr.js";import{r as x}from"./page-Bd5Bw3P3.js";import{t as S}from"./paging-BY0QnTP9.js";import"./table-lhtN2eUf.js";import{t as C}from"./query-BWpnzWjK.js";var w=a.users,T=25,E=`…`,D=Object.entries(w.roles).map(([e,t])=>({value:e,label:t})),O=class extends l{constructor(...e){super(...e),this.query=new C(this,()=>this.list.reload()),this.list=new m(this,e=>i(this.read(),e)),this.columns=[{id:`name`,label:w.name,cell:e=>e.id},{id:`role`,label:w.role,cell:e=>_(e.role.toLowerCase(),e.role===`ADMIN`?`info`:`plain`)},{id:`created`,label:w.created,cell:e=>b(e.createdAt),secondary:!0},{id:`updated`,label:w.updated,cell:e=>b(e.updatedAt),secondary:!0},{id:`actions`,label:a.common.actions,cell:e=>this.actions(e)}]}render(){return x({title:w.title,intro:w.intro,actions:s`<button type="button" class="primary" @click=${()=>this.create()}>
        ${w.create}
      </button>`,content:this.list.show(({data:e,pagination:t})=>s`<relay-table
            .label=${w.title}
            .columns=${this.columns}
            .rows=${e}
            .key=${e=>e.id}
          ></relay-table>
          ${S(t,e=>this.query.set({page:String(e)}))}`),calls:[this.read()]})}actions(e){return s`<div class="row">
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
        ${a.common.delete}
      </button>
    </div>`}read(){return u(o(`users`),{page:this.query.number(`page`,1),perPage:T})}async create(){let e=({name:e,password:n,role:r})=>t(o(`users`),{name:e,password:n,role:r}),n=await y({title:w.create,action:w.create,values:{name:``,password:``,role:`VIEWER`},fields:(e,t,n)=>s`${p({id:`user-name`,label:w.name,hint:w.nameHint,required:!0,value:e.name,error:n.at(`name`),onChange:e=>t({name:e})})}
        ${k(e,t,n,w.passwordHint)}`,call:e,shownCall:t=>e({...t,password:E})});n&&(f(w.made(n.value.id)),await this.list.reload())}async edit(e){let t=({password:t,role:r})=>n(o(`users`,e.id),{password:t||void 0,role:r});await y({title:w.editTitle(e.id),action:a.common.save,values:{name:e.id,password:``,role:e.role},fields:(e,t,n)=>k(e,t,n,w.newPasswordHint),call:t,shownCall:e=>t({...e,password:e.password&&E})})&&(f(w.saved(e.id)),await this.list.reload())}async delete(t){let n=r(o(`users`,t.id));if(await v({title:w.deleteTitle(t.id),content:s`<p>${w.deleteText}</p>
        ${g([n])}`,action:a.common.delete,danger:!0})){try{await i(n),f(w.deleted(t.id))}catch(t){f(e(t),`error`)}await this.list.reload()}}};O=d([c(`relay-users`)],O);function k(e,t,n,r){return s`${p({id:`user-password`,label:w.password,hint:r,type:`password`,autocomplete:`new-password`,value:e.password,error:n.at(`password`),onChange:e=>t({password:e})})}
    ${h({id:`user-role`,label:w.role,value:e.role,options:D,error:n.at(`role`),onChange:e=>t({role:e})})}`}export{O as Users};