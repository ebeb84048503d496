import{D as e,E as t,F as n,I as r,M as i,S as a,T as o,_ as s,a as c,b as l,j as u,n as d,o as f,s as p,t as m}from"./decorate-cX1b0bKe.js";import{i as h,t as g}from"./curl-C3dG7kwV.js";import{t as _}from"./badge-Bv1K0zyq.js";import{t as v}from"./dialog-D95cH4qy.js";import{t as y}from"./field-errors-CPb82UqI.js";import{r as b,t as x}from"./page-B78qW9Xh.js";import{i as S,o as C,r as w,t as T}from"./index-BtPMuujb.js";import{t as E}from"./unsaved-BIGrj76g.js";import{n as D,r as O,t as k}from"./application-fields-BKv_y7SZ.js";import"./table-CX22Ptby.js";import{i as A,m as j,r as M,s as N}from"./subscription-columns-CFLq5Jc8.js";import"./keys-Qjr4PQwe.js";var P=r.subscriptions,F=1e3,I=class extends d{constructor(...e){super(...e),this.list=new h(this,e=>i(this.read(),e))}render(){let e=C(`PUBLISHER`)&&this.application?.status===`ACTIVE`;return x(P.title,l`${this.list.show(({data:e})=>l`<relay-table
          .label=${P.title}
          .columns=${M}
          .rows=${e}
          .key=${e=>e.id}
          .empty=${P.empty}
        ></relay-table>`)}
      ${g([this.read()])}`,e?l`<button type="button" class="primary" @click=${()=>this.create()}>
            ${P.create}
          </button>`:s)}read(){return e(a(`applications`,this.application?.id??``,`subscriptions`),{statuses:Object.keys(P.statuses),perPage:F})}async create(){if(this.application)try{let e=await N(this.application);if(!e)return;await j(e),await S.go(A(e))}catch(e){T(n(e),`error`)}}};m([f({attribute:!1})],I.prototype,`application`,void 0),I=m([p(`relay-application-subscriptions`)],I);var L=r.applications,R=class extends d{constructor(){super(),this.application=``,this.errors=y.none,this.loaded=new h(this,t=>o(e(this.path()),t)),new E(this,()=>this.changed!==void 0)}render(){return l`${this.loaded.show(e=>this.content(e))}`}content(e){let t=e.value,n=t.status===`ACTIVE`,r=n&&C(`PUBLISHER`);return b({title:l`${t.name}
      ${_(L.statuses[t.status],n?`good`:`plain`)}`,actions:r?l`<button type="button" class="danger" @click=${()=>this.archive(e)}>
            ${L.archive}
          </button>`:s,content:l`<relay-application-subscriptions
          .application=${t}
        ></relay-application-subscriptions>
        ${t.apiKeyMode===`SHARED`?l`<relay-keys
              .base=${[`applications`,t.id,`api-keys`]}
              .mayChange=${r}
              shared
            ></relay-keys>`:s}
        <relay-consumer-streams
          .filter=${{applicationIds:t.id}}
        ></relay-consumer-streams>
        ${this.form(e,r)}`,calls:[this.save(e),...r?[this.archiveCall(e)]:[]]})}form(e,t){let n=D(this.changed??O(e.value),t=>{this.changed={...this.changed??O(e.value),...t}},this.errors,!t);return x(L.settings,l`<form class="form" @submit=${t=>this.submit(t,e)}>
        ${this.errors.summary()} ${n}
        ${t?l`<div class="form-actions">
              <button class="primary" ?disabled=${!this.changed}>${r.common.save}</button>
            </div>`:s}
      </form>`)}path(){return a(`applications`,this.application)}save(t){if(!this.changed)return e(this.path());let n=k(this.changed,t.value);return{...u(this.path(),n),...t.etag?{ifMatch:t.etag}:{}}}archiveCall(e){return{...t(this.path()),...e.etag?{ifMatch:e.etag}:{}}}async submit(e,t){e.preventDefault();try{this.loaded.set(await o(this.save(t))),this.changed=void 0,this.errors=y.none,T(L.saved)}catch(e){this.errors=y.of(e)}}async archive(e){if(await v({title:L.archiveTitle(e.value.name),content:L.archiveText,action:L.archive,danger:!0})){try{await i(this.archiveCall(e))}catch(e){return T(n(e),`error`)}this.changed=void 0,T(L.archived),await this.updateComplete,await S.go(w(`applications`))}}};m([f({attribute:!1})],R.prototype,`application`,void 0),m([c()],R.prototype,`changed`,void 0),m([c()],R.prototype,`errors`,void 0),R=m([p(`relay-application`)],R);export{R as ApplicationPage};