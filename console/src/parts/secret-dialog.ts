import { html } from "lit";
import { words } from "../words/en";
import { copyable } from "./copy";
import { openDialog } from "./dialog";

/**
 * Shows secrets that the server will not show again. They are on the page until the
 * dialog is closed, and are kept nowhere else.
 *
 * @param secrets labels and values.
 */
export async function showOnce(
  title: string,
  secrets: readonly (readonly [string, string])[],
): Promise<void> {
  await openDialog<true>(title, (close) => ({
    content: html`<p class="notice notice-warn">${words.secrets.warning}</p>
      <dl class="secrets">
        ${secrets.map(
          ([label, value]) => html`<div>
            <dt>${label}</dt>
            <dd>${copyable(label, value)}</dd>
          </div>`,
        )}
      </dl>`,
    actions: html`<button type="button" class="primary" @click=${() => close(true)}>
      ${words.secrets.done}
    </button>`,
  }));
}
