import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { banner } from "../../parts/banner";
import { copyable } from "../../parts/copy";
import { bytes, count, duration, time } from "../../parts/numbers";
import { card, facts, page } from "../../parts/page";
import { Part } from "../../parts/part";
import "../../parts/table";
import type { Column } from "../../parts/table";
import { get, send, type Call } from "../../rest/call";
import { node } from "../../rest/paths";
import { RestError } from "../../rest/rest-error";
import { path } from "../../routing/router";
import { words } from "../../words/en";
import { ClockBars } from "./clock-bars";
import type { ChannelWithReaders, Moment, Position, SourceConnection } from "./documents";
import { logWindow } from "./log-window";
import { loadNames } from "./names";
import { sourceBadge } from "./source-badge";

const text = words.channels;
const LOOK_EVERY_MS = 1000;

/** One channel: its log with its readers, and its source. */
@customElement("relay-live-channel")
export class LiveChannel extends Part {
  @property({ attribute: false }) owner = "";
  @property({ attribute: false }) channel = "";
  private readonly names = new Loader(this, loadNames);
  private readonly loader = new Loader<ChannelWithReaders>(
    this,
    (signal) => send(this.call(), signal),
    { everyMs: LOOK_EVERY_MS },
  );
  private readonly clocks = new Map<string, ClockBars>();

  override render() {
    const topic = this.loader.value?.topic;
    return page({
      title: topic === undefined ? text.one : text.topic(topic),
      actions: html`<a class="button" href=${path("live", "channels")}>${text.all}</a>
        <a class="button" href="${path("live", "streams")}?api=${encodeURIComponent(this.owner)}"
          >${text.streams}</a
        >`,
      content: html`${this.isClosed() ? banner("info", text.isClosed) : nothing}
      ${this.loader.value || !this.isClosed()
        ? this.loader.show((channel) => this.content(channel))
        : nothing}`,
      calls: [this.call()],
    });
  }

  private call(): Call {
    return get(node("channels", this.owner, this.channel));
  }

  private isClosed(): boolean {
    const { error } = this.loader;
    return error instanceof RestError && error.status === 404;
  }

  private content(channel: ChannelWithReaders) {
    const lagging = channel.positions.filter((one) => one.lagging || one.lag.events > 0);
    return html`${card(
        text.log,
        html`${logWindow(channel)} ${this.facts(channel)}`,
        html`<span class="row"
          >${channel.readers.lagging
            ? badge(text.laggingReaders(channel.readers.lagging), "warn")
            : badge(text.noneLags, "good")}</span
        >`,
      )}
      ${channel.source.state === "NO_SOURCE" ? nothing : this.source(channel)}
      ${card(
        text.laggards,
        html`<relay-table
          .label=${text.laggards}
          .columns=${READERS}
          .rows=${lagging}
          .key=${(one: Position) => one.streamId ?? `${one.place} ${one.eventId}`}
          .empty=${text.noLaggard}
          .rowClass=${() => "row-lagging"}
        ></relay-table>`,
      )}
      ${channel.source.state !== "NO_SOURCE" && channel.moments.length
        ? card(
            text.moments,
            html`<ol class="moments">
              ${[...channel.moments].reverse().map(moment)}
            </ol>`,
          )
        : nothing}`;
  }

  private facts(channel: ChannelWithReaders) {
    const { log, readers } = channel;
    return facts([
      [
        text.api,
        html`<a href=${path("apis", channel.apiId)}
          >${this.names.value?.get(channel.apiId) ?? channel.apiId}</a
        >`,
      ],
      [text.digest, copyable(text.digest, channel.channel)],
      [text.state, channel.state === "OPEN" ? text.open : text.ended],
      [text.readers, count(readers.total)],
      [
        text.byState,
        Object.entries(readers.states ?? {})
          .map(([state, number]) => `${state}: ${count(number)}`)
          .join(", "),
      ],
      [text.entries, text.of(count(log.entries), count(log.maxEvents))],
      [text.memory, text.of(bytes(log.bytes), bytes(log.maxBytes))],
      [text.longest, duration(log.maxAgeMs)],
      [text.lastEventId, log.lastEventId],
      [
        text.closesIn,
        channel.clocks["lingerMs"] === undefined ? null : duration(channel.clocks["lingerMs"]),
      ],
    ]);
  }

  private source({ source }: ChannelWithReaders) {
    return card(
      text.source,
      html`${facts([
        [text.endpoint, source.endpoint],
        [text.url, source.url ? html`<code>${source.url}</code>` : undefined],
        [text.problem, source.problem],
      ])}
      ${source.connections.map((one) => this.connection(one))}`,
      sourceBadge(source.state),
    );
  }

  private connection(one: SourceConnection) {
    let bars = this.clocks.get(one.endpoint);
    if (!bars) this.clocks.set(one.endpoint, (bars = new ClockBars()));
    return html`<div class="stack">
      <h3>${text.connection(one.endpoint)}</h3>
      ${bars.show(one.clocks)}
    </div>`;
  }
}

const READERS: readonly Column<Position>[] = [
  {
    id: "stream",
    label: text.reader,
    cell: (one) =>
      one.streamId
        ? html`<a href=${path("live", "streams", one.streamId)}><code>${one.streamId}</code></a>`
        : text.webhook,
  },
  { id: "state", label: text.state, cell: (one) => badge(one.state, "warn") },
  {
    id: "place",
    label: text.place,
    numeric: true,
    cell: (one) => (one.place === null ? "–" : count(one.place)),
  },
  { id: "events", label: text.lagEvents, numeric: true, cell: (one) => count(one.lag.events) },
  { id: "time", label: text.lagTime, numeric: true, cell: (one) => duration(one.lag.ms) },
  {
    id: "bytes",
    label: text.lagBytes,
    numeric: true,
    secondary: true,
    cell: (one) => bytes(one.lag.bytes),
  },
];

function moment(one: Moment) {
  return html`<li>
    <time class="muted">${time(one.at)}</time>
    <span>${text.marks[one.mark as "gap"] ?? one.mark}</span>
    <span class="muted">${[one.endpoint, one.reason].filter(Boolean).join(" · ")}</span>
  </li>`;
}
