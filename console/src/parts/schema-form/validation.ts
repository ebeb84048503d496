import type { Detail } from "../../rest/rest-error";
import { words } from "../../words/en";
import {
  discriminator,
  hasType,
  isNullable,
  isObject,
  kindOf,
  resolved,
  variantOf,
  variants,
  type Schema,
} from "./schema";
import { locationOf, type Path } from "./values";

const text = words.schemaForm;

export interface Mistake extends Detail {
  readonly path: Path;
}

/**
 * The mistakes of a value that its schema tells, with their locations. The server knows
 * more rules; its refusals have the same form.
 */
export function mistakes(root: Schema, value: unknown): Mistake[] {
  return [...inValue(root, root, value, [])];
}

function* inValue(root: Schema, given: Schema, value: unknown, path: Path): Generator<Mistake> {
  if (value === undefined || (value === null && isNullable(given))) return;
  const schema = resolved(root, given);
  const kind = kindOf(schema);
  if (kind === "variants") {
    const forms = variants(root, schema);
    const form = forms[variantOf(root, forms, value)]!;
    if (discriminator(forms) === undefined && !forms.some((one) => hasType(one, value))) {
      yield mistake(path, text.wrongForm);
    } else yield* inValue(root, form, value, path);
    return;
  }
  if (kind === "choice") {
    const allowed = schema.enum ?? [schema.const];
    if (!allowed.includes(value)) yield mistake(path, text.notOneOf(allowed.join(", ")));
    return;
  }
  if (!hasType(schema, value)) {
    if (schema.type) yield mistake(path, text.types[schema.type]);
    return;
  }
  if (typeof value === "number") yield* inNumber(schema, value, path);
  else if (typeof value === "string") yield* inText(schema, value, path);
  else if (Array.isArray(value)) yield* inList(root, schema, value, path);
  else if (isObject(value)) yield* inObject(root, schema, value, path);
}

function* inNumber(schema: Schema, value: number, path: Path): Generator<Mistake> {
  if (schema.minimum !== undefined && value < schema.minimum) {
    yield mistake(path, text.tooSmall(schema.minimum));
  }
  if (schema.maximum !== undefined && value > schema.maximum) {
    yield mistake(path, text.tooLarge(schema.maximum));
  }
}

function* inText(schema: Schema, value: string, path: Path): Generator<Mistake> {
  const length = [...value].length;
  if (schema.minLength && !length) yield mistake(path, text.empty);
  else if (schema.minLength !== undefined && length < schema.minLength) {
    yield mistake(path, text.tooShort(schema.minLength));
  }
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    yield mistake(path, text.tooLong(schema.maxLength));
  }
  if (schema.pattern !== undefined && !matches(schema.pattern, value)) {
    yield mistake(path, text.noMatch(schema.pattern));
  }
}

/** Whether a text matches; a pattern that this browser cannot read is the server's matter. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

function* inList(
  root: Schema,
  schema: Schema,
  value: readonly unknown[],
  path: Path,
): Generator<Mistake> {
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    yield mistake(path, text.tooFewItems(schema.minItems));
  }
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    yield mistake(path, text.tooManyItems(schema.maxItems));
  }
  for (const [index, item] of value.entries()) {
    yield* inValue(root, schema.items ?? {}, item, [...path, index]);
  }
}

function* inObject(
  root: Schema,
  schema: Schema,
  value: Readonly<Record<string, unknown>>,
  path: Path,
): Generator<Mistake> {
  const known = schema.properties ?? {};
  for (const name of schema.required ?? []) {
    if (value[name] !== undefined) continue;
    const member = resolved(root, known[name] ?? {});
    // An object that lacks altogether lacks its own required members.
    const inner = kindOf(member) === "object" && member.required?.length;
    if (inner) yield* inValue(root, member, {}, [...path, name]);
    else yield mistake([...path, name], text.required);
  }
  for (const [name, member] of Object.entries(value)) {
    const below = [...path, name];
    if (known[name]) yield* inValue(root, known[name], member, below);
    else if (typeof schema.additionalProperties === "object") {
      yield* inValue(root, schema.propertyNames ?? {}, name, below);
      yield* inValue(root, schema.additionalProperties, member, below);
    } else if (schema.additionalProperties === false) yield mistake(below, text.unknown);
  }
}

function mistake(path: Path, message: string): Mistake {
  return { path, location: locationOf(path), message };
}
