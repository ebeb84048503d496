import { get, send, type Call } from "../../rest/call";
import { node } from "../../rest/paths";

/** The newest samples of an API, the oldest first. */
export interface Traffic {
  /** Open streams. */
  readonly streams: readonly (number | null)[];
  /** Events to clients, in a second. */
  readonly events: readonly (number | null)[];
  /** Events of sources into channels, in a second. */
  readonly received: readonly (number | null)[];
  /** Bytes to clients, in a second. */
  readonly sentBytes: readonly (number | null)[];
}

interface History {
  readonly apis: Readonly<Record<string, Partial<Traffic> | null>>;
}

export type TrafficOfApis = ReadonlyMap<string, Traffic>;

/** How often the node takes a sample. */
export const SAMPLE_MS = 10_000;
const SHOWN_MS = 600_000;
const MOST_APIS = 200;

export const readHistory = (ids: readonly string[], series: readonly string[]): Call =>
  get(node("history"), { apis: ids, series, sinceMs: Date.now() - SHOWN_MS });

/** Reads the samples of APIs; those without traffic have none. */
export async function loadTraffic(
  ids: readonly string[],
  series: readonly (keyof Traffic)[],
  signal: AbortSignal,
): Promise<TrafficOfApis> {
  const found = new Map<string, Traffic>();
  for (let at = 0; at < ids.length; at += MOST_APIS) {
    const call = readHistory(ids.slice(at, at + MOST_APIS), series);
    const { apis } = await send<History>(call, signal);
    for (const [id, samples] of Object.entries(apis)) {
      if (samples) found.set(id, { streams: [], events: [], received: [], sentBytes: [], ...samples });
    }
  }
  return found;
}

export const newest = (values: readonly (number | null)[] | undefined): number =>
  values?.at(-1) ?? 0;
