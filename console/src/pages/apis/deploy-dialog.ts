import { html, nothing } from "lit";
import { asCurl } from "../../parts/curl";
import { openDialog } from "../../parts/dialog";
import { textField } from "../../parts/fields";
import { toast } from "../../parts/toast";
import { post, send } from "../../rest/call";
import { environment } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { words } from "../../words/en";
import { deployApi, type Api } from "./api";
import { changeList, type Differences } from "./differences";

const text = words.deploy;
const MOST_IN_LABEL = 32;

interface Verdict {
  readonly ok: boolean;
  readonly reason?: string;
}

/**
 * Shows what a deployment of an API changes, and deploys it if the user agrees.
 *
 * @param found undefined for an API that was never deployed.
 * @returns whether it was deployed.
 */
export async function openDeployDialog(api: Api, found: Differences | undefined): Promise<boolean> {
  let label = "";
  let problem = "";
  let pending = false;
  let verified = false;
  const done = await openDialog<true>(
    text.title,
    (close, redraw) => {
      if (!verified) void verify(redraw);
      return {
        content: html`<p>${text.intro(api.name)}</p>
          ${found
            ? found.data.length
              ? changeList(found, api)
              : html`<p class="muted">${text.noChange}</p>`
            : html`<p class="muted">${text.first}</p>`}
          ${textField({
            id: "deployment-label",
            label: text.label,
            hint: text.labelHint,
            value: label,
            maxLength: MOST_IN_LABEL,
            onChange: (value) => {
              label = value;
              redraw();
            },
          })}
          ${problem
            ? html`<p class="notice notice-error" role="alert">${problem}</p>`
            : nothing}
          ${asCurl([deployApi(api.id, label)])}`,
        actions: html`<button type="button" @click=${() => close(undefined)}>
            ${words.common.cancel}
          </button>
          <button
            type="submit"
            class="primary"
            ?disabled=${pending}
            @click=${() => deploy(() => close(true), redraw)}
          >
            ${text.action}
          </button>`,
      };
    },
    { wide: true },
  );
  return done === true;

  async function verify(redraw: () => void): Promise<void> {
    verified = true;
    const call = post(environment("apis", api.id, "deployments", "_verify"));
    try {
      const verdict = await send<Verdict>(call);
      problem = verdict.ok ? "" : (verdict.reason ?? "");
    } catch (error) {
      problem = messageOf(error);
    }
    if (problem) redraw();
  }

  async function deploy(close: () => void, redraw: () => void): Promise<void> {
    pending = true;
    problem = "";
    redraw();
    try {
      await send(deployApi(api.id, label));
    } catch (error) {
      pending = false;
      problem = messageOf(error);
      return redraw();
    }
    toast(text.done);
    close();
  }
}
