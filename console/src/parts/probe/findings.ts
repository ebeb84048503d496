import { html, svg, type TemplateResult } from "lit";
import { words } from "../../words/en";

const text = words.probe;

interface Timed {
  readonly atMs: number;
}

export interface Head extends Timed {
  readonly status: number;
  readonly contentType: string;
  readonly eventStream: boolean;
  readonly reason?: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

export interface Proposal {
  readonly idleTimeout: number;
  readonly changes: boolean;
  readonly measured: boolean;
  readonly reason: string;
}

export interface SeenEvent extends Timed {
  readonly event: string;
  readonly id?: string;
  readonly data: string;
}

export interface Result extends Timed {
  readonly ended: string;
  readonly message: string;
  readonly excerpt?: string;
  readonly heartbeatMs?: number;
  readonly longestSilenceMs?: number;
  readonly proposal?: Proposal;
}

interface Heartbeat extends Timed {
  readonly intervalMs?: number;
}

/** What a probe has reported so far. */
export class Findings {
  readonly stages: string[] = [];
  readonly events: SeenEvent[] = [];
  readonly heartbeats: Heartbeat[] = [];
  head: Head | undefined;
  proposal: Proposal | undefined;
  result: Result | undefined;
  /** Why there is no result; empty while there may be one. */
  interrupted = "";
  private readonly begun = performance.now();

  /** @param seconds how long the probe lasts at most. */
  constructor(readonly seconds: number) {}

  get isEmpty(): boolean {
    return !this.stages.length && !this.head;
  }

  /** The longest time between two heartbeats; undefined for fewer than two. */
  get intervalMs(): number | undefined {
    if (this.result) return this.result.heartbeatMs;
    const found = this.heartbeats.flatMap((one) => one.intervalMs ?? []);
    return found.length ? Math.max(...found) : undefined;
  }

  elapsedSeconds(): number {
    return Math.min(Math.round((performance.now() - this.begun) / 1000), this.seconds);
  }

  /** Takes an event of the response to a probe. */
  take(name: string, members: unknown): void {
    switch (name) {
      case "connecting": {
        const { host, port } = members as { host: string; port: number };
        this.stages.push(text.connecting(`${host}:${port}`));
        break;
      }
      case "connected": {
        const { address, tlsVersion } = members as { address: string; tlsVersion?: string };
        this.stages.push(
          tlsVersion ? text.connectedByTls(address, tlsVersion) : text.connected(address),
        );
        break;
      }
      case "head":
        this.head = members as Head;
        break;
      case "event":
        this.events.push(members as SeenEvent);
        break;
      case "heartbeat":
        this.heartbeats.push(members as Heartbeat);
        break;
      case "proposal":
        this.proposal = members as Proposal;
        break;
      case "end":
        this.result = members as Result;
        this.proposal = this.result.proposal ?? this.proposal;
    }
  }
}

const WIDTH = 600;
const HEIGHT = 34;

/** Heartbeats and events on a line from the beginning of the probe to its end. */
export function timeLine(findings: Findings): TemplateResult {
  const all = findings.seconds * 1000;
  const x = (one: Timed): number => Math.round((one.atMs / all) * WIDTH);
  const label = `${text.timeLine}. ${text.heartbeats}: ${findings.heartbeats.length}, ${text.events}: ${findings.events.length}`;
  return html`<figure class="probe-line">
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${label}>
      <line class="probe-axis" x1="0" x2=${WIDTH} y1=${HEIGHT / 2} y2=${HEIGHT / 2}></line>
      ${findings.heartbeats.map(
        (one) =>
          svg`<line class="probe-heartbeat" x1=${x(one)} x2=${x(one)} y1="8" y2=${HEIGHT - 8}></line>`,
      )}
      ${findings.events.map(
        (one) => svg`<line class="probe-event" x1=${x(one)} x2=${x(one)} y1="2" y2=${HEIGHT - 2}></line>`,
      )}
    </svg>
    <figcaption>
      <span class="probe-key probe-key-heartbeat">${text.legendHeartbeat}</span>
      <span class="probe-key probe-key-event">${text.legendEvent}</span>
    </figcaption>
  </figure>`;
}
