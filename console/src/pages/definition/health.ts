import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { selectField } from "../../parts/fields";
import { count, duration, time } from "../../parts/numbers";
import { page } from "../../parts/page";
import { paging, type Page } from "../../parts/paging";
import { Part } from "../../parts/part";
import "../../parts/table";
import type { Column } from "../../parts/table";
import { get, send, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { Query } from "../../routing/query";
import { path } from "../../routing/router";
import { words } from "../../words/en";

const text = words.definition.health;
const EVERY_MS = 5000;
const PER_PAGE = 25;

interface Checked {
  readonly endpoint: string;
  readonly status: string;
  readonly available: boolean;
}

interface Figures {
  readonly global?: number;
  readonly group: Readonly<Record<string, number>>;
}

interface Log {
  readonly id: string;
  readonly timestamp: string;
  readonly endpointName: string;
  readonly gatewayId: string;
  readonly responseTime: number;
  readonly success: boolean;
  readonly steps: readonly {
    readonly request: { readonly method: string };
    readonly response: { readonly status: number | null };
    readonly message?: string;
  }[];
}

interface Shown {
  readonly endpoints: readonly Checked[];
  readonly availability: Figures;
  readonly times: Figures;
  readonly logs: Page<Log>;
}

/** The health of the endpoints of an API, as this process has measured it. */
@customElement("relay-api-health")
export class Health extends Part {
  @property({ attribute: false }) api = "";
  private readonly query = new Query(this, () => void this.loader.reload());
  private readonly loader = new Loader<Shown>(this, (signal) => this.load(signal), {
    everyMs: EVERY_MS,
  });

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.get("api")) return;
    this.loader.value = undefined;
    void this.loader.reload();
  }

  private get calls(): readonly [Call, Call, Call, Call] {
    const of = (...parts: string[]): string => environment("apis", this.api, "health", ...parts);
    return [
      get(of("endpoints")),
      get(of("availability"), { field: "endpoint" }),
      get(of("average-response-time"), { field: "endpoint" }),
      get(of("logs"), {
        success: this.query.get("success"),
        page: this.query.number("page", 1),
        perPage: PER_PAGE,
      }),
    ];
  }

  private async load(signal: AbortSignal): Promise<Shown> {
    const [endpoints, availability, times, logs] = this.calls;
    const [found, shares, averages, entries] = await Promise.all([
      send<{ data: Checked[] }>(endpoints, signal),
      send<Figures>(availability, signal),
      send<Figures>(times, signal),
      send<Page<Log>>(logs, signal),
    ]);
    return { endpoints: found.data, availability: shares, times: averages, logs: entries };
  }

  override render() {
    return page({
      title: text.title,
      intro: text.intro,
      content: this.loader.show((shown) =>
        shown.endpoints.length
          ? html`${this.endpoints(shown)} ${this.logs(shown.logs)}`
          : html`<div class="empty">
              <p>${text.none}</p>
              <a href=${path("apis", this.api, "endpoints")}>${text.toEndpoints}</a>
            </div>`,
      ),
      calls: this.calls,
    });
  }

  private endpoints(shown: Shown) {
    const columns: Column<Checked>[] = [
      { id: "endpoint", label: text.endpoint, cell: (one) => one.endpoint, sort: (one) => one.endpoint },
      {
        id: "status",
        label: text.status,
        cell: (one) => badge(one.status, one.available ? "good" : "bad"),
        sort: (one) => one.status,
      },
      {
        id: "availability",
        label: text.availability,
        numeric: true,
        cell: (one) => percent(shown.availability.group[one.endpoint]),
        sort: (one) => shown.availability.group[one.endpoint] ?? 0,
      },
      {
        id: "time",
        label: text.averageTime,
        numeric: true,
        cell: (one) => milliseconds(shown.times.group[one.endpoint]),
        sort: (one) => shown.times.group[one.endpoint] ?? 0,
      },
    ];
    return html`<relay-table
      .label=${text.endpoints}
      .columns=${columns}
      .rows=${shown.endpoints}
      .key=${(one: Checked) => one.endpoint}
    ></relay-table>`;
  }

  private logs(logs: Page<Log>) {
    const columns: Column<Log>[] = [
      { id: "time", label: text.time, cell: (one) => time(one.timestamp) },
      { id: "endpoint", label: text.endpoint, cell: (one) => one.endpointName },
      {
        id: "result",
        label: text.result,
        cell: (one) => badge(one.success ? text.passed : text.failed, one.success ? "good" : "bad"),
      },
      {
        id: "status",
        label: text.response,
        cell: (one) =>
          html`${one.steps[0]?.request.method} ${one.steps[0]?.response.status ?? nothing}
          ${one.steps[0]?.message ?? nothing}`,
      },
      {
        id: "took",
        label: text.took,
        numeric: true,
        cell: (one) => milliseconds(one.responseTime),
      },
      { id: "gateway", label: text.gateway, cell: (one) => one.gatewayId, secondary: true },
    ];
    return html`<h2>${text.logs}</h2>
      <div class="filters">
        ${selectField({
          id: "health-success",
          label: text.result,
          value: this.query.get("success"),
          options: [
            { value: "", label: text.all },
            { value: "true", label: text.passed },
            { value: "false", label: text.failed },
          ],
          onChange: (success) => this.query.set({ success, page: undefined }),
        })}
      </div>
      <relay-table
        .label=${text.logs}
        .columns=${columns}
        .rows=${logs.data}
        .key=${(one: Log) => one.id}
      ></relay-table>
      ${paging(logs.pagination, (page) =>
        this.query.set({ page: page === 1 ? undefined : String(page) }),
      )}`;
  }
}

function percent(share: number | undefined): string {
  return share === undefined ? "" : `${count(Math.round(share * 10_000) / 100)} %`;
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? "" : duration(value);
}
