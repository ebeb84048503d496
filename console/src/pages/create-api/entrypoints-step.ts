import { html, nothing, type TemplateResult } from "lit";
import { textField, toggleField } from "../../parts/fields";
import { words } from "../../words/en";
import { choices } from "./choices";
import { fittingPlans, type ApiType, type DraftPath } from "./draft";
import { hostLocation, pathLocation, pathMistake } from "./steps";
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
      wizard.change({ entrypoints, plans: fittingPlans({ ...draft, entrypoints }) });
    },
  );
}

/** The context-paths, checked while they are typed. */
export function pathsStep(wizard: Wizard): TemplateResult {
  const { draft } = wizard;
  const setPaths = (paths: readonly DraftPath[]): void => wizard.change({ paths });
  const setPath = (index: number, part: Partial<DraftPath>): void =>
    setPaths(draft.paths.map((one, at) => (at === index ? { ...one, ...part } : one)));
  const several = draft.paths.length > 1;
  return html`${draft.paths.map(
      (one, index) => html`<div class="path-row">
        ${draft.hasHosts
          ? textField({
              id: `host-${index}`,
              label: several ? text.hostNumber(index + 1) : text.host,
              value: one.host,
              error: wizard.mistakes.at(hostLocation(index)),
              onChange: (host) => setPath(index, { host }),
            })
          : nothing}
        ${textField({
          id: `path-${index}`,
          label: several ? text.pathNumber(index + 1) : text.path,
          value: one.path,
          required: true,
          hint: text.pathHint,
          error: pathError(wizard, index),
          onChange: (path) => setPath(index, { path }),
        })}
        ${several
          ? html`<button
              type="button"
              aria-label=${text.removePath(index + 1)}
              @click=${() => setPaths(draft.paths.filter((_, at) => at !== index))}
            >
              ${words.common.remove}
            </button>`
          : nothing}
        <p class="path-verdict" role="status">
          ${wizard.verdicts.of(draft, index)?.ok && !pathMistake(draft, index)
            ? text.pathFree
            : nothing}
        </p>
      </div>`,
    )}
    <div class="row">
      <button type="button" @click=${() => setPaths([...draft.paths, { host: "", path: "" }])}>
        ${text.addPath}
      </button>
    </div>
    ${toggleField({
      id: "virtual-hosts",
      label: text.enableHosts,
      value: draft.hasHosts,
      onChange: (hasHosts) => wizard.change({ hasHosts }),
    })}`;
}

/** What is wrong as typed, then what the server says of it. */
function pathError(wizard: Wizard, index: number): string | undefined {
  const { draft } = wizard;
  const refused = wizard.mistakes.at(pathLocation(index));
  const typed = draft.paths[index]!.path ? pathMistake(draft, index) : undefined;
  const verdict = wizard.verdicts.of(draft, index);
  return typed ?? refused ?? (verdict && !verdict.ok ? verdict.reason : undefined);
}
