import { pathMistake } from "../../parts/paths";
import type { Detail } from "../../rest/rest-error";
import { words } from "../../words/en";
import { hasTarget, isCalled, type Draft } from "./draft";

const text = words.createApi;

export type Step =
  | "details"
  | "architecture"
  | "entrypoints"
  | "paths"
  | "access"
  | "endpoints"
  | "plans"
  | "summary";

/** The entries of the menu, each with its steps. */
export const MENU: readonly { readonly label: string; readonly steps: readonly Step[] }[] = [
  { label: text.menu.details, steps: ["details"] },
  { label: text.menu.entrypoints, steps: ["architecture", "entrypoints", "paths"] },
  { label: text.menu.endpoints, steps: ["access", "endpoints"] },
  { label: text.menu.security, steps: ["plans"] },
  { label: text.menu.summary, steps: ["summary"] },
];

/** The steps of a draft, in order. */
export function stepsOf(draft: Draft): Step[] {
  const all = MENU.flatMap((one) => one.steps);
  return all.filter((step) => {
    if (step === "paths") return isCalled(draft);
    return step === "access" ? draft.type === "MESSAGE" : true;
  });
}

/** The step whose fields a location of the body belongs to. */
export function stepAt(location: string, draft: Draft): Step {
  if (location.startsWith("plans")) return "plans";
  if (location.startsWith("api.endpointGroups")) return "endpoints";
  if (location.startsWith("api.listeners")) {
    return location.includes(".paths") && isCalled(draft) ? "paths" : "entrypoints";
  }
  if (location === "api.type") return "architecture";
  return location.startsWith("api.") ? "details" : "summary";
}

export const PATHS = "api.listeners[0].paths";
export const GROUP = "api.endpointGroups[0]";
export const TARGET = `${GROUP}.endpoints[0].configuration.target`;

/** The mistakes that are found without asking the server. */
export function mistakesOf(draft: Draft, step: Step): Detail[] {
  switch (step) {
    case "details":
      return missing([
        ["api.name", draft.name, text.nameRequired],
        ["api.apiVersion", draft.version, text.versionRequired],
      ]);
    case "entrypoints":
      return draft.entrypoints.length
        ? []
        : [{ location: "api.listeners", message: text.entrypointRequired }];
    case "paths":
      return draft.paths.flatMap((_, index) => {
        const message = pathMistake(draft.paths, index);
        return message ? [{ location: `${PATHS}[${index}].path`, message }] : [];
      });
    case "endpoints":
      return hasTarget(draft.endpointType)
        ? missing([[TARGET, draft.target, text.targetRequired]])
        : [];
    case "plans":
      return draft.plans.length ? [] : [{ location: "plans", message: text.planRequired }];
    default:
      return [];
  }
}

function missing(fields: readonly (readonly [string, string, string])[]): Detail[] {
  return fields
    .filter(([, value]) => !value.trim())
    .map(([location, , message]) => ({ location, message }));
}
