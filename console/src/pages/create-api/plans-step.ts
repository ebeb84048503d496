import { html, nothing, type TemplateResult } from "lit";
import { words } from "../../words/en";
import { isCalled, isPushed, KEYLESS, PUSH, type DraftPlan } from "./draft";
import { openPlanDialog } from "./plan-dialog";
import type { Wizard } from "./wizard";

const text = words.createApi;

/** The plans of the API. */
export function plansStep(wizard: Wizard): TemplateResult {
  const { draft } = wizard;
  const setPlans = (plans: readonly DraftPlan[]): void => wizard.change({ plans });
  const edit = async (index: number): Promise<void> => {
    const plan = await openPlanDialog(wizard, draft.plans[index]);
    if (!plan) return;
    const plans = [...wizard.draft.plans];
    plans[index] = plan;
    setPlans(plans);
  };
  const presets = [...(isCalled(draft) ? [KEYLESS] : []), ...(isPushed(draft) ? [PUSH] : [])];
  const absent = presets.filter((one) => !draft.plans.some((plan) => kindOf(plan) === kindOf(one)));
  return html`<div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">${text.planName}</th>
            <th scope="col" class="secondary">${text.planMode}</th>
            <th scope="col">${text.planSecurity}</th>
            <th scope="col"><span class="visually-hidden">${words.common.actions}</span></th>
          </tr>
        </thead>
        <tbody>
          ${draft.plans.map((plan, index) => row(wizard, plan, index, edit, setPlans))}
        </tbody>
      </table>
    </div>
    ${draft.plans.length
      ? nothing
      : html`<p class="field-error">${wizard.mistakes.at("plans") ?? text.planRequired}</p>`}
    <div class="row">
      <button type="button" @click=${() => void edit(draft.plans.length)}>${text.addPlan}</button>
      ${absent.map(
        (one) => html`<button type="button" @click=${() => setPlans([...draft.plans, one])}>
          ${text.addDefault(one.name)}
        </button>`,
      )}
    </div>`;
}

function row(
  wizard: Wizard,
  plan: DraftPlan,
  index: number,
  edit: (index: number) => Promise<void>,
  setPlans: (plans: readonly DraftPlan[]) => void,
): TemplateResult {
  const { draft } = wizard;
  const errors = wizard.mistakes.below(`plans[${index}]`);
  return html`<tr>
    <td>
      ${plan.name}
      ${errors.map(
        (one) => html`<p class="field-error"><code>${one.location}</code> ${one.message}</p>`,
      )}
    </td>
    <td class="secondary">${plan.mode}</td>
    <td>${securityName(wizard, plan)}</td>
    <td class="numeric">
      <div class="row row-end">
        <button
          type="button"
          class="small"
          aria-label=${text.editPlan(plan.name)}
          @click=${() => void edit(index)}
        >
          ${words.common.edit}
        </button>
        <button
          type="button"
          class="small"
          aria-label=${text.removePlan(plan.name)}
          @click=${() => setPlans(draft.plans.filter((_, at) => at !== index))}
        >
          ${words.common.remove}
        </button>
      </div>
    </td>
  </tr>`;
}

/** The name of the security of a plan. */
export function securityName(wizard: Wizard, plan: DraftPlan): string {
  if (!plan.security) return text.noSecurity;
  const { type } = plan.security;
  return wizard.catalogue?.plans.find((one) => idOf(one.id) === type)?.name ?? type;
}

/** The type of security with the id of a plugin. */
export const idOf = (plugin: string): string => plugin.replaceAll("-", "_").toUpperCase();

function kindOf(plan: DraftPlan): string {
  return plan.security?.type ?? plan.mode;
}
