import { html, type TemplateResult } from "lit";

export type Tone = "good" | "bad" | "warn" | "info" | "plain";

/** A short word about a state. The tone repeats what the word says. */
export function badge(text: string, tone: Tone = "plain"): TemplateResult {
  return html`<span class="badge badge-${tone}">${text}</span>`;
}
