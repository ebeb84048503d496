import{A as e,C as t,F as n,O as r,P as i,R as a,T as o,c as s,d as c,f as l,i as u,k as d,l as f,r as p,s as m,t as h,v as g,x as _,z as v}from"./index-DO9nkWps.js";import{i as y,t as b}from"./curl-Bjpvh-Ts.js";import{t as x}from"./badge-Di9aOPF2.js";import{t as S}from"./dialog-B6cH1Ntn.js";import{t as C}from"./field-errors-DG2aiDv_.js";import{r as w,t as T}from"./page-Cz4QYGt_.js";import{t as E}from"./unsaved-DFaV7jfa.js";import{n as D,r as O,t as k}from"./application-fields-CFgbZk9g.js";import"./table-BOKn2q8T.js";import{i as A,m as j,r as M,s as N}from"./subscription-columns-DrRpYjD_.js";import"./keys-DqnVIRN1.js";var P=v.subscriptions,F=1e3,I=class extends u{constructor(...e){super(...e),this.list=new y(this,e=>n(this.read(),e))}render(){let e=t(`PUBLISHER`)&&this.application?.status===`ACTIVE`;return T(P.title,_`${this.list.show(({data:e})=>_`<relay-table
          .label=${P.title}
          .columns=${M}
          .rows=${e}
          .key=${e=>e.id}
          .empty=${P.empty}
        ></relay-table>`)}
      ${b([this.read()])}`,e?_`<button type="button" class="primary" @click=${()=>this.create()}>
            ${P.create}
          </button>`:g)}read(){return e(o(`applications`,this.application?.id??``,`subscriptions`),{statuses:Object.keys(P.statuses),perPage:F})}async create(){if(this.application)try{let e=await N(this.application);if(!e)return;await j(e),await l.go(A(e))}catch(e){h(a(e),`error`)}}};p([s({attribute:!1})],I.prototype,`application`,void 0),I=p([f(`relay-application-subscriptions`)],I);var L=v.applications,R=class extends u{constructor(){super(),this.application=``,this.errors=C.none,this.loaded=new y(this,t=>r(e(this.path()),t)),new E(this,()=>this.changed!==void 0)}render(){return _`${this.loaded.show(e=>this.content(e))}`}content(e){let n=e.value,r=n.status===`ACTIVE`,i=r&&t(`PUBLISHER`);return w({title:_`${n.name}
      ${x(L.statuses[n.status],r?`good`:`plain`)}`,actions:i?_`<button type="button" class="danger" @click=${()=>this.archive(e)}>
            ${L.archive}
          </button>`:g,content:_`<relay-application-subscriptions
          .application=${n}
        ></relay-application-subscriptions>
        ${n.apiKeyMode===`SHARED`?_`<relay-keys
              .base=${[`applications`,n.id,`api-keys`]}
              .mayChange=${i}
              shared
            ></relay-keys>`:g}
        <relay-consumer-streams
          .filter=${{applicationIds:n.id}}
        ></relay-consumer-streams>
        ${this.form(e,i)}`,calls:[this.save(e),...i?[this.archiveCall(e)]:[]]})}form(e,t){let n=D(this.changed??O(e.value),t=>{this.changed={...this.changed??O(e.value),...t}},this.errors,!t);return T(L.settings,_`<form class="form" @submit=${t=>this.submit(t,e)}>
        ${this.errors.summary()} ${n}
        ${t?_`<div class="form-actions">
              <button class="primary" ?disabled=${!this.changed}>${v.common.save}</button>
            </div>`:g}
      </form>`)}path(){return o(`applications`,this.application)}save(t){if(!this.changed)return e(this.path());let n=k(this.changed,t.value);return{...i(this.path(),n),...t.etag?{ifMatch:t.etag}:{}}}archiveCall(e){return{...d(this.path()),...e.etag?{ifMatch:e.etag}:{}}}async submit(e,t){e.preventDefault();try{this.loaded.set(await r(this.save(t))),this.changed=void 0,this.errors=C.none,h(L.saved)}catch(e){this.errors=C.of(e)}}async archive(e){if(await S({title:L.archiveTitle(e.value.name),content:L.archiveText,action:L.archive,danger:!0})){try{await n(this.archiveCall(e))}catch(e){return h(a(e),`error`)}this.changed=void 0,h(L.archived),await this.updateComplete,await l.go(c(`applications`))}}};p([s({attribute:!1})],R.prototype,`application`,void 0),p([m()],R.prototype,`changed`,void 0),p([m()],R.prototype,`errors`,void 0),R=p([f(`relay-application`)],R);export{R as ApplicationPage};