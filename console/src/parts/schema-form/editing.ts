import type { Schema } from "./schema";
import type { Path } from "./values";

/** What the templates of a form need to know, and may do. */
export interface Editing {
  /** The schema of the document, with its `$defs`. */
  readonly root: Schema;
  readonly disabled: boolean;
  /** The id of the control of a value. */
  idOf(path: Path): string;
  /** What is wrong at a place. */
  errorAt(path: Path): string | undefined;
  /** The number of mistakes below a place. */
  mistakesBelow(path: Path): number;
  valueAt(path: Path): unknown;
  /** Changes a value; undefined removes the value. */
  set(path: Path, value: unknown): void;
  /** The user has left a field, whose mistakes are shown from now on. */
  leave(path: Path): void;
  /** Whether a folded part is open. */
  isOpen(path: Path, otherwise: boolean): boolean;
  setOpen(path: Path, open: boolean): void;
  /** Whether a secret is shown. */
  isRevealed(path: Path): boolean;
  setRevealed(path: Path, revealed: boolean): void;
  /** The mask that the server sent in place of a secret, which stands for its value. */
  maskAt(path: Path): string | undefined;
}

/** A member or item, with what is known of it from its container. */
export interface Slot {
  readonly path: Path;
  /** Resolved. */
  readonly schema: Schema;
  readonly label: string;
  readonly required: boolean;
}
