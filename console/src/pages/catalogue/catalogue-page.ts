import { html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { selectField, textField } from "../../parts/fields";
import { page } from "../../parts/page";
import { Part } from "../../parts/part";
import "../../parts/table";
import type { Column } from "../../parts/table";
import { Query } from "../../routing/query";
import { path } from "../../routing/router";
import { words } from "../../words/en";
import { isKind, KINDS, listing, loadAll, type Listed } from "./kinds";

const text = words.catalogue;

/** The types of entrypoints, endpoints, plans, policies and resources. */
@customElement("relay-catalogue")
export class Catalogue extends Part {
  private readonly query = new Query(this);
  private readonly all = new Loader(this, loadAll);

  override render() {
    const kind = this.query.get("kind");
    return page({
      title: text.title,
      intro: text.intro,
      content: this.all.show((all) => this.content(all)),
      calls: isKind(kind) ? [listing(kind)] : KINDS.map(listing),
    });
  }

  private content(all: readonly Listed[]): TemplateResult {
    const kind = this.query.get("kind");
    const searched = this.query.get("q");
    const found = all.filter(
      (one) => (!isKind(kind) || one.kind === kind) && matches(one, searched),
    );
    return html`<div class="filters">
        ${textField({
          id: "catalogue-search",
          label: words.common.search,
          type: "search",
          value: searched,
          onChange: (q) => this.query.set({ q }),
        })}
        ${selectField({
          id: "catalogue-kind",
          label: text.kind,
          value: isKind(kind) ? kind : "",
          options: [
            { value: "", label: text.allKinds },
            ...KINDS.map((one) => ({ value: one, label: text.kinds[one] })),
          ],
          onChange: (chosen) => this.query.set({ kind: chosen }),
        })}
      </div>
      <p class="muted" role="status">${words.common.rows(found.length)}</p>
      <relay-table
        .label=${text.title}
        .columns=${COLUMNS}
        .rows=${found}
        .key=${(one: Listed) => `${one.kind}/${one.plugin.id}`}
      ></relay-table>`;
  }
}

const COLUMNS: readonly Column<Listed>[] = [
  {
    id: "name",
    label: text.name,
    sort: (one) => one.plugin.name.toLowerCase(),
    cell: (one) =>
      html`<a href=${path("catalog", one.kind, one.plugin.id)}>${one.plugin.name}</a>
        ${one.plugin.builtIn ? "" : badge(text.added, "info")}`,
  },
  {
    id: "id",
    label: text.id,
    secondary: true,
    sort: (one) => one.plugin.id,
    cell: (one) => html`<code>${one.plugin.id}</code>`,
  },
  { id: "kind", label: text.kind, sort: (one) => one.kind, cell: (one) => text.one[one.kind] },
  {
    id: "for",
    label: text.apiTypes,
    cell: (one) => apiTypes(one).map((type) => html`${badge(words.catalogue.types[type])} `),
  },
  {
    id: "description",
    label: text.description,
    secondary: true,
    cell: (one) => one.plugin.description,
  },
];

/** The types of API that a type can be used in. */
export function apiTypes({ plugin }: Listed): ("PROXY" | "MESSAGE")[] {
  const phases = plugin.flowPhaseCompatibility;
  return (["PROXY", "MESSAGE"] as const).filter((type) => {
    if (phases) return (phases[`HTTP_${type}`] ?? []).length > 0;
    return (plugin.supportedApiType ?? type) === type;
  });
}

function matches({ plugin }: Listed, searched: string): boolean {
  const whole = `${plugin.name} ${plugin.id} ${plugin.description}`.toLowerCase();
  return searched
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-catalogue": Catalogue;
  }
}
