import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Call } from "../../rest/call";
import { events } from "../../rest/events";

type Values = readonly (number | null)[];

interface HistoryDocument {
  readonly timestamps: readonly number[];
  readonly series: Readonly<Record<string, Values>>;
}

interface Sample {
  readonly timestamp: number;
  readonly series: Readonly<Record<string, number | null>>;
}

const KEPT_MS = 3_600_000;
const AGAIN_MS = 5000;

/** Follows the last hour of the daemon while its element is on the page and in sight. */
export class HistoryFeed implements ReactiveController {
  /** Seconds since the Unix epoch. */
  times: readonly number[] = [];
  series: Readonly<Record<string, Values>> = {};
  error: unknown;
  private running: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly seen = (): void => (document.hidden ? this.stop() : this.start());

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly call: () => Call,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.seen);
    this.start();
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.seen);
    this.stop();
  }

  /** The newest value of a series. */
  newest(name: string): number | null {
    return this.series[name]?.at(-1) ?? null;
  }

  private start(): void {
    this.stop();
    void this.follow((this.running = new AbortController()));
  }

  private stop(): void {
    this.running?.abort();
    clearTimeout(this.timer);
  }

  private async follow(running: AbortController): Promise<void> {
    try {
      for await (const event of events(this.call(), running.signal)) {
        const content = JSON.parse(event.data) as unknown;
        if (event.event === "history") this.begin(content as HistoryDocument);
        else if (event.event === "sample") this.add(content as Sample);
        this.error = undefined;
        this.host.requestUpdate();
      }
    } catch (error) {
      if (running.signal.aborted) return;
      this.error = error;
      this.host.requestUpdate();
    }
    if (!running.signal.aborted) this.timer = setTimeout(() => this.start(), AGAIN_MS);
  }

  private begin(history: HistoryDocument): void {
    this.times = history.timestamps.map((one) => one / 1000);
    this.series = history.series;
  }

  private add(sample: Sample): void {
    const times = [...this.times, sample.timestamp / 1000];
    const first = times.findIndex((one) => one * 1000 > sample.timestamp - KEPT_MS);
    this.times = times.slice(first);
    this.series = Object.fromEntries(
      Object.entries(this.series).map(([name, values]) => [
        name,
        [...values, sample.series[name] ?? null].slice(first),
      ]),
    );
  }
}
