import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Detail } from "../rest/rest-error";
import { words } from "../words/en";
import { textArea } from "./fields";
import { lineAt, linesOf } from "./json-lines";
import { newId, ValuePart } from "./part";

const FEWEST_ROWS = 6;
const MOST_ROWS = 40;

/**
 * A field for a JSON value. `change` is dispatched with the value as its detail whenever
 * the text is valid JSON.
 */
@customElement("relay-json-editor")
export class JsonEditor extends ValuePart {
  @property({ attribute: false }) value: unknown;
  @property({ attribute: false }) label = "";
  @property({ attribute: false }) disabled = false;
  /** What is wrong with the value, by locations within it; told with the lines. */
  @property({ attribute: false }) mistakes: readonly Detail[] = [];
  @state() private text = "";
  @state() private error = "";
  private readonly fieldId = newId("json");
  /** The value of the text, while the text is valid. */
  private known: unknown;
  private isCleared = false;

  override willUpdate(changed: Map<string, unknown>): void {
    // What the user types is not formatted again.
    if (changed.has("value") && !this.isShown(this.value)) {
      this.text = this.value === undefined ? "" : JSON.stringify(this.value, null, 2);
      this.known = this.value;
      this.isCleared = false;
      this.error = "";
    }
  }

  /** Whether a value is that of the text. A text without anything stands for {}, too. */
  private isShown(value: unknown): boolean {
    const shown = JSON.stringify(this.known);
    return JSON.stringify(value) === shown || (this.isCleared && isEmpty(value));
  }

  /** Whether the text is valid. */
  get valid(): boolean {
    return !this.error;
  }

  override render() {
    const lines = this.text.split("\n").length;
    return html`${textArea({
      id: this.fieldId,
      label: this.label,
      value: this.text,
      rows: Math.min(Math.max(lines, FEWEST_ROWS), MOST_ROWS),
      code: true,
      disabled: this.disabled,
      error: this.error || undefined,
      onChange: (text) => this.typed(text),
    })}
    ${this.mistakes.length && this.valid && this.text.trim() ? this.located() : nothing}`;
  }

  private located() {
    const lines = linesOf(this.text);
    return html`<ul class="field-error">
      ${this.mistakes.map(
        (one) => html`<li>
          ${words.common.line(lineAt(lines, one.location))}
          ${one.location ? html`<code>${one.location}</code>` : nothing} ${one.message}
        </li>`,
      )}
    </ul>`;
  }

  private typed(text: string): void {
    this.text = text;
    try {
      this.known = text.trim() ? JSON.parse(text) : undefined;
      this.isCleared = this.known === undefined;
      this.error = "";
    } catch (error) {
      this.error = words.common.invalidJson(reasonOf(error as Error, text));
      return;
    }
    this.change(this.known);
  }
}

function isEmpty(value: unknown): boolean {
  return JSON.stringify(value) === "{}";
}

/** The reason of the browser, with the line in place of the position. */
function reasonOf(error: Error, text: string): string {
  const position = /position (\d+)/.exec(error.message)?.[1];
  if (!position || /\bline \d/.test(error.message)) return error.message;
  const line = text.slice(0, Number(position)).split("\n").length;
  return error.message.replace(/(at )?position \d+/, `at line ${line}`);
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-json-editor": JsonEditor;
  }
}
