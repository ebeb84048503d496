import { html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { card, page } from "../../parts/page";
import { Part } from "../../parts/part";
import "../../parts/schema-form/schema-form";
import { isObject, only, type Schema } from "../../parts/schema-form/schema";
import type { SchemaForm } from "../../parts/schema-form/schema-form";
import { locationOf, moved, valueAt, type Path } from "../../parts/schema-form/values";
import type { Detail } from "../../rest/rest-error";
import { may } from "../../session/session";
import { words } from "../../words/en";
import { readApi, type Api } from "./api";
import type { Described } from "./conceal";
import { Draft } from "./draft";
import { ApiSchema, PluginSchemas, readApiSchema, type Kind } from "./schemas";

const text = words.definition;

/** Of a configuration whose type is not installed, or not known yet. */
const ANY: Schema = { type: "object" };

/** A page that edits parts of the definition of an API. */
export abstract class DefinitionPage extends Part {
  /** The id of the API. */
  @property({ attribute: false }) api = "";
  /** The parts whose forms are on the page. */
  private described: Described[] = [];
  /** Whether the server has just refused the changes. */
  private isRefused = false;
  protected readonly draft = new Draft(
    this,
    () => this.api,
    () => this.described,
  );
  private readonly schemas = new Loader(this, async () => new ApiSchema(await readApiSchema()));

  protected abstract readonly text: { readonly title: string; readonly intro: string };

  /** The content of the page. */
  protected abstract content(api: Api, schema: ApiSchema): TemplateResult;

  /** Undefined while it is read. */
  protected readonly plugins = new PluginSchemas(this);

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.get("api")) this.draft.reload();
  }

  override updated(): void {
    if (!this.isRefused || this.draft.pending) return;
    this.isRefused = false;
    void this.focusMistake();
  }

  private async focusMistake(): Promise<void> {
    await Promise.all([...this.forms()].map((one) => one.updateComplete));
    const wrong = this.querySelector<HTMLElement>("[aria-invalid=true], .notice-error");
    wrong?.scrollIntoView({ block: "center" });
    wrong?.focus();
  }

  /** Whether the user may change the API. */
  protected get editable(): boolean {
    return may("PUBLISHER");
  }

  private forms(): Iterable<SchemaForm> {
    return this.querySelectorAll<SchemaForm>("relay-schema-form");
  }

  private async save(): Promise<void> {
    const unread = [...this.querySelectorAll("relay-json-editor")].find((one) => !one.valid);
    if (unread) return unread.querySelector("textarea")!.focus();
    // The server decides, and tells its mistakes together with those found here.
    for (const form of this.forms()) form.report();
    await this.draft.save();
    this.isRefused = this.draft.errors.any;
    this.requestUpdate();
  }

  override render() {
    return this.draft.loader.show(
      () => html`${this.schemas.show((schema) => this.shown(this.draft.value!, schema))}`,
    );
  }

  private shown(api: Api, schema: ApiSchema): TemplateResult {
    this.described = [{ path: [], schema: schema.part() }];
    // The fields take the refusals that the summary leaves out.
    const content = this.content(api, schema);
    return page({
      title: this.text.title,
      intro: this.text.intro,
      content: html`${content} ${this.draft.errors.summary()} ${this.saveBar()}`,
      calls: [this.draft.isChanged ? this.draft.call : readApi(this.api)],
    });
  }

  private saveBar() {
    if (!this.editable) return html`<p class="muted">${text.readOnly}</p>`;
    const { isChanged, pending } = this.draft;
    return html`<div class="save-bar ${isChanged ? "is-changed" : ""}">
      <span role="status">${isChanged ? text.unsaved : text.noChanges}</span>
      <span class="row">
        <button
          type="button"
          ?disabled=${!isChanged || pending}
          @click=${() => this.draft.discard()}
        >
          ${words.common.discard}
        </button>
        <button
          type="button"
          class="primary"
          ?disabled=${!isChanged || pending}
          @click=${() => this.save()}
        >
          ${text.save}
        </button>
      </span>
    </div>`;
  }

  /**
   * A form for a part of the definition.
   *
   * @param path where the part is.
   * @param schema of the part.
   * @param members the members of the part that the form has; all by default.
   * @param isKept whether the part stays when it becomes empty.
   */
  protected form(
    path: Path,
    schema: Schema,
    members?: readonly string[],
    isKept = false,
  ): TemplateResult {
    const shown = members ? only(schema, ...members) : schema;
    this.described.push({ path, schema });
    const value = valueAt(this.draft.value, path);
    return html`<relay-schema-form
      .schema=${shown}
      .value=${members ? picked(value, members) : (value ?? {})}
      .errors=${members
        ? members.flatMap((name) => this.errorsAt([...path, name], name))
        : this.errorsAt(path, "")}
      .disabled=${!this.editable}
      @change=${(event: CustomEvent<unknown>) => this.edit(path, event.detail, members, isKept)}
    ></relay-schema-form>`;
  }

  /** A form with a frame and a title. */
  protected formCard(title: string, path: Path, schema: Schema, members?: readonly string[]) {
    return card(
      title,
      html`${schema.description && !members
        ? html`<p class="muted">${schema.description}</p>`
        : nothing}
      ${this.form(path, schema, members)}`,
    );
  }

  /** A form for the configuration of a plugin, as its own schema has it. */
  protected pluginForm(kind: Kind, id: string, path: Path): TemplateResult {
    return this.form(path, this.plugins.of(kind, id) ?? ANY);
  }

  /** A row of buttons that move and remove an item of a list. */
  protected itemActions(path: Path, index: number, name: string, fewest = 0): TemplateResult {
    const items = valueAt(this.draft.value, path) as readonly unknown[];
    if (!this.editable) return html``;
    const button = (label: string, disabled: boolean, next: () => readonly unknown[]) =>
      html`<button
        type="button"
        class="small"
        aria-label="${label}: ${name}"
        ?disabled=${disabled}
        @click=${() => this.draft.change(path, next())}
      >
        ${label}
      </button>`;
    return html`<span class="row">
      ${items.length > 1
        ? html`${button(words.schemaForm.up, index === 0, () => moved(items, index, index - 1))}
          ${button(words.schemaForm.down, index === items.length - 1, () =>
            moved(items, index, index + 1),
          )}`
        : nothing}
      ${button(words.common.remove, items.length <= fewest, () => items.toSpliced(index, 1))}
    </span>`;
  }

  private edit(
    path: Path,
    value: unknown,
    members: readonly string[] | undefined,
    isKept: boolean,
  ): void {
    if (members) {
      const next = isObject(value) ? value : {};
      for (const name of new Set([...members, ...Object.keys(next)])) {
        const at = [...path, name];
        if (valueAt(this.draft.value, at) !== next[name]) this.draft.change(at, next[name]);
      }
      return;
    }
    const isEmpty = isObject(value) && !Object.keys(value).length;
    const isNew = valueAt(this.draft.saved, path) === undefined;
    this.draft.change(path, isEmpty && isNew && !isKept ? undefined : value);
  }

  /** The refusals at a place and below it, with locations within a form. */
  private errorsAt(path: Path, name: string): Detail[] {
    const { errors } = this.draft;
    const at = locationOf(path);
    const own = errors.at(at);
    const below = errors.below(at).map((one) => ({
      ...one,
      location: name && !one.location.startsWith("[") ? `${name}.${one.location}` : name + one.location,
    }));
    return own === undefined ? below : [{ location: name, message: own }, ...below];
  }
}

function picked(value: unknown, names: readonly string[]): Record<string, unknown> {
  const members = isObject(value) ? value : {};
  return Object.fromEntries(
    names.filter((name) => members[name] !== undefined).map((name) => [name, members[name]]),
  );
}
