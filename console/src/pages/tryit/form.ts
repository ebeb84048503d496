import { html, nothing, type TemplateResult } from "lit";
import type { FieldErrors } from "../../parts/field-errors";
import { selectField, textArea, textField } from "../../parts/fields";
import { words } from "../../words/en";
import {
  METHODS,
  type CredentialType,
  type HeaderLine,
  type Places,
  type TryRequest,
} from "./request";

const text = words.tryIt;
const CREDENTIALS: readonly CredentialType[] = ["NONE", "BASIC", "API_KEY", "BEARER"];

export interface FormView {
  readonly request: TryRequest;
  readonly places: Places;
  readonly errors: FieldErrors;
  readonly onChange: (changed: Partial<TryRequest>) => void;
}

/** Method and path: what every call has. */
export function addressFields({ request, errors, onChange }: FormView): TemplateResult {
  return html`<div class="try-address">
    ${selectField({
      id: "try-method",
      label: text.method,
      value: request.method,
      options: METHODS.map((value) => ({ value, label: value })),
      onChange: (method) => onChange({ method }),
      error: errors.at("method"),
    })}
    ${textField({
      id: "try-path",
      label: text.path,
      value: request.path,
      required: true,
      onChange: (path) => onChange({ path }),
      error: errors.at("path"),
    })}
  </div>`;
}

/** The content of one tab of the request. */
export function requestPart(tab: string, view: FormView): TemplateResult {
  const { request, onChange } = view;
  switch (tab) {
    case "query":
      return lines(text.query, request.query, "", view, (query) => onChange({ query }));
    case "credentials":
      return credentialFields(view);
    case "body":
      return textArea({
        id: "try-body",
        label: text.body,
        value: request.body,
        rows: 6,
        code: true,
        hint: text.bodyHint,
        onChange: (body) => onChange({ body }),
        error: view.errors.at("body"),
      });
    case "more":
      return moreFields(view);
    default:
      return lines(text.headers, request.headers, "headers", view, (headers) =>
        onChange({ headers }),
      );
  }
}

function lines(
  label: string,
  all: readonly HeaderLine[],
  location: string,
  { errors }: FormView,
  onChange: (lines: readonly HeaderLine[]) => void,
): TemplateResult {
  const change = (index: number, changed: Partial<HeaderLine>): void =>
    onChange(all.map((one, at) => (at === index ? { ...one, ...changed } : one)));
  return html`<div class="try-lines">
    ${all.map(
      (one, index) => html`<div class="try-line">
        ${textField({
          id: `try-${label}-name-${index}`,
          label: text.lineName(label, index + 1),
          value: one.name,
          onChange: (name) => change(index, { name }),
          error: location ? errors.at(`${location}[${index}].name`) : undefined,
        })}
        ${textField({
          id: `try-${label}-value-${index}`,
          label: text.lineValue(label, index + 1),
          value: one.value,
          onChange: (value) => change(index, { value }),
          error: location ? errors.at(`${location}[${index}].value`) : undefined,
        })}
        <button
          type="button"
          class="small"
          aria-label=${text.removeLine(label, index + 1)}
          @click=${() => onChange(all.filter((_, at) => at !== index))}
        >
          ${words.common.remove}
        </button>
      </div>`,
    )}
    <button
      type="button"
      class="small"
      @click=${() => onChange([...all, { name: "", value: "" }])}
    >
      ${text.addLine(label)}
    </button>
  </div>`;
}

function credentialFields({ request, errors, onChange }: FormView): TemplateResult {
  const type = request.credentials;
  return html`<div class="try-credentials">
    ${selectField({
      id: "try-credentials",
      label: text.credentials,
      value: type,
      options: CREDENTIALS.map((value) => ({ value, label: text.credentialTypes[value] })),
      hint: text.credentialsHint,
      error: errors.at("credentials"),
      onChange: (value) => onChange({ credentials: value as CredentialType }),
    })}
    ${type === "BASIC"
      ? html`${textField({
          id: "try-username",
          label: text.username,
          value: request.username,
          onChange: (username) => onChange({ username }),
        })}${secretField("password", request.password, (password) => onChange({ password }))}`
      : nothing}
    ${type === "API_KEY"
      ? html`${textField({
          id: "try-key-header",
          label: text.keyHeader,
          value: request.keyHeader,
          onChange: (keyHeader) => onChange({ keyHeader }),
          error: errors.at("credentials.header"),
        })}${secretField("key", request.key, (key) => onChange({ key }))}`
      : nothing}
    ${type === "BEARER"
      ? secretField("token", request.token, (token) => onChange({ token }))
      : nothing}
  </div>`;
}

function secretField(
  name: "password" | "key" | "token",
  value: string,
  onChange: (value: string) => void,
): TemplateResult {
  return textField({
    id: `try-${name}`,
    label: text[name],
    value,
    type: "password",
    // The password of the console's user is none of the API's.
    autocomplete: "new-password",
    onChange,
  });
}

function moreFields({ request, places, errors, onChange }: FormView): TemplateResult {
  const listeners = [...new Set(places.data.map((one) => one.listener))];
  return html`<div class="columns">
    ${textField({
      id: "try-resume",
      label: text.resumeFrom,
      value: request.resumeFrom,
      hint: text.resumeHint,
      onChange: (resumeFrom) => onChange({ resumeFrom }),
      error: errors.at("resumeFrom"),
    })}
    ${selectField({
      id: "try-listener",
      label: text.listener,
      value: request.listener,
      options: listeners.map((value) => ({ value, label: value })),
      onChange: (listener) => onChange({ listener }),
      error: errors.at("listener"),
    })}
  </div>`;
}
