import { html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { textField } from "../../parts/fields";
import { time } from "../../parts/numbers";
import { page } from "../../parts/page";
import { paging, type Page } from "../../parts/paging";
import { Part } from "../../parts/part";
import "../../parts/table";
import type { Column } from "../../parts/table";
import { get, send, type Call } from "../../rest/call";
import { Query } from "../../routing/query";
import { path } from "../../routing/router";
import { may } from "../../session/session";
import { words } from "../../words/en";
import { groupPath, TONES, type Group } from "./group";

const text = words.policyGroups;
const PER_PAGE = 25;

/** The shared policy groups. Search, order and page are in the query. */
@customElement("relay-policy-groups")
export class PolicyGroups extends Part {
  private readonly query = new Query(this, () => void this.groups.reload());
  private readonly groups = new Loader(this, (signal) => send<Page<Group>>(this.reading(), signal));

  override render() {
    return page({
      title: text.title,
      intro: text.intro,
      actions: may("PUBLISHER")
        ? html`<a class="button primary" href=${path("policy-groups", "new")}>${text.add}</a>`
        : nothing,
      content: html`<div class="filters">
          ${textField({
            id: "groups-search",
            label: words.common.search,
            type: "search",
            value: this.query.get("q"),
            onChange: (q) => this.query.set({ q, page: undefined }),
          })}
        </div>
        ${this.groups.show((groups) => this.table(groups))}`,
      calls: [this.reading()],
    });
  }

  private reading(): Call {
    return get(groupPath(), {
      q: this.query.get("q"),
      sortBy: this.query.get("sort") || "name",
      page: this.query.number("page", 1),
      perPage: PER_PAGE,
    });
  }

  private table(groups: Page<Group>): TemplateResult {
    return html`<relay-table
        .label=${text.title}
        .columns=${COLUMNS}
        .rows=${groups.data}
        .key=${(one: Group) => one.id}
        .sort=${this.query.get("sort") || "name"}
        .empty=${text.empty}
        @sort=${(event: CustomEvent<string>) => this.query.set({ sort: event.detail })}
      ></relay-table>
      ${paging(groups.pagination, (number) => this.query.set({ page: String(number) }))}`;
  }
}

const COLUMNS: readonly Column<Group>[] = [
  {
    id: "name",
    label: text.name,
    sort: true,
    cell: (one) => html`<a href=${path("policy-groups", one.id)}>${one.name}</a>`,
  },
  { id: "apiType", label: text.apiType, sort: true, cell: (one) => text.apiTypes[one.apiType] },
  { id: "phase", label: text.phase, sort: true, cell: (one) => text.phases[one.phase] },
  {
    id: "state",
    label: text.state,
    cell: (one) => badge(text.states[one.lifecycleState], TONES[one.lifecycleState]),
  },
  { id: "version", label: text.version, numeric: true, cell: (one) => one.version, secondary: true },
  {
    id: "updatedAt",
    label: text.updated,
    sort: true,
    cell: (one) => time(one.updatedAt),
    secondary: true,
  },
];

declare global {
  interface HTMLElementTagNameMap {
    "relay-policy-groups": PolicyGroups;
  }
}
