import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { card } from "../../parts/page";
import { words } from "../../words/en";
import type { Api } from "./api";
import { DefinitionPage } from "./page";
import { readPlugins, type ApiSchema, type Plugin } from "./schemas";

const text = words.definition.resources;

/** What plans and policies of an API use by name, such as authorization servers. */
@customElement("relay-api-resources")
export class Resources extends DefinitionPage {
  protected readonly text = text;
  private readonly types = new Loader(this, () => readPlugins("resource"));

  protected content(api: Api, schema: ApiSchema) {
    const resources = api.resources ?? [];
    return html`${resources.length
      ? resources.map((one, index) => {
          const path = ["resources", index];
          return card(
            one.name ?? text.unnamed,
            html`${this.form(path, schema.part("resources", "*"), ["name", "enabled"])}
            ${this.pluginForm("resource", one.type, [...path, "configuration"])}`,
            html`<span class="row">
              <span class="muted">${this.nameOf(one.type)}</span>
              ${this.itemActions(["resources"], index, one.name ?? text.unnamed)}
            </span>`,
          );
        })
      : html`<div class="empty"><p>${text.none}</p></div>`}
    ${this.editable ? this.types.show((types) => this.adding(types, resources.length)) : nothing}`;
  }

  private nameOf(type: string): string {
    return this.types.value?.find((one) => one.id === type)?.name ?? type;
  }

  private adding(types: readonly Plugin[], index: number) {
    return html`<div class="row" role="group" aria-label=${text.add}>
      <span>${text.add}</span>
      ${types.map(
        (one) => html`<button
          type="button"
          class="small"
          @click=${() =>
            this.draft.change(["resources", index], { type: one.id, configuration: {} })}
        >
          ${one.name}
        </button>`,
      )}
    </div>`;
  }
}
