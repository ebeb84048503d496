import { changes } from "./changes";
import { isUnattended } from "./attention";
import { credentials } from "./credentials";
import { RestError } from "./rest-error";

const JSON_TYPE = "application/json";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type QueryValue = string | number | boolean | readonly string[] | undefined;

/** One request to the REST API: what a page sends, and what it shows as a curl command. */
export interface Call {
  readonly method: Method;
  /** Absolute, without a query. */
  readonly path: string;
  /** Undefined and empty values are left out; lists are joined with commas. */
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The entity tag of the version that the change is for. */
  readonly ifMatch?: string;
}

export interface Answer<T> {
  readonly value: T;
  /** The entity tag of the response. */
  readonly etag: string | undefined;
  readonly status: number;
}

export const get = (path: string, query?: Call["query"]): Call =>
  query ? { method: "GET", path, query } : { method: "GET", path };

export const post = (path: string, body?: unknown): Call => ({ method: "POST", path, body });

export const put = (path: string, body: unknown): Call => ({ method: "PUT", path, body });

export const patch = (path: string, body: unknown): Call => ({ method: "PATCH", path, body });

export const del = (path: string, query?: Call["query"]): Call =>
  query ? { method: "DELETE", path, query } : { method: "DELETE", path };

/** The path and query of a call. */
export function target(call: Call): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(call.query ?? {})) {
    const text = Array.isArray(value) ? value.join(",") : value;
    if (text !== undefined && text !== "") query.set(name, String(text));
  }
  const written = query.toString();
  return written ? `${call.path}?${written}` : call.path;
}

/**
 * Performs a call and returns the value of its response.
 *
 * @throws RestError when the server refuses it or does not answer.
 */
export async function send<T = unknown>(call: Call, signal?: AbortSignal): Promise<T> {
  return (await answer<T>(call, signal)).value;
}

/** Performs a call and returns its value with the entity tag. */
export async function answer<T = unknown>(call: Call, signal?: AbortSignal): Promise<Answer<T>> {
  const response = await open(call, JSON_TYPE, signal);
  const text = await response.text();
  const type = response.headers.get("Content-Type") ?? "";
  return {
    value: (type.includes("json") && text ? JSON.parse(text) : text) as T,
    etag: response.headers.get("ETag") ?? undefined,
    status: response.status,
  };
}

/**
 * Begins a call and returns the response once its head has arrived.
 *
 * @param accept the media type that is asked for.
 * @throws RestError unless the status is a success.
 */
export async function open(call: Call, accept: string, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Accept: accept };
  if (call.body !== undefined) {
    headers["Content-Type"] =
      call.method === "PATCH" ? "application/merge-patch+json" : "application/json";
  }
  if (call.ifMatch !== undefined) headers["If-Match"] = call.ifMatch;
  if (call.method !== "GET" && credentials.csrfToken) headers["X-CSRF-Token"] = credentials.csrfToken;
  if (isUnattended()) headers["X-Unattended"] = "1";
  let response: Response;
  try {
    response = await fetch(target(call), {
      method: call.method,
      headers,
      body: call.body === undefined ? null : JSON.stringify(call.body),
      credentials: "same-origin",
      cache: "no-store",
      signal: signal ?? null,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw RestError.unreachable();
  }
  if (response.ok) {
    // What answers with an event stream reports, and changes nothing.
    if (call.method !== "GET" && accept === JSON_TYPE) changes.dispatchEvent(new CustomEvent("change", { detail: call }));
    return response;
  }
  const failure = await RestError.of(response);
  if (failure.status === 401) credentials.refused();
  throw failure;
}
