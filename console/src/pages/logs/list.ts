import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { selectField, textField, toggleField } from "../../parts/fields";
import { bytes, count, duration, time } from "../../parts/numbers";
import { card, page } from "../../parts/page";
import { paging, type Page } from "../../parts/paging";
import { Part } from "../../parts/part";
import "../../parts/table";
import type { Column } from "../../parts/table";
import { get, send, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { Query } from "../../routing/query";
import { path } from "../../routing/router";
import { words } from "../../words/en";
import { OUTCOMES, outcomeOf, statusOf, type Log } from "./log";
import "./summary";

const text = words.logs;
const PER_PAGE = 50;
const REFRESH_MS = 3000;
const PERIODS: Readonly<Record<string, number>> = {
  "5m": 300_000,
  "1h": 3_600_000,
  "24h": 86_400_000,
  "7d": 604_800_000,
};
const USUAL_PERIOD = "1h";
/** The filters of the REST API that have a field here; a link may have the others, too. */
const FILTERS = [
  "uri",
  "methods",
  "statuses",
  "outcomes",
  "errorKeys",
  "requestId",
  "planIds",
  "applicationIds",
  "requestEnded",
] as const;
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/** The calls of an API, the newest first. */
@customElement("relay-logs")
export class Logs extends Part {
  @property({ attribute: false }) api = "";
  @state() private live = false;
  private timer: ReturnType<typeof setInterval> | undefined;
  private readonly query = new Query(this, () => void this.loader.reload());
  private readonly loader = new Loader(this, (signal) => send<Page<Log>>(this.call(), signal));

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  override render() {
    return page({
      title: text.title,
      intro: text.intro,
      content: html`<div class="stack">
        ${card(
          text.summary,
          html`<relay-log-summary .api=${this.api} .periodMs=${this.periodMs}></relay-log-summary>`,
        )}
        ${this.filters()}
        ${this.loader.show(
          (found) => html`<relay-table
              .label=${text.title}
              .columns=${this.columns()}
              .rows=${found.data}
              .key=${(one: Log) => one.requestId}
              .empty=${text.none}
            ></relay-table>
            ${paging(found.pagination, (number) => this.query.set({ page: String(number) }))}`,
        )}
      </div>`,
      calls: [this.call()],
    });
  }

  private get period(): string {
    const chosen = this.query.get("period");
    return PERIODS[chosen] ? chosen : USUAL_PERIOD;
  }

  private get periodMs(): number {
    return PERIODS[this.period]!;
  }

  private call(): Call {
    const filters = Object.fromEntries(FILTERS.map((name) => [name, this.query.get(name)]));
    return get(environment("apis", this.api, "logs"), {
      ...filters,
      from: Date.now() - this.periodMs,
      page: this.query.number("page", 1),
      perPage: PER_PAGE,
    });
  }

  private filters() {
    const set = (name: string) => (value: string) =>
      this.query.set({ [name]: value, page: undefined });
    const choice = (name: string, label: string, values: readonly string[]) =>
      selectField({
        id: `log-${name}`,
        label,
        value: this.query.get(name),
        options: [{ value: "", label: text.any }, ...values.map((value) => ({ value, label: value }))],
        onChange: set(name),
      });
    const typed = (name: string, label: string, placeholder: string) =>
      textField({
        id: `log-${name}`,
        label,
        type: "search",
        value: this.query.get(name),
        placeholder,
        onChange: set(name),
      });
    return html`<div class="filters" role="search" aria-label=${text.filters}>
      ${selectField({
        id: "log-period",
        label: text.period,
        value: this.period,
        options: Object.keys(PERIODS).map((value) => ({
          value,
          label: text.periods[value as keyof typeof text.periods],
        })),
        onChange: set("period"),
      })}
      ${typed("uri", text.uri, "/orders")} ${choice("methods", text.method, METHODS)}
      ${typed("statuses", text.status, "401,429")} ${choice("outcomes", text.outcome, OUTCOMES)}
      ${typed("requestId", text.requestId, "")}
      ${toggleField({
        id: "log-live",
        label: text.live,
        value: this.live,
        onChange: (value) => this.follow(value),
      })}
    </div>`;
  }

  private columns(): Column<Log>[] {
    return [
      {
        id: "time",
        label: text.time,
        cell: (one) =>
          html`<a href=${path("apis", this.api, "logs", one.requestId)}>${time(one.timestamp)}</a>`,
      },
      { id: "method", label: text.method, cell: (one) => one.method },
      { id: "uri", label: text.uri, cell: (one) => html`<code class="try-cell">${one.uri}</code>` },
      { id: "status", label: text.status, cell: statusOf },
      { id: "outcome", label: text.outcome, cell: outcomeOf },
      {
        id: "duration",
        label: text.duration,
        numeric: true,
        cell: (one) => (one.duration === undefined ? "–" : duration(one.duration)),
      },
      {
        id: "events",
        label: text.events,
        numeric: true,
        secondary: true,
        cell: (one) => count(one.events ?? 0),
      },
      {
        id: "bytes",
        label: text.bytes,
        numeric: true,
        secondary: true,
        cell: (one) => bytes(one.responseContentLength ?? 0),
      },
      {
        id: "application",
        label: text.application,
        secondary: true,
        cell: (one) => one.application?.name ?? "–",
      },
    ];
  }

  private follow(live: boolean): void {
    this.live = live;
    clearInterval(this.timer);
    if (!live) return;
    const reload = (): void => {
      void this.loader.reload();
      this.querySelector("relay-log-summary")?.reload();
    };
    reload();
    this.timer = setInterval(reload, REFRESH_MS);
  }
}
