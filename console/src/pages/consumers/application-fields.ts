import { html, type TemplateResult } from "lit";
import type { FieldErrors } from "../../parts/field-errors";
import { selectField, textArea, textField } from "../../parts/fields";
import { words } from "../../words/en";
import type { ApiKeyMode, Application } from "./documents";

const text = words.applications;

/** What the form of an application holds. */
export interface ApplicationValues {
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly clientId: string;
  readonly clientCertificate: string;
  readonly apiKeyMode: ApiKeyMode;
}

/** The values of an application, or those of a new one. */
export function valuesOf(application: Application | undefined): ApplicationValues {
  const { app, tls } = application?.settings ?? {};
  return {
    name: application?.name ?? "",
    description: application?.description ?? "",
    type: application?.type ?? "",
    clientId: app?.clientId ?? "",
    clientCertificate: tls?.clientCertificate ?? "",
    apiKeyMode: application?.apiKeyMode ?? "UNSPECIFIED",
  };
}

/**
 * The document of an application.
 *
 * @param before the present one, whose members that the form does not show are kept.
 */
export function applicationBody(values: ApplicationValues, before?: Application): object {
  const { clientId, clientCertificate } = values;
  return {
    ...before,
    name: values.name,
    description: values.description || undefined,
    type: values.type || undefined,
    apiKeyMode: values.apiKeyMode,
    settings: {
      ...before?.settings,
      app: { ...before?.settings?.app, clientId: clientId || undefined },
      tls: clientCertificate ? { clientCertificate } : undefined,
    },
  };
}

/** The fields of an application. */
export function applicationFields(
  values: ApplicationValues,
  set: (changes: Partial<ApplicationValues>) => void,
  errors: FieldErrors,
  disabled = false,
): TemplateResult {
  return html`${textField({
      id: "application-name",
      label: text.name,
      required: true,
      disabled,
      value: values.name,
      error: errors.at("name"),
      onChange: (name) => set({ name }),
    })}
    ${textArea({
      id: "application-description",
      label: text.description,
      disabled,
      value: values.description,
      error: errors.at("description"),
      onChange: (description) => set({ description }),
    })}
    ${textField({
      id: "application-type",
      label: text.type,
      hint: text.typeHint,
      disabled,
      value: values.type,
      error: errors.at("type"),
      onChange: (type) => set({ type }),
    })}
    ${textField({
      id: "application-client-id",
      label: text.clientId,
      hint: text.clientIdHint,
      disabled,
      value: values.clientId,
      error: errors.at("settings.app.clientId"),
      onChange: (clientId) => set({ clientId }),
    })}
    ${textArea({
      id: "application-certificate",
      label: text.certificate,
      hint: text.certificateHint,
      code: true,
      disabled,
      value: values.clientCertificate,
      error: errors.at("settings.tls.clientCertificate"),
      onChange: (clientCertificate) => set({ clientCertificate }),
    })}
    ${selectField({
      id: "application-mode",
      label: text.mode,
      disabled,
      value: values.apiKeyMode,
      options: Object.entries(text.modes).map(([value, label]) => ({ value, label })),
      error: errors.at("apiKeyMode"),
      onChange: (mode) => set({ apiKeyMode: mode as ApiKeyMode }),
    })}`;
}
