import{E as e,F as t,I as n,M as r,_ as i,b as a,n as o,o as s,s as c,t as l}from"./decorate-cX1b0bKe.js";import{i as u,t as d}from"./curl-C3dG7kwV.js";import{t as f}from"./badge-Bv1K0zyq.js";import{t as p}from"./dialog-D95cH4qy.js";import{r as m}from"./page-B78qW9Xh.js";import"./table-CX22Ptby.js";import{t as h}from"./tabs-E-1m4f6X.js";import{o as g,r as _,t as v}from"./index-BtPMuujb.js";import{t as y}from"./query-CGWuUA7Y.js";import{a as b,c as x,n as S,o as C,r as w,s as T,t as E}from"./ending-REz7bwgY.js";var D=n.plans,O=class extends o{constructor(...e){super(...e),this.api=``,this.query=new y(this),this.plans=new u(this,async e=>{let{data:t}=await r(C(this.api),e);return t})}render(){return m({title:D.title,intro:D.intro,actions:g(`PUBLISHER`)?a`<a class="button primary" href=${_(`apis`,this.api,`plans`,`new`)}
            >${D.add}</a
          >`:i,content:this.plans.show(e=>this.content(e)),calls:[C(this.api)]})}content(e){let t=this.status(e);return h(D.status,S.map(t=>({id:t,label:D.tab(D.statuses[t],e.filter(e=>e.status===t).length)})),t,e=>this.query.set({status:e}),a`<p class="muted">${D.statusHints[t]}</p>
        <relay-table
          .label=${D.title}
          .columns=${this.columns(e,t)}
          .rows=${e.filter(e=>e.status===t)}
          .key=${e=>e.id}
          .empty=${D.empty}
        ></relay-table>`)}status(e){return S.find(e=>e===this.query.get(`status`))||(e.length&&e.every(e=>e.status===`STAGING`)?`STAGING`:`PUBLISHED`)}columns(e,t){let r=g(`PUBLISHER`),i=e.filter(e=>e.status===`PUBLISHED`),o=[{id:`name`,label:D.name,cell:e=>a`<a href=${_(`apis`,this.api,`plans`,e.id)}>${e.name}</a>`},{id:`mode`,label:D.mode,cell:e=>D.modes[e.mode],secondary:!0},{id:`security`,label:D.security,cell:e=>e.security?.type??`–`},{id:`status`,label:D.status,cell:e=>f(D.statuses[e.status],w[e.status]),secondary:!0}];return t===`PUBLISHED`&&o.unshift({id:`order`,label:D.order,cell:e=>this.place(e,i,r)}),r&&t!==`CLOSED`&&o.push({id:`actions`,label:n.common.actions,cell:e=>this.actions(e)}),o}place(e,t,n){let r=t.findIndex(t=>t.id===e.id),o=(n,r,i)=>a`<button
      type="button"
      class="small plain"
      aria-label=${r}
      ?disabled=${i<0||i>=t.length}
      @click=${()=>this.perform(T(this.api,e.id,i+1),D.moved(e.name,i+1))}
    >
      ${n}
    </button>`;return a`<span class="row"
      >${r+1}
      ${n&&t.length>1?a`${o(`↑`,D.moveUp(e.name),r-1)}${o(`↓`,D.moveDown(e.name),r+1)}`:i}</span
    >`}actions(e){return a`<span class="row">
      ${b(e.status).map(t=>a`<button
          type="button"
          class="small"
          aria-label="${D.actions[t]}: ${e.name}"
          @click=${()=>this.act(e,t)}
        >
          ${D.actions[t]}
        </button>`)}
      ${e.status===`STAGING`?a`<button
            type="button"
            class="small danger"
            aria-label="${n.common.delete}: ${e.name}"
            @click=${()=>this.delete(e)}
          >
            ${n.common.delete}
          </button>`:i}
    </span>`}async act(e,t){let n=await E(this.api,e,t);n&&(this.query.set({status:n.status}),await this.plans.reload())}async delete(t){let r=e(x(this.api,t.id));await p({title:D.deleteQuestion(t.name),content:d([r]),action:n.common.delete,danger:!0})&&await this.perform(r,D.deleted(t.name))}async perform(e,n){try{await r(e),v(n)}catch(e){v(t(e),`error`)}await this.plans.reload()}};l([s({attribute:!1})],O.prototype,`api`,void 0),O=l([c(`relay-plans-page`)],O);export{O as PlansPage};