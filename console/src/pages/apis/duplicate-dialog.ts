import { html } from "lit";
import { asCurl } from "../../parts/curl";
import { openDialog } from "../../parts/dialog";
import { FieldErrors } from "../../parts/field-errors";
import { textField, toggleField } from "../../parts/fields";
import { toast } from "../../parts/toast";
import { post, send, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { path, router } from "../../routing/router";
import { words } from "../../words/en";
import type { Api } from "./api";

const text = words.duplicate;

/** Asks for the fields of a copy of an API, creates it, and shows it. */
export async function openDuplicateDialog(api: Api): Promise<void> {
  const wanted = { contextPath: "", host: "", version: api.apiVersion, plans: true };
  let errors = FieldErrors.none;
  const created = await openDialog<Api>(text.title(api.name), (close, redraw) => {
    const change = (changed: Partial<typeof wanted>): void => {
      Object.assign(wanted, changed);
      redraw();
    };
    return {
      content: html`${textField({
        id: "duplicate-path",
        label: text.contextPath,
        required: true,
        placeholder: "/copy",
        value: wanted.contextPath,
        error: errors.at("contextPath") ?? errors.at("listeners[0].paths[0].path"),
        onChange: (contextPath) => change({ contextPath }),
      })}
      ${textField({
        id: "duplicate-host",
        label: text.host,
        hint: text.hostHint,
        value: wanted.host,
        error: errors.at("host") ?? errors.at("listeners[0].paths[0].host"),
        onChange: (host) => change({ host }),
      })}
      ${textField({
        id: "duplicate-version",
        label: text.version,
        value: wanted.version,
        error: errors.at("version") ?? errors.at("apiVersion"),
        onChange: (version) => change({ version }),
      })}
      ${toggleField({
        id: "duplicate-plans",
        label: text.plans,
        hint: text.plansHint,
        value: wanted.plans,
        onChange: (plans) => change({ plans }),
      })}
      ${errors.summary()} ${asCurl([duplicateApi(api.id, wanted)])}`,
      actions: html`<button type="button" @click=${() => close(undefined)}>
          ${words.common.cancel}
        </button>
        <button
          type="submit"
          class="primary"
          @click=${(event: Event) => {
            const { form } = event.target as HTMLButtonElement;
            if (form!.checkValidity()) void create(close, redraw);
          }}
        >
          ${text.action}
        </button>`,
    };
  });
  if (created) {
    toast(text.done);
    await router.go(path("apis", created.id));
  }

  async function create(close: (copy: Api) => void, redraw: () => void): Promise<void> {
    try {
      close(await send<Api>(duplicateApi(api.id, wanted)));
    } catch (error) {
      errors = FieldErrors.of(error);
      redraw();
    }
  }
}

function duplicateApi(
  id: string,
  wanted: { readonly contextPath: string; readonly host: string; readonly version: string; readonly plans: boolean },
): Call {
  return post(environment("apis", id, "_duplicate"), {
    contextPath: wanted.contextPath,
    ...(wanted.host ? { host: wanted.host } : {}),
    ...(wanted.version ? { version: wanted.version } : {}),
    ...(wanted.plans ? {} : { filteredFields: ["PLANS"] }),
  });
}
