import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { diffList, type Difference } from "../../parts/diff";
import { labelled, selectField } from "../../parts/fields";
import { time } from "../../parts/numbers";
import { page } from "../../parts/page";
import { paging, type Page } from "../../parts/paging";
import { Part } from "../../parts/part";
import { get, send, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { Query } from "../../routing/query";
import { path } from "../../routing/router";
import { words } from "../../words/en";

const text = words.audit;
const PER_PAGE = 25;

interface Entry {
  readonly id: string;
  readonly createdAt: string;
  readonly reference: { readonly type: string; readonly id: string; readonly name?: string };
  readonly user: { readonly displayName: string };
  readonly event: string;
  readonly properties: readonly {
    readonly key: string;
    readonly value: string;
    readonly name?: string;
  }[];
  readonly changes: readonly Difference[];
}

/** Who changed what: of one API, or of the whole installation. */
@customElement("relay-audit")
export class Audit extends Part {
  /** Empty for the whole installation. */
  @property({ attribute: false }) api = "";
  private readonly query = new Query(this, () => void this.loader.reload());
  private readonly events = new Loader(this, (signal) =>
    send<{ data: readonly string[] }>(get(this.at("events")), signal),
  );
  private readonly loader = new Loader(this, (signal) => send<Page<Entry>>(this.call(), signal));

  override render() {
    return page({
      title: text.title,
      intro: this.api ? text.introOfApi : text.intro,
      content: html`<div class="stack">
        ${this.filters()}
        ${this.loader.show(
          (found) => html`${found.data.length
              ? html`<ol class="audit">
                  ${found.data.map((one) => this.entry(one))}
                </ol>`
              : html`<div class="empty"><p>${text.none}</p></div>`}
            ${paging(found.pagination, (number) => this.query.set({ page: String(number) }))}`,
        )}
      </div>`,
      calls: [this.call()],
    });
  }

  private at(...parts: string[]): string {
    return this.api
      ? environment("apis", this.api, "audits", ...parts)
      : environment("audits", ...parts);
  }

  private call(): Call {
    const instant = (name: string): number | undefined => {
      const value = Date.parse(this.query.get(name));
      return Number.isNaN(value) ? undefined : value;
    };
    return get(this.at(), {
      events: this.query.get("events"),
      from: instant("from"),
      to: instant("to"),
      page: this.query.number("page", 1),
      perPage: PER_PAGE,
    });
  }

  private filters() {
    const set = (name: string, value: string): void =>
      this.query.set({ [name]: value, page: undefined });
    const known = this.events.value?.data ?? [];
    return html`<div class="filters" role="search" aria-label=${text.filters}>
      ${selectField({
        id: "audit-events",
        label: text.event,
        value: this.query.get("events"),
        options: [
          { value: "", label: text.any },
          ...known.map((value) => ({ value, label: value })),
        ],
        onChange: (value) => set("events", value),
      })}
      ${(["from", "to"] as const).map((name) =>
        labelled(
          { id: `audit-${name}`, label: text[name] },
          html`<input
            id="audit-${name}"
            type="datetime-local"
            .value=${this.query.get(name)}
            @change=${(event: Event) => set(name, (event.target as HTMLInputElement).value)}
          />`,
        ),
      )}
    </div>`;
  }

  private entry(one: Entry) {
    const token = one.properties[1];
    return html`<li class="card">
      <div class="card-head">
        <div class="row">
          ${badge(one.event, one.event.endsWith("DELETED") ? "bad" : "info")}
          ${this.target(one)}
        </div>
        <span class="muted">
          ${text.by(one.user.displayName)}${token?.key === "TOKEN" ? ` ${text.withToken}` : ""} ·
          <time datetime=${one.createdAt}>${time(one.createdAt)}</time>
        </span>
      </div>
      ${one.changes.length
        ? html`<details>
            <summary>${text.changes(one.changes.length)}</summary>
            ${diffList(one.changes)}
          </details>`
        : nothing}
    </li>`;
  }

  /** What was changed, and the API that it belongs to. */
  private target({ properties, reference }: Entry) {
    const [target] = properties;
    const name = target?.name || target?.value;
    const link = this.api || reference.type !== "API" ? undefined : path("apis", reference.id);
    if (!link) return html`<span>${name}</span>`;
    if (target?.key === "API") return html`<a href=${link}>${name}</a>`;
    return html`<span>${name}</span> <a href=${link}>${text.ofApi}</a>`;
  }
}
