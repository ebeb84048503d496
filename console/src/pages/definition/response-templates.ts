import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { textField } from "../../parts/fields";
import { card } from "../../parts/page";
import { isObject } from "../../parts/schema-form/schema";
import { words } from "../../words/en";
import type { Api } from "./api";
import { isSame } from "./merge-patch";
import { DefinitionPage } from "./page";
import type { ApiSchema } from "./schemas";

const text = words.definition.responseTemplates;

interface Entry {
  /** The error key. */
  readonly key: string;
  readonly mediaType: string;
  readonly template: unknown;
}

/** The responses to calls that the gateway refuses, by error key and media type. */
@customElement("relay-api-response-templates")
export class ResponseTemplates extends DefinitionPage {
  protected readonly text = text;
  /** The templates in the order in which they are shown. */
  private entries: readonly Entry[] = [];
  /** The member of the API that the entries are. */
  private nested: unknown;

  protected content(api: Api, schema: ApiSchema) {
    if (!isSame(api["responseTemplates"], this.nested)) {
      this.nested = api["responseTemplates"];
      this.entries = flattened(this.nested);
    }
    const shape = schema.part("responseTemplates", "*", "*");
    return html`${this.entries.length
      ? this.entries.map((one, index) =>
          card(
            `${one.key} · ${one.mediaType}`,
            html`<div class="schema-members">
                ${textField({
                  id: `template-key-${index}`,
                  label: text.key,
                  hint: text.keyHint,
                  value: one.key,
                  required: true,
                  disabled: !this.editable,
                  error: this.mistake(one, index, one.key),
                  onChange: (key) => this.replace(index, { ...one, key }),
                })}
                ${textField({
                  id: `template-type-${index}`,
                  label: text.mediaType,
                  hint: text.mediaTypeHint,
                  value: one.mediaType,
                  required: true,
                  disabled: !this.editable,
                  error: this.mistake(one, index, one.mediaType),
                  onChange: (mediaType) => this.replace(index, { ...one, mediaType }),
                })}
              </div>
              ${this.form(["responseTemplates", one.key, one.mediaType], shape, undefined, true)}`,
            this.editable
              ? html`<button
                  type="button"
                  class="small"
                  aria-label="${words.common.remove}: ${one.key} ${one.mediaType}"
                  @click=${() => this.setEntries(this.entries.toSpliced(index, 1))}
                >
                  ${words.common.remove}
                </button>`
              : undefined,
          ),
        )
      : html`<div class="empty"><p>${text.none}</p></div>`}
    ${this.editable
      ? html`<div>
          <button
            type="button"
            @click=${() =>
              this.setEntries([...this.entries, { key: "", mediaType: "*/*", template: {} }])}
          >
            ${text.add}
          </button>
        </div>`
      : html``}`;
  }

  private mistake(entry: Entry, index: number, value: string): string | undefined {
    if (!value) return words.schemaForm.required;
    const same = (one: Entry): boolean =>
      one.key === entry.key && one.mediaType === entry.mediaType;
    return this.entries.findIndex(same) < index ? text.duplicated : undefined;
  }

  private replace(index: number, entry: Entry): void {
    this.setEntries(this.entries.with(index, entry));
  }

  private setEntries(entries: readonly Entry[]): void {
    this.entries = entries;
    this.nested = nested(entries, this.draft.saved?.["responseTemplates"]);
    this.draft.change(["responseTemplates"], this.nested);
  }
}

function flattened(templates: unknown): Entry[] {
  if (!isObject(templates)) return [];
  return Object.entries(templates).flatMap(([key, types]) =>
    Object.entries(isObject(types) ? types : {}).map(([mediaType, template]) => ({
      key,
      mediaType,
      template,
    })),
  );
}

/** The member of the API; it stays away when there was none and there are no entries. */
function nested(entries: readonly Entry[], before: unknown): unknown {
  if (!entries.length && before === undefined) return undefined;
  const templates: Record<string, Record<string, unknown>> = {};
  for (const { key, mediaType, template } of entries) {
    (templates[key] ??= {})[mediaType] = template;
  }
  return templates;
}
