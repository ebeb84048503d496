import { html, type TemplateResult } from "lit";
import "../../parts/paths";
import { words } from "../../words/en";
import { choices } from "./choices";
import { fittingPlans, type ApiType, type Draft } from "./draft";
import { PATHS } from "./steps";
import type { Wizard } from "./wizard";

const text = words.createApi;
const TYPES: readonly ApiType[] = ["PROXY", "MESSAGE"];

/**
 * The architecture.
 *
 * @param choose takes another type.
 */
export function architectureStep(wizard: Wizard, choose: (type: ApiType) => void): TemplateResult {
  return choices(
    text.architectureTitle,
    "radio",
    TYPES.map((id) => ({ id, ...text.architectures[id] })),
    (id) => id === wizard.draft.type,
    (id) => choose(id as ApiType),
  );
}

/** The entrypoints of the architecture. */
export function entrypointsStep(wizard: Wizard): TemplateResult {
  const { draft } = wizard;
  const offered = (wizard.catalogue?.entrypoints ?? []).filter(
    (one) => one.supportedApiType === draft.type,
  );
  return choices(
    text.entrypointsTitle,
    draft.type === "PROXY" ? "radio" : "checkbox",
    offered.map((one) => ({ id: one.id, title: one.name, text: one.description })),
    (id) => draft.entrypoints.includes(id),
    (id, chosen) => {
      const others = draft.entrypoints.filter((one) => one !== id);
      const entrypoints = chosen ? [...others, id] : others;
      const changed = { ...draft, entrypoints };
      // Without an entrypoint no plan fits: those of the user would be lost.
      wizard.change({ entrypoints, plans: entrypoints.length ? fittingPlans(changed) : draft.plans });
    },
  );
}

/** The context-paths, checked while they are typed. */
export function pathsStep(wizard: Wizard): TemplateResult {
  return html`<relay-paths
    .value=${wizard.draft.paths}
    .errors=${wizard.mistakes.below(PATHS)}
    @change=${(event: CustomEvent<Draft["paths"]>) => wizard.change({ paths: event.detail })}
  ></relay-paths>`;
}
