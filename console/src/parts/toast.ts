import { html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { words } from "../words/en";
import { Part } from "./part";

type Kind = "done" | "error";

interface Toast {
  readonly number: number;
  readonly text: string;
  readonly kind: Kind;
}

const SHOWN_MS = 6000;

/** Tells the user what has happened, at the lower edge. Errors stay until they are closed. */
export function toast(text: string, kind: Kind = "done"): void {
  document.querySelector("relay-toasts")?.add(text, kind);
}

/** The messages that are shown; a live region. */
@customElement("relay-toasts")
export class Toasts extends Part {
  @state() private shown: readonly Toast[] = [];
  private numbered = 0;

  add(text: string, kind: Kind): void {
    const number = ++this.numbered;
    this.shown = [...this.shown, { number, text, kind }];
    if (kind === "done") setTimeout(() => this.close(number), SHOWN_MS);
  }

  override render() {
    return html`<div class="toasts" role="status">
      ${repeat(
        this.shown,
        (one) => one.number,
        (one) => html`<div class="toast toast-${one.kind}">
          <span>${one.text}</span>
          <button type="button" @click=${() => this.close(one.number)}>${words.common.close}</button>
        </div>`,
      )}
    </div>`;
  }

  private close(number: number): void {
    this.shown = this.shown.filter((one) => one.number !== number);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-toasts": Toasts;
  }
}
