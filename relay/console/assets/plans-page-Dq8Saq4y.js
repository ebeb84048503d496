import{C as e,F as t,R as n,c as r,d as i,i as a,k as o,l as s,r as c,t as l,v as u,x as d,z as f}from"./index-DO9nkWps.js";import{i as p}from"./curl-Bjpvh-Ts.js";import{t as m}from"./badge-Di9aOPF2.js";import{t as h}from"./dialog-B6cH1Ntn.js";import{r as g}from"./page-Cz4QYGt_.js";import"./table-BOKn2q8T.js";import{t as _}from"./tabs-NNRiHGym.js";import{t as v}from"./query-waRGAtQK.js";import{a as y,c as b,n as x,o as S,r as C,s as w,t as T}from"./ending-SzfruTV9.js";var E=f.plans,D=class extends a{constructor(...e){super(...e),this.api=``,this.query=new v(this),this.plans=new p(this,async e=>{let{data:n}=await t(S(this.api),e);return n})}render(){return g({title:E.title,intro:E.intro,actions:e(`PUBLISHER`)?d`<a class="button primary" href=${i(`apis`,this.api,`plans`,`new`)}
            >${E.add}</a
          >`:u,content:this.plans.show(e=>this.content(e)),calls:[S(this.api)]})}content(e){let t=this.status(e);return _(E.status,x.map(t=>({id:t,label:E.tab(E.statuses[t],e.filter(e=>e.status===t).length)})),t,e=>this.query.set({status:e}),d`<p class="muted">${E.statusHints[t]}</p>
        <relay-table
          .label=${E.title}
          .columns=${this.columns(e,t)}
          .rows=${e.filter(e=>e.status===t)}
          .key=${e=>e.id}
          .empty=${E.empty}
        ></relay-table>`)}status(e){return x.find(e=>e===this.query.get(`status`))||(e.length&&e.every(e=>e.status===`STAGING`)?`STAGING`:`PUBLISHED`)}columns(t,n){let r=e(`PUBLISHER`),a=t.filter(e=>e.status===`PUBLISHED`),o=[{id:`name`,label:E.name,cell:e=>d`<a href=${i(`apis`,this.api,`plans`,e.id)}>${e.name}</a>`},{id:`mode`,label:E.mode,cell:e=>E.modes[e.mode]},{id:`security`,label:E.security,cell:e=>e.security?.type??`–`},{id:`status`,label:E.status,cell:e=>m(E.statuses[e.status],C[e.status]),secondary:!0}];return n===`PUBLISHED`&&o.unshift({id:`order`,label:E.order,cell:e=>this.place(e,a,r)}),r&&n!==`CLOSED`&&o.push({id:`actions`,label:f.common.actions,cell:e=>this.actions(e)}),o}place(e,t,n){let r=t.findIndex(t=>t.id===e.id),i=(n,r,i)=>d`<button
      type="button"
      class="small plain"
      aria-label=${r}
      ?disabled=${i<0||i>=t.length}
      @click=${()=>this.perform(w(this.api,e.id,i+1),E.moved(e.name,i+1))}
    >
      ${n}
    </button>`;return d`<span class="row"
      >${r+1}
      ${n&&t.length>1?d`${i(`↑`,E.moveUp(e.name),r-1)}${i(`↓`,E.moveDown(e.name),r+1)}`:u}</span
    >`}actions(e){return d`<span class="row">
      ${y(e.status).map(t=>d`<button
          type="button"
          class="small"
          aria-label="${E.actions[t]}: ${e.name}"
          @click=${()=>this.act(e,t)}
        >
          ${E.actions[t]}
        </button>`)}
      ${e.status===`STAGING`?d`<button
            type="button"
            class="small danger"
            aria-label="${f.common.delete}: ${e.name}"
            @click=${()=>this.delete(e)}
          >
            ${f.common.delete}
          </button>`:u}
    </span>`}async act(e,t){let n=await T(this.api,e,t);n&&(this.query.set({status:n.status}),await this.plans.reload())}async delete(e){await h({title:E.deleteQuestion(e.name),action:f.common.delete,danger:!0})&&await this.perform(o(b(this.api,e.id)),E.deleted(e.name))}async perform(e,r){try{await t(e),l(r)}catch(e){l(n(e),`error`)}await this.plans.reload()}};c([r({attribute:!1})],D.prototype,`api`,void 0),D=c([s(`relay-plans-page`)],D);export{D as PlansPage};