import { get, post, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";

export interface HeaderLine {
  readonly name: string;
  readonly value: string;
}

export type CredentialType = "NONE" | "BASIC" | "API_KEY" | "BEARER";

/** What the form holds. Credentials are in memory only. */
export interface TryRequest {
  readonly listener: string;
  readonly method: string;
  readonly path: string;
  readonly query: readonly HeaderLine[];
  readonly headers: readonly HeaderLine[];
  readonly credentials: CredentialType;
  readonly username: string;
  readonly password: string;
  readonly key: string;
  readonly keyHeader: string;
  readonly token: string;
  readonly body: string;
  readonly resumeFrom: string;
}

export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/** A path of the API that can be called. */
export interface Place {
  readonly listener: string;
  readonly host: string | null;
  readonly path: string;
  readonly url: string;
}

export interface Places {
  readonly data: readonly Place[];
  readonly apiKeyHeader: string;
}

export const readPlaces = (api: string): Call => get(environment("apis", api, "_try"));

export function firstRequest(places: Places, path: string, method: string): TryRequest {
  const place = places.data[0];
  return {
    listener: place?.listener ?? "",
    method: METHODS.includes(method) ? method : "GET",
    path: path || withoutSlash(place?.path ?? "/"),
    query: [],
    headers: [{ name: "Accept", value: "text/event-stream" }],
    credentials: "NONE",
    username: "",
    password: "",
    key: "",
    keyHeader: places.apiKeyHeader,
    token: "",
    body: "",
    resumeFrom: "",
  };
}

export interface Plan {
  readonly security?: { readonly type: string };
}

const BY_SECURITY: Readonly<Record<string, CredentialType>> = {
  BASIC: "BASIC",
  API_KEY: "API_KEY",
  JWT: "BEARER",
  OAUTH2: "BEARER",
};

/** The kind of credentials that published plans ask for; none if one asks for none. */
export function credentialsFor(plans: readonly Plan[]): CredentialType {
  const kinds = new Set(plans.map((one) => BY_SECURITY[one.security?.type ?? ""] ?? "NONE"));
  return kinds.has("NONE") ? "NONE" : ([...kinds][0] ?? "NONE");
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/$/, "") : path;
}

/** Stands for a secret where the page shows one. */
export const PLACEHOLDER = "…";

/** The call that makes the request; secrets are replaced where it is only shown. */
export function tryCall(
  api: string,
  request: TryRequest,
  options: { readonly shown?: boolean } = {},
): Call {
  const secret = (value: string): string => (options.shown ? PLACEHOLDER : value);
  const body: Record<string, unknown> = {
    method: request.method,
    path: request.path,
    headers: request.headers
      .filter((one) => one.name)
      .map((one) => (isSecret(one.name) ? { ...one, value: secret(one.value) } : one)),
  };
  const query = queryOf(request);
  if (query) body["query"] = query;
  if (request.listener) body["listener"] = request.listener;
  if (request.body) body["body"] = request.body;
  if (request.resumeFrom) body["resumeFrom"] = request.resumeFrom;
  const credentials = credentialsOf(request, secret);
  if (credentials) body["credentials"] = credentials;
  return post(environment("apis", api, "_try"), body);
}

function credentialsOf(request: TryRequest, secret: (value: string) => string): unknown {
  const type = request.credentials;
  switch (type) {
    case "NONE":
      return undefined;
    case "BASIC":
      return { type, username: request.username, password: secret(request.password) };
    case "API_KEY":
      return { type, key: secret(request.key), header: request.keyHeader };
    case "BEARER":
      return { type, token: secret(request.token) };
  }
}

/** The query of the request's URL, without `?`. */
export function queryOf(request: TryRequest): string {
  return new URLSearchParams(
    request.query.filter((one) => one.name).map((one) => [one.name, one.value]),
  ).toString();
}

/** Whether a header may hold a secret. */
export function isSecret(name: string): boolean {
  return /authorization|cookie|key|password|secret|token/i.test(name);
}

/** The URL as a client writes it. */
export function urlOf(request: TryRequest, places: Places): string {
  const place =
    places.data.find(
      (one) => one.listener === request.listener && request.path.startsWith(withoutSlash(one.path)),
    ) ?? places.data[0];
  const base = place ? place.url.slice(0, place.url.length - place.path.length) : "";
  const query = queryOf(request);
  return base + request.path + (query ? `?${query}` : "");
}
