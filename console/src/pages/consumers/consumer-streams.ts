import { html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { badge } from "../../parts/badge";
import { asCurl } from "../../parts/curl";
import { count, time } from "../../parts/numbers";
import { card } from "../../parts/page";
import { Part } from "../../parts/part";
import type { Column } from "../../parts/table";
import "../../parts/table";
import { get, type Call } from "../../rest/call";
import { node } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { words } from "../../words/en";
import type { Stream } from "../live/documents";
import { StreamFeed } from "../live/stream-feed";

const text = words.consumerStreams;
/** Short, so that an end is seen as it happens. */
const INTERVAL_MS = 250;
const MOST_ENDED = 100;

interface Row {
  readonly stream: Stream;
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
  /** The newest first. */
  private ended: readonly Row[] = [];
  private readonly feed = new StreamFeed(
    this,
    () => this.read(),
    () => [(one) => -one.beganAt, false],
    () => this.requestUpdate(),
    (stream, outcome) => {
      this.ended = [{ stream, outcome }, ...this.ended].slice(0, MOST_ENDED);
    },
  );

  private read(): Call {
    return get(node("streams"), { ...this.filter, intervalMs: INTERVAL_MS });
  }

  override render() {
    const { state, error } = this.feed;
    const open = this.feed.rows.filter((one) => !one.over).map((stream) => ({ stream }));
    const rows: Row[] = [...open, ...this.ended];
    return card(
      text.title,
      html`<p class="muted">${text.intro}</p>
        <p class="stream-counts" role="status">${text.counts(open.length, this.ended.length)}</p>
        <relay-table
          .label=${text.label}
          .columns=${COLUMNS}
          .rows=${rows}
          .key=${(one: Row) => one.stream.id}
          .rowClass=${(one: Row) => (one.outcome === undefined ? "" : "is-ended")}
          .empty=${text.empty}
        ></relay-table>
        ${asCurl([this.read()])}`,
      state === "live"
        ? badge(text.following, "good")
        : badge(error ? messageOf(error) : text.connecting, error ? "bad" : "plain"),
    );
  }
}
