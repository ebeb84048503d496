import { html, type TemplateResult } from "lit";
import { textArea, textField } from "../../parts/fields";
import { words } from "../../words/en";
import type { Wizard } from "./wizard";

const text = words.createApi;
const LONGEST = { name: 50, version: 32, description: 250 };

/** Name, version and description. */
export function detailsStep(wizard: Wizard): TemplateResult {
  const { draft, mistakes } = wizard;
  return html`${textField({
    id: "api-name",
    label: text.name,
    value: draft.name,
    required: true,
    maxLength: LONGEST.name,
    error: mistakes.at("api.name"),
    onChange: (name) => wizard.change({ name }),
  })}
  ${textField({
    id: "api-version",
    label: text.version,
    value: draft.version,
    required: true,
    maxLength: LONGEST.version,
    hint: text.versionHint,
    error: mistakes.at("api.apiVersion"),
    onChange: (version) => wizard.change({ version }),
  })}
  ${textArea({
    id: "api-description",
    label: text.description,
    value: draft.description,
    maxLength: LONGEST.description,
    error: mistakes.at("api.description"),
    onChange: (description) => wizard.change({ description }),
  })}`;
}
