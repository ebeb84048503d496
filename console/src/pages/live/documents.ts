import { get, type Call } from "../../rest/call";
import { environment, node } from "../../rest/paths";

/** Milliseconds until each timeout that runs expires, by its name. */
export type Clocks = Readonly<Record<string, number>>;

/** What changes while a stream lives; see `GET /_node/streams`. */
export interface StreamState {
  readonly id: string;
  readonly phase: "request" | "response" | "stream";
  readonly endpoint: string | null;
  readonly status: number | null;
  readonly ageMs: number;
  readonly ttfbMs: number | null;
  readonly events: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly rate: {
    readonly eventsPerSecond: number;
    readonly bytesPerSecond: number;
    readonly windowMs: number;
  };
  readonly lag: {
    readonly events: number;
    readonly ms: number;
    readonly bytes: number;
    readonly unsentBytes: number;
    readonly unacknowledgedBytes: number | null;
  };
  readonly position: {
    readonly eventId: string | null;
    readonly place: number | null;
    readonly head: number;
  } | null;
  readonly state: {
    readonly paused: boolean;
    readonly paced: boolean;
    readonly challenged: boolean;
    readonly reader: string | null;
  };
  readonly clocks: Clocks;
}

/** A live stream. */
export interface Stream extends StreamState {
  readonly transactionId: string;
  readonly apiId: string | null;
  readonly planId: string | null;
  readonly applicationId: string | null;
  readonly subscriptionId: string | null;
  readonly listener: string;
  readonly entrypoint: string | null;
  readonly protocol: string;
  readonly remoteAddress: string;
  readonly method: string;
  readonly host: string;
  /** Only for administrators. */
  readonly path?: string;
  readonly startedAt: string;
}

export interface SourceConnection {
  readonly endpoint: string;
  readonly problem: string | null;
  readonly clocks: Clocks;
}

export type SourceState = "UP" | "DOWN" | "REFUSED" | "NO_SOURCE";

/** An open channel; see `GET /_node/channels`. */
export interface Channel {
  readonly apiId: string;
  readonly channel: string;
  /** Only for administrators, and only where clients publish. */
  readonly topic?: string;
  readonly state: "OPEN" | "ENDED" | "CLOSED";
  readonly readers: {
    readonly total: number;
    readonly lagging: number;
    readonly states?: Readonly<Record<string, number>>;
  };
  readonly log: {
    readonly first: number;
    readonly last: number;
    readonly entries: number;
    readonly bytes: number;
    readonly oldestMs: number | null;
    readonly newestMs: number | null;
    readonly lastEventId: string | null;
    readonly maxEvents: number;
    readonly maxBytes: number;
    readonly maxAgeMs: number;
  };
  readonly source: {
    readonly state: SourceState;
    readonly problem: string | null;
    readonly endpoint: string | null;
    readonly url: string | null;
    readonly connections: readonly SourceConnection[];
  };
  readonly clocks: Clocks;
}

/** A reader of a channel. */
export interface Position {
  /** Null for a webhook. */
  readonly streamId: string | null;
  readonly state: string;
  readonly lagging: boolean;
  readonly place: number | null;
  readonly eventId: string | null;
  readonly lag: { readonly events: number; readonly ms: number; readonly bytes: number };
  readonly clocks: Clocks;
}

export interface Moment {
  readonly at: string;
  readonly mark: string;
  readonly endpoint?: string;
  readonly reason?: string;
  readonly url?: string;
}

export interface ChannelWithReaders extends Channel {
  readonly positions: readonly Position[];
  readonly moments: readonly Moment[];
}

export type InstanceState = "STARTED" | "UNKNOWN" | "STOPPED";

/** A gateway on the store; see `GET …/instances`. */
export interface Instance {
  readonly id: string;
  readonly hostname: string;
  readonly state: InstanceState;
  readonly lastHeartbeatAt: string;
  readonly apis: { readonly inForce: number; readonly rejected: number };
  readonly version?: string;
  readonly startedAt?: string;
  readonly urls?: readonly string[];
}

/** The result of a probe, with its figures. */
export type Probe = Readonly<Record<string, unknown>> & {
  readonly healthy: boolean;
  readonly message?: string;
};

export type Health = Readonly<Record<string, Probe>>;

export interface Readiness {
  readonly ready: boolean;
  readonly reasons?: Readonly<Record<string, string>>;
}

/** The drain of the daemon; see `GET /_node/drain`. */
export interface Drain {
  readonly state: "serving" | "draining" | "drained";
  readonly stopping?: boolean;
  readonly startedAt?: string;
  readonly streamsAtStart?: number;
  readonly streams?: number;
  readonly calls?: number;
  readonly streamsPerSecond?: number;
  readonly lastStreamEndsAt?: string;
  readonly hardStopAt?: string;
}

export const readHealth = (): Call => get(node("health"));
export const readReadiness = (): Call => get(node("ready"));
export const readDrain = (): Call => get(node("drain"));
export const readInstances = (): Call => get(environment("instances"), { perPage: 100 });
