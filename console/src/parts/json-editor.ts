import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../words/en";
import { textArea } from "./fields";
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
  @state() private text = "";
  @state() private error = "";
  private readonly fieldId = newId("json");
  private emitted: unknown;

  override willUpdate(changed: Map<string, unknown>): void {
    // What the user types is not formatted again.
    if (changed.has("value") && this.value !== this.emitted) {
      this.text = this.value === undefined ? "" : JSON.stringify(this.value, null, 2);
      this.error = "";
    }
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
    })}`;
  }

  private typed(text: string): void {
    this.text = text;
    try {
      this.emitted = text.trim() ? JSON.parse(text) : undefined;
      this.error = "";
    } catch (error) {
      this.error = words.common.invalidJson(reasonOf(error as Error, text));
      return;
    }
    this.change(this.emitted);
  }
}

/** The reason of the browser, with the line in place of the position. */
function reasonOf(error: Error, text: string): string {
  const position = /position (\d+)/.exec(error.message)?.[1];
  if (!position || /\bline \d/.test(error.message)) return error.message;
  const line = text.slice(0, Number(position)).split("\n").length;
  return error.message.replace(/(at )?position \d+/, `at line ${line}`);
}
