import{A as e,C as t,D as n,E as r,M as i,N as a,O as o,_ as s,a as c,b as l,c as u,d,f,i as p,l as m,o as h,p as g,r as _,s as v,y}from"./index-Dba79Kt6.js";var b=class{constructor(e,t,n={}){this.host=e,this.load=t,this.options=n,this.pending=!1,this.connected=!1,e.addController(this)}hostConnected(){this.connected=!0,this.reload()}hostDisconnected(){this.connected=!1,this.stop()}async reload(){this.stop();let e=this.running=new AbortController;this.pending=!0,this.host.requestUpdate();try{let t=await this.load(e.signal);if(e.signal.aborted)return;this.value=t,this.error=void 0}catch(t){if(e.signal.aborted)return;this.error=t}this.pending=!1,this.host.requestUpdate();let{everyMs:t}=this.options;t&&this.connected&&(this.timer=setTimeout(()=>void this.reload(),t))}set(e){this.value=e,this.error=void 0,this.host.requestUpdate()}show(e){return this.value===void 0?this.error===void 0?l`<p class="loading" role="status">${a.common.loading}</p>`:l`<div class="notice notice-error" role="alert">
        <p>${i(this.error)}</p>
        <button type="button" @click=${()=>this.reload()}>${a.common.tryAgain}</button>
      </div>`:e(this.value)}stop(){this.running?.abort(),clearTimeout(this.timer)}};function x(e,t=`plain`){return l`<span class="badge badge-${t}">${e}</span>`}var S=e=>e??s,C=c(class extends h{constructor(e){if(super(e),e.type!==v.PROPERTY&&e.type!==v.ATTRIBUTE&&e.type!==v.BOOLEAN_ATTRIBUTE)throw Error("The `live` directive is not allowed on child or event bindings");if(!p(e))throw Error("`live` bindings can only contain a single expression")}render(e){return e}update(e,[t]){if(t===y||t===s)return t;let n=e.element,r=e.name;if(e.type===v.PROPERTY){if(t===n[r])return y}else if(e.type===v.BOOLEAN_ATTRIBUTE){if(!!t===n.hasAttribute(r))return y}else if(e.type===v.ATTRIBUTE&&n.getAttribute(r)===t+``)return y;return _(e),t}});function w(e){return D(e,l`<input
      id=${e.id}
      type=${e.type??`text`}
      .value=${C(e.value)}
      maxlength=${S(e.maxLength)}
      placeholder=${S(e.placeholder)}
      autocomplete=${e.autocomplete??`off`}
      ?disabled=${e.disabled??!1}
      ?required=${e.required??!1}
      aria-invalid=${e.error?`true`:s}
      aria-describedby=${k(e)}
      @input=${t=>e.onChange(t.target.value)}
      @blur=${e.onLeave??s}
    />`,e.maxLength===void 0?void 0:`${e.value.length}/${e.maxLength}`)}function T(e){return D(e,l`<select
      id=${e.id}
      ?disabled=${e.disabled??!1}
      ?required=${e.required??!1}
      aria-invalid=${e.error?`true`:s}
      aria-describedby=${k(e)}
      @change=${t=>e.onChange(t.target.value)}
    >
      ${e.options.map(t=>l`<option value=${t.value} .selected=${C(t.value===e.value)}>
            ${t.label}
          </option>`)}
    </select>`)}function E(e){return l`<div class="field field-toggle">
    <span>
      <input
        id=${e.id}
        type="checkbox"
        role="switch"
        .checked=${C(e.value)}
        ?disabled=${e.disabled??!1}
        aria-describedby=${k(e)}
        @change=${t=>e.onChange(t.target.checked)}
      />
      <label for=${e.id}>${e.label}</label>
    </span>
    ${O(e)}
  </div>`}function D(e,t,n){return l`<div class="field">
    <label for=${e.id}
      >${e.label}${e.required?l`<span class="field-required" aria-hidden="true"> *</span>`:s}</label
    >
    ${t} ${O(e,n)}
  </div>`}function O(e,t){return l`${e.error?l`<p id="${e.id}-error" class="field-error">${e.error}</p>`:s}
  ${e.hint||t?l`<p id="${e.id}-hint" class="field-hint">
        <span>${e.hint}</span>${t?l`<span>${t}</span>`:s}
      </p>`:s}`}function k(e){let t=[];return e.error&&t.push(`${e.id}-error`),e.hint&&t.push(`${e.id}-hint`),t.length?t.join(` `):s}var A=`"$RELAY_USER:$RELAY_PASSWORD"`;function j(t){let n=[`curl -u ${A}`];return t.method!==`GET`&&(n[0]+=` -X ${t.method}`),t.ifMatch!==void 0&&n.push(`-H ${M(`If-Match: ${t.ifMatch}`)}`),t.body!==void 0&&(n.push(`-H 'Content-Type: application/json'`),n.push(`-d ${M(JSON.stringify(t.body,null,2))}`)),n.push(M(location.origin+e(t))),n.join(` \\
  `)}function M(e){return`'${e.replaceAll(`'`,`'\\''`)}'`}var N=2e3,P=class extends m{constructor(...e){super(...e),this.text=``,this.label=``,this.copied=!1}render(){return l`<button
      type="button"
      class="small"
      aria-label="${a.common.copy}: ${this.label}"
      @click=${()=>this.copy()}
    >
      <span aria-live="polite">${this.copied?a.common.copied:a.common.copy}</span>
    </button>`}async copy(){navigator.clipboard?await navigator.clipboard.writeText(this.text):F(this.text),this.copied=!0,setTimeout(()=>this.copied=!1,N)}};u([f({attribute:!1})],P.prototype,`text`,void 0),u([f({attribute:!1})],P.prototype,`label`,void 0),u([d()],P.prototype,`copied`,void 0),P=u([g(`relay-copy`)],P);function F(e){let t=document.createElement(`textarea`);t.value=e,(document.querySelector(`dialog[open]`)??document.body).append(t),t.select(),document.execCommand(`copy`),t.remove()}function I(e,t){return l`<span class="copyable"
    ><code>${t}</code><relay-copy .label=${e} .text=${t}></relay-copy
  ></span>`}function L(e){let t=e.map(j).join(`

`);return l`<details class="curl">
    <summary>${a.common.asCurl}</summary>
    <div class="curl-content">
      <pre tabindex="0" aria-label=${a.common.asCurl}><code>${t}</code></pre>
      <relay-copy .label=${a.common.asCurl} .text=${t}></relay-copy>
    </div>
  </details>`}var R=e=>n(t(`apis`,e)),z=e=>n(t(`apis`,e,`exposedEntrypoints`)),B=e=>n(t(`apis`,e,`deployments`,`current`)),V=e=>o(t(`apis`,e,`_start`)),H=e=>o(t(`apis`,e,`_stop`)),U=(e,n)=>o(t(`apis`,e,`deployments`),n?{deploymentLabel:n}:{}),W=e=>r(t(`apis`,e),{closePlans:!0});function G(e){return(e.listeners??[]).flatMap(e=>e.paths??[]).map(e=>`${e.host??``}${e.path}`)}function K(e){return(e.listeners??[]).flatMap(e=>e.entrypoints??[])}export{R as a,V as c,I as d,T as f,b as g,x as h,G as i,H as l,E as m,U as n,B as o,w as p,K as r,z as s,W as t,L as u};