import { html, nothing, type TemplateResult } from "lit";
import { duration } from "../../parts/numbers";
import { newId } from "../../parts/part";
import { words } from "../../words/en";
import type { Clocks } from "./documents";

const text = words.streams.clocks as Readonly<Record<string, string>>;

/** Bars of the time that is left of each timeout, against the most that was seen of it. */
export class ClockBars {
  private readonly most = new Map<string, number>();
  private readonly prefix = newId("clock");

  /** The bars; a timeout that does not run any more has none. */
  show(clocks: Clocks): TemplateResult | typeof nothing {
    const names = Object.keys(clocks);
    if (!names.length) return html`<p class="muted">${words.streams.noClock}</p>`;
    return html`<div class="clock-bars">
      ${names.map((name) => {
        const left = clocks[name]!;
        const most = Math.max(this.most.get(name) ?? 0, left);
        this.most.set(name, most);
        const id = `${this.prefix}-${name}`;
        return html`<label for=${id}>${text[name] ?? name} <code>${name}</code></label>
          <progress id=${id} max=${most || 1} .value=${left}></progress>
          <span class="numeric">${duration(left)}</span>`;
      })}
    </div>`;
  }
}
