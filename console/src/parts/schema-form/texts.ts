import { html, nothing, type TemplateResult } from "lit";
import { bytes, count, duration } from "../numbers";
import { words } from "../../words/en";
import type { Schema } from "./schema";

const text = words.schemaForm;

/** A readable form of a number with a unit, such as `70 s` of 70,000 ms. */
export function readable(schema: Schema, value: unknown): string | undefined {
  if (typeof value !== "number" || value <= 0) return undefined;
  switch (schema["x-unit"]) {
    case "ms":
      return value >= 1000 ? duration(value) : undefined;
    case "s":
      return value >= 60 ? duration(value * 1000) : undefined;
    case "bytes":
      return value >= 1000 ? bytes(value) : undefined;
    default:
      return value >= 10_000 ? count(value) : undefined;
  }
}

/** A description with its literals in backticks as code. */
export function prose(description: string): TemplateResult {
  return html`${description
    .split("`")
    .map((piece, index) => (index % 2 ? html`<code>${piece}</code>` : piece))}`;
}

/** What a field that is not set means. */
export function defaultText(schema: Schema): string | undefined {
  const value = schema.default;
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "boolean") return value ? words.common.on : words.common.off;
  if (Array.isArray(value)) return value.length ? value.map(String).join(", ") : undefined;
  return typeof value === "object" ? undefined : String(value);
}

/** The hint of a field: how its number reads, and its description. */
export function hint(schema: Schema, echo?: string): TemplateResult | undefined {
  if (!echo && !schema.description) return undefined;
  return html`${echo ? html`<strong>= ${echo}</strong> ` : nothing}${schema.description
    ? prose(schema.description)
    : nothing}`;
}

/** The title of a value whose schema may have none. */
export function titleOf(name: string | number, schema: Schema): string {
  return schema.title ?? (typeof name === "number" ? text.item(name + 1) : name);
}
