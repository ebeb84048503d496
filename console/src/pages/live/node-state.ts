import { html, nothing, type TemplateResult } from "lit";
import { badge, type Tone } from "../../parts/badge";
import { bytes, count } from "../../parts/numbers";
import { send, type Call } from "../../rest/call";
import { RestError } from "../../rest/rest-error";
import { words } from "../../words/en";
import {
  readDrain,
  readHealth,
  readReadiness,
  type Drain,
  type Health,
  type Probe,
  type Readiness,
} from "./documents";

const text = words.nodes;

/** The daemon that answers: its health, its readiness, and its drain. */
export interface NodeState {
  readonly health: Health;
  readonly readiness: Readiness;
  readonly drain: Drain;
}

/** Reads the state of the daemon. */
export async function loadNode(signal: AbortSignal): Promise<NodeState> {
  const [health, readiness, drain] = await Promise.all([
    verdict<Health>(readHealth(), signal),
    verdict<Readiness>(readReadiness(), signal),
    send<Drain>(readDrain(), signal),
  ]);
  return { health, readiness, drain };
}

/** Reads a verdict, which comes with status 503 when it is bad. */
async function verdict<T>(call: Call, signal: AbortSignal): Promise<T> {
  try {
    return await send<T>(call, signal);
  } catch (error) {
    if (error instanceof RestError && error.status === 503) return error.document as T;
    throw error;
  }
}

export const isHealthy = (health: Health): boolean =>
  Object.values(health).every((one) => one.healthy);

export const healthBadge = (health: Health): TemplateResult =>
  isHealthy(health) ? badge(text.healthy, "good") : badge(text.unhealthy, "bad");

export const readinessBadge = (readiness: Readiness): TemplateResult =>
  readiness.ready ? badge(text.ready, "good") : badge(text.notReady, "warn");

const DRAIN_TONES: Readonly<Record<Drain["state"], Tone>> = {
  serving: "good",
  draining: "warn",
  drained: "bad",
};

export const drainBadge = (drain: Drain): TemplateResult =>
  badge(words.drain.states[drain.state], DRAIN_TONES[drain.state]);

/** The probes of the daemon, one in a line. */
export function probes(health: Health): TemplateResult {
  return html`<ul class="probes">
    ${Object.entries(health).map(
      ([name, probe]) => html`<li>
        ${probe.healthy ? badge(text.good, "good") : badge(text.bad, "bad")}
        <span class="probe-name">${text.probes[name as "store"] ?? name}</span>
        <span class="muted">${figures(probe)}</span>
        ${probe.message ? html`<p class="field-error">${probe.message}</p>` : nothing}
      </li>`,
    )}
  </ul>`;
}

/** The reasons for which clients should go elsewhere. */
export function reasons(readiness: Readiness): TemplateResult | typeof nothing {
  const found = Object.values(readiness.reasons ?? {});
  if (!found.length) return nothing;
  return html`<ul class="prose">
    ${found.map((one) => html`<li>${one}</li>`)}
  </ul>`;
}

function figures(probe: Probe): string {
  return Object.entries(probe)
    .filter(([name]) => name !== "healthy" && name !== "message")
    .map(([name, value]) => `${text.figures[name as "limit"] ?? name} ${written(name, value)}`)
    .join(" · ");
}

function written(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value !== "number") return typeof value === "string" ? value : JSON.stringify(value);
  if (name.endsWith("Bytes")) return bytes(value);
  return name.endsWith("Ms") ? `${value} ms` : count(value);
}
