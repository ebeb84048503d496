import { html, nothing, type TemplateResult } from "lit";

/** A line across the page about a state of what the page shows. */
export function banner(
  tone: "info" | "warn" | "error",
  text: string | TemplateResult,
  actions?: TemplateResult,
): TemplateResult {
  return html`<div class="banner banner-${tone}" role="status">
    <div>${text}</div>
    ${actions ? html`<div class="banner-actions">${actions}</div>` : nothing}
  </div>`;
}
