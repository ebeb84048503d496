import { html, nothing, type TemplateResult } from "lit";
import { badge } from "../../parts/badge";
import "../../parts/table";
import type { Column } from "../../parts/table";
import { resolved, type Schema } from "../../parts/schema-form/schema";
import { prose } from "../../parts/schema-form/texts";
import { words } from "../../words/en";

const text = words.catalogue;

/** An option of a type, or of a part of its configuration. */
interface Row {
  /** Such as `http.idleTimeout` and `headers[].name`. */
  readonly name: string;
  readonly schema: Schema;
  /** The schema of the items of a list. */
  readonly items: Schema | undefined;
  readonly isRequired: boolean;
}

/** A table of the options that a schema describes. */
export function optionsTable(label: string, schema: Schema): TemplateResult {
  return html`<relay-table
    class="options"
    .label=${label}
    .columns=${COLUMNS}
    .rows=${rowsOf(schema)}
    .key=${(one: Row) => one.name}
    .empty=${text.noOptions}
  ></relay-table>`;
}

/** The largest number of most options, which is no limit to speak of. */
const NO_LIMIT = 2 ** 31 - 1;

const COLUMNS: readonly Column<Row>[] = [
  {
    id: "name",
    label: text.option,
    cell: (one) =>
      html`<code>${one.name}</code>${one.schema.deprecated ? badge(text.noEffect) : nothing}`,
  },
  { id: "type", label: text.type, cell: (one) => typeOf(one) },
  {
    id: "default",
    label: text.default,
    cell: (one) => (one.isRequired ? text.required : defaultOf(one.schema)),
  },
  { id: "unit", label: text.unit, cell: (one) => one.schema["x-unit"] ?? "", secondary: true },
  {
    id: "description",
    label: text.description,
    cell: (one) => prose((one.schema.description ?? "").replaceAll("``", "`")),
  },
];

/** The options in their order; options of a part follow the part. */
export function rowsOf(root: Schema): readonly Row[] {
  return [...rows(root, resolved(root, root), "", new Set())];
}

function* rows(
  root: Schema,
  holder: Schema,
  prefix: string,
  within: ReadonlySet<string>,
): Generator<Row> {
  for (const [name, member] of Object.entries(holder.properties ?? {})) {
    const schema = resolved(root, member);
    const items = schema.items && resolved(root, schema.items);
    yield {
      name: `${prefix}${name}`,
      schema,
      items,
      isRequired: holder.required?.includes(name) ?? false,
    };
    const below = `${prefix}${name}${items ? "[]" : ""}.`;
    const inner = items ?? schema;
    // A part may contain itself; its options are listed once.
    const key = JSON.stringify(Object.keys(inner.properties ?? {}));
    if (within.has(key)) continue;
    for (const form of [inner, ...(inner.anyOf ?? []), ...(inner.oneOf ?? [])]) {
      yield* rows(root, resolved(root, form), below, new Set([...within, key]));
    }
  }
}

function typeOf({ schema, items }: Row): TemplateResult {
  const range = [
    schema.minimum === undefined ? "" : `≥ ${schema.minimum}`,
    schema.maximum === undefined || schema.maximum >= NO_LIMIT ? "" : `≤ ${schema.maximum}`,
  ].filter(Boolean);
  return html`${items ? text.listOf(nameOf(items)) : nameOf(schema)}${range.length
    ? html` <span class="muted">${range.join(", ")}</span>`
    : nothing}`;
}

function nameOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map(String).join(" | ");
  if (schema.const !== undefined) return String(schema.const);
  if (schema.format === "password") return text.secret;
  const forms = schema.anyOf ?? schema.oneOf;
  if (forms) return [...new Set(forms.map(nameOf))].filter((one) => one !== "null").join(" | ");
  return schema.type ?? (schema.$ref ? "object" : text.any);
}

function defaultOf(schema: Schema): TemplateResult | typeof nothing {
  const value = schema.default;
  if (value === undefined || value === null || value === "") return nothing;
  if (typeof value === "object" && !Array.isArray(value)) return nothing;
  return html`<code>${JSON.stringify(value)}</code>`;
}
