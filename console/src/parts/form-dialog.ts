import { html, type TemplateResult } from "lit";
import { send, type Call } from "../rest/call";
import { words } from "../words/en";
import { asCurl } from "./curl";
import { openDialog } from "./dialog";
import { FieldErrors } from "./field-errors";

export interface FormDialog<V> {
  readonly title: string;
  /** The label of the button that sends the form. */
  readonly action: string;
  readonly danger?: boolean;
  readonly wide?: boolean;
  /** What the fields show at first. */
  readonly values: V;
  /** Draws the fields. `set` changes values, and draws them again. */
  readonly fields: (
    values: V,
    set: (changes: Partial<V>) => void,
    errors: FieldErrors,
  ) => TemplateResult;
  /** What is sent. */
  readonly call: (values: V) => Call;
  /** The same without secrets, which are shown nowhere. */
  readonly shownCall?: (values: V) => Call;
}

/** What the server answered to a form. */
export interface Sent<T> {
  readonly value: T;
}

/**
 * Opens a form in a dialog, which stays until the server has accepted what is sent, or
 * the user gives up. Mistakes are shown at their fields.
 *
 * @returns undefined when the user gave up.
 */
export function openForm<V extends object, T = unknown>(
  form: FormDialog<V>,
): Promise<Sent<T> | undefined> {
  let values = form.values;
  let errors = FieldErrors.none;
  let pending = false;
  return openDialog<Sent<T>>(
    form.title,
    (close, redraw) => {
      const set = (changes: Partial<V>): void => {
        values = { ...values, ...changes };
        redraw();
      };
      const submit = async (event: Event): Promise<void> => {
        event.preventDefault();
        if (pending) return;
        pending = true;
        redraw();
        try {
          close({ value: await send<T>(form.call(values)) });
        } catch (error) {
          errors = FieldErrors.of(error);
          pending = false;
          redraw();
        }
      };
      // The fields come first: each takes its mistakes, and the summary has the others.
      const fields = form.fields(values, set, errors);
      return {
        content: html`${errors.summary()} ${fields}
        ${asCurl([(form.shownCall ?? form.call)(values)])}`,
        actions: html`<button type="button" @click=${() => close(undefined)}>
            ${words.common.cancel}
          </button>
          <button
            type="submit"
            class=${form.danger ? "danger" : "primary"}
            ?disabled=${pending}
            @click=${submit}
          >
            ${form.action}
          </button>`,
      };
    },
    { wide: form.wide ?? false },
  );
}
