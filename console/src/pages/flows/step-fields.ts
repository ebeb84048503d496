import { html, nothing, type TemplateResult } from "lit";
import type { FieldErrors } from "../../parts/field-errors";
import { textField, toggleField } from "../../parts/fields";
import { words } from "../../words/en";
import "./condition-field";
import { defined, isPerEvent, type Phase, type Step } from "./model";
import "./plugin-form";

const text = words.flows;

export interface StepView {
  readonly step: Step;
  readonly phase: Phase;
  readonly errors: FieldErrors;
  /** The location of the step in the body that is sent. */
  readonly at: string;
  readonly readOnly: boolean;
  readonly onChange: (step: Step) => void;
}

/** The fields of a step. */
export function stepFields(view: StepView): TemplateResult {
  const { step, phase, errors, at, readOnly } = view;
  const set = (change: { readonly [name in keyof Step]?: Step[name] | undefined }): void =>
    view.onChange(defined({ ...step, ...change }) as Step);
  const wrong = [errors.at(at), errors.at(`${at}.policy`), errors.at(`${at}.configuration`)];
  return html`${wrong.some(Boolean)
      ? html`<p class="field-error" role="alert">${wrong.filter(Boolean).join(" ")}</p>`
      : nothing}
    <div class="columns">
      ${textField({
        id: "step-name",
        label: text.name,
        value: step.name ?? "",
        disabled: readOnly,
        error: errors.at(`${at}.name`),
        onChange: (name) => set({ name }),
      })}
      ${textField({
        id: "step-description",
        label: text.description,
        value: step.description ?? "",
        disabled: readOnly,
        error: errors.at(`${at}.description`),
        onChange: (value) => set({ description: value || undefined }),
      })}
    </div>
    ${toggleField({
      id: "step-enabled",
      label: text.enabled,
      hint: text.stepEnabledHint,
      value: step.enabled !== false,
      disabled: readOnly,
      onChange: (enabled) => set({ enabled }),
    })}
    <div class="columns">
      <relay-condition
        .label=${text.stepCondition}
        .hint=${text.stepConditionHint}
        .phase=${phase === "response" ? "RESPONSE" : "REQUEST"}
        .value=${step.condition}
        .error=${errors.at(`${at}.condition`)}
        .disabled=${readOnly}
        @change=${(event: CustomEvent<string | undefined>) => set({ condition: event.detail })}
      ></relay-condition>
      ${isPerEvent(phase)
        ? html`<relay-condition
            .label=${text.messageCondition}
            .hint=${text.messageConditionHint}
            .value=${step.messageCondition}
            .error=${errors.at(`${at}.messageCondition`)}
            .disabled=${readOnly}
            @change=${(event: CustomEvent<string | undefined>) =>
              set({ messageCondition: event.detail })}
          ></relay-condition>`
        : nothing}
    </div>
    <relay-plugin-form
      .kind=${"policies"}
      .plugin=${step.policy}
      .value=${step.configuration ?? {}}
      .errors=${errors.below(`${at}.configuration`)}
      .disabled=${readOnly}
      @change=${(event: CustomEvent<Step["configuration"]>) =>
        set({ configuration: event.detail ?? {} })}
    ></relay-plugin-form>`;
}
