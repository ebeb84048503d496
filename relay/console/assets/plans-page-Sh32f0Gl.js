import{E as e,F as t,I as n,M as r,_ as i,b as a,n as o,o as s,s as c,t as l}from"./decorate-u3Dwkg2_.js";import{i as u}from"./curl-CvI_T65b.js";import{t as d}from"./badge-d7B3fLhi.js";import{t as f}from"./dialog-B2Zfu5pJ.js";import{r as p}from"./page-CfNZ-Jip.js";import"./table-DcmEeK0l.js";import{t as m}from"./tabs-C6I2DnOm.js";import{i as h,s as g,t as _}from"./index-C4EKm_8G.js";import{t as v}from"./query-D4bHc9LQ.js";import{a as y,c as b,n as x,o as S,r as C,s as w,t as T}from"./ending-DaOFWooR.js";var E=n.plans,D=class extends o{constructor(...e){super(...e),this.api=``,this.query=new v(this),this.plans=new u(this,async e=>{let{data:t}=await r(S(this.api),e);return t})}render(){return p({title:E.title,intro:E.intro,actions:g(`PUBLISHER`)?a`<a class="button primary" href=${h(`apis`,this.api,`plans`,`new`)}
            >${E.add}</a
          >`:i,content:this.plans.show(e=>this.content(e)),calls:[S(this.api)]})}content(e){let t=this.status(e);return m(E.status,x.map(t=>({id:t,label:E.tab(E.statuses[t],e.filter(e=>e.status===t).length)})),t,e=>this.query.set({status:e}),a`<p class="muted">${E.statusHints[t]}</p>
        <relay-table
          .label=${E.title}
          .columns=${this.columns(e,t)}
          .rows=${e.filter(e=>e.status===t)}
          .key=${e=>e.id}
          .empty=${E.empty}
        ></relay-table>`)}status(e){return x.find(e=>e===this.query.get(`status`))||(e.length&&e.every(e=>e.status===`STAGING`)?`STAGING`:`PUBLISHED`)}columns(e,t){let r=g(`PUBLISHER`),i=e.filter(e=>e.status===`PUBLISHED`),o=[{id:`name`,label:E.name,cell:e=>a`<a href=${h(`apis`,this.api,`plans`,e.id)}>${e.name}</a>`},{id:`mode`,label:E.mode,cell:e=>E.modes[e.mode],secondary:!0},{id:`security`,label:E.security,cell:e=>e.security?.type??`–`},{id:`status`,label:E.status,cell:e=>d(E.statuses[e.status],C[e.status]),secondary:!0}];return t===`PUBLISHED`&&o.unshift({id:`order`,label:E.order,cell:e=>this.place(e,i,r)}),r&&t!==`CLOSED`&&o.push({id:`actions`,label:n.common.actions,cell:e=>this.actions(e)}),o}place(e,t,n){let r=t.findIndex(t=>t.id===e.id),o=(n,r,i)=>a`<button
      type="button"
      class="small plain"
      aria-label=${r}
      ?disabled=${i<0||i>=t.length}
      @click=${()=>this.perform(w(this.api,e.id,i+1),E.moved(e.name,i+1))}
    >
      ${n}
    </button>`;return a`<span class="row"
      >${r+1}
      ${n&&t.length>1?a`${o(`↑`,E.moveUp(e.name),r-1)}${o(`↓`,E.moveDown(e.name),r+1)}`:i}</span
    >`}actions(e){return a`<span class="row">
      ${y(e.status).map(t=>a`<button
          type="button"
          class="small"
          aria-label="${E.actions[t]}: ${e.name}"
          @click=${()=>this.act(e,t)}
        >
          ${E.actions[t]}
        </button>`)}
      ${e.status===`STAGING`?a`<button
            type="button"
            class="small danger"
            aria-label="${n.common.delete}: ${e.name}"
            @click=${()=>this.delete(e)}
          >
            ${n.common.delete}
          </button>`:i}
    </span>`}async act(e,t){let n=await T(this.api,e,t);n&&(this.query.set({status:n.status}),await this.plans.reload())}async delete(t){await f({title:E.deleteQuestion(t.name),action:n.common.delete,danger:!0})&&await this.perform(e(b(this.api,t.id)),E.deleted(t.name))}async perform(e,n){try{await r(e),_(n)}catch(e){_(t(e),`error`)}await this.plans.reload()}};l([s({attribute:!1})],D.prototype,`api`,void 0),D=l([c(`relay-plans-page`)],D);export{D as PlansPage};