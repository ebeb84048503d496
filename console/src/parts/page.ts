import { html, nothing, type TemplateResult } from "lit";
import type { Call } from "../rest/call";
import { asCurl } from "./curl";

export interface PageView {
  readonly title: string | TemplateResult;
  /** Below the title. */
  readonly intro?: string | TemplateResult;
  /** Buttons beside the title. */
  readonly actions?: TemplateResult | typeof nothing;
  readonly content: unknown;
  /** What the page reads, or is about to do. */
  readonly calls?: readonly Call[];
}

/** The frame of a page: title, actions, content, and the page's calls as curl. */
export function page(view: PageView): TemplateResult {
  return html`<div class="page-head">
      <h1>${view.title}</h1>
      ${view.actions ? html`<div class="page-actions">${view.actions}</div>` : nothing}
    </div>
    ${view.intro ? html`<p class="page-intro">${view.intro}</p>` : nothing} ${view.content}
    ${view.calls?.length ? asCurl(view.calls) : nothing}`;
}

/** A framed part of a page. */
export function card(
  title: string,
  content: unknown,
  actions?: TemplateResult | typeof nothing,
): TemplateResult {
  return html`<section class="card">
    <div class="card-head">
      <h2>${title}</h2>
      ${actions ?? nothing}
    </div>
    ${content}
  </section>`;
}

/** A list of names with values. Entries without a value are left out. */
export function facts(
  entries: readonly (readonly [string, unknown])[],
): TemplateResult {
  return html`<dl class="facts">
    ${entries
      .filter(([, value]) => value !== undefined && value !== null && value !== "")
      .map(
        ([name, value]) => html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
      )}
  </dl>`;
}
