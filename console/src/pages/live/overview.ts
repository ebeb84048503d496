import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { banner } from "../../parts/banner";
import "../../parts/chart";
import type { Series } from "../../parts/chart";
import { bytes, count, duration, rate } from "../../parts/numbers";
import { card, page } from "../../parts/page";
import { Part } from "../../parts/part";
import { get } from "../../rest/call";
import { node } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { path } from "../../routing/router";
import { words } from "../../words/en";
import { readHealth } from "./documents";
import { HistoryFeed } from "./history-feed";
import {
  drainBadge,
  healthBadge,
  loadNode,
  readinessBadge,
  reasons,
  type NodeState,
} from "./node-state";

const text = words.live;
const LOOK_EVERY_MS = 5000;
const perSecond = (value: number): string => `${count(Math.round(value * 100) / 100)}/s`;
const milliseconds = (value: number): string => duration(Math.round(value * 10) / 10);

interface ChartView {
  readonly label: string;
  readonly format: (value: number) => string;
  /** Names of series, with their labels. */
  readonly lines: readonly (readonly [string, string])[];
}

const CHARTS: readonly ChartView[] = [
  { label: text.charts.streams, format: count, lines: [["streams", text.series.streams]] },
  {
    label: text.charts.events,
    format: perSecond,
    lines: [
      ["events", text.series.events],
      ["received", text.series.received],
    ],
  },
  {
    label: text.charts.lag,
    format: milliseconds,
    lines: [
      ["lagP50Ms", text.series.median],
      ["lagP99Ms", text.series.most],
    ],
  },
  {
    label: text.charts.changes,
    format: count,
    lines: [
      ["opened", text.series.opened],
      ["ended", text.series.ended],
    ],
  },
  {
    label: text.charts.failures,
    format: count,
    lines: [
      ["refusals", text.series.refusals],
      ["reconnects", text.series.reconnects],
    ],
  },
  { label: text.charts.bytes, format: bytes, lines: [["sentBytes", text.series.sent]] },
  { label: text.charts.loop, format: milliseconds, lines: [["loopLagMs", text.series.loop]] },
  { label: text.charts.memory, format: bytes, lines: [["memoryBytes", text.series.memory]] },
];

/** The last hour of the daemon, and how it is now. */
@customElement("relay-live")
export class Live extends Part {
  private readonly history = new HistoryFeed(this, () => get(node("history")));
  private readonly state = new Loader<NodeState>(this, loadNode, { everyMs: LOOK_EVERY_MS });

  override render() {
    const failure = this.state.error ?? this.history.error;
    return page({
      title: text.title,
      intro: text.intro,
      content: html`${failure === undefined
          ? this.state.show((state) => this.now(state))
          : banner("error", `${messageOf(failure)} ${text.unknown}`)}
        <section class="stack" aria-labelledby="live-hour">
          <h2 id="live-hour">${text.hour}</h2>
          ${this.history.times.length > 1
            ? html`<div class="charts">${CHARTS.map((one) => this.chart(one))}</div>`
            : html`<p class="empty">${text.noSample}</p>`}
        </section>`,
      calls: [get(node("history")), readHealth()],
    });
  }

  private now({ health, readiness, drain }: NodeState) {
    const figures: readonly (readonly [string, string, string?])[] = [
      [text.figures.streams, this.figure("streams", count), path("live", "streams")],
      [text.figures.events, this.figure("events", rate)],
      [text.figures.lag, this.figure("lagP99Ms", milliseconds)],
      [text.figures.cpu, this.figure("cpuPercent", (one) => `${count(Math.round(one))} %`)],
    ];
    return html`<ul class="figures">
        ${figures.map(
          ([label, value, href]) => html`<li class="card">
            <span class="muted">${href ? html`<a href=${href}>${label}</a>` : label}</span>
            <strong>${value}</strong>
          </li>`,
        )}
      </ul>
      ${card(
        text.state,
        html`<dl class="facts">
            <div>
              <dt>${text.health}</dt>
              <dd>${healthBadge(health)} <a href=${path("live", "nodes")}>${text.details}</a></dd>
            </div>
            <div>
              <dt>${text.readiness}</dt>
              <dd>${readinessBadge(readiness)}</dd>
            </div>
            <div>
              <dt>${text.drain}</dt>
              <dd>${drainBadge(drain)} <a href=${path("live", "drain")}>${text.details}</a></dd>
            </div>
          </dl>
          ${reasons(readiness)}`,
      )}`;
  }

  private figure(name: string, format: (value: number) => string): string {
    const value = this.history.newest(name);
    return value === null ? "–" : format(value);
  }

  private chart(view: ChartView) {
    const series: readonly Series[] = view.lines.map(([name, label], index) => ({
      label,
      color: `--series-${index + 1}`,
      values: this.history.series[name] ?? [],
    }));
    return html`<relay-chart
      class="card"
      .label=${view.label}
      .times=${this.history.times}
      .series=${series}
      .format=${view.format}
    ></relay-chart>`;
  }
}
