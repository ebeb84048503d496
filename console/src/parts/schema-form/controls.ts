import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { words } from "../../words/en";
import {
  describedBy,
  labelled,
  numberField,
  selectField,
  textArea,
  textField,
  toggleField,
  type Field,
} from "../fields";
import "../json-editor";
import type { Editing, Slot } from "./editing";
import { kindOf, type Schema } from "./schema";
import { defaultText, hint, readable } from "./texts";

const text = words.schemaForm;

/** The control of a value that is neither an object nor a list. */
export function control(form: Editing, slot: Slot): TemplateResult {
  switch (kindOf(slot.schema)) {
    case "flag":
      return flag(form, slot);
    case "choice":
      return choice(form, slot);
    case "number":
      return amount(form, slot);
    case "text":
      return slot.schema.format === "password" || form.maskAt(slot.path) !== undefined
        ? secret(form, slot)
        : line(form, slot);
    default:
      return raw(form, slot);
  }
}

function field(form: Editing, slot: Slot, echo?: string): Field {
  return {
    id: form.idOf(slot.path),
    label: slot.label,
    hint: hint(slot.schema, echo),
    error: form.errorAt(slot.path),
    required: slot.required,
    disabled: form.disabled,
  };
}

function flag(form: Editing, slot: Slot): TemplateResult {
  const value = form.valueAt(slot.path);
  const isSet = value !== undefined && value !== null;
  const usual = slot.schema.default === true;
  const toggle = toggleField({
    ...field(form, slot),
    value: isSet ? value === true : usual,
    onChange: (on) => form.set(slot.path, on),
  });
  return isSet && value !== (slot.schema.default ?? false) && "default" in slot.schema && !form.disabled
    ? html`<div class="schema-flag">${toggle}${unset(form, slot)}</div>`
    : toggle;
}

/** A button that removes a value, so that its default applies. */
export function unset(form: Editing, slot: Slot): TemplateResult {
  const usual = defaultText(slot.schema);
  return html`<button
    type="button"
    class="small plain"
    aria-label=${text.unsetNamed(slot.label)}
    title=${usual === undefined ? nothing : text.usual(usual)}
    @click=${() => form.set(slot.path, undefined)}
  >
    ${text.unset}
  </button>`;
}

function choice(form: Editing, slot: Slot): TemplateResult {
  const { schema } = slot;
  const value = form.valueAt(slot.path);
  const allowed = schema.enum ?? [schema.const];
  const usual = defaultText(schema);
  const none = slot.required
    ? text.choose
    : usual === undefined
      ? text.notSet
      : text.usual(usual);
  const isKnown = value === undefined || value === null || value === "" || allowed.includes(value);
  const unknown = isKnown ? [] : [value];
  return selectField({
    ...field(form, slot),
    value: value === undefined || value === null ? "" : String(value),
    options: [
      { value: "", label: none },
      ...[...allowed, ...unknown].map((one) => ({ value: String(one), label: String(one) })),
    ],
    onChange: (chosen) =>
      form.set(
        slot.path,
        chosen === "" ? undefined : allowed.find((one) => String(one) === chosen),
      ),
  });
}

function amount(form: Editing, slot: Slot): TemplateResult {
  const { schema } = slot;
  const value = form.valueAt(slot.path);
  const bounds = {
    ...(schema.minimum === undefined ? {} : { min: schema.minimum }),
    ...(schema.maximum === undefined ? {} : { max: schema.maximum }),
    ...(schema.type === "integer" ? { step: 1 } : {}),
    ...(schema["x-unit"] ? { unit: schema["x-unit"] } : {}),
  };
  return html`<div class="schema-control" @focusout=${() => form.leave(slot.path)}>
    ${numberField({
      ...field(form, slot, readable(schema, value ?? schema.default)),
      ...bounds,
      value: typeof value === "number" ? value : undefined,
      placeholder: defaultText(schema),
      onChange: (next) => form.set(slot.path, next),
    })}
  </div>`;
}

function line(form: Editing, slot: Slot): TemplateResult {
  const { schema } = slot;
  const value = form.valueAt(slot.path);
  const shared = {
    ...field(form, slot),
    value: typeof value === "string" ? value : "",
    onChange: (next: string) => form.set(slot.path, next === "" ? undefined : next),
  };
  const bound = schema.maxLength === undefined ? {} : { maxLength: schema.maxLength };
  if (schema["x-multiline"]) return textArea({ ...shared, ...bound });
  return textField({
    ...shared,
    ...bound,
    placeholder: defaultText(schema),
    onLeave: () => form.leave(slot.path),
  });
}

/** A secret: concealed, and kept where the server has sent a mask of it. */
function secret(form: Editing, slot: Slot): TemplateResult {
  const own = field(form, slot);
  const value = form.valueAt(slot.path);
  const mask = form.maskAt(slot.path);
  const isKept = mask !== undefined && value === mask;
  const revealed = form.isRevealed(slot.path);
  const shown = isKept || typeof value !== "string" ? "" : value;
  const typed = (event: Event): void => {
    const { value: next } = event.target as HTMLInputElement;
    form.set(slot.path, next === "" ? mask : next);
  };
  const attributes = {
    placeholder: isKept ? text.unchanged : (defaultText(slot.schema) ?? nothing),
    invalid: own.error ? "true" : nothing,
  };
  const input = slot.schema["x-multiline"]
    ? html`<textarea
        id=${own.id}
        class="code ${revealed ? "" : "concealed"}"
        rows="3"
        spellcheck="false"
        autocomplete="off"
        placeholder=${attributes.placeholder}
        .value=${live(shown)}
        ?disabled=${form.disabled}
        ?required=${slot.required && !isKept}
        aria-invalid=${attributes.invalid}
        aria-describedby=${describedBy(own)}
        @input=${typed}
        @blur=${() => form.leave(slot.path)}
      ></textarea>`
    : html`<input
        id=${own.id}
        type=${revealed ? "text" : "password"}
        autocomplete="new-password"
        placeholder=${attributes.placeholder}
        .value=${live(shown)}
        ?disabled=${form.disabled}
        ?required=${slot.required && !isKept}
        aria-invalid=${attributes.invalid}
        aria-describedby=${describedBy(own)}
        @input=${typed}
        @blur=${() => form.leave(slot.path)}
      />`;
  const show = html`<button
    type="button"
    class="small"
    aria-pressed=${revealed ? "true" : "false"}
    aria-label=${text.showNamed(slot.label)}
    @click=${() => form.setRevealed(slot.path, !revealed)}
  >
    ${revealed ? text.hide : text.show}
  </button>`;
  return labelled(own, html`<span class="field-unit">${input}${shown ? show : nothing}</span>`);
}

/** A value of any form, as JSON. */
function raw(form: Editing, slot: Slot): TemplateResult {
  return html`<div class="schema-wide">
    <relay-json-editor
      .label=${slot.label}
      .value=${form.valueAt(slot.path)}
      .disabled=${form.disabled}
      @change=${(event: CustomEvent<unknown>) => form.set(slot.path, event.detail)}
    ></relay-json-editor>
    ${problem(form.errorAt(slot.path))}${about(slot.schema)}
  </div>`;
}

/** The mistake of a container as a whole. */
export function problem(error: string | undefined): TemplateResult | typeof nothing {
  return error ? html`<p class="field-error">${error}</p>` : nothing;
}

/** The description of a container. */
export function about(schema: Schema): TemplateResult | typeof nothing {
  const told = hint(schema);
  return told ? html`<p class="field-hint"><span>${told}</span></p>` : nothing;
}
