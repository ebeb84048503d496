import { html, nothing, type TemplateResult } from "lit";
import { card, facts } from "../../parts/page";
import type { Detail } from "../../rest/rest-error";
import { words } from "../../words/en";
import { hasTarget, httpOf, isCalled } from "./draft";
import { securityName } from "./plans-step";
import { MENU, stepAt, stepsOf, type Step } from "./steps";
import type { Wizard } from "./wizard";

const text = words.createApi;

/**
 * All parts of the API, and what the server has refused of them.
 *
 * @param refused mistakes of all steps.
 */
export function summaryStep(wizard: Wizard, refused: readonly Detail[]): TemplateResult {
  const { draft } = wizard;
  const idle = httpOf(draft)["idleTimeout"];
  const entrypoint = (id: string): string =>
    wizard.catalogue?.entrypoints.find((one) => one.id === id)?.name ?? id;
  return html`${refused.length ? mistakes(wizard, refused) : nothing}
  ${part(wizard, text.menu.details, "details", [
    [text.name, draft.name],
    [text.version, draft.version],
    [text.description, draft.description],
  ])}
  ${part(wizard, text.menu.entrypoints, isCalled(draft) ? "paths" : "entrypoints", [
    [text.type, text.architectures[draft.type].title],
    [text.entrypointTypes, draft.entrypoints.map(entrypoint).join(", ")],
    [
      text.contextPaths,
      isCalled(draft)
        ? draft.paths.map((one) => html`<code>${one.host ?? ""}${one.path}</code> `)
        : undefined,
    ],
  ])}
  ${part(wizard, text.menu.endpoints, "endpoints", [
    [text.endpointType, draft.endpointType],
    [text.target, hasTarget(draft.endpointType) && html`<code>${draft.target}</code>`],
    [
      text.keepAlive,
      hasTarget(draft.endpointType) &&
        (httpOf(draft)["keepAlive"] === false ? words.common.off : words.common.on),
    ],
    [
      text.idleTimeout,
      typeof idle === "number" && (idle ? `${idle} ${words.probe.ms}` : text.off),
    ],
  ])}
  ${part(wizard, text.menu.security, "plans", [
    [
      text.plans,
      html`<ul>
        ${draft.plans.map((one) => html`<li>${one.name} (${securityName(wizard, one)})</li>`)}
      </ul>`,
    ],
  ])}`;
}

function part(
  wizard: Wizard,
  title: string,
  step: Step,
  entries: readonly (readonly [string, unknown])[],
): TemplateResult {
  return card(
    title,
    facts(entries.map(([name, value]) => [name, value === false ? undefined : value])),
    html`<button
      type="button"
      class="small"
      aria-label=${text.changePart(title)}
      @click=${() => wizard.show(step)}
    >
      ${text.change}
    </button>`,
  );
}

/** How many mistakes each part has, with the way to them. */
function mistakes(wizard: Wizard, refused: readonly Detail[]): TemplateResult {
  const { draft } = wizard;
  const byStep = Map.groupBy(refused, (one) => stepAt(one.location, draft));
  const own = byStep.get("summary") ?? [];
  return html`<div class="notice notice-error" role="alert">
    <p>${text.refused}</p>
    ${own.map((one) => html`<p><code>${one.location}</code> ${one.message}</p>`)}
    <div class="row">
      ${stepsOf(draft)
        .filter((step) => step !== "summary" && byStep.has(step))
        .map(
          (step) => html`<button type="button" class="small" @click=${() => wizard.show(step)}>
            ${text.mistakesIn(menuOf(step), byStep.get(step)!.length)}
          </button>`,
        )}
    </div>
  </div>`;
}

function menuOf(step: Step): string {
  return MENU.find((one) => one.steps.includes(step))!.label;
}
