import { html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../words/en";
import { Part } from "./part";

const SHOWN_MS = 2000;

/** A button that copies a text. */
@customElement("relay-copy")
export class Copy extends Part {
  @property({ attribute: false }) text = "";
  /** What is copied, for screen readers. */
  @property({ attribute: false }) label = "";
  @state() private copied = false;

  override render() {
    return html`<button
      type="button"
      class="small"
      aria-label="${words.common.copy}: ${this.label}"
      @click=${() => this.copy()}
    >
      <span aria-live="polite">${this.copied ? words.common.copied : words.common.copy}</span>
    </button>`;
  }

  private async copy(): Promise<void> {
    if (navigator.clipboard) await navigator.clipboard.writeText(this.text);
    else copyBySelection(this.text);
    this.copied = true;
    setTimeout(() => (this.copied = false), SHOWN_MS);
  }
}

/** Copies where the page is not a secure context, and has no clipboard. */
function copyBySelection(text: string): void {
  const area = document.createElement("textarea");
  area.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** A value with a button that copies it. */
export function copyable(label: string, text: string): TemplateResult {
  return html`<span class="copyable"
    ><code>${text}</code><relay-copy .label=${label} .text=${text}></relay-copy
  ></span>`;
}
