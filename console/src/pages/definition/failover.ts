import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { words } from "../../words/en";
import type { Api } from "./api";
import { DefinitionPage } from "./page";
import type { ApiSchema } from "./schemas";

/** What is done with calls whose endpoint does not answer. */
@customElement("relay-api-failover")
export class Failover extends DefinitionPage {
  protected readonly text = words.definition.failover;

  protected content(_api: Api, schema: ApiSchema) {
    return html`<div class="card">${this.form(["failover"], schema.part("failover"))}</div>`;
  }
}
