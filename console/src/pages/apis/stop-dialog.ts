import { html } from "lit";
import { asCurl } from "../../parts/curl";
import { confirm } from "../../parts/dialog";
import { toast } from "../../parts/toast";
import { send } from "../../rest/call";
import { messageOf } from "../../rest/rest-error";
import { words } from "../../words/en";
import { stopApi, type Api } from "./api";

const text = words.apiHeader;

/** Asks whether an API is to be stopped, and stops it. */
export async function confirmStop(api: Pick<Api, "id" | "name">): Promise<void> {
  const call = stopApi(api.id);
  const agreed = await confirm({
    title: text.stopTitle(api.name),
    content: html`<p>${text.stopText}</p>
      ${asCurl([call])}`,
    action: text.stop,
    danger: true,
  });
  if (!agreed) return;
  try {
    await send(call);
    toast(text.stopped);
  } catch (error) {
    toast(messageOf(error), "error");
  }
}
