import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { card } from "../../parts/page";
import "../../parts/paths";
import { words } from "../../words/en";
import type { Api, Listener } from "./api";
import { DefinitionPage } from "./page";
import { readPlugins, type ApiSchema, type Plugin } from "./schemas";

const text = words.definition.entrypoints;
const QOS = ["AUTO", "NONE", "AT_MOST_ONCE", "AT_LEAST_ONCE"] as const;

/** Where and how clients attach to an API. */
@customElement("relay-api-entrypoints")
export class Entrypoints extends DefinitionPage {
  protected readonly text = text;
  private readonly types = new Loader(this, () => readPlugins("entrypoint"));

  protected content(api: Api, schema: ApiSchema) {
    return html`${this.types.show((types) => this.listeners(api, schema, types))}`;
  }

  private listeners(api: Api, schema: ApiSchema, types: readonly Plugin[]) {
    const offered = types.filter((one) => one.supportedApiType === api.type);
    return html`${api.listeners.map((listener, index) =>
        this.listener(api, listener, index, schema, offered),
      )}
      ${this.editable && api.type === "MESSAGE" ? this.adding(api, offered) : nothing}`;
  }

  private listener(
    api: Api,
    listener: Listener,
    index: number,
    schema: ApiSchema,
    types: readonly Plugin[],
  ) {
    const at = ["listeners", index];
    const entrypoints = listener.entrypoints ?? [];
    return html`${listener.type === "HTTP"
      ? card(
          text.paths,
          html`<p class="muted">${text.pathsHint}</p>
            <relay-paths
              .api=${api.id}
              .value=${listener.paths ?? []}
              .errors=${this.draft.errors.below(`listeners[${index}].paths`)}
              .disabled=${!this.editable}
              @change=${(event: CustomEvent<unknown>) =>
                this.draft.change([...at, "paths"], event.detail)}
            ></relay-paths>`,
        )
      : nothing}
    ${entrypoints.map((one, number) => {
      const path = [...at, "entrypoints", number];
      const name = types.find((type) => type.id === one.type)?.name ?? one.type;
      return card(
        text.entrypoint(name),
        html`${api.type === "MESSAGE" ? this.form(path, QUALITY, ["qos"]) : nothing}
        ${this.pluginForm("entrypoint", one.type, [...path, "configuration"])}`,
        api.type === "MESSAGE"
          ? this.itemActions([...at, "entrypoints"], number, name, 1)
          : undefined,
      );
    })}
    ${listener.type === "HTTP"
      ? this.formCard(
          text.validation,
          [...at, "requestValidation"],
          schema.part("listeners", "*", "requestValidation"),
        )
      : nothing}`;
  }

  /** Buttons for the entrypoints that the API does not have. */
  private adding(api: Api, types: readonly Plugin[]) {
    const present = api.listeners.flatMap((one) => one.entrypoints ?? []).map((one) => one.type);
    const others = types.filter((one) => !present.includes(one.id));
    if (!others.length) return nothing;
    return html`<div class="row" role="group" aria-label=${text.add}>
      <span>${text.add}</span>
      ${others.map(
        (one) => html`<button type="button" class="small" @click=${() => this.add(api, one)}>
          ${one.name}
        </button>`,
      )}
    </div>`;
  }

  private add(api: Api, type: Plugin): void {
    const entrypoint = { type: type.id, configuration: {} };
    const kind = type.supportedListenerType ?? "HTTP";
    const index = api.listeners.findIndex((one) => one.type === kind);
    if (index < 0) {
      const listener = { type: kind, entrypoints: [entrypoint] };
      this.draft.change(["listeners", api.listeners.length], listener);
    } else {
      const count = api.listeners[index]!.entrypoints?.length ?? 0;
      this.draft.change(["listeners", index, "entrypoints", count], entrypoint);
    }
  }
}

/** How surely events are delivered. */
const QUALITY = {
  type: "object",
  properties: {
    qos: { type: "string", enum: QOS, default: "AUTO", title: text.qos, description: text.qosHint },
  },
} as const;
