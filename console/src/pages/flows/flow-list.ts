import { html, nothing, type TemplateResult } from "lit";
import { badge } from "../../parts/badge";
import { words } from "../../words/en";
import type { Owner } from "./drafts";
import { moved, type Flow } from "./model";

const text = words.flows;

export interface ListView {
  readonly owner: Owner;
  /** The index of the flow that is edited, if it is one of this owner. */
  readonly selected: number | undefined;
  readonly readOnly: boolean;
  readonly onSelect: (index: number) => void;
  /** @param said what has happened, for screen readers. */
  readonly onChange: (flows: readonly Flow[], said: string) => void;
  readonly onAdd: () => void;
}

/** The flows of an owner, in their order. */
export function flowList(view: ListView): TemplateResult {
  const { owner, readOnly } = view;
  const flows = owner.draft.flows;
  const title = owner.id ? text.flowsOfPlan(owner.name) : text.flowsOfApi;
  return html`<section class="flow-list" aria-label=${title}>
    <div class="card-head">
      <h2>${title}</h2>
      ${owner.status && owner.status !== "PUBLISHED" ? badge(owner.status.toLowerCase()) : nothing}
    </div>
    ${flows.length
      ? html`<ol>
          ${flows.map((flow, index) => item(view, flow, index))}
        </ol>`
      : html`<p class="muted">${text.noFlows}</p>`}
    ${readOnly
      ? nothing
      : html`<button
          type="button"
          class="small"
          aria-label="${text.addFlow}: ${title}"
          @click=${view.onAdd}
        >
          ${text.addFlow}
        </button>`}
  </section>`;
}

const buttonId = (owner: Owner, index: number): string => `flow-${owner.id || "api"}-${index}`;

/** The name of a flow, or its place if it has none. */
export const flowName = (flow: Flow, index: number): string => flow.name || text.unnamed(index + 1);

function item(view: ListView, flow: Flow, index: number): TemplateResult {
  const { owner, readOnly } = view;
  const last = owner.draft.flows.length - 1;
  const name = flowName(flow, index);
  const pressed = (event: KeyboardEvent): void => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || !event.altKey || readOnly) return;
    event.preventDefault();
    move(view, index, index + by);
  };
  return html`<li>
    <button
      type="button"
      class="flow-item"
      id=${buttonId(owner, index)}
      aria-current=${view.selected === index}
      aria-keyshortcuts=${readOnly || !last ? nothing : "Alt+ArrowUp Alt+ArrowDown"}
      @click=${() => view.onSelect(index)}
      @keydown=${pressed}
    >
      <span>${name}</span>
      <span class="row">
        ${flow.enabled === false ? badge(text.disabled) : nothing}
        ${owner.errors.has(`flows[${index}]`) ? badge(text.invalid, "bad") : nothing}
      </span>
      <span class="flow-matches muted">${matches(flow)}</span>
    </button>
    ${readOnly || !last
      ? nothing
      : html`<span class="flow-moves">
          ${arrow("↑", text.moveUp(name), index === 0, () => move(view, index, index - 1))}
          ${arrow("↓", text.moveDown(name), index === last, () => move(view, index, index + 1))}
        </span>`}
  </li>`;
}

function arrow(sign: string, label: string, disabled: boolean, run: () => void): TemplateResult {
  return html`<button
    type="button"
    class="small plain"
    aria-label=${label}
    ?disabled=${disabled}
    @click=${run}
  >
    ${sign}
  </button>`;
}

function move(view: ListView, from: number, to: number): void {
  const flows = view.owner.draft.flows;
  if (to < 0 || to >= flows.length) return;
  const selected = view.selected;
  view.onChange(
    moved(flows, from, to),
    text.movedTo(flowName(flows[from]!, from), to + 1, flows.length),
  );
  if (selected !== undefined) view.onSelect(placeAfter(selected, from, to));
  requestAnimationFrame(() => document.getElementById(buttonId(view.owner, to))?.focus());
}

/** Where an item is after another one, or the same, has been moved. */
function placeAfter(index: number, from: number, to: number): number {
  if (index === from) return to;
  if (from < index && index <= to) return index - 1;
  if (to <= index && index < from) return index + 1;
  return index;
}

/** Which calls a flow is for, in short. */
function matches(flow: Flow): string {
  const parts = (flow.selectors ?? []).map((one) => {
    if (one.type === "CONDITION") return text.withCondition;
    const path = one.type === "HTTP" ? (one.path ?? "/") : (one.channel ?? "/");
    const operator = one.type === "HTTP" ? one.pathOperator : one.channelOperator;
    const only = one.type === "HTTP" ? one.methods : one.operations;
    const below = operator === "EQUALS" ? "" : "…";
    return `${only?.length ? `${only.join(", ")} ` : ""}${path}${below}`;
  });
  return parts.join(" · ") || text.allCalls;
}
