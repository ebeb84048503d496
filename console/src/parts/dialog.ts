import { html, nothing, render, type TemplateResult } from "lit";
import { words } from "../words/en";
import { newId } from "./part";

export interface Question {
  readonly title: string;
  readonly content?: string | TemplateResult;
  /** The label of the button that agrees. */
  readonly action: string;
  /** The label of the other button; `Cancel` by default. */
  readonly cancel?: string;
  readonly danger?: boolean;
}

/** Asks a question in a dialog. Fulfils with whether the user agreed. */
export async function confirm(question: Question): Promise<boolean> {
  const result = await openDialog<true>(question.title, (close) => ({
    content:
      typeof question.content === "string"
        ? html`<p>${question.content}</p>`
        : (question.content ?? html``),
    actions: html`<button type="button" autofocus @click=${() => close(undefined)}>
        ${question.cancel ?? words.common.cancel}
      </button>
      <button
        type="submit"
        class=${question.danger ? "danger" : "primary"}
        @click=${(event: Event) => {
          event.preventDefault();
          close(true);
        }}
      >
        ${question.action}
      </button>`,
  }));
  return result === true;
}

export interface DialogView {
  readonly content: TemplateResult;
  readonly actions?: TemplateResult;
}

/**
 * Opens a modal dialog. It holds the focus, and returns the focus when it closes.
 *
 * @param draw is called now and by each `redraw`.
 * @returns fulfils with what the dialog was closed with; undefined by Escape.
 */
export function openDialog<T>(
  title: string,
  draw: (close: (result: T | undefined) => void, redraw: () => void) => DialogView,
  options: { readonly wide?: boolean } = {},
): Promise<T | undefined> {
  const dialog = document.createElement("dialog");
  const id = newId("dialog");
  dialog.className = options.wide ? "dialog dialog-wide" : "dialog";
  dialog.setAttribute("aria-labelledby", id);
  document.body.append(dialog);
  return new Promise((fulfil) => {
    let result: T | undefined;
    const close = (value: T | undefined): void => {
      result = value;
      dialog.close();
    };
    const redraw = (): void => {
      const view = draw(close, redraw);
      render(
        html`<form method="dialog" @submit=${(event: Event) => event.preventDefault()}>
          <h2 id=${id}>${title}</h2>
          <div class="dialog-content">${view.content}</div>
          ${view.actions ? html`<div class="dialog-actions">${view.actions}</div>` : nothing}
        </form>`,
        dialog,
      );
    };
    dialog.addEventListener("close", () => {
      dialog.remove();
      fulfil(result);
    });
    redraw();
    dialog.showModal();
  });
}
