import { html, nothing, type TemplateResult } from "lit";
import type { FieldErrors } from "../../parts/field-errors";
import { selectField, textArea, textField, toggleField } from "../../parts/fields";
import { card } from "../../parts/page";
import { words } from "../../words/en";
import "../flows/condition-field";
import { defined } from "../flows/model";
import "../flows/plugin-form";
import type { Plan, PlanKind } from "./plan";

const text = words.plans;

/** What is edited of a plan. */
export type PlanDraft = Partial<
  Pick<
    Plan,
    | "name"
    | "mode"
    | "description"
    | "validation"
    | "security"
    | "selectionRule"
    | "characteristics"
    | "commentRequired"
    | "commentMessage"
  >
>;

export interface PlanView {
  readonly draft: PlanDraft;
  readonly kinds: readonly PlanKind[];
  readonly errors: FieldErrors;
  readonly readOnly: boolean;
  /** Whether mode and security can still be chosen. */
  readonly isNew: boolean;
  readonly onChange: (draft: PlanDraft) => void;
}

const PUSH = "PUSH";
const KEYLESS = "KEY_LESS";

/** The fields of a plan. */
export function planForm(view: PlanView): TemplateResult {
  return html`${general(view)} ${security(view)} ${subscriptions(view)}`;
}

function set(view: PlanView, change: { readonly [name in keyof PlanDraft]?: PlanDraft[name] | undefined }): void {
  view.onChange(defined({ ...view.draft, ...change }) as PlanDraft);
}

function general(view: PlanView): TemplateResult {
  const { draft, errors, readOnly } = view;
  return card(
    text.general,
    html`<div class="form">
      ${textField({
        id: "plan-name",
        label: text.name,
        value: draft.name ?? "",
        required: true,
        disabled: readOnly,
        error: errors.at("name"),
        onChange: (name) => set(view, { name }),
      })}
      ${textArea({
        id: "plan-description",
        label: text.description,
        value: draft.description ?? "",
        rows: 2,
        disabled: readOnly,
        error: errors.at("description"),
        onChange: (value) => set(view, { description: value || undefined }),
      })}
      ${textField({
        id: "plan-characteristics",
        label: text.characteristics,
        hint: text.characteristicsHint,
        value: (draft.characteristics ?? []).join(", "),
        disabled: readOnly,
        error: errors.at("characteristics"),
        onChange: (value) => set(view, { characteristics: listed(value) }),
      })}
    </div>`,
  );
}

/** Splits at commas; a comma at the end stays until something follows it. */
function listed(value: string): readonly string[] | undefined {
  const items = value.split(",").map((one, index, all) => (index < all.length - 1 ? one.trim() : one.trimStart()));
  return value ? items : undefined;
}

function security(view: PlanView): TemplateResult {
  const { draft, errors, readOnly, isNew } = view;
  const type = draft.mode === PUSH ? PUSH : (draft.security?.type ?? "");
  const kind = view.kinds.find((one) => one.id === type);
  const wrong = [errors.at("security"), errors.at("security.type"), errors.at("mode")];
  return card(
    text.securityTitle,
    html`<div class="form">
        ${selectField({
          id: "plan-security",
          label: text.security,
          hint: type === PUSH ? text.pushHint : kind?.description,
          value: type,
          options: [
            ...view.kinds.map((one) => ({ value: one.id, label: text.kind(one.name, one.id) })),
            { value: PUSH, label: text.push },
          ],
          disabled: readOnly || !isNew,
          error: wrong.filter(Boolean).join(" ") || undefined,
          onChange: (chosen) =>
            set(view, {
              mode: chosen === PUSH ? PUSH : "STANDARD",
              security: chosen === PUSH ? undefined : { type: chosen, configuration: {} },
              ...(chosen === PUSH ? { selectionRule: undefined } : {}),
            }),
        })}
        ${isNew ? nothing : html`<p class="muted">${text.fixed}</p>`}
      </div>
      ${draft.security
        ? html`${configurationError(errors)}
            <relay-plugin-form
              .kind=${"plans"}
              .plugin=${draft.security.type}
              .value=${draft.security.configuration ?? {}}
              .errors=${errors.below("security.configuration")}
              .disabled=${readOnly}
              @change=${(event: CustomEvent<unknown>) =>
                set(view, { security: { ...draft.security!, configuration: event.detail } })}
            ></relay-plugin-form>
            <div class="form">
              <relay-condition
                .label=${text.selectionRule}
                .hint=${text.selectionRuleHint}
                .phase=${"REQUEST"}
                .bare=${true}
                .value=${draft.selectionRule}
                .error=${errors.at("selectionRule")}
                .disabled=${readOnly}
                @change=${(event: CustomEvent<string | undefined>) =>
                  set(view, { selectionRule: event.detail })}
              ></relay-condition>
            </div>`
        : nothing}`,
  );
}

function configurationError(errors: FieldErrors): TemplateResult | typeof nothing {
  const error = errors.at("security.configuration");
  return error ? html`<p class="field-error" role="alert">${error}</p>` : nothing;
}

function subscriptions(view: PlanView): TemplateResult | typeof nothing {
  const { draft, errors, readOnly } = view;
  if (draft.security?.type === KEYLESS) return nothing;
  return card(
    text.subscriptions,
    html`<div class="form">
      ${selectField({
        id: "plan-validation",
        label: text.validation,
        value: draft.validation ?? "MANUAL",
        options: (["AUTO", "MANUAL"] as const).map((one) => ({
          value: one,
          label: text.validations[one],
        })),
        disabled: readOnly,
        error: errors.at("validation"),
        onChange: (chosen) => set(view, { validation: chosen as "AUTO" | "MANUAL" }),
      })}
      ${toggleField({
        id: "plan-comment-required",
        label: text.commentRequired,
        value: draft.commentRequired ?? false,
        disabled: readOnly,
        onChange: (commentRequired) => set(view, { commentRequired }),
      })}
      ${draft.commentRequired
        ? textField({
            id: "plan-comment-message",
            label: text.commentMessage,
            value: draft.commentMessage ?? "",
            disabled: readOnly,
            error: errors.at("commentMessage"),
            onChange: (value) => set(view, { commentMessage: value || undefined }),
          })
        : nothing}
    </div>`,
  );
}
