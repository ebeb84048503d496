import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../parts/json-editor";
import { ValuePart } from "../../parts/part";
import "../../parts/schema-form/schema-form";
import type { Schema } from "../../parts/schema-form/schema";
import { get, send } from "../../rest/call";
import { installation } from "../../rest/paths";
import { messageOf, type Detail } from "../../rest/rest-error";
import { words } from "../../words/en";

const schemas = new Map<string, Promise<Schema>>();

/** The JSON Schema of a type; schemas do not change while the console is open. */
function schemaOf(path: string): Promise<Schema> {
  let schema = schemas.get(path);
  if (!schema) {
    schema = send<Schema>(get(path));
    schema.catch(() => schemas.delete(path));
    schemas.set(path, schema);
  }
  return schema;
}

/**
 * The configuration of a policy or of a plan's security: a form by its schema, or JSON if
 * its type is not installed. `change` has the configuration as its detail.
 */
@customElement("relay-plugin-form")
export class PluginForm extends ValuePart {
  /** As in the path of the catalogue. */
  @property({ attribute: false }) kind: "policies" | "plans" = "policies";
  @property({ attribute: false }) plugin = "";
  @property({ attribute: false }) value: unknown = {};
  @property({ attribute: false }) errors: readonly Detail[] = [];
  @property({ attribute: false }) disabled = false;
  @state() private schema: Schema | undefined;
  @state() private problem = "";

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("plugin") || changed.has("kind")) void this.load();
  }

  override render() {
    if (this.problem) {
      return html`<p class="notice notice-warn">${this.problem}</p>
        <relay-json-editor
          .label=${words.flows.json}
          .value=${this.value}
          .disabled=${this.disabled}
          @change=${this.changed}
        ></relay-json-editor>`;
    }
    if (!this.schema) return html`<p class="loading" role="status">${words.common.loading}</p>`;
    return html`<relay-schema-form
      .schema=${this.schema}
      .value=${this.value}
      .errors=${this.errors}
      .disabled=${this.disabled}
      @change=${this.changed}
    ></relay-schema-form>`;
  }

  private readonly changed = (event: CustomEvent<unknown>): void => this.change(event.detail);

  private async load(): Promise<void> {
    const path = this.path;
    this.schema = undefined;
    this.problem = "";
    try {
      const schema = await schemaOf(path);
      if (path === this.path) this.schema = schema;
    } catch (error) {
      if (path === this.path) this.problem = messageOf(error);
    }
  }

  private get path(): string {
    return installation("plugins", this.kind, this.plugin, "schema");
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-plugin-form": PluginForm;
  }
}
