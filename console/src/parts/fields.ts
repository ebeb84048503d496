import { html, nothing, type TemplateResult } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import { live } from "lit/directives/live.js";

/** What all fields have. */
export interface Field {
  /** Unique on the page. */
  readonly id: string;
  readonly label: string;
  readonly hint?: string | TemplateResult | undefined;
  /** What is wrong with the value. */
  readonly error?: string | undefined;
  readonly required?: boolean;
  readonly disabled?: boolean;
}

export interface TextField extends Field {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Called when the field is left. */
  readonly onLeave?: () => void;
  readonly type?: "text" | "password" | "url" | "search" | "datetime-local";
  readonly placeholder?: string | undefined;
  readonly autocomplete?: string;
  /** In characters. Shows a counter. */
  readonly maxLength?: number;
}

/** A field of one line. */
export function textField(field: TextField): TemplateResult {
  return labelled(
    field,
    html`<input
      id=${field.id}
      type=${field.type ?? "text"}
      .value=${live(field.value)}
      maxlength=${ifDefined(field.maxLength)}
      placeholder=${ifDefined(field.placeholder)}
      autocomplete=${field.autocomplete ?? "off"}
      ?disabled=${field.disabled ?? false}
      ?required=${field.required ?? false}
      aria-invalid=${field.error ? "true" : nothing}
      aria-describedby=${describedBy(field)}
      @input=${(event: Event) => field.onChange((event.target as HTMLInputElement).value)}
      @blur=${field.onLeave ?? nothing}
    />`,
    field.maxLength === undefined ? undefined : `${field.value.length}/${field.maxLength}`,
  );
}

export interface TextArea extends Field {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly rows?: number;
  readonly maxLength?: number;
  /** Whether the text is code. */
  readonly code?: boolean;
}

/** A field of several lines. */
export function textArea(field: TextArea): TemplateResult {
  return labelled(
    field,
    html`<textarea
      id=${field.id}
      class=${field.code ? "code" : nothing}
      rows=${field.rows ?? 3}
      spellcheck=${field.code ? "false" : nothing}
      maxlength=${ifDefined(field.maxLength)}
      .value=${live(field.value)}
      ?disabled=${field.disabled ?? false}
      ?required=${field.required ?? false}
      aria-invalid=${field.error ? "true" : nothing}
      aria-describedby=${describedBy(field)}
      @input=${(event: Event) => field.onChange((event.target as HTMLTextAreaElement).value)}
    ></textarea>`,
    field.maxLength === undefined ? undefined : `${field.value.length}/${field.maxLength}`,
  );
}

export interface NumberField extends Field {
  readonly value: number | undefined;
  /** Called with undefined when the field is empty or not a number. */
  readonly onChange: (value: number | undefined) => void;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  /** Shown behind the field, such as `ms`. */
  readonly unit?: string;
  readonly placeholder?: string | undefined;
}

/** A field for a number. */
export function numberField(field: NumberField): TemplateResult {
  return labelled(
    field,
    html`<span class="field-unit">
      <input
        id=${field.id}
        type="number"
        inputmode="decimal"
        .value=${live(field.value === undefined ? "" : String(field.value))}
        min=${ifDefined(field.min)}
        max=${ifDefined(field.max)}
        step=${field.step ?? "any"}
        placeholder=${ifDefined(field.placeholder)}
        ?disabled=${field.disabled ?? false}
        ?required=${field.required ?? false}
        aria-invalid=${field.error ? "true" : nothing}
        aria-describedby=${describedBy(field)}
        @input=${(event: Event) => {
          const { value, valueAsNumber } = event.target as HTMLInputElement;
          field.onChange(value === "" || Number.isNaN(valueAsNumber) ? undefined : valueAsNumber);
        }}
      />${field.unit ? html`<span class="muted">${field.unit}</span>` : nothing}
    </span>`,
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

export interface SelectField extends Field {
  readonly value: string;
  readonly options: readonly Option[];
  readonly onChange: (value: string) => void;
}

/** A choice of one of several values. */
export function selectField(field: SelectField): TemplateResult {
  return labelled(
    field,
    html`<select
      id=${field.id}
      ?disabled=${field.disabled ?? false}
      ?required=${field.required ?? false}
      aria-invalid=${field.error ? "true" : nothing}
      aria-describedby=${describedBy(field)}
      @change=${(event: Event) => field.onChange((event.target as HTMLSelectElement).value)}
    >
      ${field.options.map(
        (one) =>
          html`<option value=${one.value} .selected=${live(one.value === field.value)}>
            ${one.label}
          </option>`,
      )}
    </select>`,
  );
}

export interface ToggleField extends Field {
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}

/** A switch. */
export function toggleField(field: ToggleField): TemplateResult {
  return html`<div class="field field-toggle">
    <span>
      <input
        id=${field.id}
        type="checkbox"
        role="switch"
        .checked=${live(field.value)}
        ?disabled=${field.disabled ?? false}
        aria-describedby=${describedBy(field)}
        @change=${(event: Event) => field.onChange((event.target as HTMLInputElement).checked)}
      />
      <label for=${field.id}>${field.label}</label>
    </span>
    ${remarks(field)}
  </div>`;
}

/** Wraps a control with its label, hint and error. The control has the id of the field. */
export function labelled(
  field: Field,
  control: TemplateResult,
  counter?: string,
): TemplateResult {
  return html`<div class="field">
    <label for=${field.id}
      >${field.label}${field.required
        ? html`<span class="field-required" aria-hidden="true"> *</span>`
        : nothing}</label
    >
    ${control} ${remarks(field, counter)}
  </div>`;
}

function remarks(field: Field, counter?: string): TemplateResult {
  return html`${field.error
    ? html`<p id="${field.id}-error" class="field-error">${field.error}</p>`
    : nothing}
  ${field.hint || counter
    ? html`<p id="${field.id}-hint" class="field-hint">
        <span>${field.hint}</span>${counter ? html`<span>${counter}</span>` : nothing}
      </p>`
    : nothing}`;
}

/** The ids of what describes a field's control. */
export function describedBy(field: Field): string | typeof nothing {
  const ids = [];
  if (field.error) ids.push(`${field.id}-error`);
  if (field.hint) ids.push(`${field.id}-hint`);
  return ids.length ? ids.join(" ") : nothing;
}

