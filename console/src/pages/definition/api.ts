import type { Path } from "../../parts/paths";
import { get, patch, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";

export type ApiType = "PROXY" | "MESSAGE";

export interface Entrypoint {
  readonly type: string;
  readonly qos?: string;
  readonly configuration?: Readonly<Record<string, unknown>>;
}

export interface Listener {
  readonly type: "HTTP" | "SUBSCRIPTION";
  readonly paths?: readonly Path[];
  readonly entrypoints?: readonly Entrypoint[];
}

export interface Services {
  readonly healthCheck?: { readonly enabled?: boolean };
}

export interface Endpoint {
  readonly name: string;
  readonly type: string;
  readonly inheritConfiguration?: boolean;
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly sharedConfigurationOverride?: Readonly<Record<string, unknown>>;
  readonly services?: Services;
}

export interface EndpointGroup {
  readonly name: string;
  readonly type: string;
  readonly sharedConfiguration?: Readonly<Record<string, unknown>>;
  readonly endpoints?: readonly Endpoint[];
  readonly services?: Services;
}

export interface Resource {
  /** Not of a new one. */
  readonly name?: string;
  readonly type: string;
  readonly enabled?: boolean;
}

/** An API as it is edited; the pages change members by their paths. */
export interface Api {
  readonly id: string;
  readonly name: string;
  readonly apiVersion: string;
  readonly type: ApiType;
  readonly listeners: readonly Listener[];
  readonly endpointGroups: readonly EndpointGroup[];
  readonly resources?: readonly Resource[];
  readonly [member: string]: unknown;
}

export const readApi = (id: string): Call => get(environment("apis", id));

/**
 * The call that saves changed members.
 *
 * @param etag the version that was edited.
 * @param dryRun checks the change and answers with its result, without saving.
 */
export function saveApi(
  id: string,
  changes: unknown,
  etag: string | undefined,
  dryRun = false,
): Call {
  return {
    ...patch(environment("apis", id), changes),
    ...(dryRun ? { query: { dryRun: true } } : {}),
    ...(etag === undefined ? {} : { ifMatch: etag }),
  };
}
