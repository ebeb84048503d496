import { LitElement } from "lit";

/** An element without a shadow root: its content has the global styles and ids. */
export class Part extends LitElement {
  protected override createRenderRoot(): this {
    return this;
  }
}

/**
 * An element that edits a value, and dispatches `change` with the new value as its detail.
 * The `change` events of the controls in it go no further.
 */
export class ValuePart extends Part {
  constructor() {
    super();
    this.addEventListener("change", (event) => {
      if (event.target !== this) event.stopImmediatePropagation();
    });
  }

  protected change(value: unknown): void {
    this.dispatchEvent(new CustomEvent("change", { detail: value }));
  }
}

let numbered = 0;

/** A new id for an element, to connect labels, hints and controls. */
export function newId(prefix: string): string {
  numbered += 1;
  return `${prefix}-${numbered}`;
}
