import{d as e,l as t,r as n,v as r,x as i,z as a}from"./index-DO9nkWps.js";import{t as o}from"./badge-Di9aOPF2.js";import{t as s}from"./page-Cz4QYGt_.js";import{s as c}from"./fields-DEXbSuR-.js";import{n as l,t as u}from"./page-QPueWhMx.js";import{i as d}from"./curl-Bjpvh-Ts.js";var f=a.definition.endpoints,p=[`endpointGroups`,`*`],m=[...p,`endpoints`,`*`],h=class extends u{constructor(...e){super(...e),this.text=f,this.types=new d(this,()=>l(`endpoint`))}content(t,n){return i`<p><a href=${e(`apis`,t.id,`health`)}>${f.health}</a></p>
      ${t.endpointGroups.map((e,r)=>this.group(t,e,r,n))}
      ${this.editable?this.types.show(e=>this.adding(t,e)):r}`}group(e,t,n,a){let c=[`endpointGroups`,n],l=t.endpoints??[],u=this.plugins.of(`shared`,t.type)!==void 0;return s(f.group(t.name),i`${this.form(c,a.part(...p),[`name`,`loadBalancer`])}
      <h3>${f.endpoints}</h3>
      ${l.map((e,n)=>this.endpoint(t,e,[...c,`endpoints`],n,a))}
      ${this.editable?i`<div>
            <button type="button" class="small" @click=${()=>this.addEndpoint(e,n)}>
              ${f.addEndpoint}
            </button>
          </div>`:r}
      ${u?this.folded(f.shared,f.sharedHint,i`${this.pluginForm(`shared`,t.type,[...c,`sharedConfiguration`])}
            ${this.advice(t)}`,!0):r}
      ${this.healthCheck(c,t,a,[...p],f.healthCheckOfGroup)}`,i`<span class="row">
        <span class="muted">${t.type}</span>
        ${n===0?o(f.defaultGroup,`info`):r}
        ${this.itemActions([`endpointGroups`],n,t.name,1)}
      </span>`)}advice(e){return e.sharedConfiguration?.http?.idleTimeout===0?i`<p class="notice notice-warn">${f.noIdleTimeout}</p>`:i`<p class="muted">${f.idleTimeout}</p>`}endpoint(e,t,n,a,o){let s=[...n,a],l=t.inheritConfiguration===!0,u=this.plugins.of(`shared`,t.type)!==void 0,d=[`name`,...(e.endpoints??[]).length>1?[`weight`,`secondary`]:[],`tenants`];return i`<section class="endpoint" aria-label=${f.endpoint(t.name)}>
      <div class="card-head">
        <h4>${f.endpoint(t.name)}</h4>
        ${this.itemActions(n,a,t.name,1)}
      </div>
      ${this.pluginForm(`endpoint`,t.type,[...s,`configuration`])}
      ${this.form(s,o.part(...m),d)}
      ${u?i`${c({id:`inherit-${s.join(`-`)}`,label:f.inherit,hint:f.inheritHint,value:l,disabled:!this.editable,onChange:t=>this.setInherits(s,e,t)})}
          ${l?r:this.folded(f.own,f.ownHint,this.pluginForm(`shared`,t.type,[...s,`sharedConfigurationOverride`]),!0)}`:r}
      ${this.healthCheck(s,t,o,[...m],f.healthCheck)}
    </section>`}setInherits(e,t,n){this.draft.change([...e,`inheritConfiguration`],n),this.draft.change([...e,`sharedConfigurationOverride`],n?void 0:t.sharedConfiguration??{})}healthCheck(e,t,n,o,s){let c=t.services?.healthCheck,l=[...e,`services`,`healthCheck`],u=n.part(...o,`services`,`healthCheck`);return this.folded(s,c?c.enabled===!1?a.common.off:a.common.on:f.noHealthCheck,c?i`${this.form(l,u,o.length>p.length?v:_)}
          ${this.editable?i`<div>
                <button
                  type="button"
                  class="small"
                  @click=${()=>this.draft.change([...e,`services`],void 0)}
                >
                  ${f.removeHealthCheck}
                </button>
              </div>`:r}`:this.editable?i`<button
              type="button"
              class="small"
              @click=${()=>this.draft.change(l,g)}
            >
              ${f.addHealthCheck}
            </button>`:r,c!==void 0)}folded(e,t,n,r){return i`<details class="schema-section" ?open=${r}>
      <summary><span class="schema-title">${e}</span><span class="muted">${t}</span></summary>
      <div class="stack">${n}</div>
    </details>`}addEndpoint(e,t){let n=e.endpointGroups[t],r=n.endpoints?.length??0;this.draft.change([`endpointGroups`,t,`endpoints`,r],{name:y(e,f.newEndpoint),type:n.type,inheritConfiguration:!0,configuration:{}})}adding(e,t){return i`<div class="row" role="group" aria-label=${f.addGroup}>
      <span>${f.addGroup}</span>
      ${t.filter(t=>t.supportedApiType===e.type).map(t=>i`<button type="button" class="small" @click=${()=>this.addGroup(e,t)}>
            ${t.name}
          </button>`)}
    </div>`}addGroup(e,t){this.draft.change([`endpointGroups`,e.endpointGroups.length],{name:y(e,f.newGroup),type:t.id,sharedConfiguration:{},endpoints:[{name:y(e,f.newEndpoint),type:t.id,inheritConfiguration:!0,configuration:{}}]})}};h=n([t(`relay-api-endpoints`)],h);var g={type:`http-health-check`,enabled:!0,configuration:{schedule:`*/10 * * * * *`,target:`/`}},_=[`enabled`,`configuration`],v=[`enabled`,`overrideConfiguration`,`configuration`];function y(e,t){let n=new Set(e.endpointGroups.flatMap(e=>[e.name,...(e.endpoints??[]).map(e=>e.name)])),r=t;for(let e=2;n.has(r);e+=1)r=`${t} ${e}`;return r}export{h as Endpoints};