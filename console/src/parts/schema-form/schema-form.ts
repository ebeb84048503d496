import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Detail } from "../../rest/rest-error";
import { words } from "../../words/en";
import "../json-editor";
import { newId, ValuePart } from "../part";
import { members } from "./containers";
import type { Editing } from "./editing";
import { kindOf, resolved, schemaAt, type Schema } from "./schema";
import { mistakes } from "./validation";
import { locationOf, valueAt, withValue, type Path } from "./values";

const text = words.schemaForm;
const MASK = "********";

/**
 * A form for a JSON value, made from its schema, with the same value as JSON beside it.
 * `change` is dispatched with the new value as its detail; the value has only what the
 * user has set, defaults are not part of it.
 */
@customElement("relay-schema-form")
export class SchemaForm extends ValuePart implements Editing {
  @property({ attribute: false }) schema: Schema = {};
  /** An object. */
  @property({ attribute: false }) value: unknown;
  /** The refusals of the server, with locations within the value. */
  @property({ attribute: false }) errors: readonly Detail[] = [];
  @property({ attribute: false }) disabled = false;
  /** The label of the value as JSON. */
  @property({ attribute: false }) label: string = text.json;
  @state() private jsonShown = false;
  private readonly idPrefix = newId("form");
  private found: readonly Detail[] = [];
  /** The value that the user began with. */
  private original: unknown;
  private emitted: unknown;
  /** Locations of fields that were left or changed, whose mistakes are shown. */
  private readonly left = new Set<string>();
  /** Locations that were changed since the server refused them. */
  private readonly changed = new Set<string>();
  private readonly opened = new Map<string, boolean>();
  private readonly revealed = new Set<string>();
  private readonly masks = new Map<string, string>();
  private allShown = false;

  get root(): Schema {
    return this.schema;
  }

  /** Whether the schema finds no mistake in the value. */
  get valid(): boolean {
    return this.mistakes().length === 0;
  }

  /**
   * The mistakes that the user has made. The server reads more spellings than a schema
   * tells: what it has accepted before is none.
   */
  private mistakes(): Detail[] {
    return mistakes(this.schema, this.value ?? {}).filter(
      (one) =>
        isMissing(one) ||
        !isEqual(valueAt(this.value, one.path), valueAt(this.original, one.path)),
    );
  }

  /** Shows all mistakes, focuses the first one, and returns whether there is none. */
  report(): boolean {
    const valid = this.valid;
    this.allShown = true;
    this.requestUpdate();
    if (!valid) void this.focusMistake();
    return valid;
  }

  private async focusMistake(): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("errors")) this.changed.clear();
    if (changed.has("schema") && !isEqual(this.schema, changed.get("schema"))) {
      for (const kept of [this.left, this.opened, this.revealed, this.masks]) kept.clear();
      this.allShown = false;
    }
    if (changed.has("value") && !isEqual(this.value, this.emitted)) this.original = this.value;
    this.found = this.mistakes();
    this.rememberMasks(this.value, []);
  }

  override render() {
    const kind = kindOf(resolved(this.schema, this.schema));
    const whole = this.errorAt([]);
    return html`<div class="schema-form ${this.jsonShown ? "has-json" : ""}">
      <div class="schema-fields">
        ${whole ? html`<p class="field-error" role="alert">${whole}</p>` : nothing}
        ${kind === "object" ? this.fields() : nothing} ${this.unplaced()}
      </div>
      ${this.jsonShown || kind !== "object" ? this.json() : nothing}
      ${kind === "object"
        ? html`<div class="schema-switch">
            <button
              type="button"
              class="small plain"
              aria-expanded=${this.jsonShown ? "true" : "false"}
              @click=${() => (this.jsonShown = !this.jsonShown)}
            >
              ${this.jsonShown ? text.hideJson : text.showJson}
            </button>
          </div>`
        : nothing}
    </div>`;
  }

  private fields() {
    const schema = resolved(this.schema, this.schema);
    return Object.keys(schema.properties ?? {}).length
      ? members(this, schema, [])
      : html`<p class="muted">${text.noOptions}</p>`;
  }

  private json() {
    return html`<div class="schema-json">
      <relay-json-editor
        .label=${this.label}
        .value=${this.value ?? {}}
        .disabled=${this.disabled}
        .mistakes=${this.told}
        @change=${(event: CustomEvent<unknown>) => {
          this.allShown = true;
          this.emit(event.detail ?? {});
        }}
      ></relay-json-editor>
    </div>`;
  }

  /** Refusals at places that have no field. */
  private unplaced() {
    const hidden = this.errors.filter((one) => {
      const name = /^[^.[]*/.exec(one.location)![0];
      return name !== "" && !(name in (resolved(this.schema, this.schema).properties ?? {}));
    });
    return hidden.length
      ? html`<ul class="field-error" role="alert">
          ${hidden.map((one) => html`<li><code>${one.location}</code> ${one.message}</li>`)}
        </ul>`
      : nothing;
  }

  private rememberMasks(value: unknown, path: Path): void {
    if (typeof value === "string") {
      const at = locationOf(path);
      if (value.includes(MASK) && !this.masks.has(at)) this.masks.set(at, value);
    } else if (value !== null && typeof value === "object") {
      const isList = Array.isArray(value);
      for (const [name, member] of Object.entries(value)) {
        this.rememberMasks(member, [...path, isList ? Number(name) : name]);
      }
    }
  }

  private emit(value: unknown): void {
    this.value = this.emitted = value;
    this.change(value);
  }

  idOf(path: Path): string {
    return `${this.idPrefix}-${path.join("-")}`;
  }

  errorAt(path: Path): string | undefined {
    const at = locationOf(path);
    const messages = new Set(
      this.told.filter((one) => one.location === at).map((one) => one.message),
    );
    return messages.size ? [...messages].join(" ") : undefined;
  }

  mistakesBelow(path: Path): number {
    const at = locationOf(path);
    const isBelow = (one: Detail): boolean =>
      one.location === at ||
      one.location.startsWith(`${at}.`) ||
      one.location.startsWith(`${at}[`);
    return new Set(this.told.filter(isBelow).map((one) => one.location)).size;
  }

  /** The mistakes that are shown. */
  private get told(): readonly Detail[] {
    return [
      ...this.errors.filter((one) => !this.changed.has(one.location)),
      ...this.found.filter((one) => this.isTold(one)),
    ];
  }

  /** Whether a mistake is shown: what is missing is, once the field was left. */
  private isTold(mistake: Detail): boolean {
    if (this.allShown || this.left.has(mistake.location)) return true;
    return !isMissing(mistake);
  }

  valueAt(path: Path): unknown {
    return valueAt(this.value, path);
  }

  set(path: Path, value: unknown): void {
    this.changed.add(locationOf(path));
    const isKept = (place: Path): boolean => {
      const name = place.at(-1);
      if (typeof name !== "string") return true;
      const holder = schemaAt(this.schema, this.value, place.slice(0, -1));
      return kindOf(holder) === "map" || (holder.required?.includes(name) ?? false);
    };
    this.emit(withValue(this.value, path, value, isKept) ?? {});
  }

  leave(path: Path): void {
    const at = locationOf(path);
    if (this.left.has(at)) return;
    this.left.add(at);
    this.requestUpdate();
  }

  isOpen(path: Path, otherwise: boolean): boolean {
    const at = locationOf(path);
    const open = this.opened.get(at);
    if (open !== undefined) return open;
    // What was open once stays open when its last value is removed.
    if (otherwise) this.opened.set(at, true);
    return otherwise;
  }

  setOpen(path: Path, open: boolean): void {
    const at = locationOf(path);
    if (this.opened.get(at) === open) return;
    this.opened.set(at, open);
    this.requestUpdate();
  }

  isRevealed(path: Path): boolean {
    return this.revealed.has(locationOf(path));
  }

  setRevealed(path: Path, revealed: boolean): void {
    if (revealed) this.revealed.add(locationOf(path));
    else this.revealed.delete(locationOf(path));
    this.requestUpdate();
  }

  maskAt(path: Path): string | undefined {
    return this.masks.get(locationOf(path));
  }
}

function isMissing(mistake: Detail): boolean {
  return mistake.message === text.required || mistake.message === text.empty;
}

/** Whether two values are the same; pages make them anew when they render. */
function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-schema-form": SchemaForm;
  }
}
