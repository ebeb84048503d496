import { LitElement } from "lit";

/** An element without a shadow root: its content has the global styles and ids. */
export class Part extends LitElement {
  protected override createRenderRoot(): this {
    return this;
  }
}

let numbered = 0;

/** A new id for an element, to connect labels, hints and controls. */
export function newId(prefix: string): string {
  numbered += 1;
  return `${prefix}-${numbered}`;
}
