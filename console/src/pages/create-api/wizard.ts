import type { Schema } from "../../parts/schema-form/schema";
import type { FieldErrors } from "../../parts/field-errors";
import type { Draft } from "./draft";
import type { Step } from "./steps";

/** A type of connectors or plans, as the catalogue lists it. */
export interface Plugin {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly supportedApiType?: string;
}

/** The types that a draft chooses from, and their schemas. */
export interface Catalogue {
  readonly entrypoints: readonly Plugin[];
  readonly endpoints: readonly Plugin[];
  readonly plans: readonly Plugin[];
}

/** What the steps see of the page. */
export interface Wizard {
  readonly draft: Draft;
  readonly catalogue: Catalogue | undefined;
  readonly mistakes: FieldErrors;
  change(part: Partial<Draft>): void;
  /** Shows a step that was shown before. */
  show(step: Step): void;
  /** The schema at a path of the catalogue; undefined until it is loaded. */
  schema(...path: string[]): Schema | undefined;
  /** Fulfils when the schema is loaded, or cannot be. */
  loadSchema(...path: string[]): Promise<void>;
}
