import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";

export interface Choice {
  readonly id: string;
  readonly title: string;
  readonly text?: string | undefined;
}

/**
 * A list of alternatives, each with an explanation.
 *
 * @param kind `radio` for one of them, `checkbox` for any number.
 */
export function choices(
  legend: string,
  kind: "radio" | "checkbox",
  all: readonly Choice[],
  isChosen: (id: string) => boolean,
  choose: (id: string, chosen: boolean) => void,
): TemplateResult {
  return html`<fieldset class="choices">
    <legend class="visually-hidden">${legend}</legend>
    ${all.map(
      (one) => html`<label class="choice">
        <input
          type=${kind}
          name="choice"
          value=${one.id}
          .checked=${live(isChosen(one.id))}
          aria-describedby=${one.text ? `choice-${one.id}` : nothing}
          @change=${(event: Event) => choose(one.id, (event.target as HTMLInputElement).checked)}
        />
        <span class="choice-title">${one.title}</span>
        ${one.text
          ? html`<span class="choice-text" id="choice-${one.id}">${one.text}</span>`
          : nothing}
      </label>`,
    )}
  </fieldset>`;
}
