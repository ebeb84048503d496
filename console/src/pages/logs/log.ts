import { badge } from "../../parts/badge";
import { get, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { words } from "../../words/en";

interface Named {
  readonly id: string;
  readonly name?: string;
}

/** The record of one call. */
export interface Log {
  readonly requestId: string;
  readonly transactionId?: string;
  readonly timestamp: string;
  readonly requestEnded: boolean;
  readonly method: string;
  readonly uri: string;
  readonly host?: string;
  readonly protocol?: string;
  readonly remoteAddress?: string;
  readonly clientIdentifier?: string;
  readonly plan?: Named;
  readonly application?: Named;
  readonly entrypoint?: string;
  readonly endpoint?: string;
  readonly gateway?: string;
  readonly status?: number;
  readonly gatewayResponseTime?: number;
  readonly endpointResponseTime?: number;
  readonly duration?: number;
  readonly responseContentLength?: number;
  readonly events?: number;
  readonly outcome?: string;
  readonly errorKey?: string;
  readonly clock?: string;
  readonly calls?: number;
}

export interface Moment {
  readonly atMs: number;
  readonly mark: string;
  readonly detail?: Readonly<Record<string, string | number>>;
}

export interface FlightRecord extends Log {
  readonly timeline: readonly Moment[];
  readonly timelineDropped: number;
}

export const readRecord = (api: string, request: string): Call =>
  get(environment("apis", api, "logs", request));

const WELL = ["completed", "client_gone", "source_ended"];
export const OUTCOMES = [...WELL, ...Object.keys(words.record.adviceByOutcome)].sort();

/** The outcome of a call; a call without one is under way. */
export function outcomeOf(log: Log) {
  const { outcome } = log;
  if (!outcome) return log.requestEnded ? "–" : badge(words.logs.open, "info");
  return badge(outcome, WELL.includes(outcome) ? "plain" : "warn");
}

export function statusOf(log: Log) {
  const { status } = log;
  if (!status) return "–";
  return badge(String(status), status < 300 ? "good" : status < 400 ? "info" : "bad");
}

/** What can be done about the end of a call; undefined if there is nothing to do. */
export function adviceFor(log: Log): string | undefined {
  const byKey: Readonly<Record<string, string>> = words.record.adviceByKey;
  const byClock: Readonly<Record<string, string>> = words.record.adviceByClock;
  const byOutcome: Readonly<Record<string, string>> = words.record.adviceByOutcome;
  const status = log.status ?? 0;
  if (log.outcome === "completed" && status >= 400) return words.record.sourceStatus(status);
  return (
    byKey[log.errorKey ?? ""] ?? byClock[log.clock ?? ""] ?? byOutcome[log.outcome ?? ""]
  );
}
