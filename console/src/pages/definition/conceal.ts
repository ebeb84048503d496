import type { Difference } from "../../parts/diff";
import {
  isObject,
  kindOf,
  resolved,
  schemaAt,
  variantOf,
  variants,
  type Schema,
} from "../../parts/schema-form/schema";
import { valueAt, withValue, type Path } from "../../parts/schema-form/values";

const MASK = "********";

/** A part of a document, with its schema. */
export interface Described {
  readonly path: Path;
  readonly schema: Schema;
}

/** Differences whose secrets are masked, as the schemas of the document's parts tell them. */
export function concealed(
  changes: readonly Difference[],
  parts: readonly Described[],
): Difference[] {
  return changes.map((one) => {
    const path = placeOf(one.path);
    const shown = (value: unknown): unknown =>
      parts.reduce((found, part) => maskedAt(path, found, part), value);
    return {
      ...one,
      ...("before" in one ? { before: shown(one.before) } : {}),
      ...("after" in one ? { after: shown(one.after) } : {}),
    };
  });
}

/** The place that a JSON Pointer (RFC 6901) names. */
function placeOf(pointer: string): Path {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** Masks what a part of a document tells of a value at a place. */
function maskedAt(place: Path, value: unknown, { path, schema }: Described): unknown {
  const shorter = Math.min(place.length, path.length);
  if (place.slice(0, shorter).join("/") !== path.slice(0, shorter).join("/")) return value;
  if (place.length >= path.length) {
    return masked(schema, schemaAt(schema, undefined, place.slice(path.length)), value);
  }
  const below = path.slice(place.length);
  const inner = valueAt(value, below);
  if (inner === undefined) return value;
  return withValue(value, below, masked(schema, schema, inner), () => true);
}

function masked(root: Schema, given: Schema, value: unknown): unknown {
  let schema = resolved(root, given);
  if (kindOf(schema) === "variants") {
    const forms = variants(root, schema);
    schema = forms[variantOf(root, forms, value)]!;
  }
  if (typeof value === "string") return schema.format === "password" && value ? MASK : value;
  if (Array.isArray(value)) return value.map((item) => masked(root, schema.items ?? {}, item));
  if (!isObject(value)) return value;
  const others = schema.additionalProperties;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      masked(root, schema.properties?.[name] ?? (isObject(others) ? (others as Schema) : {}), member),
    ]),
  );
}
