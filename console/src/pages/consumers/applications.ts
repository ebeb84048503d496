import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { selectField, textField } from "../../parts/fields";
import { openForm } from "../../parts/form-dialog";
import { time } from "../../parts/numbers";
import { page } from "../../parts/page";
import { paging, type Page } from "../../parts/paging";
import { Part } from "../../parts/part";
import type { Column } from "../../parts/table";
import "../../parts/table";
import { get, post, send, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { Query } from "../../routing/query";
import { path, router } from "../../routing/router";
import { may } from "../../session/session";
import { words } from "../../words/en";
import { applicationBody, applicationFields, valuesOf } from "./application-fields";
import type { Application } from "./documents";

const text = words.applications;
const ROWS = 25;

const COLUMNS: readonly Column<Application>[] = [
  {
    id: "name",
    label: text.columns.name,
    cell: (one) => html`<a href=${path("applications", one.id)}>${one.name}</a>`,
  },
  { id: "type", label: text.columns.type, cell: (one) => one.type ?? nothing, secondary: true },
  {
    id: "clientId",
    label: text.columns.clientId,
    cell: (one) => html`<code>${one.settings?.app?.clientId}</code>`,
    secondary: true,
  },
  { id: "mode", label: text.columns.mode, cell: (one) => text.modes[one.apiKeyMode], secondary: true },
  { id: "created", label: text.columns.created, cell: (one) => time(one.createdAt), secondary: true },
  {
    id: "status",
    label: text.status,
    cell: (one) => badge(text.statuses[one.status], one.status === "ACTIVE" ? "good" : "plain"),
  },
];

/** The list of applications. */
@customElement("relay-applications")
export class Applications extends Part {
  private readonly query = new Query(this, () => this.list.reload());
  private readonly list = new Loader(this, (signal) =>
    send<Page<Application>>(this.read(), signal),
  );

  override render() {
    return page({
      title: text.title,
      intro: text.intro,
      actions: may("PUBLISHER")
        ? html`<button type="button" class="primary" @click=${() => this.create()}>
            ${text.create}
          </button>`
        : nothing,
      content: html`<div class="filters" role="search">
          ${textField({
            id: "applications-query",
            label: words.common.search,
            type: "search",
            value: this.query.get("query"),
            onChange: (query) => this.query.set({ query, page: undefined }),
          })}
          ${selectField({
            id: "applications-status",
            label: text.status,
            value: this.query.get("status") || "ACTIVE",
            options: Object.entries(text.statuses).map(([value, label]) => ({ value, label })),
            onChange: (status) =>
              this.query.set({ status: status === "ACTIVE" ? undefined : status, page: undefined }),
          })}
        </div>
        ${this.list.show(
          ({ data, pagination }) => html`<relay-table
              .label=${text.title}
              .columns=${COLUMNS}
              .rows=${data}
              .key=${(one: Application) => one.id}
              .empty=${text.empty}
            ></relay-table>
            ${paging(pagination, (number) => this.query.set({ page: String(number) }))}`,
        )}`,
      calls: [this.read()],
    });
  }

  private read(): Call {
    return get(environment("applications"), {
      query: this.query.get("query"),
      status: this.query.get("status"),
      page: this.query.number("page", 1),
      perPage: ROWS,
    });
  }

  private async create(): Promise<void> {
    const sent = await openForm<ReturnType<typeof valuesOf>, Application>({
      title: text.create,
      action: text.create,
      wide: true,
      values: valuesOf(undefined),
      fields: applicationFields,
      call: (values) => post(environment("applications"), applicationBody(values)),
    });
    if (sent) await router.go(path("applications", sent.value.id));
  }
}
