import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { words } from "../../words/en";
import type { Api } from "./api";
import { DefinitionPage } from "./page";
import type { ApiSchema } from "./schemas";

/** The properties of an API, which expressions read. */
@customElement("relay-api-properties")
export class Properties extends DefinitionPage {
  protected readonly text = words.definition.properties;

  protected content(_api: Api, schema: ApiSchema) {
    return html`<div class="card">${this.form([], schema.part(), ["properties"])}</div>`;
  }
}
