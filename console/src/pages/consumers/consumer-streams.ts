import { html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { badge } from "../../parts/badge";
import { asCurl } from "../../parts/curl";
import { count, time } from "../../parts/numbers";
import { card } from "../../parts/page";
import { Part } from "../../parts/part";
import type { Column } from "../../parts/table";
import "../../parts/table";
import type { Call } from "../../rest/call";
import { LiveStreams, type LiveStream } from "../../rest/live-streams";
import { messageOf } from "../../rest/rest-error";
import { words } from "../../words/en";

const text = words.consumerStreams;

interface Row {
  readonly stream: LiveStream;
  /** Undefined while the stream is open. */
  readonly outcome?: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { id: "address", label: text.address, cell: ({ stream }) => stream.remoteAddress },
  {
    id: "entrypoint",
    label: text.entrypoint,
    cell: ({ stream }) => stream.entrypoint,
    secondary: true,
  },
  { id: "protocol", label: text.protocol, cell: ({ stream }) => stream.protocol, secondary: true },
  {
    id: "started",
    label: text.started,
    cell: ({ stream }) => time(stream.startedAt),
    secondary: true,
  },
  { id: "events", label: text.events, cell: ({ stream }) => count(stream.events), numeric: true },
  {
    id: "state",
    label: text.state,
    cell: ({ outcome }) =>
      outcome === undefined ? badge(text.open, "good") : badge(outcome, "bad"),
  },
];

/** The open streams of a consumer, as they come and go. */
@customElement("relay-consumer-streams")
export class ConsumerStreams extends Part {
  @property({ attribute: false }) filter: NonNullable<Call["query"]> = {};
  private readonly streams = new LiveStreams(this, () => this.filter);

  override render() {
    const { open, ended, following, error } = this.streams;
    const rows: Row[] = [
      ...[...open.values()].map((stream) => ({ stream })),
      ...ended.map(({ stream, outcome }) => ({ stream, outcome })),
    ];
    return card(
      text.title,
      html`<p class="muted">${text.intro}</p>
        <p class="stream-counts" role="status">${text.counts(open.size, ended.length)}</p>
        <relay-table
          .label=${text.label}
          .columns=${COLUMNS}
          .rows=${rows}
          .key=${(one: Row) => one.stream.id}
          .rowClass=${(one: Row) => (one.outcome === undefined ? "" : "is-ended")}
          .empty=${text.empty}
        ></relay-table>
        ${asCurl([this.streams.call])}`,
      following
        ? badge(text.following, "good")
        : badge(error ? messageOf(error) : text.connecting, error ? "bad" : "plain"),
    );
  }
}
