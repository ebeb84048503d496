import{A as e,C as t,D as n,E as r,F as i,I as a,M as o,b as s,j as c,n as l,s as u,t as d}from"./decorate-C3q9jhAk.js";import{i as f,t as p}from"./curl-D9zAI3su.js";import{t as m}from"./badge-BnL9QQUK.js";import{t as h}from"./dialog-BQAnkfFo.js";import{i as g,o as _}from"./fields-Bs_aN-aE.js";import{t as v}from"./form-dialog-BQrmZonT.js";import{a as y}from"./numbers-CoBbCYtr.js";import{r as b}from"./page-B2GxGcCh.js";import{t as x}from"./paging-DvPwXZjw.js";import"./table-B-0ikAHt.js";import{t as S}from"./index-DununCAN.js";import{t as C}from"./query-BPti2j4E.js";var w=a.users,T=25,E=`…`,D=Object.entries(w.roles).map(([e,t])=>({value:e,label:t})),O=class extends l{constructor(...e){super(...e),this.query=new C(this,()=>this.list.reload()),this.list=new f(this,e=>o(this.read(),e)),this.columns=[{id:`name`,label:w.name,cell:e=>e.id},{id:`role`,label:w.role,cell:e=>m(e.role.toLowerCase(),e.role===`ADMIN`?`info`:`plain`)},{id:`created`,label:w.created,cell:e=>y(e.createdAt),secondary:!0},{id:`updated`,label:w.updated,cell:e=>y(e.updatedAt),secondary:!0},{id:`actions`,label:a.common.actions,cell:e=>this.actions(e)}]}render(){return b({title:w.title,intro:w.intro,actions:s`<button type="button" class="primary" @click=${()=>this.create()}>
        ${w.create}
      </button>`,content:this.list.show(({data:e,pagination:t})=>s`<relay-table
            .label=${w.title}
            .columns=${this.columns}
            .rows=${e}
            .key=${e=>e.id}
          ></relay-table>
          ${x(t,e=>this.query.set({page:String(e)}))}`),calls:[this.read()]})}actions(e){return s`<div class="row">
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
    </div>`}read(){return n(t(`users`),{page:this.query.number(`page`,1),perPage:T})}async create(){let n=({name:n,password:r,role:i})=>e(t(`users`),{name:n,password:r,role:i}),r=await v({title:w.create,action:w.create,values:{name:``,password:``,role:`VIEWER`},fields:(e,t,n)=>s`${_({id:`user-name`,label:w.name,hint:w.nameHint,required:!0,value:e.name,error:n.at(`name`),onChange:e=>t({name:e})})}
        ${k(e,t,n,w.passwordHint)}`,call:n,shownCall:e=>n({...e,password:E})});r&&(S(w.made(r.value.id)),await this.list.reload())}async edit(e){let n=({password:n,role:r})=>c(t(`users`,e.id),{password:n||void 0,role:r});await v({title:w.editTitle(e.id),action:a.common.save,values:{name:e.id,password:``,role:e.role},fields:(e,t,n)=>k(e,t,n,w.newPasswordHint),call:n,shownCall:e=>n({...e,password:e.password&&E})})&&(S(w.saved(e.id)),await this.list.reload())}async delete(e){let n=r(t(`users`,e.id));if(await h({title:w.deleteTitle(e.id),content:s`<p>${w.deleteText}</p>
        ${p([n])}`,action:a.common.delete,danger:!0})){try{await o(n),S(w.deleted(e.id))}catch(e){S(i(e),`error`)}await this.list.reload()}}};O=d([u(`relay-users`)],O);function k(e,t,n,r){return s`${_({id:`user-password`,label:w.password,hint:r,type:`password`,autocomplete:`new-password`,value:e.password,error:n.at(`password`),onChange:e=>t({password:e})})}
    ${g({id:`user-role`,label:w.role,value:e.role,options:D,error:n.at(`role`),onChange:e=>t({role:e})})}`}export{O as Users};