import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge, type Tone } from "../../parts/badge";
import { textField, toggleField } from "../../parts/fields";
import { card, page } from "../../parts/page";
import { Part } from "../../parts/part";
import type { Column } from "../../parts/table";
import "../../parts/table";
import { get, send } from "../../rest/call";
import { node } from "../../rest/paths";
import { Query } from "../../routing/query";
import { words } from "../../words/en";

const text = words.settings;
/** Where each section of the settings is described. */
const DOCUMENTATION = "docs/reference/settings.md";

const READ = get(node("configuration"));

type Origin = keyof typeof text.origins;

interface Described {
  readonly value: unknown;
  readonly origin: Origin;
  readonly source?: string;
  readonly default?: unknown;
  readonly next?: unknown;
}

interface Setting extends Described {
  readonly name: string;
}

const TONES: Readonly<Record<Origin, Tone>> = {
  option: "info",
  environment: "info",
  file: "info",
  default: "plain",
};

const written = (value: unknown) =>
  value === null || value === ""
    ? html`<span class="muted">${text.unset}</span>`
    : html`<code>${typeof value === "string" ? value : JSON.stringify(value)}</code>`;

const COLUMNS: readonly Column<Setting>[] = [
  { id: "name", label: text.name, cell: (one) => html`<code class="nowrap">${shortName(one.name)}</code>` },
  {
    id: "value",
    label: text.value,
    cell: (one) => html`${written(one.value)}
    ${one.next === undefined
      ? nothing
      : html`<div>${badge(text.next, "warn")} ${written(one.next)}</div>`}`,
  },
  {
    id: "origin",
    label: text.origin,
    cell: (one) => html`${badge(text.origins[one.origin], TONES[one.origin])}
    ${one.source ? html`<div><code class="muted">${one.source}</code></div>` : nothing}`,
  },
  {
    id: "default",
    label: text.default,
    cell: (one) => ("default" in one ? written(one.default) : text.noDefault),
    secondary: true,
  },
];

/** The settings of the daemon: each with its value, origin and default. */
@customElement("relay-settings")
export class Settings extends Part {
  private readonly query = new Query(this);
  private readonly loaded = new Loader(this, (signal) =>
    send<Record<string, Described>>(READ, signal),
  );

  override render() {
    return page({
      title: text.title,
      intro: text.intro,
      content: html`<div class="filters" role="search">
          ${textField({
            id: "settings-search",
            label: text.search,
            type: "search",
            value: this.query.get("query"),
            onChange: (query) => this.query.set({ query }),
          })}
          ${toggleField({
            id: "settings-changed",
            label: text.changedOnly,
            value: this.changedOnly,
            onChange: (chosen) => this.query.set({ only: chosen ? "changed" : undefined }),
          })}
        </div>
        ${this.loaded.show((found) => this.list(found))}`,
      calls: [READ],
    });
  }

  private get changedOnly(): boolean {
    return this.query.get("only") === "changed";
  }

  private list(found: Readonly<Record<string, Described>>) {
    const all = Object.entries(found).map(([name, one]) => ({ name, ...one }));
    const shown = all.filter((one) => this.passes(one));
    const sections = Map.groupBy(shown, ({ name }) => sectionOf(name));
    return html`<p class="muted" role="status">${text.count(shown.length, all.length)}</p>
      ${shown.length ? nothing : html`<div class="empty"><p>${text.empty}</p></div>`}
      ${[...sections].map(([section, settings]) =>
        card(
          section ? `[${section}]` : text.other,
          html`<relay-table
            .label=${section || text.other}
            .columns=${COLUMNS}
            .rows=${settings}
            .key=${(one: Setting) => one.name}
          ></relay-table>`,
          html`<span class="muted"
            >${text.documentation}: <code>${DOCUMENTATION}${anchorOf(section)}</code></span
          >`,
        ),
      )}`;
  }

  private passes(one: Setting): boolean {
    if (this.changedOnly && one.origin === "default" && one.next === undefined) return false;
    const searched = `${one.name} ${JSON.stringify(one.value)} ${one.source ?? ""}`.toLowerCase();
    return this.query.get("query").toLowerCase().split(/\s+/).every((word) => searched.includes(word));
  }
}

/** The table of the settings file in which a setting is; empty outside of tables. */
function sectionOf(name: string): string {
  const listener = /^gateway\.listeners\[\d+\]/.exec(name);
  return listener ? listener[0] : name.includes(".") ? name.split(".")[0]! : "";
}

function shortName(name: string): string {
  const section = sectionOf(name);
  return section ? name.slice(section.length + 1) : name;
}

function anchorOf(section: string): string {
  const heading = section.replace(/[^a-z]/g, "");
  return heading ? `#${heading}` : "";
}
