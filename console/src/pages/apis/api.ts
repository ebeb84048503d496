import { del, get, post, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";

/** Stands for what is saved, in the place of the number of a deployment. */
export const DRAFT = "draft";

export type ApiType = "PROXY" | "MESSAGE";

export interface HttpPath {
  readonly host?: string;
  readonly path: string;
}

export interface Entrypoint {
  readonly type: string;
  readonly configuration?: Readonly<Record<string, unknown>>;
}

export interface Listener {
  readonly type: string;
  readonly paths?: readonly HttpPath[];
  readonly entrypoints?: readonly Entrypoint[];
}

export interface HttpOptions {
  readonly connectTimeout?: number;
  readonly readTimeout?: number;
  readonly idleTimeout?: number;
}

export interface Shared {
  readonly http?: HttpOptions;
}

export interface Endpoint {
  readonly name: string;
  readonly type: string;
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly sharedConfigurationOverride?: Shared;
}

export interface EndpointGroup {
  readonly name: string;
  readonly type: string;
  readonly sharedConfiguration?: Shared;
  readonly endpoints?: readonly Endpoint[];
}

/** The members of an API that these pages show. */
export interface Api {
  readonly id: string;
  readonly name: string;
  readonly apiVersion: string;
  readonly description?: string;
  readonly type: ApiType;
  readonly state: "STARTED" | "STOPPED";
  readonly lifecycleState: string;
  readonly visibility: string;
  readonly deploymentState?: "DEPLOYED" | "NEED_REDEPLOY";
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly deployedAt?: string;
  readonly listeners?: readonly Listener[];
  readonly endpointGroups?: readonly EndpointGroup[];
  readonly flows?: readonly unknown[];
  readonly labels?: readonly string[];
  readonly tags?: readonly string[];
}

export interface Plan {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly mode?: string;
  readonly security?: { readonly type?: string };
  readonly flows?: readonly unknown[];
}

/** An entry of `exposedEntrypoints`. */
export interface Exposed {
  readonly value: string;
}

export interface GatewayReport {
  readonly id: string;
  readonly host: string;
  readonly deploymentNumber: number | null;
  readonly reportedAt: string;
  readonly refused?: { readonly deploymentNumber: number; readonly reason: string };
}

export const readApi = (id: string): Call => get(environment("apis", id));

export const readExposed = (id: string): Call => get(environment("apis", id, "exposedEntrypoints"));

export const readCurrent = (id: string): Call =>
  get(environment("apis", id, "deployments", "current"));

/** What a deployment contains; `draft` stands for what is saved. */
export const readDefinition = (id: string, deployment: string): Call =>
  deployment === DRAFT ? readApi(id) : get(environment("apis", id, "deployments", deployment));

export const startApi = (id: string): Call => post(environment("apis", id, "_start"));

export const stopApi = (id: string): Call => post(environment("apis", id, "_stop"));

export const deployApi = (id: string, label: string): Call =>
  post(environment("apis", id, "deployments"), label ? { deploymentLabel: label } : {});

export const deleteApi = (id: string): Call =>
  del(environment("apis", id), { closePlans: true });

/** The paths of an API, with their hosts. */
export function pathsOf(api: Pick<Api, "listeners">): string[] {
  return (api.listeners ?? [])
    .flatMap((one) => one.paths ?? [])
    .map((one) => `${one.host ?? ""}${one.path}`);
}

export function entrypointsOf(api: Pick<Api, "listeners">): Entrypoint[] {
  return (api.listeners ?? []).flatMap((one) => one.entrypoints ?? []);
}
