import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { banner } from "../../parts/banner";
import { bytes, count, duration, rate } from "../../parts/numbers";
import { page } from "../../parts/page";
import { Part } from "../../parts/part";
import "../../parts/table";
import type { Column, Sort } from "../../parts/table";
import { get, type Call } from "../../rest/call";
import { node } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { Query } from "../../routing/query";
import { path } from "../../routing/router";
import { may } from "../../session/session";
import { words } from "../../words/en";
import { closeAll, closeOne } from "./closing";
import { loadNames, type ApiNames } from "./names";
import { stateBadge } from "./state-badge";
import { StreamFeed, type Row } from "./stream-feed";
import { filtersOf, streamFilters } from "./stream-filters";

const text = words.streams;
const NO_NAMES: ApiNames = new Map();
const DEFAULT_SORT = "-age";
const SORTS: Readonly<Record<string, (row: Row) => number>> = {
  age: (row) => -row.beganAt,
  events: (row) => row.events,
  rate: (row) => row.rate.eventsPerSecond,
  lag: (row) => row.lag.ms || row.lag.events,
  bytes: (row) => row.bytesOut,
};

/** All live streams of the daemon, as they change. */
@customElement("relay-live-streams")
export class LiveStreams extends Part {
  private readonly query = new Query(this, () => this.filtered());
  private readonly names = new Loader<ApiNames>(this, async (signal) => {
    const names = await loadNames(signal);
    this.columns = columnsOf(names);
    return names;
  });
  /** Always the same until the names are there: other columns render the whole table. */
  private columns = columnsOf(NO_NAMES);
  private readonly feed = new StreamFeed(
    this,
    () => this.call(),
    () => this.order(),
    () => this.redraw(),
  );
  private filters = JSON.stringify(filtersOf(this.query));
  private shownRows: readonly Row[] | undefined;

  override render() {
    return page({
      title: text.title,
      actions: html`<button
          type="button"
          aria-pressed=${this.feed.paused}
          @click=${() => this.feed.pause(!this.feed.paused)}
        >
          ${this.feed.paused ? text.goOn : text.pause}
        </button>
        ${this.closeButton()}`,
      content: html`${streamFilters(this.query, this.names.value ?? NO_NAMES)}
        ${this.feed.error === undefined
          ? nothing
          : banner("error", messageOf(this.feed.error))}
        <p class="muted" role="status">${this.summary()}</p>
        <relay-table
          .label=${text.title}
          .columns=${this.columns}
          .rows=${this.feed.rows}
          .key=${keyOf}
          .sort=${this.query.get("sort") || DEFAULT_SORT}
          .empty=${this.feed.state === "connecting" ? words.common.loading : text.empty}
          .rowClass=${classOf}
          @sort=${(event: CustomEvent<Sort>) => this.query.set({ sort: event.detail })}
        ></relay-table>`,
      calls: [this.call()],
    });
  }

  private call(): Call {
    return get(node("streams"), filtersOf(this.query));
  }

  private order(): readonly [(row: Row) => number, boolean] {
    const sort = this.query.get("sort") || DEFAULT_SORT;
    const reverse = sort.startsWith("-");
    return [SORTS[reverse ? sort.slice(1) : sort] ?? SORTS["age"]!, reverse];
  }

  private filtered(): void {
    const filters = JSON.stringify(filtersOf(this.query));
    if (filters === this.filters) return this.feed.sort();
    this.filters = filters;
    this.feed.restart();
  }

  /** Renders the page when there are other rows, and only the rows in sight otherwise. */
  private redraw(): void {
    const other = this.shownRows !== this.feed.rows || this.feed.state !== "live";
    this.shownRows = this.feed.rows;
    if (other) this.requestUpdate();
    else this.querySelector("relay-table")?.requestUpdate();
  }

  private summary(): string {
    if (this.feed.paused) return text.isPaused(this.feed.rows.length);
    if (this.feed.state === "lost") return text.lost;
    if (this.feed.state === "connecting") return words.common.loading;
    return text.summary(count(this.feed.rows.length), count(Math.round(this.feed.eventsPerSecond * 10) / 10));
  }

  private closeButton() {
    if (!may("ADMIN")) return nothing;
    const filters = filtersOf(this.query);
    const isFiltered = Object.keys(filters).length > 0;
    return html`<button
      type="button"
      class="danger"
      title=${isFiltered ? nothing : text.closing.needsFilter}
      ?disabled=${!isFiltered || !this.feed.rows.length}
      @click=${() => closeAll(filters, this.feed.rows.length)}
    >
      ${text.closing.all}
    </button>`;
  }
}

const keyOf = (row: Row): string => row.id;

function classOf(row: Row): string {
  if (row.over) return "row-over";
  return row.lag.events ? "row-lagging" : "";
}

function columnsOf(names: ApiNames): readonly Column<Row>[] {
  const closes: readonly Column<Row>[] = [
    {
      id: "actions",
      label: words.common.actions,
      cell: (row) =>
        row.over
          ? badge(text.over)
          : html`<button
              type="button"
              class="small danger"
              aria-label=${text.closing.label(row.remoteAddress)}
              @click=${() => closeOne(row.id)}
            >
              ${text.closing.short}
            </button>`,
    },
  ];
  return [
    {
      id: "client",
      label: text.client,
      cell: (row) =>
        html`<a href=${path("live", "streams", row.id)}>${row.remoteAddress}</a> ${row.path
            ? html`<span class="muted">${row.path}</span>`
            : nothing}`,
    },
    {
      id: "api",
      label: text.api,
      cell: (row) =>
        row.apiId
          ? html`<a href=${path("apis", row.apiId)}>${names.get(row.apiId) ?? row.apiId}</a>`
          : "–",
    },
    { id: "entrypoint", label: text.entrypoint, secondary: true, cell: (row) => row.entrypoint },
    { id: "state", label: text.state, cell: (row) => stateBadge(row) },
    {
      id: "age",
      label: text.age,
      numeric: true,
      secondary: true,
      sort: true,
      cell: (row) => duration(Math.floor((performance.now() - row.beganAt) / 1000) * 1000 || 1),
    },
    {
      id: "events",
      label: text.events,
      numeric: true,
      secondary: true,
      sort: true,
      cell: (row) => count(row.events),
    },
    {
      id: "rate",
      label: text.rate,
      numeric: true,
      sort: true,
      cell: (row) => rate(row.rate.eventsPerSecond),
    },
    {
      id: "lag",
      label: text.lag,
      numeric: true,
      sort: true,
      cell: (row) => (row.lag.events ? `${count(row.lag.events)} · ${duration(row.lag.ms)}` : "0"),
    },
    {
      id: "bytes",
      label: text.sent,
      numeric: true,
      secondary: true,
      sort: true,
      cell: (row) => bytes(row.bytesOut),
    },
    ...(may("ADMIN") ? closes : []),
  ];
}
