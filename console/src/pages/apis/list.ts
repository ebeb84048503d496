import { html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { copyable } from "../../parts/copy";
import { selectField, textField } from "../../parts/fields";
import { count, rate } from "../../parts/numbers";
import { card, page } from "../../parts/page";
import { paging, type Page } from "../../parts/paging";
import { Part } from "../../parts/part";
import { sparkline } from "../../parts/sparkline";
import "../../parts/table";
import type { Column } from "../../parts/table";
import { get, post, send, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { Query } from "../../routing/query";
import { path } from "../../routing/router";
import { may } from "../../session/session";
import { words } from "../../words/en";
import { pathsOf, type Api, type ApiType, type Exposed } from "./api";
import { stateBadge, syncBadge } from "./states";
import { loadTraffic, newest, SAMPLE_MS, type TrafficOfApis } from "./traffic";

const text = words.apis;
const PER_PAGE = 100;
const MOST_PER_PAGE = 500;
const TYPED_MS = 150;
const SEARCHED_TYPES: Readonly<Record<ApiType, string>> = {
  PROXY: "V4_HTTP_PROXY",
  MESSAGE: "V4_MESSAGE",
};

/** All APIs: search, filters, sort and page are in the URL. */
@customElement("relay-api-list")
export class ApiList extends Part {
  private readonly loader = new Loader<Page<Api>>(this, async (signal) => {
    const found = await send<Page<Api>>(this.call(), signal);
    this.shownIds = found.data.map((one) => one.id);
    void this.traffic.reload();
    return found;
  });
  private readonly traffic = new Loader<TrafficOfApis>(
    this,
    (signal) => loadTraffic(this.shownIds, ["streams", "events"], signal),
    { everyMs: SAMPLE_MS },
  );
  private readonly gateway = new Loader<Exposed[]>(this, (signal) =>
    send(get(environment("exposedEntrypoints")), signal),
  );
  private readonly query = new Query(this, () => void this.loader.reload());
  private shownIds: readonly string[] = [];
  private typing: ReturnType<typeof setTimeout> | undefined;
  /** The search that was typed, until it is in the URL. */
  private typedSearch: string | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.typing);
  }

  override render() {
    return page({
      title: text.title,
      actions: may("PUBLISHER")
        ? html`<a class="button primary" href=${path("apis", "new")}>${text.create}</a>`
        : nothing,
      content: html`${this.filters()}
      ${this.loader.show((found) => this.list(found))} ${this.connect()}`,
      calls: [this.call()],
    });
  }

  private call(): Call {
    const type = this.query.get("type") as ApiType;
    const state = this.query.get("state");
    return {
      ...post(environment("apis", "_search"), {
        query: this.query.get("q"),
        ...(state ? { statuses: [state] } : {}),
        ...(type ? { apiTypes: [SEARCHED_TYPES[type]] } : {}),
      }),
      query: {
        page: this.query.number("page", 1),
        perPage: Math.min(this.query.number("perPage", PER_PAGE), MOST_PER_PAGE),
        sortBy: this.query.get("sort") || "name",
        expands: "deploymentState",
      },
    };
  }

  private filters() {
    const choice = (labels: Readonly<Record<string, string>>) => [
      { value: "", label: text.any },
      ...Object.entries(labels).map(([value, label]) => ({ value, label })),
    ];
    return html`<search class="filters api-filters">
      ${textField({
        id: "api-search",
        label: words.common.search,
        type: "search",
        placeholder: text.searchHint,
        value: this.typedSearch ?? this.query.get("q"),
        onChange: (q) => this.typed(q),
      })}
      ${selectField({
        id: "api-state",
        label: text.state,
        value: this.query.get("state"),
        options: choice(text.states),
        onChange: (state) => this.query.set({ state, page: undefined }),
      })}
      ${selectField({
        id: "api-type",
        label: text.type,
        value: this.query.get("type"),
        options: choice(text.types),
        onChange: (type) => this.query.set({ type, page: undefined }),
      })}
      ${selectField({
        id: "api-per-page",
        label: text.perPage,
        value: String(this.query.number("perPage", PER_PAGE)),
        options: [25, PER_PAGE, MOST_PER_PAGE].map(String).map((one) => ({ value: one, label: one })),
        onChange: (perPage) => this.query.set({ perPage, page: undefined }),
      })}
    </search>`;
  }

  private typed(q: string): void {
    clearTimeout(this.typing);
    this.typedSearch = q;
    this.typing = setTimeout(() => {
      this.typedSearch = undefined;
      this.query.set({ q, page: undefined });
    }, TYPED_MS);
  }

  private list(found: Page<Api>): TemplateResult {
    const filtered = this.query.get("q") || this.query.get("state") || this.query.get("type");
    if (!found.data.length && !filtered) return empty();
    return html`<relay-table
        .label=${text.title}
        .columns=${this.columns()}
        .rows=${found.data}
        .key=${(api: Api) => api.id}
        .sort=${this.query.get("sort") || "name"}
        .empty=${text.noMatch}
        @sort=${(event: CustomEvent<string>) =>
          this.query.set({ sort: event.detail, page: undefined })}
      ></relay-table>
      ${paging(found.pagination, (page) => this.query.set({ page: String(page) }))}
      <p class="muted">${text.ofThisNode}</p>`;
  }

  private columns(): Column<Api>[] {
    return [
      {
        id: "name",
        label: text.name,
        sort: true,
        cell: (api) => html`<a href=${path("apis", api.id)}>${api.name}</a>`,
      },
      { id: "version", label: text.version, cell: (api) => api.apiVersion, secondary: true },
      {
        id: "api_type",
        label: text.type,
        sort: true,
        secondary: true,
        cell: (api) => badge(text.types[api.type]),
      },
      { id: "status", label: text.state, sort: true, cell: stateBadge },
      { id: "paths", label: text.paths, sort: true, secondary: true, cell: (api) => places(api) },
      {
        id: "streams",
        label: text.streams,
        numeric: true,
        secondary: true,
        cell: (api) => count(newest(this.traffic.value?.get(api.id)?.streams)),
      },
      { id: "events", label: text.events, secondary: true, cell: (api) => this.events(api) },
      { id: "sync", label: text.deployment, cell: (api) => deployment(api) },
    ];
  }

  private events(api: Api) {
    const events = this.traffic.value?.get(api.id)?.events;
    if (!events?.some(Boolean)) return html`<span class="muted">–</span>`;
    const now = rate(newest(events));
    return html`<span class="rate">${sparkline(events, text.eventsOf(now))}<span>${now}</span></span>`;
  }

  /** The URLs that the tutorial looks up. */
  private connect() {
    return this.gateway.show((urls) =>
      card(
        text.connect,
        html`<dl class="facts api-connect">
          <div>
            <dt>${text.gatewayUrl}</dt>
            ${urls.map((one) => html`<dd>${copyable(text.gatewayUrl, one.value)}</dd>`)}
          </div>
          <div>
            <dt>${text.managementUrl}</dt>
            <dd>${copyable(text.managementUrl, location.origin + environment())}</dd>
          </div>
        </dl>`,
      ),
    );
  }
}

function deployment(api: Api) {
  const differs = !api.deployedAt || api.deploymentState === "NEED_REDEPLOY";
  return differs ? syncBadge(api) : html`<span class="muted">${text.inSync}</span>`;
}

function places(api: Api): TemplateResult {
  const [first, ...others] = pathsOf(api);
  return html`<code>${first ?? "–"}</code>${others.length
      ? html` <span class="muted" title=${others.join(" ")}>+${others.length}</span>`
      : nothing}`;
}

function empty(): TemplateResult {
  return html`<div class="empty">
    <h2>${text.emptyTitle}</h2>
    <p>${text.emptyText}</p>
    ${may("PUBLISHER")
      ? html`<a class="button primary" href=${path("apis", "new")}>${text.createFirst}</a>`
      : nothing}
  </div>`;
}
