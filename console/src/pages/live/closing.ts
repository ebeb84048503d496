import { html } from "lit";
import { asCurl } from "../../parts/curl";
import { openDialog } from "../../parts/dialog";
import { numberField, textField } from "../../parts/fields";
import { toast } from "../../parts/toast";
import { del, send, type Call, type QueryValue } from "../../rest/call";
import { node } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { words } from "../../words/en";

const text = words.streams.closing;
const LONGEST_REASON = 200;
const LONGEST_SPREAD_S = 86_400;

interface Ended {
  readonly ended?: number;
  readonly ending?: number;
}

/** Asks for a reason and ends one stream. Fulfils with whether it was ended. */
export function closeOne(id: string): Promise<boolean> {
  return ask(text.oneTitle, text.oneText, text.one, false, (reason) =>
    del(node("streams", id), { reason }),
  );
}

/**
 * Asks for a reason and ends the streams that pass filters.
 *
 * @param filters at least one.
 * @param count how many pass now.
 */
export function closeAll(
  filters: Readonly<Record<string, QueryValue>>,
  count: number,
): Promise<boolean> {
  return ask(text.allTitle(count), text.allText, text.all, true, (reason, overSeconds) =>
    del(node("streams"), { ...filters, overSeconds, reason }),
  );
}

async function ask(
  title: string,
  intro: string,
  action: string,
  spreads: boolean,
  callOf: (reason: string, overSeconds: number | undefined) => Call,
): Promise<boolean> {
  let reason = "";
  let overSeconds: number | undefined;
  const done = await openDialog<true>(title, (close, redraw) => ({
    content: html`<p>${intro}</p>
      ${textField({
        id: "closing-reason",
        label: text.reason,
        hint: text.reasonHint,
        required: true,
        maxLength: LONGEST_REASON,
        value: reason,
        onChange: (value) => {
          reason = value;
          redraw();
        },
      })}
      ${spreads
        ? numberField({
            id: "closing-spread",
            label: text.spread,
            hint: text.spreadHint,
            unit: "s",
            min: 0,
            max: LONGEST_SPREAD_S,
            value: overSeconds,
            onChange: (value) => {
              overSeconds = value;
              redraw();
            },
          })
        : ""}
      ${asCurl([callOf(reason, overSeconds)])}`,
    actions: html`<button type="button" @click=${() => close(undefined)}>
        ${words.common.cancel}
      </button>
      <button
        type="submit"
        class="danger"
        ?disabled=${!reason.trim()}
        @click=${(event: Event) => {
          event.preventDefault();
          close(true);
        }}
      >
        ${action}
      </button>`,
  }));
  if (!done) return false;
  try {
    const { ended, ending = 0 } = await send<Ended>(callOf(reason.trim(), overSeconds));
    toast(ended === undefined ? text.ending(ending) : text.ended(ended));
    return true;
  } catch (error) {
    toast(messageOf(error), "error");
    return false;
  }
}
