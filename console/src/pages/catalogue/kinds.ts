import { get, send, type Call } from "../../rest/call";
import { installation } from "../../rest/paths";

export const KINDS = ["entrypoints", "endpoints", "plans", "policies", "resources"] as const;
export type Kind = (typeof KINDS)[number];

/** A type of the catalogue, as the REST API lists it. */
export interface Plugin {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly builtIn: boolean;
  /** Of endpoints and entrypoints. */
  readonly supportedApiType?: string;
  readonly supportedModes?: readonly string[];
  /** Of entrypoints. */
  readonly supportedListenerType?: string;
  /** Of policies. */
  readonly flowPhaseCompatibility?: Readonly<Record<string, readonly string[]>>;
}

export interface Listed {
  readonly kind: Kind;
  readonly plugin: Plugin;
}

export const listing = (kind: Kind): Call => get(installation("plugins", kind));

/** All types, in the order of the kinds. */
export async function loadAll(signal: AbortSignal): Promise<Listed[]> {
  const lists = await Promise.all(
    KINDS.map(async (kind) => {
      const plugins = await send<Plugin[]>(listing(kind), signal);
      return plugins.map((plugin) => ({ kind, plugin }));
    }),
  );
  return lists.flat();
}

export const isKind = (text: string): text is Kind => KINDS.some((one) => one === text);

/** A schema of a type, by the last segment of its path. */
export type SchemaName = "schema" | "shared-configuration-schema" | "subscription-schema";

/** The schemas that types of a kind have or may have. */
export const SCHEMAS: Readonly<Record<Kind, readonly SchemaName[]>> = {
  entrypoints: ["schema", "subscription-schema"],
  endpoints: ["schema", "shared-configuration-schema"],
  plans: ["schema"],
  policies: ["schema"],
  resources: ["schema"],
};
