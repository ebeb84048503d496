import{I as e,L as t,P as n,_ as r,b as i,c as a,f as o,g as s,h as c,i as l,m as u,o as d,p as f,r as p,s as m,y as h}from"./index-xc3VAoqR.js";var g=class{constructor(e,t,n={}){this.host=e,this.load=t,this.options=n,this.pending=!1,this.connected=!1,e.addController(this)}hostConnected(){this.connected=!0,this.reload()}hostDisconnected(){this.connected=!1,this.stop()}async reload(){this.stop();let e=this.running=new AbortController;this.pending=!0,this.host.requestUpdate();try{let t=await this.load(e.signal);if(e.signal.aborted)return;this.value=t,this.error=void 0}catch(t){if(e.signal.aborted)return;this.error=t}this.pending=!1,this.host.requestUpdate();let{everyMs:t}=this.options;t&&this.connected&&(this.timer=setTimeout(()=>void this.reload(),t))}set(e){this.value=e,this.error=void 0,this.host.requestUpdate()}show(n){return this.value===void 0?this.error===void 0?i`<p class="loading" role="status">${t.common.loading}</p>`:i`<div class="notice notice-error" role="alert">
        <p>${e(this.error)}</p>
        <button type="button" @click=${()=>this.reload()}>${t.common.tryAgain}</button>
      </div>`:n(this.value)}stop(){this.running?.abort(),clearTimeout(this.timer)}},_=e=>e??r,v=u(class extends c{constructor(e){if(super(e),e.type!==s.PROPERTY&&e.type!==s.ATTRIBUTE&&e.type!==s.BOOLEAN_ATTRIBUTE)throw Error("The `live` directive is not allowed on child or event bindings");if(!f(e))throw Error("`live` bindings can only contain a single expression")}render(e){return e}update(e,[t]){if(t===h||t===r)return t;let n=e.element,i=e.name;if(e.type===s.PROPERTY){if(t===n[i])return h}else if(e.type===s.BOOLEAN_ATTRIBUTE){if(!!t===n.hasAttribute(i))return h}else if(e.type===s.ATTRIBUTE&&n.getAttribute(i)===t+``)return h;return o(e),t}});function y(e){return C(e,i`<input
      id=${e.id}
      type=${e.type??`text`}
      .value=${v(e.value)}
      maxlength=${_(e.maxLength)}
      placeholder=${_(e.placeholder)}
      autocomplete=${e.autocomplete??`off`}
      ?disabled=${e.disabled??!1}
      ?required=${e.required??!1}
      aria-invalid=${e.error?`true`:r}
      aria-describedby=${T(e)}
      @input=${t=>e.onChange(t.target.value)}
      @blur=${e.onLeave??r}
    />`,e.maxLength===void 0?void 0:`${e.value.length}/${e.maxLength}`)}function b(e){return C(e,i`<textarea
      id=${e.id}
      class=${e.code?`code`:r}
      rows=${e.rows??3}
      spellcheck=${e.code?`false`:r}
      maxlength=${_(e.maxLength)}
      .value=${v(e.value)}
      ?disabled=${e.disabled??!1}
      ?required=${e.required??!1}
      aria-invalid=${e.error?`true`:r}
      aria-describedby=${T(e)}
      @input=${t=>e.onChange(t.target.value)}
    ></textarea>`,e.maxLength===void 0?void 0:`${e.value.length}/${e.maxLength}`)}function x(e){return C(e,i`<select
      id=${e.id}
      ?disabled=${e.disabled??!1}
      ?required=${e.required??!1}
      aria-invalid=${e.error?`true`:r}
      aria-describedby=${T(e)}
      @change=${t=>e.onChange(t.target.value)}
    >
      ${e.options.map(t=>i`<option value=${t.value} .selected=${v(t.value===e.value)}>
            ${t.label}
          </option>`)}
    </select>`)}function S(e){return i`<div class="field field-toggle">
    <span>
      <input
        id=${e.id}
        type="checkbox"
        role="switch"
        .checked=${v(e.value)}
        ?disabled=${e.disabled??!1}
        aria-describedby=${T(e)}
        @change=${t=>e.onChange(t.target.checked)}
      />
      <label for=${e.id}>${e.label}</label>
    </span>
    ${w(e)}
  </div>`}function C(e,t,n){return i`<div class="field">
    <label for=${e.id}
      >${e.label}${e.required?i`<span class="field-required" aria-hidden="true"> *</span>`:r}</label
    >
    ${t} ${w(e,n)}
  </div>`}function w(e,t){return i`${e.error?i`<p id="${e.id}-error" class="field-error">${e.error}</p>`:r}
  ${e.hint||t?i`<p id="${e.id}-hint" class="field-hint">
        <span>${e.hint}</span>${t?i`<span>${t}</span>`:r}
      </p>`:r}`}function T(e){let t=[];return e.error&&t.push(`${e.id}-error`),e.hint&&t.push(`${e.id}-hint`),t.length?t.join(` `):r}var E=`"$RELAY_USER:$RELAY_PASSWORD"`;function D(e){let t=[`curl -u ${E}`];return e.method!==`GET`&&(t[0]+=` -X ${e.method}`),e.ifMatch!==void 0&&t.push(`-H ${O(`If-Match: ${e.ifMatch}`)}`),e.body!==void 0&&(t.push(`-H 'Content-Type: application/json'`),t.push(`-d ${O(JSON.stringify(e.body,null,2))}`)),t.push(O(location.origin+n(e))),t.join(` \\
  `)}function O(e){return`'${e.replaceAll(`'`,`'\\''`)}'`}var k=2e3,A=class extends l{constructor(...e){super(...e),this.text=``,this.label=``,this.copied=!1}render(){return i`<button
      type="button"
      class="small"
      aria-label="${t.common.copy}: ${this.label}"
      @click=${()=>this.copy()}
    >
      <span aria-live="polite">${this.copied?t.common.copied:t.common.copy}</span>
    </button>`}async copy(){navigator.clipboard?await navigator.clipboard.writeText(this.text):j(this.text),this.copied=!0,setTimeout(()=>this.copied=!1,k)}};p([m({attribute:!1})],A.prototype,`text`,void 0),p([m({attribute:!1})],A.prototype,`label`,void 0),p([d()],A.prototype,`copied`,void 0),A=p([a(`relay-copy`)],A);function j(e){let t=document.createElement(`textarea`);t.value=e,(document.querySelector(`dialog[open]`)??document.body).append(t),t.select(),document.execCommand(`copy`),t.remove()}function M(e,t){return i`<span class="copyable"
    ><code>${t}</code><relay-copy .label=${e} .text=${t}></relay-copy
  ></span>`}function N(e){let n=e.map(D).join(`

`);return i`<details class="curl">
    <summary>${t.common.asCurl}</summary>
    <div class="curl-content">
      <pre tabindex="0" aria-label=${t.common.asCurl}><code>${n}</code></pre>
      <relay-copy .label=${t.common.asCurl} .text=${n}></relay-copy>
    </div>
  </details>`}export{y as a,b as i,M as n,S as o,x as r,g as s,N as t};