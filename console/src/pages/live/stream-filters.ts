import { html, type TemplateResult } from "lit";
import { selectField, textField, toggleField } from "../../parts/fields";
import type { QueryValue } from "../../rest/call";
import type { Query } from "../../routing/query";
import { words } from "../../words/en";
import type { ApiNames } from "./names";

const text = words.streams;
const TYPED_MS = 400;
const ENTRYPOINTS = ["http-proxy", "sse", "http-get", "http-post", "websocket"];
const PHASES = ["request", "response", "stream"];

/** The filters of the page's URL, by the parameters of the REST API. */
const PARAMETERS: Readonly<Record<string, string>> = {
  api: "apiIds",
  plan: "planIds",
  application: "applicationIds",
  subscription: "subscriptionIds",
  entrypoint: "entrypoints",
  phase: "phases",
  address: "addresses",
  lag: "minLagMs",
  paused: "paused",
};

/** The filters as parameters of the REST API. */
export function filtersOf(query: Query): Record<string, QueryValue> {
  const given = Object.entries(PARAMETERS)
    .map(([name, parameter]) => [parameter, query.get(name)] as const)
    .filter(([, value]) => value);
  return Object.fromEntries(given);
}

const withAny = (options: readonly { value: string; label: string }[]) => [
  { value: "", label: text.any },
  ...options,
];

let typing: ReturnType<typeof setTimeout> | undefined;

function later(query: Query, values: Record<string, string>): void {
  clearTimeout(typing);
  typing = setTimeout(() => query.set(values), TYPED_MS);
}

/** The fields of the filters. */
export function streamFilters(query: Query, names: ApiNames): TemplateResult {
  const others = ["plan", "application", "subscription"].filter((name) => query.get(name));
  return html`<search class="filters">
    ${selectField({
      id: "stream-api",
      label: text.api,
      value: query.get("api"),
      options: withAny([...names].map(([value, label]) => ({ value, label }))),
      onChange: (api) => query.set({ api }),
    })}
    ${selectField({
      id: "stream-entrypoint",
      label: text.entrypoint,
      value: query.get("entrypoint"),
      options: withAny(ENTRYPOINTS.map((value) => ({ value, label: value }))),
      onChange: (entrypoint) => query.set({ entrypoint }),
    })}
    ${selectField({
      id: "stream-phase",
      label: text.phase,
      value: query.get("phase"),
      options: withAny(PHASES.map((value) => ({ value, label: text.phases[value as "stream"] }))),
      onChange: (phase) => query.set({ phase }),
    })}
    ${textField({
      id: "stream-address",
      label: text.address,
      placeholder: "198.51.100.0/24",
      value: query.get("address"),
      onChange: (address) => later(query, { address: address.trim() }),
    })}
    ${textField({
      id: "stream-lag",
      label: text.leastLag,
      placeholder: "1000",
      value: query.get("lag"),
      onChange: (lag) => later(query, { lag: lag.trim() }),
    })}
    ${toggleField({
      id: "stream-paused",
      label: text.onlyPaused,
      value: query.get("paused") === "true",
      onChange: (paused) => query.set({ paused: paused ? "true" : undefined }),
    })}
    ${others.map(
      (name) => html`<button
        type="button"
        class="small"
        @click=${() => query.set({ [name]: undefined })}
      >
        ${text.without(name, query.get(name))}
      </button>`,
    )}
  </search>`;
}
