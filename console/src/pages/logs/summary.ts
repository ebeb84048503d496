import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import "../../parts/chart";
import type { Series } from "../../parts/chart";
import { count, duration } from "../../parts/numbers";
import { Part } from "../../parts/part";
import { get, send, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { words } from "../../words/en";

const text = words.logs;
const COLORS = ["--series-1", "--series-2", "--series-3", "--series-4"];
const INTERVALS = 60;

interface Figures {
  readonly total: number;
  readonly averageMs: number | undefined;
  readonly ranges: Readonly<Record<string, number>>;
  readonly outcomes: Readonly<Record<string, number>>;
}

interface Histogram {
  readonly timestamp: { readonly from: number; readonly to: number; readonly interval: number };
  readonly values: readonly {
    readonly buckets: readonly { readonly name: string; readonly data: readonly number[] }[];
  }[];
}

/** The figures of an API's calls since a time; their course is loaded when it is opened. */
@customElement("relay-log-summary")
export class LogSummary extends Part {
  @property({ attribute: false }) api = "";
  /** In milliseconds before now. */
  @property({ attribute: false }) periodMs = 3_600_000;
  @state() private opened = false;
  private readonly figures = new Loader(this, (signal) => this.load(signal));
  private readonly course = new Loader<Histogram | null>(this, async (signal) =>
    this.opened ? send<Histogram>(this.courseCall(), signal) : null,
  );

  /** Loads the figures again. */
  reload(): void {
    void this.figures.reload();
    if (this.opened) void this.course.reload();
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.get("periodMs") !== undefined) this.reload();
  }

  override render() {
    return html`<div class="log-summary">
      ${this.figures.show(
        ({ total, averageMs, ranges, outcomes }) => html`<dl class="facts">
          <div>
            <dt>${text.calls}</dt>
            <dd class="log-figure">${count(total)}</dd>
          </div>
          <div>
            <dt>${text.headAfter}</dt>
            <dd class="log-figure">${averageMs === undefined ? "–" : duration(averageMs)}</dd>
          </div>
          <div>
            <dt>${text.statuses}</dt>
            <dd>${counts(ranges)}</dd>
          </div>
          <div>
            <dt>${text.outcomes}</dt>
            <dd>${counts(outcomes)}</dd>
          </div>
        </dl>`,
      )}
      <details @toggle=${(event: Event) => this.toggled(event)}>
        <summary>${text.course}</summary>
        ${this.opened ? this.course.show((value) => (value ? this.chart(value) : nothing)) : nothing}
      </details>
    </div>`;
  }

  private chart({ timestamp, values }: Histogram) {
    const buckets = values[0]?.buckets ?? [];
    if (!buckets.length) return html`<p class="muted">${text.none}</p>`;
    const length = buckets[0]!.data.length;
    const times = Array.from({ length }, (_, at) => (timestamp.from + at * timestamp.interval) / 1000);
    const series: Series[] = buckets.slice(0, COLORS.length).map((one, at) => ({
      label: one.name,
      color: COLORS[at]!,
      values: one.data,
    }));
    return html`<relay-chart
      .label=${text.callsByStatus}
      .times=${times}
      .series=${series}
      .format=${count}
    ></relay-chart>`;
  }

  private toggled(event: Event): void {
    this.opened = (event.target as HTMLDetailsElement).open;
    if (this.opened) void this.course.reload();
  }

  private async load(signal: AbortSignal): Promise<Figures> {
    const [ranges, outcomes, average] = await Promise.all([
      send<{ ranges: Record<string, number> }>(this.call("response-status-ranges"), signal),
      send<{ values: Record<string, number> }>(
        this.call("", { type: "GROUP_BY", field: "outcome" }),
        signal,
      ),
      send<{ avg?: number; count: number }>(
        this.call("", { type: "STATS", field: "gateway-response-time-ms" }),
        signal,
      ),
    ]);
    const named = Object.entries(ranges.ranges).filter(([, value]) => value);
    return {
      total: Object.values(ranges.ranges).reduce((sum, one) => sum + one, 0),
      averageMs: average.count ? average.avg : undefined,
      ranges: Object.fromEntries(
        named.map(([name, value]) => [name === "unknown" ? text.noStatus : `${name[0]}xx`, value]),
      ),
      outcomes: outcomes.values,
    };
  }

  private courseCall(): Call {
    return this.call("", {
      type: "HISTOGRAM",
      aggregations: "FIELD:status",
      interval: Math.ceil(this.periodMs / INTERVALS),
    });
  }

  private call(name: string, query: Record<string, string | number> = {}): Call {
    const to = Date.now();
    const parts = ["apis", this.api, "analytics", ...(name ? [name] : [])];
    return get(environment(...parts), { ...query, from: to - this.periodMs, to });
  }
}

function counts(values: Readonly<Record<string, number>>) {
  const found = Object.entries(values);
  if (!found.length) return "–";
  return html`<span class="row"
    >${found.map(([name, value]) => badge(`${name} ${count(value)}`))}</span
  >`;
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-log-summary": LogSummary;
  }
}
