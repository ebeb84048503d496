import { html, nothing, type TemplateResult } from "lit";
import { get, type Call } from "../../rest/call";
import { environment, installation, node } from "../../rest/paths";
import { duration } from "../../parts/numbers";
import { words } from "../../words/en";
import { entrypointsOf, type Api, type EndpointGroup, type HttpOptions } from "./api";

const text = words.clocks;
const DAY_MS = 86_400_000;
/** The least duration of the logarithmic scale. */
const LEAST_MS = 100;
const REQUEST_TIMEOUT = "gateway.request_timeout_ms";

/** A timeout of an API. */
interface Clock {
  readonly name: keyof typeof text.names;
  /** In milliseconds; 0 for none. */
  readonly ms: number;
  /** The outcome of an exchange that it ends. */
  readonly outcome?: string;
  /** The endpoint group, where several differ. */
  readonly group?: string;
}

/** What the chart needs beside the API. */
export interface ClockSources {
  /** The defaults of `http` of an endpoint's type. */
  readonly defaults: HttpOptions;
  readonly requestTimeoutMs: number | undefined;
  /** How many exchanges ended by each outcome in the last day. */
  readonly outcomes: Readonly<Record<string, number>>;
}

export const readDefaults = (type: string): Call =>
  get(installation("plugins", "endpoints", type, "shared-configuration-schema"));

export const readSettings = (): Call => get(node("configuration"));

export const readOutcomes = (id: string): Call =>
  get(environment("apis", id, "analytics"), {
    type: "GROUP_BY",
    field: "outcome",
    from: Date.now() - DAY_MS,
    to: Date.now(),
  });

/** The `http` defaults of a schema that `readDefaults` has read. */
export function defaultsOf(schema: unknown): HttpOptions {
  const { properties } = schema as {
    readonly properties?: { readonly http?: { readonly default?: HttpOptions } };
  };
  return properties?.http?.default ?? {};
}

/** The value of the gateway's request timeout in the settings. */
export function requestTimeoutOf(settings: unknown): number | undefined {
  const all = settings as Readonly<Record<string, { readonly value?: unknown }>>;
  const value = all[REQUEST_TIMEOUT]?.value;
  return typeof value === "number" ? value : undefined;
}

/** A chart of the timeouts of an API on a logarithmic scale, and how often they expired. */
export function clocksChart(api: Api, sources: ClockSources): TemplateResult {
  const clocks = clocksOf(api, sources);
  const most = Math.max(...clocks.map((one) => one.ms), LEAST_MS * 10);
  return html`<table class="timeouts">
    <thead>
      <tr>
        <th scope="col">${text.timeout}</th>
        <th scope="col" class="timeout-bar"><span class="visually-hidden">${text.chart}</span></th>
        <th scope="col" class="numeric">${text.value}</th>
        <th scope="col" class="numeric">${text.fired}</th>
      </tr>
    </thead>
    <tbody>
      ${clocks.map((clock) => {
        const fired = clock.outcome ? (sources.outcomes[clock.outcome] ?? 0) : undefined;
        return html`<tr>
          <th scope="row">
            ${text.names[clock.name]}
            ${clock.group ? html`<span class="muted">${clock.group}</span>` : nothing}
          </th>
          <td class="timeout-bar">${bar(clock.ms, most)}</td>
          <td class="numeric">${clock.ms ? duration(clock.ms) : text.never}</td>
          <td class="numeric ${fired ? "timeout-expired" : "muted"}">${fired ?? "–"}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

function bar(ms: number, most: number): TemplateResult | typeof nothing {
  if (!ms) return nothing;
  const share = Math.log(Math.max(ms, LEAST_MS * 1.2) / LEAST_MS) / Math.log(most / LEAST_MS);
  return html`<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <rect class="timeout-track" width="100" height="8"></rect>
    <rect class="timeout-share" width=${(share * 100).toFixed(1)} height="8"></rect>
  </svg>`;
}

function clocksOf(api: Api, { defaults, requestTimeoutMs }: ClockSources): Clock[] {
  const groups = (api.endpointGroups ?? []).filter((one) => one.sharedConfiguration?.http || "idleTimeout" in defaults);
  const several = groups.length > 1;
  return [
    ...(requestTimeoutMs === undefined
      ? []
      : [{ name: "request", ms: requestTimeoutMs, outcome: "request_timeout" } as const]),
    ...groups.flatMap((group) => ofGroup(group, defaults, several)),
    ...ofEntrypoints(api),
    ...ofFlows(api),
  ];
}

function ofGroup(group: EndpointGroup, defaults: HttpOptions, several: boolean): Clock[] {
  const options = { ...defaults, ...group.sharedConfiguration?.http };
  const named = several ? { group: group.name } : {};
  return [
    { name: "connect", ms: options.connectTimeout ?? 0, outcome: "connect_timeout", ...named },
    { name: "read", ms: options.readTimeout ?? 0, outcome: "read_timeout", ...named },
    { name: "idle", ms: options.idleTimeout ?? 0, outcome: "idle_timeout", ...named },
  ];
}

function ofEntrypoints(api: Api): Clock[] {
  const sse = entrypointsOf(api).find((one) => one.type === "sse");
  if (!sse) return [];
  const heartbeat = sse.configuration?.["heartbeatIntervalInMs"];
  const duration = sse.configuration?.["maxDurationMs"];
  return [
    ...(typeof heartbeat === "number" ? [{ name: "heartbeat", ms: heartbeat } as const] : []),
    ...(typeof duration === "number" && duration
      ? [{ name: "duration", ms: duration, outcome: "max_duration" } as const]
      : []),
  ];
}

interface Step {
  readonly policy?: string;
  readonly enabled?: boolean;
  readonly configuration?: { readonly maxDurationMs?: number };
}

/** The duration to which a `stream-limit` step limits streams. */
function ofFlows(api: Api): Clock[] {
  const flows = (api.flows ?? []) as readonly Readonly<Record<string, unknown>>[];
  const limits = flows
    .flatMap((flow) => Object.values(flow))
    .flatMap((phase) => (Array.isArray(phase) ? (phase as Step[]) : []))
    .filter((step) => step.policy === "stream-limit" && step.enabled !== false)
    .map((step) => step.configuration?.maxDurationMs ?? 0)
    .filter(Boolean);
  return limits.length
    ? [{ name: "duration", ms: Math.min(...limits), outcome: "max_duration" }]
    : [];
}
