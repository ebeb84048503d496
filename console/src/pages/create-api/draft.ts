import type { Path } from "../../parts/paths";
import { post, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";

export type ApiType = "PROXY" | "MESSAGE";
export type EndpointType = "http-proxy" | "sse" | "mock" | "memory";
export type Options = Readonly<Record<string, unknown>>;

/** A plan as the REST API takes it. */
export interface DraftPlan {
  readonly definitionVersion: "V4";
  readonly name: string;
  readonly description?: string;
  readonly mode: "STANDARD" | "PUSH";
  readonly security?: { readonly type: string; readonly configuration: Options };
  readonly validation: "AUTO" | "MANUAL";
  readonly status: "PUBLISHED";
}

/** What the user has entered so far. */
export interface Draft {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly type: ApiType;
  /** The types of the entrypoints. */
  readonly entrypoints: readonly string[];
  readonly paths: readonly Path[];
  readonly endpointType: EndpointType;
  readonly target: string;
  /** The configuration of an endpoint that has no target. */
  readonly configuration: Options;
  readonly shared: Options;
  readonly plans: readonly DraftPlan[];
}

/** The entrypoint that calls consumers; clients call all others. */
export const WEBHOOK = "webhook";
export const DEFAULT_IDLE_TIMEOUT_MS = 60_000;

const GROUP_NAMES: Readonly<Record<EndpointType, string>> = {
  "http-proxy": "Default HTTP proxy",
  sse: "Default event stream",
  mock: "Default mock",
  memory: "Default topics",
};

export const KEYLESS: DraftPlan = {
  definitionVersion: "V4",
  name: "Default Keyless (UNSECURED)",
  description: "Default unsecured plan",
  mode: "STANDARD",
  security: { type: "KEY_LESS", configuration: {} },
  validation: "MANUAL",
  status: "PUBLISHED",
};

export const PUSH: DraftPlan = {
  definitionVersion: "V4",
  name: "Default PUSH plan",
  description: "Default push plan",
  mode: "PUSH",
  validation: "MANUAL",
  status: "PUBLISHED",
};


/** The parts of a draft that depend on its type, as they are at first. */
export function partsOf(type: ApiType) {
  return {
    type,
    entrypoints: type === "PROXY" ? ["http-proxy"] : ["sse"],
    endpointType: (type === "PROXY" ? "http-proxy" : "sse") as EndpointType,
    target: "",
    configuration: {},
    shared: sharedOf(type === "PROXY" ? "http-proxy" : "sse"),
    plans: [KEYLESS],
  };
}

/** The shared configuration of an endpoint group, as it is at first. */
export function sharedOf(type: EndpointType): Options {
  if (!hasTarget(type)) return {};
  return { http: { keepAlive: true, idleTimeout: DEFAULT_IDLE_TIMEOUT_MS } };
}

export const EMPTY: Draft = {
  name: "",
  version: "",
  description: "",
  paths: [{ path: "" }],
  ...partsOf("PROXY"),
};

/** Whether endpoints of a type call a URL. */
export function hasTarget(type: EndpointType): boolean {
  return type === "http-proxy" || type === "sse";
}

/** Whether clients call the API, and it has paths. */
export const isCalled = (draft: Draft): boolean => draft.entrypoints.some((one) => one !== WEBHOOK);

/** Whether consumers are called, and their plan is a PUSH plan. */
export const isPushed = (draft: Draft): boolean => draft.entrypoints.includes(WEBHOOK);

/** The default plans of a draft for its entrypoints, with those that the user has added. */
export function fittingPlans(draft: Draft): readonly DraftPlan[] {
  const fit = draft.plans.filter((one) => (one.mode === "PUSH" ? isPushed(draft) : isCalled(draft)));
  const has = (mode: DraftPlan["mode"]): boolean => fit.some((one) => one.mode === mode);
  if (isCalled(draft) && !has("STANDARD")) fit.unshift(KEYLESS);
  if (isPushed(draft) && !has("PUSH")) fit.push(PUSH);
  return fit;
}

export function httpOf(draft: Draft): Options {
  return (draft.shared["http"] as Options | undefined) ?? {};
}

/** Changes one option of the HTTP client. */
export function withHttp(draft: Draft, options: Options): Options {
  return { ...draft.shared, http: { ...httpOf(draft), ...options } };
}

/** The endpoint as the REST API takes it. */
export function endpointOf(draft: Draft): Options {
  return hasTarget(draft.endpointType) ? { target: draft.target } : draft.configuration;
}

/** The definition of the API. */
export function definitionOf(draft: Draft) {
  const listeners = [];
  const entrypoint = (type: string): Options => ({ type, configuration: {} });
  if (isCalled(draft)) {
    listeners.push({
      type: "HTTP",
      paths: draft.paths,
      entrypoints: draft.entrypoints.filter((one) => one !== WEBHOOK).map(entrypoint),
    });
  }
  if (isPushed(draft)) listeners.push({ type: "SUBSCRIPTION", entrypoints: [entrypoint(WEBHOOK)] });
  const name = GROUP_NAMES[draft.endpointType];
  const shares = Object.keys(draft.shared).length > 0;
  return {
    definitionVersion: "V4",
    type: draft.type,
    name: draft.name,
    apiVersion: draft.version,
    ...(draft.description ? { description: draft.description } : {}),
    listeners,
    endpointGroups: [
      {
        name: `${name} group`,
        type: draft.endpointType,
        ...(shares ? { sharedConfiguration: draft.shared } : {}),
        endpoints: [
          {
            name,
            type: draft.endpointType,
            ...(shares ? { inheritConfiguration: true } : {}),
            configuration: endpointOf(draft),
          },
        ],
      },
    ],
  };
}

const IMPORT = environment("apis", "_import", "definition");

/** Creates the API with its plans. */
export const createCall = (draft: Draft): Call =>
  post(IMPORT, { api: definitionOf(draft), plans: draft.plans });

/** Checks the API with its plans, and saves nothing. */
export const checkCall = (draft: Draft): Call => ({
  ...createCall(draft),
  query: { dryRun: true },
});

/** Deploys and starts an API. */
export const startCall = (id: string): Call => post(environment("apis", id, "_start"));
