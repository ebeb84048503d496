import{A as e,C as t,D as n,F as r,I as i,M as a,_ as o,a as s,b as c,i as l,o as u,r as d,s as f,t as p}from"./decorate-cX1b0bKe.js";import{o as m}from"./index-BtPMuujb.js";import{a as h}from"./fields-Z7HFGbs6.js";import"./schema-form-DXm6_HAR.js";var g=[`GET`,`POST`,`PUT`,`PATCH`,`DELETE`,`HEAD`,`OPTIONS`,`TRACE`,`CONNECT`,`OTHER`],_=[`SUBSCRIBE`,`PUBLISH`],v=[`STARTS_WITH`,`EQUALS`],y=`shared-policy-group-policy`;function b(e){return e===`MESSAGE`?[`request`,`response`,`subscribe`,`publish`]:[`request`,`response`]}var x=e=>e===`subscribe`||e===`publish`;function S(e,t){return{name:t,enabled:!0,selectors:[e===`MESSAGE`?{type:`CHANNEL`,channel:`/`,channelOperator:`STARTS_WITH`}:{type:`HTTP`,path:`/`,pathOperator:`STARTS_WITH`,methods:[]}],request:[],response:[]}}function C(e,t,n){let r=e.filter((e,n)=>n!==t);return[...r.slice(0,n),e[t],...r.slice(n)]}var w=(e,t,n)=>e.map((e,r)=>r===t?n:e),T=(e,t)=>e.filter((e,n)=>n!==t),E=(e,t,n)=>[...e.slice(0,t),n,...e.slice(t)];function D(e){return Object.fromEntries(Object.entries(e).filter(([,e])=>e!==void 0))}var O=i.flows.condition,k=300,A={request:{method:`GET`,path:`/`,headers:{},params:{}},response:{status:200,headers:{}},message:{type:`message`,content:`{}`,metadata:{}}},j=class extends d{constructor(...e){super(...e),this.label=``,this.hint=``,this.phase=`MESSAGE`,this.bare=!1,this.disabled=!1,this.sample=A,this.open=!1,this.fieldId=l(`condition`)}disconnectedCallback(){super.disconnectedCallback(),clearTimeout(this.timer),this.running?.abort()}willUpdate(e){[`value`,`sample`,`open`,`phase`].some(t=>e.has(t))&&this.check()}render(){return c`<div class="condition">
      ${h({id:this.fieldId,label:this.label,hint:this.hint,error:this.error??this.verdict?.reason,value:this.value??``,rows:2,code:!0,disabled:this.disabled,onChange:e=>this.change(e||void 0)})}
      ${this.value&&m(`PUBLISHER`)&&!this.disabled?this.tester():o}
    </div>`}tester(){return c`<details
      ?open=${this.open}
      @toggle=${e=>this.open=e.target.open}
    >
      <summary>${O.test}</summary>
      <relay-json-editor
        .label=${O.sample}
        .value=${this.sample}
        @change=${e=>this.sample=e.detail}
      ></relay-json-editor>
      <p role="status">${this.result()}</p>
    </details>`}result(){let e=this.verdict;return e?.ok?e.failure?O.failure(e.failure):`value`in e?O.result(JSON.stringify(e.value)):``:``}check(){clearTimeout(this.timer),this.running?.abort(),!this.value||this.disabled||!m(`PUBLISHER`)?this.verdict=void 0:this.timer=setTimeout(()=>void this.ask(),k)}async ask(){let n=this.running=new AbortController,i={text:this.bare&&!this.value?.trim().startsWith(`{`)?`{${this.value}}`:this.value,phase:this.phase,...this.open?{sample:this.sample}:{}};try{let r=e(t(`expressions`,`_evaluate`),i);this.verdict=await a(r,n.signal)}catch(e){n.signal.aborted||(this.verdict={ok:!0,failure:r(e)})}}};p([u({attribute:!1})],j.prototype,`value`,void 0),p([u({attribute:!1})],j.prototype,`label`,void 0),p([u({attribute:!1})],j.prototype,`hint`,void 0),p([u({attribute:!1})],j.prototype,`phase`,void 0),p([u({attribute:!1})],j.prototype,`bare`,void 0),p([u({attribute:!1})],j.prototype,`error`,void 0),p([u({attribute:!1})],j.prototype,`disabled`,void 0),p([s()],j.prototype,`verdict`,void 0),p([s()],j.prototype,`sample`,void 0),p([s()],j.prototype,`open`,void 0),j=p([f(`relay-condition`)],j);var M=new Map;function N(e){let t=M.get(e);return t||(t=a(n(e)),t.catch(()=>M.delete(e)),M.set(e,t)),t}var P=class extends d{constructor(...e){super(...e),this.kind=`policies`,this.plugin=``,this.value={},this.errors=[],this.disabled=!1,this.problem=``,this.changed=e=>this.change(e.detail)}willUpdate(e){(e.has(`plugin`)||e.has(`kind`))&&this.load()}render(){return this.problem?c`<p class="notice notice-warn">${this.problem}</p>
        <relay-json-editor
          .label=${i.flows.json}
          .value=${this.value}
          .disabled=${this.disabled}
          @change=${this.changed}
        ></relay-json-editor>`:this.schema?c`<relay-schema-form
      .schema=${this.schema}
      .value=${this.value}
      .errors=${this.errors}
      .disabled=${this.disabled}
      @change=${this.changed}
    ></relay-schema-form>`:c`<p class="loading" role="status">${i.common.loading}</p>`}async load(){let e=this.path;this.schema=void 0,this.problem=``;try{let t=await N(e);e===this.path&&(this.schema=t)}catch(t){e===this.path&&(this.problem=r(t))}}get path(){return t(`plugins`,this.kind,this.plugin,`schema`)}};p([u({attribute:!1})],P.prototype,`kind`,void 0),p([u({attribute:!1})],P.prototype,`plugin`,void 0),p([u({attribute:!1})],P.prototype,`value`,void 0),p([u({attribute:!1})],P.prototype,`errors`,void 0),p([u({attribute:!1})],P.prototype,`disabled`,void 0),p([s()],P.prototype,`schema`,void 0),p([s()],P.prototype,`problem`,void 0),P=p([f(`relay-plugin-form`)],P);export{D as a,C as c,w as d,T as f,v as i,S as l,g as n,E as o,_ as r,x as s,y as t,b as u};