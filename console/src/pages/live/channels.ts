import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { selectField, toggleField } from "../../parts/fields";
import { bytes, count, duration } from "../../parts/numbers";
import { page } from "../../parts/page";
import { paging, type Page } from "../../parts/paging";
import { Part } from "../../parts/part";
import "../../parts/table";
import type { Column, Sort } from "../../parts/table";
import { get, send, type Call } from "../../rest/call";
import { node } from "../../rest/paths";
import { Query } from "../../routing/query";
import { path } from "../../routing/router";
import { words } from "../../words/en";
import type { Channel, SourceState } from "./documents";
import { loadNames, type ApiNames } from "./names";
import { sourceBadge } from "./source-badge";

const text = words.channels;
const PER_PAGE = 50;
const LOOK_EVERY_MS = 2000;
const DEFAULT_SORT = "-readers";
const NO_NAMES: ApiNames = new Map();
const STATES = Object.keys(text.sources) as SourceState[];

/** The open channels of the daemon, over all APIs. */
@customElement("relay-live-channels")
export class LiveChannels extends Part {
  private readonly query = new Query(this, () => void this.loader.reload());
  private readonly names = new Loader<ApiNames>(this, loadNames);
  private readonly loader = new Loader<Page<Channel>>(
    this,
    (signal) => send(this.call(), signal),
    { everyMs: LOOK_EVERY_MS },
  );

  override render() {
    return page({
      title: text.title,
      intro: text.intro,
      content: html`${this.filters()}
      ${this.loader.show(
        (found) => html`<relay-table
            .label=${text.title}
            .columns=${this.columns()}
            .rows=${found.data}
            .key=${(one: Channel) => `${one.apiId}/${one.channel}`}
            .sort=${this.query.get("sort") || DEFAULT_SORT}
            .empty=${text.empty}
            @sort=${(event: CustomEvent<Sort>) => this.query.set({ sort: event.detail })}
          ></relay-table>
          ${paging(found.pagination, (number) => this.query.set({ page: String(number) }))}`,
      )}`,
      calls: [this.call()],
    });
  }

  private call(): Call {
    return get(node("channels"), {
      apiIds: this.query.get("api"),
      sources: this.query.get("source"),
      lagging: this.query.get("lagging"),
      sortBy: this.query.get("sort") || DEFAULT_SORT,
      page: this.query.number("page", 1),
      perPage: PER_PAGE,
    });
  }

  private filters() {
    const names = this.names.value ?? NO_NAMES;
    return html`<search class="filters">
      ${selectField({
        id: "channel-api",
        label: text.api,
        value: this.query.get("api"),
        options: [
          { value: "", label: text.any },
          ...[...names].map(([value, label]) => ({ value, label })),
        ],
        onChange: (api) => this.query.set({ api, page: undefined }),
      })}
      ${selectField({
        id: "channel-source",
        label: text.source,
        value: this.query.get("source"),
        options: [
          { value: "", label: text.any },
          ...STATES.map((value) => ({ value, label: text.sources[value] })),
        ],
        onChange: (source) => this.query.set({ source, page: undefined }),
      })}
      ${toggleField({
        id: "channel-lagging",
        label: text.onlyLagging,
        value: this.query.get("lagging") === "true",
        onChange: (on) => this.query.set({ lagging: on ? "true" : undefined, page: undefined }),
      })}
    </search>`;
  }

  private columns(): readonly Column<Channel>[] {
    const names = this.names.value ?? NO_NAMES;
    return [
      {
        id: "channel",
        label: text.channel,
        cell: (one) =>
          html`<a href=${path("live", "channels", one.apiId, one.channel)}
            >${one.topic ?? one.channel}</a
          >`,
      },
      {
        id: "api",
        label: text.api,
        cell: (one) =>
          html`<a href=${path("apis", one.apiId)}>${names.get(one.apiId) ?? one.apiId}</a>`,
      },
      {
        id: "source",
        label: text.source,
        cell: (one) =>
          html`${sourceBadge(one.source.state)}
          ${one.source.problem
            ? html`<span class="muted">${one.source.problem}</span>`
            : nothing}`,
      },
      {
        id: "readers",
        label: text.readers,
        numeric: true,
        sort: true,
        cell: (one) => count(one.readers.total),
      },
      {
        id: "lagging",
        label: text.lagging,
        numeric: true,
        sort: true,
        cell: (one) => count(one.readers.lagging),
      },
      {
        id: "entries",
        label: text.entries,
        numeric: true,
        secondary: true,
        sort: true,
        cell: (one) => count(one.log.entries),
      },
      {
        id: "bytes",
        label: text.memory,
        numeric: true,
        secondary: true,
        sort: true,
        cell: (one) => bytes(one.log.bytes),
      },
      {
        id: "newest",
        label: text.newest,
        numeric: true,
        secondary: true,
        cell: (one) => (one.log.newestMs === null ? "–" : duration(one.log.newestMs)),
      },
    ];
  }
}
