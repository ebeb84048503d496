import { html, nothing } from "lit";
import { asCurl } from "../../parts/curl";
import { openDialog } from "../../parts/dialog";
import { toast } from "../../parts/toast";
import { post, send, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { words } from "../../words/en";
import { readDefinition } from "./api";
import { changeList, type Differences } from "./differences";

const text = words.rollback;

interface Preview extends Differences {
  readonly plansNotRestored: readonly {
    readonly name: string;
    readonly reason: keyof typeof text.reasons;
  }[];
}

const rollBackApi = (id: string, number: number): Call =>
  post(environment("apis", id, "_rollback"), { deploymentNumber: number });

/**
 * Shows what a rollback changes, and does it if the user agrees.
 *
 * @returns whether the definition was restored.
 */
export async function openRollbackDialog(id: string, number: number): Promise<boolean> {
  const call = rollBackApi(id, number);
  let definition: unknown;
  let preview: Preview;
  try {
    [definition, preview] = await Promise.all([
      send(readDefinition(id, String(number))),
      send<Preview>({ ...call, query: { dryRun: true } }),
    ]);
  } catch (error) {
    toast(messageOf(error), "error");
    return false;
  }
  let problem = "";
  const done = await openDialog<true>(
    text.title(number),
    (close, redraw) => ({
      content: html`<p>${text.intro}</p>
        ${preview.data.length
          ? changeList(preview, definition)
          : html`<p class="muted">${text.noChange}</p>`}
        ${preview.plansNotRestored.length
          ? html`<div class="notice notice-warn">
              <p>${text.plansLeft}</p>
              <ul>
                ${preview.plansNotRestored.map(
                  (one) => html`<li>${text.planLeft(one.name, text.reasons[one.reason])}</li>`,
                )}
              </ul>
            </div>`
          : nothing}
        ${problem ? html`<p class="notice notice-error" role="alert">${problem}</p>` : nothing}
        ${asCurl([call])}`,
      actions: html`<button type="button" @click=${() => close(undefined)}>
          ${words.common.cancel}
        </button>
        <button type="submit" class="primary" @click=${() => rollBack(close, redraw)}>
          ${text.action}
        </button>`,
    }),
    { wide: true },
  );
  return done === true;

  async function rollBack(close: (done: true) => void, redraw: () => void): Promise<void> {
    try {
      await send(call);
    } catch (error) {
      problem = messageOf(error);
      return redraw();
    }
    toast(text.done(number));
    close(true);
  }
}
