import{I as e,_ as t,b as n,s as r,t as i}from"./decorate-cX1b0bKe.js";import{t as a}from"./badge-Bv1K0zyq.js";import{t as o}from"./page-B78qW9Xh.js";import"./probe-B-Dm8F-7.js";import{s}from"./fields-Z7HFGbs6.js";import{r as c}from"./index-BtPMuujb.js";import{n as l,t as u}from"./page-BxBpitwi.js";import{i as d}from"./curl-C3dG7kwV.js";var f=e.definition.endpoints,p=[`endpointGroups`,`*`],m=[...p,`endpoints`,`*`],h=class extends u{constructor(...e){super(...e),this.text=f,this.types=new d(this,()=>l(`endpoint`))}content(e,r){return n`<p><a href=${c(`apis`,e.id,`health`)}>${f.health}</a></p>
      ${e.endpointGroups.map((t,n)=>this.group(e,t,n,r))}
      ${this.editable?this.types.show(t=>this.adding(e,t)):t}`}group(e,r,i,s){let c=[`endpointGroups`,i],l=r.endpoints??[],u=this.plugins.of(`shared`,r.type)!==void 0;return o(f.group(r.name),n`${this.form(c,s.part(...p),[`name`,`loadBalancer`])}
      <h3>${f.endpoints}</h3>
      ${l.map((e,t)=>this.endpoint(r,e,[...c,`endpoints`],t,s))}
      ${this.editable?n`<div>
            <button type="button" class="small" @click=${()=>this.addEndpoint(e,i)}>
              ${f.addEndpoint}
            </button>
          </div>`:t}
      ${u?this.folded(f.shared,f.sharedHint,n`${this.pluginForm(`shared`,r.type,[...c,`sharedConfiguration`])}
            ${this.advice(r)}`,!0):t}
      ${this.healthCheck(c,r,s,[...p],f.healthCheckOfGroup)}`,n`<span class="row">
        <span class="muted">${r.type}</span>
        ${i===0?a(f.defaultGroup,`info`):t}
        ${this.itemActions([`endpointGroups`],i,r.name,1)}
      </span>`)}advice(e){return this.plugins.of(`shared`,e.type)?.properties?.http===void 0?t:e.sharedConfiguration?.http?.idleTimeout===0?n`<p class="notice notice-warn">${f.noIdleTimeout}</p>`:n`<p class="muted">${f.idleTimeout}</p>`}endpoint(e,r,i,a,o){let c=[...i,a],l=r.inheritConfiguration===!0,u=this.plugins.of(`shared`,r.type)!==void 0,d=[`name`,...(e.endpoints??[]).length>1?[`weight`,`secondary`]:[],`tenants`];return n`<section class="endpoint" aria-label=${f.endpoint(r.name)}>
      <div class="card-head">
        <h4>${f.endpoint(r.name)}</h4>
        ${this.itemActions(i,a,r.name,1)}
      </div>
      ${this.pluginForm(`endpoint`,r.type,[...c,`configuration`])}
      ${this.form(c,o.part(...m),d)}
      ${u?n`${s({id:`inherit-${c.join(`-`)}`,label:f.inherit,hint:f.inheritHint,value:l,disabled:!this.editable,onChange:t=>this.setInherits(c,e,t)})}
          ${l?t:this.folded(f.own,f.ownHint,this.pluginForm(`shared`,r.type,[...c,`sharedConfigurationOverride`]),!0)}`:t}
      ${this.healthCheck(c,r,o,[...m],f.healthCheck)}
      ${this.probe(e,r,i,a)}
    </section>`}probe(r,i,a,o){let{configuration:s}=i;if(!this.editable||typeof s?.target!=`string`)return t;let c=i.inheritConfiguration===!0,l=c?[...a.slice(0,-1),`sharedConfiguration`]:[...a,o,`sharedConfigurationOverride`],u=c?r.sharedConfiguration:i.sharedConfigurationOverride;return this.folded(e.probe.title,f.probeHint,n`<relay-probe
        .endpoint=${{type:i.type,configuration:s,sharedConfiguration:u??{}}}
        @use=${e=>this.draft.change([...l,`http`,`idleTimeout`],e.detail)}
      ></relay-probe>`,!1)}setInherits(e,t,n){this.draft.change([...e,`inheritConfiguration`],n),this.draft.change([...e,`sharedConfigurationOverride`],n?void 0:t.sharedConfiguration??{})}healthCheck(r,i,a,o,s){let c=i.services?.healthCheck,l=[...r,`services`,`healthCheck`],u=a.part(...o,`services`,`healthCheck`);return this.folded(s,c?c.enabled===!1?e.common.off:e.common.on:f.noHealthCheck,c?n`${this.form(l,u,o.length>p.length?v:_)}
          ${this.editable?n`<div>
                <button
                  type="button"
                  class="small"
                  @click=${()=>this.draft.change([...r,`services`],void 0)}
                >
                  ${f.removeHealthCheck}
                </button>
              </div>`:t}`:this.editable?n`<button
              type="button"
              class="small"
              @click=${()=>this.draft.change(l,g)}
            >
              ${f.addHealthCheck}
            </button>`:t,c!==void 0)}folded(e,t,r,i){return n`<details class="schema-section" ?open=${i}>
      <summary><span class="schema-title">${e}</span><span class="muted">${t}</span></summary>
      <div class="stack">${r}</div>
    </details>`}addEndpoint(e,t){let n=e.endpointGroups[t],r=n.endpoints?.length??0;this.draft.change([`endpointGroups`,t,`endpoints`,r],{name:y(e,f.newEndpoint),type:n.type,inheritConfiguration:!0,configuration:{}})}adding(e,t){return n`<div class="row" role="group" aria-label=${f.addGroup}>
      <span>${f.addGroup}</span>
      ${t.filter(t=>t.supportedApiType===e.type).map(t=>n`<button type="button" class="small" @click=${()=>this.addGroup(e,t)}>
            ${t.name}
          </button>`)}
    </div>`}addGroup(e,t){this.draft.change([`endpointGroups`,e.endpointGroups.length],{name:y(e,f.newGroup),type:t.id,sharedConfiguration:{},endpoints:[{name:y(e,f.newEndpoint),type:t.id,inheritConfiguration:!0,configuration:{}}]})}};h=i([r(`relay-api-endpoints`)],h);var g={type:`http-health-check`,enabled:!0,configuration:{schedule:`*/10 * * * * *`,target:`/`}},_=[`enabled`,`configuration`],v=[`enabled`,`overrideConfiguration`,`configuration`];function y(e,t){let n=new Set(e.endpointGroups.flatMap(e=>[e.name,...(e.endpoints??[]).map(e=>e.name)])),r=t;for(let e=2;n.has(r);e+=1)r=`${t} ${e}`;return r}export{h as Endpoints};