import { html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { ValuePart } from "../../parts/part";
import type { Schema } from "../../parts/schema-form/schema";
import "../../parts/schema-form/schema-form";
import { get, send } from "../../rest/call";
import { installation } from "../../rest/paths";
import type { Detail } from "../../rest/rest-error";
import { words } from "../../words/en";

const SCHEMA = get(installation("plugins", "entrypoints", "webhook", "subscription-schema"));

/**
 * A form for the options that a consumer has of a webhook. `change` is dispatched with
 * the options as its detail.
 */
@customElement("relay-webhook-options")
export class WebhookOptions extends ValuePart {
  @property({ attribute: false }) value: unknown;
  @property({ attribute: false }) errors: readonly Detail[] = [];
  private readonly schema = new Loader(this, (signal) => send<Schema>(SCHEMA, signal));

  override render() {
    return html`${this.schema.show(
      (schema) => html`<relay-schema-form
        .schema=${schema}
        .value=${this.value}
        .errors=${this.errors}
        .label=${words.subscriptions.consumer}
        @change=${(event: CustomEvent<unknown>) => this.change(event.detail)}
      ></relay-schema-form>`,
    )}`;
  }
}
