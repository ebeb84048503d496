import{_ as e,b as t,g as n,h as r,m as i,p as a,v as o,x as s}from"./index-DO9nkWps.js";var c=e=>e??o,l=r(class extends n{constructor(t){if(super(t),t.type!==e.PROPERTY&&t.type!==e.ATTRIBUTE&&t.type!==e.BOOLEAN_ATTRIBUTE)throw Error("The `live` directive is not allowed on child or event bindings");if(!i(t))throw Error("`live` bindings can only contain a single expression")}render(e){return e}update(n,[r]){if(r===t||r===o)return r;let i=n.element,s=n.name;if(n.type===e.PROPERTY){if(r===i[s])return t}else if(n.type===e.BOOLEAN_ATTRIBUTE){if(!!r===i.hasAttribute(s))return t}else if(n.type===e.ATTRIBUTE&&i.getAttribute(s)===r+``)return t;return a(n),r}});function u(e){return h(e,s`<input
      id=${e.id}
      type=${e.type??`text`}
      .value=${l(e.value)}
      maxlength=${c(e.maxLength)}
      placeholder=${c(e.placeholder)}
      autocomplete=${e.autocomplete??`off`}
      ?disabled=${e.disabled??!1}
      ?required=${e.required??!1}
      aria-invalid=${e.error?`true`:o}
      aria-describedby=${_(e)}
      @input=${t=>e.onChange(t.target.value)}
      @blur=${e.onLeave??o}
    />`,e.maxLength===void 0?void 0:`${e.value.length}/${e.maxLength}`)}function d(e){return h(e,s`<textarea
      id=${e.id}
      class=${e.code?`code`:o}
      rows=${e.rows??3}
      spellcheck=${e.code?`false`:o}
      maxlength=${c(e.maxLength)}
      .value=${l(e.value)}
      ?disabled=${e.disabled??!1}
      ?required=${e.required??!1}
      aria-invalid=${e.error?`true`:o}
      aria-describedby=${_(e)}
      @input=${t=>e.onChange(t.target.value)}
    ></textarea>`,e.maxLength===void 0?void 0:`${e.value.length}/${e.maxLength}`)}function f(e){return h(e,s`<span class="field-unit">
      <input
        id=${e.id}
        type="number"
        inputmode="decimal"
        .value=${l(e.value===void 0?``:String(e.value))}
        min=${c(e.min)}
        max=${c(e.max)}
        step=${e.step??`any`}
        placeholder=${c(e.placeholder)}
        ?disabled=${e.disabled??!1}
        ?required=${e.required??!1}
        aria-invalid=${e.error?`true`:o}
        aria-describedby=${_(e)}
        @input=${t=>{let{value:n,valueAsNumber:r}=t.target;e.onChange(n===``||Number.isNaN(r)?void 0:r)}}
      />${e.unit?s`<span class="muted">${e.unit}</span>`:o}
    </span>`)}function p(e){return h(e,s`<select
      id=${e.id}
      ?disabled=${e.disabled??!1}
      ?required=${e.required??!1}
      aria-invalid=${e.error?`true`:o}
      aria-describedby=${_(e)}
      @change=${t=>e.onChange(t.target.value)}
    >
      ${e.options.map(t=>s`<option value=${t.value} .selected=${l(t.value===e.value)}>
            ${t.label}
          </option>`)}
    </select>`)}function m(e){return s`<div class="field field-toggle">
    <span>
      <input
        id=${e.id}
        type="checkbox"
        role="switch"
        .checked=${l(e.value)}
        ?disabled=${e.disabled??!1}
        aria-describedby=${_(e)}
        @change=${t=>e.onChange(t.target.checked)}
      />
      <label for=${e.id}>${e.label}</label>
    </span>
    ${g(e)}
  </div>`}function h(e,t,n){return s`<div class="field">
    <label for=${e.id}
      >${e.label}${e.required?s`<span class="field-required" aria-hidden="true"> *</span>`:o}</label
    >
    ${t} ${g(e,n)}
  </div>`}function g(e,t){return s`${e.error?s`<p id="${e.id}-error" class="field-error">${e.error}</p>`:o}
  ${e.hint||t?s`<p id="${e.id}-hint" class="field-hint">
        <span>${e.hint}</span>${t?s`<span>${t}</span>`:o}
      </p>`:o}`}function _(e){let t=[];return e.error&&t.push(`${e.id}-error`),e.hint&&t.push(`${e.id}-hint`),t.length?t.join(` `):o}export{d as a,l as c,p as i,h as n,u as o,f as r,m as s,_ as t};