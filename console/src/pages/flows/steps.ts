import { html, nothing, type TemplateResult } from "lit";
import { badge } from "../../parts/badge";
import type { FieldErrors } from "../../parts/field-errors";
import { words } from "../../words/en";
import { inserted, moved, without, type ApiType, type Phase, type Step } from "./model";
import type { Policies } from "./policies";
import { pickPolicy } from "./policy-picker";
import { stepFields } from "./step-fields";

const text = words.flows;

export interface StepsView {
  readonly steps: readonly Step[];
  readonly phase: Phase;
  readonly apiType: ApiType;
  readonly policies: Policies;
  /** The index of the step that is edited. */
  readonly selected: number | undefined;
  readonly errors: FieldErrors;
  /** The location of the steps in the body that is sent. */
  readonly at: string;
  readonly readOnly: boolean;
  /** Whether shared policy groups can be chosen. */
  readonly withGroups: boolean;
  readonly onSelect: (index: number | undefined) => void;
  /** @param said what has happened, for screen readers. */
  readonly onChange: (steps: readonly Step[], said?: string) => void;
}

/** The steps of a phase as a chain, and the editor of the selected one. */
export function stepsEditor(view: StepsView): TemplateResult {
  const { steps, phase, selected } = view;
  const ends = [text.client, text.source[view.apiType]];
  const [from, to] = isInbound(phase) ? ends : ends.reverse();
  const step = selected === undefined ? undefined : steps[selected];
  return html`<section class="phase" aria-label=${text.phases[phase]}>
    <div class="phase-head">
      <h3>${text.phases[phase]}</h3>
      <span class="muted">${text.phaseHints[phase]}</span>
    </div>
    <ol class="chain">
      <li class="chain-end">${from}</li>
      ${steps.map((one, index) => html`<li>${stepButton(view, one, index)}</li>`)}
      ${view.readOnly
        ? nothing
        : html`<li>
            <button
              type="button"
              class="chain-add"
              aria-label="${text.addPolicy}: ${text.phases[phase]}"
              @click=${() => add(view)}
            >
              ${text.addPolicy}
            </button>
          </li>`}
      <li class="chain-end">${to}</li>
    </ol>
    ${step && selected !== undefined ? stepEditor(view, step, selected) : nothing}
  </section>`;
}

/** Whether the steps of a phase are met on the way from the client. */
const isInbound = (phase: Phase): boolean => phase === "request" || phase === "publish";

const buttonId = (phase: Phase, index: number): string => `step-${phase}-${index}`;

function stepButton(view: StepsView, step: Step, index: number): TemplateResult {
  const { phase, steps, readOnly } = view;
  const isWrong = view.errors.has(`${view.at}[${index}]`);
  const pressed = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || !event.altKey || readOnly) return;
    event.preventDefault();
    move(view, index, index + by);
  };
  return html`<button
    type="button"
    id=${buttonId(phase, index)}
    class="chain-step ${step.enabled === false ? "is-off" : ""} ${isWrong ? "is-wrong" : ""}"
    aria-expanded=${view.selected === index}
    aria-keyshortcuts=${readOnly || steps.length < 2 ? nothing : "Alt+ArrowLeft Alt+ArrowRight"}
    @click=${() => view.onSelect(view.selected === index ? undefined : index)}
    @keydown=${pressed}
  >
    <span class="chain-name">${step.name || view.policies.nameOf(step)}</span>
    <span class="chain-policy">${view.policies.nameOf(step)}</span>
    ${step.condition || step.messageCondition ? badge(text.conditional, "info") : nothing}
    ${step.enabled === false ? badge(text.disabled) : nothing}
    ${isWrong ? badge(text.invalid, "bad") : nothing}
  </button>`;
}

function stepEditor(view: StepsView, step: Step, index: number): TemplateResult {
  return html`<div
    class="step-editor"
    role="group"
    aria-label=${text.step(step.name || view.policies.nameOf(step))}
  >
    <div class="card-head">
      <h4>${view.policies.nameOf(step)} <code>${step.policy}</code></h4>
      ${view.readOnly ? nothing : stepActions(view, step, index)}
    </div>
    ${stepFields({
      step,
      phase: view.phase,
      errors: view.errors,
      at: `${view.at}[${index}]`,
      readOnly: view.readOnly,
      onChange: (changed) =>
        view.onChange(view.steps.map((one, other) => (other === index ? changed : one))),
    })}
  </div>`;
}

function stepActions(view: StepsView, step: Step, index: number): TemplateResult {
  const last = view.steps.length - 1;
  const action = (label: string, run: () => void, disabled = false, danger = false) =>
    html`<button
      type="button"
      class="small ${danger ? "danger" : ""}"
      ?disabled=${disabled}
      @click=${run}
    >
      ${label}
    </button>`;
  return html`<div class="row">
    ${action(text.moveEarlier, () => move(view, index, index - 1), index === 0)}
    ${action(text.moveLater, () => move(view, index, index + 1), index === last)}
    ${action(text.duplicate, () => {
      view.onChange(
        inserted(view.steps, index + 1, step),
        text.added(step.name || view.policies.nameOf(step)),
      );
      view.onSelect(index + 1);
    })}
    ${action(
      words.common.remove,
      () => {
        view.onSelect(undefined);
        view.onChange(without(view.steps, index), text.removed(step.name || step.policy));
      },
      false,
      true,
    )}
  </div>`;
}

function move(view: StepsView, from: number, to: number): void {
  if (to < 0 || to >= view.steps.length) return;
  const step = view.steps[from]!;
  const name = step.name || view.policies.nameOf(step);
  if (view.selected === from) view.onSelect(to);
  view.onChange(moved(view.steps, from, to), text.movedTo(name, to + 1, view.steps.length));
  requestAnimationFrame(() => document.getElementById(buttonId(view.phase, to))?.focus());
}

async function add(view: StepsView): Promise<void> {
  const choices = view.policies.fitting(view.apiType, view.phase, view.withGroups);
  const chosen = await pickPolicy(choices, text.pickTitle(text.phases[view.phase]));
  if (!chosen) return;
  view.onChange([...view.steps, chosen.step], text.added(chosen.name));
  view.onSelect(view.steps.length);
}
