import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Call } from "../../rest/call";
import { events, type StreamEvent } from "../../rest/events";
import { RestError } from "../../rest/rest-error";
import type { Stream, StreamState } from "./documents";

/** A live stream in the list; changed in place. */
export interface Row extends Stream {
  /** When the request came, on the clock of `performance.now()`. */
  beganAt: number;
  /** Whether the stream has ended; such a row stays until the next sort. */
  over: boolean;
}

export type Sorts = Readonly<Record<string, (row: Row) => number>>;

interface Snapshot {
  readonly data: readonly Stream[];
  readonly complete: boolean;
}

interface Closed extends Stream {
  /** Null for a stream that goes on, and no longer passes the filter. */
  readonly outcome: string | null;
}

/** Milliseconds of each frame in which events are taken. */
const BUDGET_MS = 5;
const SORT_EVERY_MS = 1000;
const AGAIN_MS = 2000;

/**
 * Follows the changes of the live streams while its element is on the page and in sight.
 *
 * Events are taken once in each frame, for a part of the frame; what is left waits for the
 * next. Rows are changed in place, and sorted at most once a second.
 */
export class StreamFeed implements ReactiveController {
  /** In their order. */
  rows: readonly Row[] = [];
  state: "connecting" | "live" | "lost" = "connecting";
  error: unknown;
  eventsPerSecond = 0;
  private readonly byId = new Map<string, Row>();
  private readonly waiting: StreamEvent[] = [];
  private running: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sortTimer: ReturnType<typeof setTimeout> | undefined;
  private frame = 0;
  private sortedAt = 0;
  private isOrderOld = false;
  private isPaused = false;
  private readonly seen = (): void => (document.hidden ? this.stop() : this.restart());

  /**
   * @param call returns what is followed.
   * @param order returns the key of the order, and whether the greatest comes first.
   * @param changed is called when there is something new to show.
   * @param ended is called with each stream that ends, and its outcome.
   */
  constructor(
    host: ReactiveControllerHost,
    private readonly call: () => Call,
    private readonly order: () => readonly [(row: Row) => number, boolean],
    private readonly changed: () => void,
    private readonly ended: (stream: Stream, outcome: string) => void = () => undefined,
  ) {
    host.addController(this);
  }

  get paused(): boolean {
    return this.isPaused;
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.seen);
    this.restart();
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.seen);
    this.stop();
  }

  /** Follows again, with a new list. */
  restart(): void {
    this.stop();
    if (this.isPaused) return;
    this.byId.clear();
    this.state = "connecting";
    this.error = undefined;
    void this.follow((this.running = new AbortController()));
    this.changed();
  }

  /** Shows the rows as they are, or follows again. */
  pause(paused: boolean): void {
    this.isPaused = paused;
    if (paused) this.stop();
    else this.restart();
    this.changed();
  }

  /** Sorts the rows now. */
  sort(): void {
    const [key, reverse] = this.order();
    const sign = reverse ? -1 : 1;
    for (const row of this.byId.values()) if (row.over) this.byId.delete(row.id);
    const keyed = Array.from(this.byId.values(), (row) => ({ row, key: sign * key(row) }));
    keyed.sort((one, other) => one.key - other.key);
    this.rows = keyed.map((one) => one.row);
    this.eventsPerSecond = this.rows.reduce((sum, row) => sum + row.rate.eventsPerSecond, 0);
    this.sortedAt = performance.now();
    this.isOrderOld = false;
    this.changed();
  }

  private stop(): void {
    this.running?.abort();
    clearTimeout(this.timer);
    clearTimeout(this.sortTimer);
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.waiting.length = 0;
  }

  private async follow(running: AbortController): Promise<void> {
    try {
      for await (const event of events(this.call(), running.signal)) {
        this.waiting.push(event);
        this.ask();
      }
    } catch (error) {
      if (running.signal.aborted) return;
      this.error = error;
    }
    if (running.signal.aborted) return;
    this.state = "lost";
    this.changed();
    const refused = this.error instanceof RestError && this.error.status === 400;
    if (!refused) this.timer = setTimeout(() => this.restart(), AGAIN_MS);
  }

  private ask(): void {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.work());
  }

  /** Takes events for a part of this frame. */
  private work(): void {
    this.frame = 0;
    const until = performance.now() + BUDGET_MS;
    let taken = 0;
    while (taken < this.waiting.length && performance.now() < until) {
      this.take(this.waiting[taken++]!);
    }
    this.waiting.splice(0, taken);
    if (this.isOrderOld && performance.now() - this.sortedAt >= SORT_EVERY_MS) this.sort();
    else if (taken) this.changed();
    if (this.waiting.length) this.ask();
    else if (this.isOrderOld) this.askLater();
  }

  private askLater(): void {
    clearTimeout(this.sortTimer);
    const passed = performance.now() - this.sortedAt;
    this.sortTimer = setTimeout(() => this.ask(), SORT_EVERY_MS - passed);
  }

  private take(event: StreamEvent): void {
    const content = JSON.parse(event.data) as unknown;
    switch (event.event) {
      case "snapshot":
        return this.begin(content as Snapshot);
      case "opened":
        this.add(content as Stream);
        break;
      case "changed":
        this.change(content as StreamState);
        break;
      case "closed":
        this.end(content as Closed);
        break;
      case "gap":
        this.byId.clear();
        break;
    }
    this.isOrderOld = true;
  }

  private begin(snapshot: Snapshot): void {
    for (const one of snapshot.data) this.add(one);
    this.isOrderOld = true;
    if (snapshot.complete) {
      this.state = "live";
      this.sortedAt = 0;
    }
  }

  private add(stream: Stream): void {
    const beganAt = performance.now() - stream.ageMs;
    this.byId.set(stream.id, { ...stream, beganAt, over: false });
  }

  private change(state: StreamState): void {
    const row = this.byId.get(state.id);
    if (row) Object.assign(row, state);
  }

  private end(closed: Closed): void {
    const row = this.byId.get(closed.id);
    if (row) row.over = true;
    if (closed.outcome !== null) this.ended({ ...row, ...closed }, closed.outcome);
  }
}
