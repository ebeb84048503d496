import { html, type TemplateResult } from "lit";
import type { FieldErrors } from "../../parts/field-errors";
import { selectField, textArea, textField } from "../../parts/fields";
import "../../parts/json-editor";
import { card } from "../../parts/page";
import { tabs } from "../../parts/tabs";
import { words } from "../../words/en";
import { phasesOf, type ApiType, type Phase, type Step } from "../flows/model";
import type { Policies } from "../flows/policies";
import { stepsEditor } from "../flows/steps";
import type { Group, GroupPhase } from "./group";

const text = words.policyGroups;

/** What is edited of a group. */
export type GroupDraft = Pick<Group, "name" | "apiType" | "phase" | "steps"> & {
  readonly description?: string;
  readonly prerequisiteMessage?: string;
};

export interface GroupView {
  readonly draft: GroupDraft;
  readonly policies: Policies;
  readonly errors: FieldErrors;
  readonly readOnly: boolean;
  /** Whether type and phase can still be chosen. */
  readonly isNew: boolean;
  /** The index of the step that is edited. */
  readonly step: number | undefined;
  /** Whether the steps are edited as JSON. */
  readonly asJson: boolean;
  readonly onStep: (step: number | undefined) => void;
  readonly onAsJson: (asJson: boolean) => void;
  /** @param said what has happened, for screen readers. */
  readonly onChange: (change: Partial<GroupDraft>, said?: string) => void;
}

/** The fields of a shared policy group. */
export function groupForm(view: GroupView): TemplateResult {
  return html`${general(view)}
  ${card(
    text.steps,
    tabs(
      words.flows.editAs,
      [
        { id: "group-form", label: words.flows.form },
        { id: "group-json", label: words.flows.json },
      ],
      view.asJson ? "group-json" : "group-form",
      (id) => view.onAsJson(id === "group-json"),
      view.asJson ? json(view) : steps(view),
    ),
  )}`;
}

function general(view: GroupView): TemplateResult {
  const { draft, errors, readOnly, onChange } = view;
  const isFixed = readOnly || !view.isNew;
  return card(
    text.general,
    html`<div class="form">
      ${textField({
        id: "group-name",
        label: text.name,
        value: draft.name,
        required: true,
        maxLength: 512,
        disabled: readOnly,
        error: errors.at("name"),
        onChange: (name) => onChange({ name }),
      })}
      <div class="columns">
        ${selectField({
          id: "group-type",
          label: text.apiType,
          value: draft.apiType,
          options: (["PROXY", "MESSAGE"] as const).map((one) => ({
            value: one,
            label: text.apiTypes[one],
          })),
          disabled: isFixed,
          error: errors.at("apiType"),
          onChange: (chosen) =>
            onChange({ apiType: chosen as ApiType, phase: "REQUEST", steps: [] }),
        })}
        ${selectField({
          id: "group-phase",
          label: text.phase,
          value: draft.phase,
          options: phasesOf(draft.apiType).map((one) => {
            const value = one.toUpperCase() as GroupPhase;
            return { value, label: text.phases[value] };
          }),
          disabled: isFixed,
          error: errors.at("phase"),
          onChange: (chosen) => onChange({ phase: chosen as GroupPhase, steps: [] }),
        })}
      </div>
      ${textArea({
        id: "group-description",
        label: text.description,
        value: draft.description ?? "",
        rows: 2,
        maxLength: 1024,
        disabled: readOnly,
        error: errors.at("description"),
        onChange: (description) => onChange({ description }),
      })}
      ${textArea({
        id: "group-prerequisite",
        label: text.prerequisite,
        hint: text.prerequisiteHint,
        value: draft.prerequisiteMessage ?? "",
        rows: 2,
        maxLength: 1024,
        disabled: readOnly,
        error: errors.at("prerequisiteMessage"),
        onChange: (prerequisiteMessage) => onChange({ prerequisiteMessage }),
      })}
    </div>`,
  );
}

function steps(view: GroupView): TemplateResult {
  const { draft } = view;
  return stepsEditor({
    steps: draft.steps,
    phase: draft.phase.toLowerCase() as Phase,
    apiType: draft.apiType,
    policies: view.policies,
    selected: view.step,
    errors: view.errors,
    at: "steps",
    readOnly: view.readOnly,
    withGroups: false,
    onSelect: view.onStep,
    onChange: (changed, said) => view.onChange({ steps: changed }, said),
  });
}

function json(view: GroupView): TemplateResult {
  return html`<relay-json-editor
    .label=${text.stepsJson}
    .value=${view.draft.steps}
    .disabled=${view.readOnly}
    @change=${(event: CustomEvent<readonly Step[] | undefined>) =>
      Array.isArray(event.detail) && view.onChange({ steps: event.detail as Step[] })}
  ></relay-json-editor>`;
}
