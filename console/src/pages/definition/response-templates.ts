import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { words } from "../../words/en";
import type { Api } from "./api";
import { DefinitionPage } from "./page";
import type { ApiSchema } from "./schemas";

/** The responses to calls that the gateway refuses, by error key and media type. */
@customElement("relay-api-response-templates")
export class ResponseTemplates extends DefinitionPage {
  protected readonly text = words.definition.responseTemplates;

  protected content(_api: Api, schema: ApiSchema) {
    return html`<div class="card">${this.form([], schema.part(), ["responseTemplates"])}</div>`;
  }
}
