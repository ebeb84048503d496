import{F as e,L as t,R as n,_ as r,b as i,c as a,f as o,g as s,h as c,i as l,m as u,o as d,p as f,r as p,s as m,y as h}from"./index-q0cvveWk.js";var g=class{constructor(e,t,n={}){this.host=e,this.load=t,this.options=n,this.pending=!1,this.connected=!1,e.addController(this)}hostConnected(){this.connected=!0,this.reload()}hostDisconnected(){this.connected=!1,this.stop()}async reload(){this.stop();let e=this.running=new AbortController;this.pending=!0,this.host.requestUpdate();try{let t=await this.load(e.signal);if(e.signal.aborted)return;this.value=t,this.error=void 0}catch(t){if(e.signal.aborted)return;this.error=t}this.pending=!1,this.host.requestUpdate();let{everyMs:t}=this.options;t&&this.connected&&(this.timer=setTimeout(()=>void this.reload(),t))}set(e){this.value=e,this.error=void 0,this.host.requestUpdate()}show(e){return this.value===void 0?this.error===void 0?i`<p class="loading" role="status">${n.common.loading}</p>`:i`<div class="notice notice-error" role="alert">
        <p>${t(this.error)}</p>
        <button type="button" @click=${()=>this.reload()}>${n.common.tryAgain}</button>
      </div>`:e(this.value)}stop(){this.running?.abort(),clearTimeout(this.timer)}},_=e=>e??r,v=u(class extends c{constructor(e){if(super(e),e.type!==s.PROPERTY&&e.type!==s.ATTRIBUTE&&e.type!==s.BOOLEAN_ATTRIBUTE)throw Error("The `live` directive is not allowed on child or event bindings");if(!f(e))throw Error("`live` bindings can only contain a single expression")}render(e){return e}update(e,[t]){if(t===h||t===r)return t;let n=e.element,i=e.name;if(e.type===s.PROPERTY){if(t===n[i])return h}else if(e.type===s.BOOLEAN_ATTRIBUTE){if(!!t===n.hasAttribute(i))return h}else if(e.type===s.ATTRIBUTE&&n.getAttribute(i)===t+``)return h;return o(e),t}});function y(e){return w(e,i`<input
      id=${e.id}
      type=${e.type??`text`}
      .value=${v(e.value)}
      maxlength=${_(e.maxLength)}
      placeholder=${_(e.placeholder)}
      autocomplete=${e.autocomplete??`off`}
      ?disabled=${e.disabled??!1}
      ?required=${e.required??!1}
      aria-invalid=${e.error?`true`:r}
      aria-describedby=${E(e)}
      @input=${t=>e.onChange(t.target.value)}
      @blur=${e.onLeave??r}
    />`,e.maxLength===void 0?void 0:`${e.value.length}/${e.maxLength}`)}function b(e){return w(e,i`<textarea
      id=${e.id}
      class=${e.code?`code`:r}
      rows=${e.rows??3}
      spellcheck=${e.code?`false`:r}
      maxlength=${_(e.maxLength)}
      .value=${v(e.value)}
      ?disabled=${e.disabled??!1}
      ?required=${e.required??!1}
      aria-invalid=${e.error?`true`:r}
      aria-describedby=${E(e)}
      @input=${t=>e.onChange(t.target.value)}
    ></textarea>`,e.maxLength===void 0?void 0:`${e.value.length}/${e.maxLength}`)}function x(e){return w(e,i`<span class="field-unit">
      <input
        id=${e.id}
        type="number"
        inputmode="decimal"
        .value=${v(e.value===void 0?``:String(e.value))}
        min=${_(e.min)}
        max=${_(e.max)}
        step=${e.step??`any`}
        placeholder=${_(e.placeholder)}
        ?disabled=${e.disabled??!1}
        ?required=${e.required??!1}
        aria-invalid=${e.error?`true`:r}
        aria-describedby=${E(e)}
        @input=${t=>{let{value:n,valueAsNumber:r}=t.target;e.onChange(n===``||Number.isNaN(r)?void 0:r)}}
      />${e.unit?i`<span class="muted">${e.unit}</span>`:r}
    </span>`)}function S(e){return w(e,i`<select
      id=${e.id}
      ?disabled=${e.disabled??!1}
      ?required=${e.required??!1}
      aria-invalid=${e.error?`true`:r}
      aria-describedby=${E(e)}
      @change=${t=>e.onChange(t.target.value)}
    >
      ${e.options.map(t=>i`<option value=${t.value} .selected=${v(t.value===e.value)}>
            ${t.label}
          </option>`)}
    </select>`)}function C(e){return i`<div class="field field-toggle">
    <span>
      <input
        id=${e.id}
        type="checkbox"
        role="switch"
        .checked=${v(e.value)}
        ?disabled=${e.disabled??!1}
        aria-describedby=${E(e)}
        @change=${t=>e.onChange(t.target.checked)}
      />
      <label for=${e.id}>${e.label}</label>
    </span>
    ${T(e)}
  </div>`}function w(e,t,n){return i`<div class="field">
    <label for=${e.id}
      >${e.label}${e.required?i`<span class="field-required" aria-hidden="true"> *</span>`:r}</label
    >
    ${t} ${T(e,n)}
  </div>`}function T(e,t){return i`${e.error?i`<p id="${e.id}-error" class="field-error">${e.error}</p>`:r}
  ${e.hint||t?i`<p id="${e.id}-hint" class="field-hint">
        <span>${e.hint}</span>${t?i`<span>${t}</span>`:r}
      </p>`:r}`}function E(e){let t=[];return e.error&&t.push(`${e.id}-error`),e.hint&&t.push(`${e.id}-hint`),t.length?t.join(` `):r}var D=`"$RELAY_USER:$RELAY_PASSWORD"`;function O(t){let n=[`curl -u ${D}`];return t.method!==`GET`&&(n[0]+=` -X ${t.method}`),t.ifMatch!==void 0&&n.push(`-H ${k(`If-Match: ${t.ifMatch}`)}`),t.body!==void 0&&(n.push(`-H 'Content-Type: application/json'`),n.push(`-d ${k(JSON.stringify(t.body,null,2))}`)),n.push(k(location.origin+e(t))),n.join(` \\
  `)}function k(e){return`'${e.replaceAll(`'`,`'\\''`)}'`}var A=2e3,j=class extends l{constructor(...e){super(...e),this.text=``,this.label=``,this.copied=!1}render(){return i`<button
      type="button"
      class="small"
      aria-label="${n.common.copy}: ${this.label}"
      @click=${()=>this.copy()}
    >
      <span aria-live="polite">${this.copied?n.common.copied:n.common.copy}</span>
    </button>`}async copy(){navigator.clipboard?await navigator.clipboard.writeText(this.text):M(this.text),this.copied=!0,setTimeout(()=>this.copied=!1,A)}};p([m({attribute:!1})],j.prototype,`text`,void 0),p([m({attribute:!1})],j.prototype,`label`,void 0),p([d()],j.prototype,`copied`,void 0),j=p([a(`relay-copy`)],j);function M(e){let t=document.createElement(`textarea`);t.value=e,(document.querySelector(`dialog[open]`)??document.body).append(t),t.select(),document.execCommand(`copy`),t.remove()}function N(e,t){return i`<span class="copyable"
    ><code>${t}</code><relay-copy .label=${e} .text=${t}></relay-copy
  ></span>`}function P(e){let t=e.map(O).join(`

`);return i`<details class="curl">
    <summary>${n.common.asCurl}</summary>
    <div class="curl-content">
      <pre tabindex="0" aria-label=${n.common.asCurl}><code>${t}</code></pre>
      <relay-copy .label=${n.common.asCurl} .text=${t}></relay-copy>
    </div>
  </details>`}export{x as a,y as c,g as d,w as i,C as l,N as n,S as o,E as r,b as s,P as t,v as u};