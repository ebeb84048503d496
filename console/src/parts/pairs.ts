import { html, type TemplateResult } from "lit";
import { words } from "../words/en";
import { textField } from "./fields";

export type Pair = readonly [name: string, value: string];

export const pairsOf = (record: Readonly<Record<string, string>> | undefined): Pair[] =>
  Object.entries(record ?? {});

/** A record of the pairs that have a name. */
export const recordOf = (pairs: readonly Pair[]): Record<string, string> =>
  Object.fromEntries(pairs.filter(([name]) => name));

/** Fields for names with values, of which rows can be added and removed. */
export function pairsField(
  id: string,
  label: string,
  pairs: readonly Pair[],
  onChange: (pairs: readonly Pair[]) => void,
): TemplateResult {
  const replace = (index: number, pair: Pair): void =>
    onChange(pairs.map((one, at) => (at === index ? pair : one)));
  return html`<fieldset class="stack">
    <legend>${label}</legend>
    ${pairs.map(
      ([name, value], index) => html`<div class="pair">
        ${textField({
          id: `${id}-name-${index}`,
          label: words.pairs.name,
          value: name,
          onChange: (typed) => replace(index, [typed, value]),
        })}
        ${textField({
          id: `${id}-value-${index}`,
          label: words.pairs.value,
          value,
          onChange: (typed) => replace(index, [name, typed]),
        })}
        <button
          type="button"
          aria-label="${words.common.remove}: ${name}"
          @click=${() => onChange(pairs.filter((_, at) => at !== index))}
        >
          ${words.common.remove}
        </button>
      </div>`,
    )}
    <div>
      <button type="button" class="small" @click=${() => onChange([...pairs, ["", ""]])}>
        ${words.common.add}
      </button>
    </div>
  </fieldset>`;
}
