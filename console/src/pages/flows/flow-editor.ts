import { html, nothing, type TemplateResult } from "lit";
import type { FieldErrors } from "../../parts/field-errors";
import { textField, toggleField } from "../../parts/fields";
import "../../parts/json-editor";
import { tabs } from "../../parts/tabs";
import { words } from "../../words/en";
import { phasesOf, type ApiType, type Flow, type Phase } from "./model";
import type { Policies } from "./policies";
import { selectorsEditor } from "./selectors";
import { stepsEditor } from "./steps";

const text = words.flows;

/** The step that is edited. */
export interface ChosenStep {
  readonly phase: Phase;
  readonly index: number;
}

export interface FlowView {
  readonly flow: Flow;
  readonly title: string;
  readonly apiType: ApiType;
  readonly entrypoints: readonly string[];
  readonly policies: Policies;
  readonly errors: FieldErrors;
  /** The location of the flow in the body that is sent. */
  readonly at: string;
  readonly readOnly: boolean;
  readonly step: ChosenStep | undefined;
  /** Whether the flow is edited as JSON. */
  readonly asJson: boolean;
  readonly onAsJson: (asJson: boolean) => void;
  readonly onStep: (step: ChosenStep | undefined) => void;
  readonly onChange: (flow: Flow, said?: string) => void;
  readonly onDuplicate: () => void;
  readonly onRemove: () => void;
}

/** The editor of a flow, as a form and as JSON. */
export function flowEditor(view: FlowView): TemplateResult {
  return html`<section class="card" aria-label=${view.title}>
    <div class="card-head">
      <h2>${view.title}</h2>
      ${view.readOnly
        ? nothing
        : html`<div class="row">
            <button type="button" class="small" @click=${view.onDuplicate}>
              ${text.duplicate}
            </button>
            <button type="button" class="small danger" @click=${view.onRemove}>
              ${text.removeFlow}
            </button>
          </div>`}
    </div>
    ${tabs(
      text.editAs,
      [
        { id: "flow-form", label: text.form },
        { id: "flow-json", label: text.json },
      ],
      view.asJson ? "flow-json" : "flow-form",
      (id) => view.onAsJson(id === "flow-json"),
      view.asJson ? json(view) : form(view),
    )}
  </section>`;
}

function json(view: FlowView): TemplateResult {
  return html`<relay-json-editor
    .label=${text.flowJson}
    .value=${view.flow}
    .disabled=${view.readOnly}
    @change=${(event: CustomEvent<Flow>) => view.onChange(event.detail ?? {})}
  ></relay-json-editor>`;
}

function form(view: FlowView): TemplateResult {
  const { flow, errors, at, readOnly, step } = view;
  return html`<div class="columns">
      ${textField({
        id: "flow-name",
        label: text.flowName,
        value: flow.name ?? "",
        disabled: readOnly,
        error: errors.at(`${at}.name`),
        onChange: (name) => view.onChange({ ...flow, name }),
      })}
      ${toggleField({
        id: "flow-enabled",
        label: text.enabled,
        hint: text.flowEnabledHint,
        value: flow.enabled !== false,
        disabled: readOnly,
        onChange: (enabled) => view.onChange({ ...flow, enabled }),
      })}
    </div>
    ${selectorsEditor({
      selectors: flow.selectors ?? [],
      apiType: view.apiType,
      entrypoints: view.entrypoints,
      errors,
      at: `${at}.selectors`,
      readOnly,
      onChange: (selectors) => view.onChange({ ...flow, selectors }),
    })}
    ${phasesOf(view.apiType).map((phase) =>
      stepsEditor({
        steps: flow[phase] ?? [],
        phase,
        apiType: view.apiType,
        policies: view.policies,
        selected: step?.phase === phase ? step.index : undefined,
        errors,
        at: `${at}.${phase}`,
        readOnly,
        withGroups: true,
        onSelect: (index) => view.onStep(index === undefined ? undefined : { phase, index }),
        onChange: (steps, said) => view.onChange({ ...flow, [phase]: steps }, said),
      }),
    )}`;
}
