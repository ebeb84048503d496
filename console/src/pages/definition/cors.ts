import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { words } from "../../words/en";
import type { Api } from "./api";
import { DefinitionPage } from "./page";
import type { ApiSchema } from "./schemas";

/** Which pages of other sites may call an API (Fetch, "CORS protocol"). */
@customElement("relay-api-cors")
export class Cors extends DefinitionPage {
  protected readonly text = words.definition.cors;

  protected content(api: Api, schema: ApiSchema) {
    const index = api.listeners.findIndex((one) => one.type === "HTTP");
    if (index < 0) return html`<div class="empty"><p>${words.definition.noHttp}</p></div>`;
    return html`<div class="card">
      ${this.form(["listeners", index, "cors"], schema.part("listeners", "*", "cors"))}
    </div>`;
  }
}
