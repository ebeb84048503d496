import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { badge } from "../../parts/badge";
import { openDialog } from "../../parts/dialog";
import { textField } from "../../parts/fields";
import { words } from "../../words/en";
import type { Choice } from "./policies";

const text = words.flows;

/** Asks for a policy or a shared policy group. Fulfils with undefined if none is chosen. */
export function pickPolicy(choices: readonly Choice[], title: string): Promise<Choice | undefined> {
  let searched = "";
  return openDialog<Choice>(
    title,
    (close, redraw) => {
      const found = choices.filter((one) => matches(one, searched));
      return {
        content: html`${textField({
            id: "policy-search",
            label: text.searchPolicies,
            type: "search",
            value: searched,
            onChange: (value) => {
              searched = value;
              redraw();
            },
          })}
          <p class="muted" role="status">${text.policiesFound(found.length)}</p>
          <ul class="picker">
            ${repeat(
              found,
              (one) => one.id,
              (one) => html`<li>
                <button type="button" class="picker-choice" @click=${() => close(one)}>
                  <span class="picker-name"
                    >${one.name}${one.isGroup ? badge(text.sharedGroup, "info") : nothing}</span
                  >
                  <code>${one.id}</code>
                  <span class="muted">${one.description}</span>
                </button>
              </li>`,
            )}
          </ul>`,
        actions: html`<button type="button" @click=${() => close(undefined)}>
          ${words.common.cancel}
        </button>`,
      };
    },
    { wide: true },
  );
}

function matches(choice: Choice, searched: string): boolean {
  const whole = `${choice.name} ${choice.id} ${choice.description}`.toLowerCase();
  return searched
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}
