import { html, nothing } from "lit";
import { openDialog } from "../../parts/dialog";
import { selectField, textArea, textField, toggleField } from "../../parts/fields";
import type { SchemaForm } from "../../parts/schema-form/schema-form";
import "../../parts/schema-form/schema-form";
import { words } from "../../words/en";
import { isCalled, isPushed, PUSH, type DraftPlan, type Options } from "./draft";
import { idOf } from "./plans-step";
import type { Wizard } from "./wizard";

const text = words.createApi;
const LONGEST = { name: 50, description: 250 };

/**
 * Lets the user edit a plan.
 *
 * @param plan undefined for a new one.
 * @returns fulfils with the plan; undefined when the user gives up.
 */
export function openPlanDialog(
  wizard: Wizard,
  plan: DraftPlan | undefined,
): Promise<DraftPlan | undefined> {
  const kinds = kindsOf(wizard);
  let edited: DraftPlan = plan ?? {
    definitionVersion: "V4",
    name: "",
    ...ofKind(kinds[0]!.value),
    validation: "MANUAL",
    status: "PUBLISHED",
  };
  let tried = false;
  return openDialog<DraftPlan>(
    text.planTitle,
    (close, redraw) => {
      const change = (part: Partial<DraftPlan>): void => {
        edited = { ...edited, ...part };
        redraw();
      };
      const kind = edited.security?.type ?? PUSH.mode;
      const plugin = wizard.catalogue?.plans.find((one) => idOf(one.id) === kind);
      const schema = plugin && wizard.schema("plans", plugin.id, "schema");
      const configured = Object.keys(schema?.properties ?? {}).length > 0;
      if (plugin && !schema) void wizard.loadSchema("plans", plugin.id, "schema").then(redraw);
      const submit = (): void => {
        tried = true;
        const form = document.querySelector<SchemaForm>("dialog relay-schema-form");
        if (edited.name.trim() && (form?.report() ?? true)) close(edited);
        else redraw();
      };
      return {
        content: html`${selectField({
          id: "plan-kind",
          label: text.planKind,
          value: kind,
          options: kinds,
          onChange: (value) => change(ofKind(value)),
        })}
        ${textField({
          id: "plan-name",
          label: text.planName,
          value: edited.name,
          required: true,
          maxLength: LONGEST.name,
          error: tried && !edited.name.trim() ? text.planNameRequired : undefined,
          onChange: (name) => change({ name }),
        })}
        ${textArea({
          id: "plan-description",
          label: text.planDescription,
          value: edited.description ?? "",
          rows: 2,
          maxLength: LONGEST.description,
          onChange: (description) => change({ description }),
        })}
        ${kind === "KEY_LESS"
          ? nothing
          : toggleField({
              id: "plan-auto",
              label: text.planAuto,
              value: edited.validation === "AUTO",
              onChange: (auto) => change({ validation: auto ? "AUTO" : "MANUAL" }),
            })}
        ${schema && configured
          ? html`<h3>${text.planOptions}</h3>
              <relay-schema-form
                .schema=${schema}
                .value=${edited.security?.configuration}
                @change=${(event: CustomEvent<Options>) =>
                  change({ security: { type: kind, configuration: event.detail ?? {} } })}
              ></relay-schema-form>`
          : nothing}`,
        actions: html`<button type="button" @click=${() => close(undefined)}>
            ${words.common.cancel}
          </button>
          <button type="submit" class="primary" @click=${submit}>${text.usePlan}</button>`,
      };
    },
    { wide: true },
  );
}

function kindsOf(wizard: Wizard): { readonly value: string; readonly label: string }[] {
  const kinds = isCalled(wizard.draft)
    ? (wizard.catalogue?.plans ?? []).map((one) => ({ value: idOf(one.id), label: one.name }))
    : [];
  if (isPushed(wizard.draft)) kinds.push({ value: PUSH.mode, label: text.planPush });
  return kinds;
}

function ofKind(kind: string): Pick<DraftPlan, "mode"> & Partial<DraftPlan> {
  if (kind === PUSH.mode) return { mode: "PUSH" };
  return { mode: "STANDARD", security: { type: kind, configuration: {} } };
}
