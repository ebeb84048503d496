import{D as e,L as t,N as n,O as r,P as i,R as a,S as o,_ as s,b as c,c as l,d as u,i as d,k as f,o as p,r as m,s as h,t as g,u as _,w as v}from"./index-q0cvveWk.js";import{d as y,t as b}from"./curl-DN9Ceju9.js";import{t as x}from"./badge-BEXyiuIc.js";import{t as S}from"./dialog-BrdfJNOr.js";import{t as C}from"./field-errors-3tWmd-IM.js";import{r as w,t as T}from"./page-Bd5Bw3P3.js";import{t as E}from"./unsaved-BYoD2Tcu.js";import{n as D,r as O,t as k}from"./application-fields-hI6v-USk.js";import"./table-lhtN2eUf.js";import{i as A,m as j,r as M,s as N}from"./subscription-columns-D4fIG4xB.js";import"./keys-ClNop3yL.js";var P=a.subscriptions,F=1e3,I=class extends d{constructor(...e){super(...e),this.list=new y(this,e=>i(this.read(),e))}render(){let e=o(`PUBLISHER`)&&this.application?.status===`ACTIVE`;return T(P.title,c`${this.list.show(({data:e})=>c`<relay-table
          .label=${P.title}
          .columns=${M}
          .rows=${e}
          .key=${e=>e.id}
          .empty=${P.empty}
        ></relay-table>`)}
      ${b([this.read()])}`,e?c`<button type="button" class="primary" @click=${()=>this.create()}>
            ${P.create}
          </button>`:s)}read(){return f(v(`applications`,this.application?.id??``,`subscriptions`),{statuses:Object.keys(P.statuses),perPage:F})}async create(){if(this.application)try{let e=await N(this.application);if(!e)return;await j(e),await u.go(A(e))}catch(e){g(t(e),`error`)}}};m([h({attribute:!1})],I.prototype,`application`,void 0),I=m([l(`relay-application-subscriptions`)],I);var L=a.applications,R=class extends d{constructor(){super(),this.application=``,this.errors=C.none,this.loaded=new y(this,t=>e(f(this.path()),t)),new E(this,()=>this.changed!==void 0)}render(){return c`${this.loaded.show(e=>this.content(e))}`}content(e){let t=e.value,n=t.status===`ACTIVE`,r=n&&o(`PUBLISHER`);return w({title:c`${t.name}
      ${x(L.statuses[t.status],n?`good`:`plain`)}`,actions:r?c`<button type="button" class="danger" @click=${()=>this.archive(e)}>
            ${L.archive}
          </button>`:s,content:c`<relay-application-subscriptions
          .application=${t}
        ></relay-application-subscriptions>
        ${t.apiKeyMode===`SHARED`?c`<relay-keys
              .base=${[`applications`,t.id,`api-keys`]}
              .mayChange=${r}
              shared
            ></relay-keys>`:s}
        <relay-consumer-streams
          .filter=${{applicationIds:t.id}}
        ></relay-consumer-streams>
        ${this.form(e,r)}`,calls:[this.save(e),...r?[this.archiveCall(e)]:[]]})}form(e,t){let n=D(this.changed??O(e.value),t=>{this.changed={...this.changed??O(e.value),...t}},this.errors,!t);return T(L.settings,c`<form class="form" @submit=${t=>this.submit(t,e)}>
        ${this.errors.summary()} ${n}
        ${t?c`<div class="form-actions">
              <button class="primary" ?disabled=${!this.changed}>${a.common.save}</button>
            </div>`:s}
      </form>`)}path(){return v(`applications`,this.application)}save(e){if(!this.changed)return f(this.path());let t=k(this.changed,e.value);return{...n(this.path(),t),...e.etag?{ifMatch:e.etag}:{}}}archiveCall(e){return{...r(this.path()),...e.etag?{ifMatch:e.etag}:{}}}async submit(t,n){t.preventDefault();try{this.loaded.set(await e(this.save(n))),this.changed=void 0,this.errors=C.none,g(L.saved)}catch(e){this.errors=C.of(e)}}async archive(e){if(await S({title:L.archiveTitle(e.value.name),content:L.archiveText,action:L.archive,danger:!0})){try{await i(this.archiveCall(e))}catch(e){return g(t(e),`error`)}this.changed=void 0,g(L.archived),await this.updateComplete,await u.go(_(`applications`))}}};m([h({attribute:!1})],R.prototype,`application`,void 0),m([p()],R.prototype,`changed`,void 0),m([p()],R.prototype,`errors`,void 0),R=m([l(`relay-application`)],R);export{R as ApplicationPage};