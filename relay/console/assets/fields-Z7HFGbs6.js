import{_ as e,b as t,d as n,g as r,h as i,m as a,u as o,y as s}from"./decorate-cX1b0bKe.js";var c=t=>t??e,l=a(class extends i{constructor(e){if(super(e),e.type!==r.PROPERTY&&e.type!==r.ATTRIBUTE&&e.type!==r.BOOLEAN_ATTRIBUTE)throw Error("The `live` directive is not allowed on child or event bindings");if(!n(e))throw Error("`live` bindings can only contain a single expression")}render(e){return e}update(t,[n]){if(n===s||n===e)return n;let i=t.element,a=t.name;if(t.type===r.PROPERTY){if(n===i[a])return s}else if(t.type===r.BOOLEAN_ATTRIBUTE){if(!!n===i.hasAttribute(a))return s}else if(t.type===r.ATTRIBUTE&&i.getAttribute(a)===n+``)return s;return o(t),n}});function u(n){return h(n,t`<input
      id=${n.id}
      type=${n.type??`text`}
      .value=${l(n.value)}
      maxlength=${c(n.maxLength)}
      placeholder=${c(n.placeholder)}
      autocomplete=${n.autocomplete??`off`}
      ?disabled=${n.disabled??!1}
      ?required=${n.required??!1}
      aria-invalid=${n.error?`true`:e}
      aria-describedby=${_(n)}
      @input=${e=>n.onChange(e.target.value)}
      @blur=${n.onLeave??e}
    />`,n.maxLength===void 0?void 0:`${n.value.length}/${n.maxLength}`)}function d(n){return h(n,t`<textarea
      id=${n.id}
      class=${n.code?`code`:e}
      rows=${n.rows??3}
      spellcheck=${n.code?`false`:e}
      maxlength=${c(n.maxLength)}
      .value=${l(n.value)}
      ?disabled=${n.disabled??!1}
      ?required=${n.required??!1}
      aria-invalid=${n.error?`true`:e}
      aria-describedby=${_(n)}
      @input=${e=>n.onChange(e.target.value)}
    ></textarea>`,n.maxLength===void 0?void 0:`${n.value.length}/${n.maxLength}`)}function f(n){return h(n,t`<span class="field-unit">
      <input
        id=${n.id}
        type="number"
        inputmode="decimal"
        .value=${l(n.value===void 0?``:String(n.value))}
        min=${c(n.min)}
        max=${c(n.max)}
        step=${n.step??`any`}
        placeholder=${c(n.placeholder)}
        ?disabled=${n.disabled??!1}
        ?required=${n.required??!1}
        aria-invalid=${n.error?`true`:e}
        aria-describedby=${_(n)}
        @input=${e=>{let{value:t,valueAsNumber:r}=e.target;n.onChange(t===``||Number.isNaN(r)?void 0:r)}}
      />${n.unit?t`<span class="muted">${n.unit}</span>`:e}
    </span>`)}function p(n){return h(n,t`<select
      id=${n.id}
      ?disabled=${n.disabled??!1}
      ?required=${n.required??!1}
      aria-invalid=${n.error?`true`:e}
      aria-describedby=${_(n)}
      @change=${e=>n.onChange(e.target.value)}
    >
      ${n.options.map(e=>t`<option value=${e.value} .selected=${l(e.value===n.value)}>
            ${e.label}
          </option>`)}
    </select>`)}function m(e){return t`<div class="field field-toggle">
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
  </div>`}function h(n,r,i){return t`<div class="field">
    <label for=${n.id}
      >${n.label}${n.required?t`<span class="field-required" aria-hidden="true"> *</span>`:e}</label
    >
    ${r} ${g(n,i)}
  </div>`}function g(n,r){return t`${n.error?t`<p id="${n.id}-error" class="field-error">${n.error}</p>`:e}
  ${n.hint||r?t`<p id="${n.id}-hint" class="field-hint">
        <span>${n.hint}</span>${r?t`<span>${r}</span>`:e}
      </p>`:e}`}function _(t){let n=[];return t.error&&n.push(`${t.id}-error`),t.hint&&n.push(`${t.id}-hint`),n.length?n.join(` `):e}export{d as a,l as c,p as i,h as n,u as o,f as r,m as s,_ as t};