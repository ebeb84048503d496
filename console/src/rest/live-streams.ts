import type { ReactiveController, ReactiveControllerHost } from "lit";
import { get, type Call } from "./call";
import { events } from "./events";
import { node } from "./paths";

/** An open call of a client, as `GET /_node/streams` describes it. */
export interface LiveStream {
  readonly id: string;
  readonly apiId: string | null;
  readonly remoteAddress: string;
  readonly protocol: string;
  readonly entrypoint: string | null;
  readonly startedAt: string;
  readonly phase: string;
  readonly events: number;
  readonly bytesOut: number;
}

/** A call that has ended while it was watched. */
export interface EndedStream {
  readonly stream: LiveStream;
  readonly outcome: string;
  readonly endedAt: number;
}

const INTERVAL_MS = 250;
const AGAIN_MS = 1000;
const MOST_ENDED = 100;

/** Follows the open calls that pass a filter while an element is on the page. */
export class LiveStreams implements ReactiveController {
  open: ReadonlyMap<string, LiveStream> = new Map();
  /** The newest first. */
  ended: readonly EndedStream[] = [];
  /** Whether the list is known and is followed. */
  following = false;
  /** Why it is not. */
  error: unknown;
  private running: AbortController | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly filter: () => NonNullable<Call["query"]>,
  ) {
    host.addController(this);
  }

  /** What is followed. */
  get call(): Call {
    return get(node("streams"), { ...this.filter(), intervalMs: INTERVAL_MS });
  }

  hostConnected(): void {
    this.running = new AbortController();
    void this.follow(this.running.signal);
  }

  hostDisconnected(): void {
    this.running?.abort();
  }

  private async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        let listed = new Map<string, LiveStream>();
        for await (const { event, data } of events(this.call, signal)) {
          const value = JSON.parse(data);
          if (event === "snapshot") {
            for (const one of value.data as LiveStream[]) listed.set(one.id, one);
            if (!value.complete) continue;
            this.open = listed;
            listed = new Map();
            this.following = true;
            this.error = undefined;
          } else this.take(event, value);
          this.host.requestUpdate();
        }
      } catch (error) {
        if (signal.aborted) return;
        this.error = error;
      }
      this.following = false;
      this.host.requestUpdate();
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }

  private take(event: string, value: LiveStream & { readonly outcome?: string | null }): void {
    const open = new Map(this.open);
    const known = open.get(value.id);
    if (event === "opened") open.set(value.id, value);
    else if (event === "changed" && known) open.set(value.id, { ...known, ...value });
    else if (event === "closed") {
      open.delete(value.id);
      if (value.outcome) {
        const stream = { ...known, ...value };
        const ended = { stream, outcome: value.outcome, endedAt: Date.now() };
        this.ended = [ended, ...this.ended].slice(0, MOST_ENDED);
      }
    }
    this.open = open;
  }
}
