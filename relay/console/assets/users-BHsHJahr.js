import{A as e,E as t,F as n,N as r,P as i,R as a,i as o,k as s,l as c,r as l,t as u,x as d,z as f}from"./index-DO9nkWps.js";import{i as p,t as m}from"./curl-Bjpvh-Ts.js";import{t as h}from"./badge-Di9aOPF2.js";import{t as g}from"./dialog-B6cH1Ntn.js";import{i as _,o as v}from"./fields-DEXbSuR-.js";import{t as y}from"./form-dialog-ggTsbzAj.js";import{a as b}from"./numbers-CoBbCYtr.js";import{r as x}from"./page-Cz4QYGt_.js";import{t as S}from"./paging-CRqy6aze.js";import"./table-BOKn2q8T.js";import{t as C}from"./query-waRGAtQK.js";var w=f.users,T=25,E=`…`,D=Object.entries(w.roles).map(([e,t])=>({value:e,label:t})),O=class extends o{constructor(...e){super(...e),this.query=new C(this,()=>this.list.reload()),this.list=new p(this,e=>n(this.read(),e)),this.columns=[{id:`name`,label:w.name,cell:e=>e.id},{id:`role`,label:w.role,cell:e=>h(e.role.toLowerCase(),e.role===`ADMIN`?`info`:`plain`)},{id:`created`,label:w.created,cell:e=>b(e.createdAt),secondary:!0},{id:`updated`,label:w.updated,cell:e=>b(e.updatedAt),secondary:!0},{id:`actions`,label:f.common.actions,cell:e=>this.actions(e)}]}render(){return x({title:w.title,intro:w.intro,actions:d`<button type="button" class="primary" @click=${()=>this.create()}>
        ${w.create}
      </button>`,content:this.list.show(({data:e,pagination:t})=>d`<relay-table
            .label=${w.title}
            .columns=${this.columns}
            .rows=${e}
            .key=${e=>e.id}
          ></relay-table>
          ${S(t,e=>this.query.set({page:String(e)}))}`),calls:[this.read()]})}actions(e){return d`<div class="row">
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
        ${f.common.delete}
      </button>
    </div>`}read(){return e(t(`users`),{page:this.query.number(`page`,1),perPage:T})}async create(){let e=({name:e,password:n,role:i})=>r(t(`users`),{name:e,password:n,role:i}),n=await y({title:w.create,action:w.create,values:{name:``,password:``,role:`VIEWER`},fields:(e,t,n)=>d`${v({id:`user-name`,label:w.name,hint:w.nameHint,required:!0,value:e.name,error:n.at(`name`),onChange:e=>t({name:e})})}
        ${k(e,t,n,w.passwordHint)}`,call:e,shownCall:t=>e({...t,password:E})});n&&(u(w.made(n.value.id)),await this.list.reload())}async edit(e){let n=({password:n,role:r})=>i(t(`users`,e.id),{password:n||void 0,role:r});await y({title:w.editTitle(e.id),action:f.common.save,values:{name:e.id,password:``,role:e.role},fields:(e,t,n)=>k(e,t,n,w.newPasswordHint),call:n,shownCall:e=>n({...e,password:e.password&&E})})&&(u(w.saved(e.id)),await this.list.reload())}async delete(e){let r=s(t(`users`,e.id));if(await g({title:w.deleteTitle(e.id),content:d`<p>${w.deleteText}</p>
        ${m([r])}`,action:f.common.delete,danger:!0})){try{await n(r),u(w.deleted(e.id))}catch(e){u(a(e),`error`)}await this.list.reload()}}};O=l([c(`relay-users`)],O);function k(e,t,n,r){return d`${v({id:`user-password`,label:w.password,hint:r,type:`password`,autocomplete:`new-password`,value:e.password,error:n.at(`password`),onChange:e=>t({password:e})})}
    ${_({id:`user-role`,label:w.role,value:e.role,options:D,error:n.at(`role`),onChange:e=>t({role:e})})}`}export{O as Users};