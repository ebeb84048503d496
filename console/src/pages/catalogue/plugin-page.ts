import { html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import "../../parts/copy";
import { card, facts, page } from "../../parts/page";
import { Part } from "../../parts/part";
import type { Schema } from "../../parts/schema-form/schema";
import { tabs } from "../../parts/tabs";
import { get, send, type Call } from "../../rest/call";
import { installation } from "../../rest/paths";
import { RestError } from "../../rest/rest-error";
import { Query } from "../../routing/query";
import { path } from "../../routing/router";
import { words } from "../../words/en";
import { isKind, SCHEMAS, type Kind, type Plugin, type SchemaName } from "./kinds";
import { markdown } from "./markdown";
import { optionsTable } from "./options";

const text = words.catalogue;

interface Loaded {
  readonly plugin: Plugin;
  readonly documentation: string;
  readonly schemas: readonly (readonly [SchemaName, Schema])[];
}

/** A type of the catalogue, with its options, schemas and documentation. */
@customElement("relay-plugin-page")
export class PluginPage extends Part {
  @property({ attribute: false }) kind: Kind = "policies";
  @property({ attribute: false }) plugin = "";
  private readonly query = new Query(this);
  private readonly loaded = new Loader(this, (signal) => this.load(signal));

  override render() {
    return page({
      title: this.loaded.value?.plugin.name ?? text.one[this.kind],
      intro: this.loaded.value?.plugin.description ?? "",
      actions: html`<a class="button" href=${path("catalog")}>${text.back}</a>`,
      content: this.loaded.show((loaded) => this.content(loaded)),
      calls: this.reads(),
    });
  }

  private reads(): Call[] {
    const names = ["", "documentation", ...this.schemaNames];
    return names.map((name) => get(this.path(...(name ? [name] : []))));
  }

  /** Empty for a kind that there is not, which the server refuses. */
  private get schemaNames(): readonly SchemaName[] {
    return isKind(this.kind) ? SCHEMAS[this.kind] : [];
  }

  private path(...parts: string[]): string {
    return installation("plugins", this.kind, this.plugin, ...parts);
  }

  private async load(signal: AbortSignal): Promise<Loaded> {
    const [plugin, documentation, ...schemas] = await Promise.all([
      send<Plugin>(get(this.path()), signal),
      send<string>(get(this.path("documentation")), signal),
      ...this.schemaNames.map((name) => schemaOf(get(this.path(name)), name, signal)),
    ]);
    return { plugin, documentation, schemas: schemas.filter((one) => one !== undefined) };
  }

  private content({ plugin, documentation, schemas }: Loaded): TemplateResult {
    const shown = this.query.get("view") || "options";
    const panel =
      shown === "schema"
        ? schemas.map(([name, schema]) => rawSchema(text.schemas[name], schema))
        : shown === "documentation"
          ? html`<section class="card">${markdown(documentation)}</section>`
          : schemas.map(([name, schema]) =>
              card(text.schemas[name], optionsTable(text.schemas[name], schema)),
            );
    return html`${card(text.about, this.about(plugin))}
    ${tabs(
      text.views,
      [
        { id: "options", label: text.options },
        { id: "schema", label: text.schema },
        { id: "documentation", label: text.documentation },
      ],
      shown,
      (view) => this.query.set({ view: view === "options" ? undefined : view }),
      html`${panel}`,
    )}`;
  }

  private about(plugin: Plugin): TemplateResult {
    const phases = Object.entries(plugin.flowPhaseCompatibility ?? {});
    return facts([
      [text.id, html`<code>${plugin.id}</code>`],
      [text.kind, text.one[this.kind]],
      [text.version, plugin.version],
      [text.origin, plugin.builtIn ? text.builtIn : text.added],
      [text.apiType, plugin.supportedApiType],
      [text.modes, plugin.supportedModes?.join(", ")],
      [text.listener, plugin.supportedListenerType],
      ...phases.map(
        ([type, names]) =>
          [text.phases[type === "HTTP_PROXY" ? "PROXY" : "MESSAGE"], names.join(", ") || text.none] as const,
      ),
    ]);
  }
}

/** A schema of a type; undefined for a type that has no such configuration. */
async function schemaOf(
  call: Call,
  name: SchemaName,
  signal: AbortSignal,
): Promise<readonly [SchemaName, Schema] | undefined> {
  try {
    return [name, await send<Schema>(call, signal)];
  } catch (error) {
    if (error instanceof RestError && error.status === 404 && name !== "schema") return undefined;
    throw error;
  }
}

function rawSchema(title: string, schema: Schema): TemplateResult {
  const written = JSON.stringify(schema, null, 2);
  return card(
    title,
    html`<pre class="raw" tabindex="0" aria-label=${title}><code>${written}</code></pre>`,
    html`<relay-copy .label=${title} .text=${written}></relay-copy>`,
  );
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-plugin-page": PluginPage;
  }
}
