/** A JSON Schema (2020-12), with the keywords that the REST API's schemas have. */
export interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean" | "null";
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly deprecated?: boolean;
  readonly "x-unit"?: "ms" | "s" | "bytes";
  readonly "x-multiline"?: boolean;
  /** The member is for objects in which other members have one of these values. */
  readonly "x-when"?: Readonly<Record<string, readonly unknown[]>>;
}

/** How a value is edited. */
export type Kind =
  | "object"
  | "map"
  | "list"
  | "variants"
  | "choice"
  | "flag"
  | "number"
  | "text"
  | "json";

/**
 * Follows the reference of a schema, and leaves null out of its forms. Keywords beside a
 * reference win, such as the title of a member.
 *
 * @param root the schema whose `$defs` are referred to.
 */
export function resolved(root: Schema, schema: Schema): Schema {
  if (schema.$ref !== undefined) {
    const { $ref, ...own } = schema;
    const name = $ref.slice("#/$defs/".length);
    return { ...resolved(root, root.$defs?.[name] ?? {}), ...own };
  }
  const forms = schema.anyOf ?? schema.oneOf;
  const some = forms?.filter((one) => one.type !== "null");
  if (forms && some?.length === 1) {
    const { anyOf, oneOf, ...own } = schema;
    return { ...resolved(root, some[0]!), ...own };
  }
  return schema;
}

/** Whether null is a value of a schema. */
export function isNullable(schema: Schema): boolean {
  return (schema.anyOf ?? schema.oneOf ?? []).some((one) => one.type === "null");
}

/** The forms of a value that has several, resolved. */
export function variants(root: Schema, schema: Schema): Schema[] {
  return (schema.anyOf ?? schema.oneOf ?? [])
    .filter((one) => one.type !== "null")
    .map((one) => resolved(root, one));
}

/**
 * The schema of a part of a document, to be shown in a form of its own.
 *
 * @param path names of members; `*` for the items of a list or the values of a map. A
 *   member that only some forms of an object have is found, too.
 */
export function part(root: Schema, ...path: string[]): Schema {
  let found = resolved(root, root);
  for (const name of path) {
    const next: Schema | undefined =
      name === "*"
        ? (found.items ?? (found.additionalProperties as Schema | undefined))
        : [found, ...variants(root, found)].find((one) => one.properties?.[name])?.properties?.[
            name
          ];
    found = resolved(root, next ?? {});
  }
  return root.$defs ? { ...found, $defs: root.$defs } : found;
}

const parts = new WeakMap<Schema, Map<string, Schema>>();

/** A schema of some members of an object, in the order of the names. */
export function only(schema: Schema, ...names: string[]): Schema {
  let known = parts.get(schema);
  if (!known) parts.set(schema, (known = new Map()));
  const key = names.join("/");
  let found = known.get(key);
  if (!found) known.set(key, (found = reduced(schema, names)));
  return found;
}

function reduced(schema: Schema, names: readonly string[]): Schema {
  const properties = schema.properties ?? {};
  const kept = names.filter((name) => name in properties);
  return {
    ...schema,
    properties: Object.fromEntries(kept.map((name) => [name, properties[name]!])),
    required: (schema.required ?? []).filter((name) => kept.includes(name)),
  };
}

/** A schema of an object without some members. */
export function without(schema: Schema, ...names: string[]): Schema {
  const kept = Object.keys(schema.properties ?? {}).filter((name) => !names.includes(name));
  return only(schema, ...kept);
}

/** How a value of a resolved schema is edited. */
export function kindOf(schema: Schema): Kind {
  if (schema.anyOf || schema.oneOf) return "variants";
  if (schema.enum || schema.const !== undefined) return "choice";
  switch (schema.type) {
    case "object":
      if (typeof schema.additionalProperties === "object") return "map";
      return schema.properties ? "object" : "json";
    case "array":
      return schema.items && Object.keys(schema.items).length ? "list" : "json";
    case "boolean":
      return "flag";
    case "integer":
    case "number":
      return "number";
    case "string":
      return "text";
    default:
      return "json";
  }
}

/** The member whose constant tells the forms of an object apart. */
export function discriminator(forms: readonly Schema[]): string | undefined {
  const names = Object.keys(forms[0]?.properties ?? {});
  return names.find((name) => forms.every((one) => one.properties?.[name]?.const !== undefined));
}

/** The form that a value has; the first by default. */
export function variantOf(root: Schema, forms: readonly Schema[], value: unknown): number {
  const name = discriminator(forms);
  const matches = (form: Schema): boolean => {
    if (name !== undefined) return isObject(value) && form.properties?.[name]?.const === value[name];
    return hasType(resolved(root, form), value);
  };
  return Math.max(forms.findIndex(matches), 0);
}

/** Whether a value has the JSON type of a schema. */
export function hasType(schema: Schema, value: unknown): boolean {
  switch (schema.type) {
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
    case "null":
      return value === null;
    case undefined:
      return true;
    default:
      return typeof value === schema.type;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Whether a value is what applies without it: the defaults of its schema, at every depth.
 * An empty text stands for no value.
 */
export function isUsual(root: Schema, given: Schema, value: unknown): boolean {
  const schema = resolved(root, given);
  if (isObject(value) && schema.properties) {
    return Object.entries(value).every(([name, member]) =>
      isUsual(root, schema.properties?.[name] ?? {}, member),
    );
  }
  if (value === undefined || value === null || value === "") return true;
  return JSON.stringify(value) === JSON.stringify(schema.const ?? schema.default);
}

/** What a new item of a list, or a new value of a map, begins as. */
export function blank(root: Schema, schema: Schema): unknown {
  const one = resolved(root, schema);
  switch (kindOf(one)) {
    case "object":
      return Object.fromEntries(
        Object.entries(one.properties ?? {})
          .filter(([name, member]) => one.required?.includes(name) && "const" in member)
          .map(([name, member]) => [name, member.const]),
      );
    case "map":
      return {};
    case "variants":
      return blank(root, variants(root, one)[0]!);
    case "choice":
      return one.default ?? one.const ?? one.enum?.[0];
    case "list":
      return [];
    case "flag":
      return false;
    case "text":
      return "";
    default:
      return null;
  }
}

/** The schema of a value within a document, resolved. */
export function schemaAt(
  root: Schema,
  document: unknown,
  path: readonly (string | number)[],
): Schema {
  let found = resolved(root, root);
  let value = document;
  for (const name of path) {
    if (kindOf(found) === "variants") {
      const forms = variants(root, found);
      found = forms[variantOf(root, forms, value)]!;
    }
    const next =
      typeof name === "number"
        ? found.items
        : (found.properties?.[name] ??
          (typeof found.additionalProperties === "object" ? found.additionalProperties : {}));
    found = resolved(root, next ?? {});
    value = isObject(value) || Array.isArray(value) ? value[name as keyof typeof value] : undefined;
  }
  return found;
}
