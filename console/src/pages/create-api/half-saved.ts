import { html, type TemplateResult } from "lit";
import { asCurl } from "../../parts/curl";
import { toast } from "../../parts/toast";
import { del, send, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { path, router } from "../../routing/router";
import { words } from "../../words/en";
import { startCall } from "./draft";

const text = words.createApi;

/** What can become of an API that was saved and could not be deployed. */
export interface Undecided {
  deploy(id: string): Promise<void>;
  leave(id: string, message: string): Promise<void>;
  finish(): Promise<void>;
}

/**
 * Says that an API was saved and does not run, and offers to continue or to undo.
 *
 * @param name of the API.
 */
export function halfSaved(
  name: string,
  saved: { readonly id: string; readonly reason: string },
  undecided: Undecided,
): TemplateResult {
  return html`<div class="card wizard-half" role="alert">
      <h2>${text.halfTitle}</h2>
      <p>${text.halfText(name, saved.reason)}</p>
      <div class="row">
        <button type="button" class="primary" @click=${() => void undecided.deploy(saved.id)}>
          ${text.deployAgain}
        </button>
        <button type="button" @click=${() => void undecided.leave(saved.id, text.saved)}>
          ${text.openApi}
        </button>
        <button type="button" class="danger" @click=${() => void undo(saved.id, undecided)}>
          ${text.undo}
        </button>
      </div>
    </div>
    ${asCurl([startCall(saved.id), undoCall(saved.id)])}`;
}

const undoCall = (id: string): Call => del(environment("apis", id), { closePlans: true });

async function undo(id: string, undecided: Undecided): Promise<void> {
  try {
    await send(undoCall(id));
  } catch (error) {
    toast(messageOf(error), "error");
    return;
  }
  await undecided.finish();
  toast(text.undone);
  await router.go(path("apis"));
}
