import { html } from "lit";
import { asCurl } from "../../parts/curl";
import { confirm } from "../../parts/dialog";
import { send, type Call } from "../../rest/call";
import { messageOf } from "../../rest/rest-error";
import { toast } from "../../parts/toast";
import { words } from "../../words/en";
import { acting, dependents, type Action, type Plan } from "./plan";

const text = words.plans;

/**
 * Changes the status of a plan, after the user has seen what that ends.
 *
 * @returns the plan as it is then; undefined if the user did not agree or it failed.
 */
export async function act(api: string, plan: Plan, action: Action): Promise<Plan | undefined> {
  try {
    const call = acting(api, plan.id, action);
    if (!(await agreed(api, plan, action, call))) return undefined;
    const changed = await send<Plan>(call);
    toast(text.done[action](plan.name));
    return changed;
  } catch (error) {
    toast(messageOf(error), "error");
    return undefined;
  }
}

async function agreed(api: string, plan: Plan, action: Action, call: Call): Promise<boolean> {
  if (action !== "_close") {
    return confirm({
      title: text.questions[action](plan.name),
      content: html`<p>${text.consequences[action]}</p>
        ${asCurl([call])}`,
      action: text.actions[action],
    });
  }
  const { subscriptions, streams } = await dependents(api, plan.id);
  return confirm({
    title: text.questions[action](plan.name),
    content: html`<p>${text.closes(subscriptions)}</p>
      <p>${text.ends(streams)}</p>
      <p>${text.consequences[action]}</p>
      ${asCurl([call])}`,
    action: text.actions[action],
    danger: true,
  });
}
