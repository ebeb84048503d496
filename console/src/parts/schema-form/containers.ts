import { html, nothing, type TemplateResult } from "lit";
import { words } from "../../words/en";
import { selectField, textField } from "../fields";
import { about, control, problem, unset } from "./controls";
import type { Editing, Slot } from "./editing";
import {
  blank,
  discriminator,
  isObject,
  isUsual,
  kindOf,
  resolved,
  variantOf,
  variants,
  type Kind,
  type Schema,
} from "./schema";
import { prose, titleOf } from "./texts";
import { moved, type Path } from "./values";

const text = words.schemaForm;
/** An item with as few plain members is shown in one line. */
const MOST_IN_LINE = 3;

/** Plain fields stand first, then lists, then parts that can be folded. */
const RANKS: Readonly<Partial<Record<Kind, number>>> = { list: 1, map: 1, variants: 2, object: 2 };

/** The fields of an object, of one kind in the order of its schema. */
export function members(form: Editing, schema: Schema, path: Path): TemplateResult {
  const value = form.valueAt(path);
  const slots = Object.entries(schema.properties ?? {})
    .map(([name, member]) => {
      const one = resolved(form.root, member);
      return {
        path: [...path, name],
        schema: one,
        label: titleOf(name, one),
        required: schema.required?.includes(name) ?? false,
      };
    })
    .filter((one) => isShown(form, schema, one.schema, one.path))
    .sort((one, other) => rank(one) - rank(other));
  const foreign = isObject(value)
    ? Object.keys(value).filter((name) => !(name in (schema.properties ?? {})))
    : [];
  return html`<div class="schema-members">
    ${slots.map((one) => slot(form, one))}
    ${foreign.map((name) =>
      slot(form, { path: [...path, name], schema: {}, label: name, required: false }),
    )}
  </div>`;
}

function rank(one: Slot): number {
  return RANKS[kindOf(one.schema)] ?? 0;
}

/**
 * What has no effect, what can have one value only, and what is for other values of the
 * object is shown where it is set.
 */
function isShown(form: Editing, holder: Schema, schema: Schema, path: Path): boolean {
  const value = form.valueAt(path);
  if (value !== undefined && value !== null && value !== (schema.const ?? schema.default)) return true;
  return !schema.deprecated && schema.const === undefined && isFor(form, holder, schema, path);
}

/** Whether the other members of an object have the values that a member is for. */
function isFor(form: Editing, holder: Schema, schema: Schema, path: Path): boolean {
  return Object.entries(schema["x-when"] ?? {}).every(([name, wanted]) => {
    const other = form.valueAt([...path.slice(0, -1), name]);
    const usual = resolved(form.root, holder.properties?.[name] ?? {}).default;
    return wanted.includes(other === undefined || other === "" ? usual : other);
  });
}

/** The field or the part of one value. */
export function slot(form: Editing, one: Slot): TemplateResult {
  switch (kindOf(one.schema)) {
    case "object":
      return section(form, one, () => members(form, one.schema, one.path));
    case "variants":
      return section(form, one, () => alternatives(form, one));
    case "list":
      return list(form, one);
    case "map":
      return map(form, one);
    default:
      return control(form, one);
  }
}

/** A part that can be folded; it is open where something in it is unusual or wrong. */
function section(form: Editing, one: Slot, content: () => TemplateResult): TemplateResult {
  const { path, schema } = one;
  const isSet = !isUsual(form.root, schema, form.valueAt(path));
  const wrong = form.mistakesBelow(path);
  const open = form.isOpen(path, isSet || one.required || wrong > 0);
  return html`<details
    class="schema-section"
    ?open=${open}
    @toggle=${(event: Event) => {
      event.stopPropagation();
      form.setOpen(path, (event.target as HTMLDetailsElement).open);
    }}
  >
    <summary>
      <span class="schema-title">${one.label}</span>
      ${wrong ? html`<span class="badge badge-bad">${text.wrong(wrong)}</span>` : nothing}
      ${schema.description ? html`<span class="muted">${prose(schema.description)}</span>` : nothing}
    </summary>
    ${open ? html`${problem(form.errorAt(path))}${content()}` : nothing}
  </details>`;
}

/** An object with several forms: which one, and its fields. */
function alternatives(form: Editing, one: Slot): TemplateResult {
  const forms = variants(form.root, one.schema);
  const value = form.valueAt(one.path);
  const name = discriminator(forms);
  const chosen = variantOf(form.root, forms, value);
  const nameOf = (schema: Schema, index: number): string =>
    String((name && schema.properties?.[name]?.const) ?? titleOf(index, schema));
  return html`${selectField({
    id: `${form.idOf(one.path)}-form`,
    label: text.form,
    value: value === undefined ? "" : String(chosen),
    disabled: form.disabled,
    options: [
      ...(value === undefined ? [{ value: "", label: text.choose }] : []),
      ...forms.map((schema, index) => ({ value: String(index), label: nameOf(schema, index) })),
    ],
    onChange: (index) => form.set(one.path, blank(form.root, forms[Number(index)]!)),
  })}
  ${value === undefined ? nothing : inner(form, { ...one, schema: forms[chosen]! })}`;
}

/** A value whose label stands already above it. */
function inner(form: Editing, one: Slot): TemplateResult {
  return kindOf(one.schema) === "object"
    ? members(form, one.schema, one.path)
    : slot(form, one);
}

function list(form: Editing, one: Slot): TemplateResult {
  const value = form.valueAt(one.path);
  const usual = Array.isArray(one.schema.default) ? one.schema.default : [];
  const items = Array.isArray(value) ? value : [];
  const shape = resolved(form.root, one.schema.items ?? {});
  const change = (next: unknown[]): void =>
    form.set(one.path, next.length || usual.length || one.required ? next : undefined);
  const add = (): void => {
    const before = value === undefined ? usual : items;
    change([...before, blank(form.root, shape)]);
  };
  return group(
    form,
    one,
    html`${value === undefined && usual.length
      ? html`<p class="field-hint"><span>${text.usual(usual.map(String).join(", "))}</span></p>`
      : nothing}
    ${items.length
      ? html`<ol class="schema-items">
          ${items.map(
            (_, index) => html`<li class=${isInLine(form, shape) ? "is-line" : ""}>
              ${item(form, one, shape, index)}
              ${form.disabled ? nothing : itemActions(one, items, index, change)}
            </li>`,
          )}
        </ol>`
      : value !== undefined
        ? html`<p class="muted">${text.emptyList}</p>`
        : nothing}
    ${form.disabled
      ? nothing
      : html`<div class="row">
          ${addButton(form, one, add)}
          ${value !== undefined && usual.length
            ? html`${items.length
                ? html`<button type="button" class="small plain" @click=${() => change([])}>
                    ${text.removeAll}
                  </button>`
                : nothing}${unset(form, one)}`
            : nothing}
        </div>`}`,
  );
}

/** A list or a map with its label, mistake and description. */
function group(form: Editing, one: Slot, content: TemplateResult): TemplateResult {
  return html`<fieldset class="schema-group">
    <legend>
      ${one.label}${one.required
        ? html`<span class="field-required" aria-hidden="true"> *</span>`
        : nothing}
    </legend>
    ${about(one.schema)}${problem(form.errorAt(one.path))}${content}
  </fieldset>`;
}

function isInLine(form: Editing, shape: Schema): boolean {
  const kind = kindOf(shape);
  if (kind !== "object") return !["variants", "list", "map", "json"].includes(kind);
  const plain = Object.values(shape.properties ?? {}).filter((member) => {
    const one = resolved(form.root, member);
    return !one.deprecated && one.const === undefined;
  });
  return (
    plain.length <= MOST_IN_LINE &&
    plain.every((member) => {
      const one = resolved(form.root, member);
      return !["object", "variants", "list", "map", "json"].includes(kindOf(one));
    })
  );
}

function item(form: Editing, one: Slot, shape: Schema, index: number): TemplateResult {
  const path = [...one.path, index];
  const label = text.itemOf(one.label, index + 1);
  switch (kindOf(shape)) {
    case "object":
      return html`<div class="schema-item" role="group" aria-label=${label}>
        ${problem(form.errorAt(path))}${members(form, shape, path)}
      </div>`;
    case "variants":
      return html`<div class="schema-item" role="group" aria-label=${label}>
        ${problem(form.errorAt(path))}
        ${alternatives(form, { path, schema: shape, label, required: true })}
      </div>`;
    default: {
      const { description, ...bare } = shape;
      return html`<div class="schema-item is-bare">
        ${slot(form, { path, schema: bare, label, required: true })}
      </div>`;
    }
  }
}

function itemActions(
  one: Slot,
  items: readonly unknown[],
  index: number,
  change: (items: unknown[]) => void,
): TemplateResult {
  const name = text.itemOf(one.label, index + 1);
  const button = (label: string, sign: string, disabled: boolean, act: () => void) =>
    html`<button
      type="button"
      class="small plain"
      aria-label="${label}: ${name}"
      title=${label}
      ?disabled=${disabled}
      @click=${act}
    >
      ${sign}
    </button>`;
  return html`<span class="schema-item-actions">
    ${items.length > 1
      ? html`${button(text.up, "↑", index === 0, () => change(moved(items, index, index - 1)))}
        ${button(text.down, "↓", index === items.length - 1, () =>
          change(moved(items, index, index + 1)),
        )}`
      : nothing}
    ${button(words.common.remove, "✕", false, () => change(items.toSpliced(index, 1)))}
  </span>`;
}

function map(form: Editing, one: Slot): TemplateResult {
  const value = form.valueAt(one.path);
  const entries = isObject(value) ? Object.entries(value) : [];
  const shape = resolved(form.root, one.schema.additionalProperties as Schema);
  const change = (next: [string, unknown][]): void =>
    form.set(one.path, next.length || one.required ? Object.fromEntries(next) : undefined);
  const rename = (index: number, name: string): void => {
    if (entries.some(([other], place) => other === name && place !== index)) return;
    change(entries.map((entry, place) => (place === index ? [name, entry[1]] : entry)));
  };
  return group(
    form,
    one,
    html`${entries.length
      ? html`<ul class="schema-items">
          ${entries.map(
            ([name], index) => html`<li class=${isInLine(form, shape) ? "is-line" : ""}>
              <div class="schema-item" role="group" aria-label=${name}>
                <div class="schema-members">
                  ${textField({
                    id: `${form.idOf(one.path)}-key-${index}`,
                    label: text.key,
                    value: name,
                    required: true,
                    disabled: form.disabled,
                    onChange: (next) => rename(index, next),
                  })}
                  ${slot(form, {
                    path: [...one.path, name],
                    schema: shape,
                    label: text.value,
                    required: true,
                  })}
                </div>
              </div>
              ${form.disabled
                ? nothing
                : html`<span class="schema-item-actions">
                    <button
                      type="button"
                      class="small plain"
                      aria-label="${words.common.remove}: ${name}"
                      title=${words.common.remove}
                      @click=${() => change(entries.toSpliced(index, 1))}
                    >
                      ✕
                    </button>
                  </span>`}
            </li>`,
          )}
        </ul>`
      : nothing}
    ${form.disabled
      ? nothing
      : html`<div class="row">
          ${addButton(form, one, () =>
            change([...entries, [freeName(entries), blank(form.root, shape)]]),
          )}
        </div>`}`,
  );
}

function addButton(form: Editing, one: Slot, add: () => void): TemplateResult {
  return html`<button
    type="button"
    class="small"
    id=${form.idOf(one.path)}
    aria-label=${text.addTo(one.label)}
    @click=${add}
  >
    ${words.common.add}
  </button>`;
}

/** A name that no entry has. */
function freeName(entries: readonly [string, unknown][]): string {
  const taken = new Set(entries.map(([name]) => name));
  let name = "";
  for (let number = 1; taken.has(name); number += 1) name = text.newKey(number);
  return name;
}
