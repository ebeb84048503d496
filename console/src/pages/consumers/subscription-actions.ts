import { html } from "lit";
import { asCurl } from "../../parts/curl";
import { confirm } from "../../parts/dialog";
import { selectField, textArea, textField } from "../../parts/fields";
import { openForm } from "../../parts/form-dialog";
import { instant, localTime } from "../../parts/moments";
import { pairsField, pairsOf, recordOf } from "../../parts/pairs";
import type { Page } from "../../parts/paging";
import { toast } from "../../parts/toast";
import { get, post, put, send, type Answer, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { words } from "../../words/en";
import { securityOf, type Plan, type Subscription } from "./documents";
import { showSecretsOf } from "./secrets";
import { consumerFields } from "./subscribing";

const text = words.subscriptions;
const MOST = 1000;

/** Performs an action. Fulfils with whether something has changed. */
export type Act = (found: Answer<Subscription>) => Promise<boolean>;

export interface Action {
  readonly label: string;
  readonly danger?: boolean;
  readonly perform: Act;
}

interface ConsumerConfiguration {
  readonly channel?: string;
  readonly entrypointConfiguration?: unknown;
}

/** What the state of a subscription allows. */
export function actionsOf(one: Subscription): readonly Action[] {
  const edit = { label: text.edit, perform: change };
  const end = { label: text.closeAction, danger: true, perform: plain("_close", text.closeAction, text.closeText) };
  const transferred = { label: text.transfer, perform: transfer };
  switch (one.status) {
    case "PENDING":
      return [
        { label: text.accept, perform: accept },
        { label: text.reject, danger: true, perform: reject },
        edit,
      ];
    case "ACCEPTED":
    case "RESUMED":
      return [
        ...(one.consumerStatus === "FAILURE"
          ? [{ label: text.resumeFailure, perform: plain("_resumeFailure") }]
          : []),
        edit,
        ...(securityOf(one.plan) === "PUSH" ? [] : [transferred]),
        { label: text.pause, perform: plain("_pause", text.pause, text.pauseText) },
        end,
      ];
    case "PAUSED":
      return [{ label: text.resume, perform: plain("_resume") }, edit, end];
    default:
      return [];
  }
}

/** The calls of the actions without a form. */
export function callsOf({ value }: Answer<Subscription>): Call[] {
  const calls: Partial<Record<Subscription["status"], string[]>> = {
    ACCEPTED: ["_pause", "_close"],
    PAUSED: ["_resume", "_close"],
  };
  return (calls[value.status] ?? []).map((name) => post(at(value, name)));
}

function at(one: Subscription, ...parts: string[]): string {
  return environment("apis", one.api.id, "subscriptions", one.id, ...parts);
}

/** An action without a form, which is asked about if there is a question. */
function plain(name: string, action = "", question = ""): Act {
  return async ({ value }) => {
    const call = post(at(value, name));
    const agreed =
      !question ||
      (await confirm({
        title: text.sure(action, value.application.name),
        content: html`<p>${question}</p>
          ${asCurl([call])}`,
        action,
        danger: name === "_close",
      }));
    if (!agreed) return false;
    try {
      const changed = await send<Subscription>(call);
      toast(text.done(text.statuses[changed.status].toLowerCase()));
      return true;
    } catch (error) {
      toast(messageOf(error), "error");
      return false;
    }
  };
}

const accept: Act = async ({ value }) => {
  const call = (values: { reason: string; customApiKey: string; starts: string; ends: string }) =>
    post(at(value, "_accept"), {
      reason: values.reason || undefined,
      customApiKey: values.customApiKey || undefined,
      startingAt: instant(values.starts),
      endingAt: instant(values.ends),
    });
  const sent = await openForm<Parameters<typeof call>[0], Subscription>({
    title: text.sure(text.accept, value.application.name),
    action: text.accept,
    values: { reason: "", customApiKey: "", starts: "", ends: "" },
    fields: (values, set, errors) => html`${textArea({
        id: "accept-reason",
        label: text.reason,
        value: values.reason,
        error: errors.at("reason"),
        onChange: (reason) => set({ reason }),
      })}
      ${dateFields(values, set, (location) => errors.at(location))}
      ${securityOf(value.plan) === "API_KEY"
        ? textField({
            id: "accept-custom-key",
            label: text.customKey,
            hint: text.customKeyHint,
            type: "password",
            autocomplete: "new-password",
            value: values.customApiKey,
            error: errors.at("customApiKey"),
            onChange: (customApiKey) => set({ customApiKey }),
          })
        : ""}`,
    call,
    shownCall: (values) => call({ ...values, customApiKey: values.customApiKey && "…" }),
  });
  if (sent) await showSecretsOf(sent.value);
  return sent !== undefined;
};

const reject: Act = async ({ value }) => {
  const sent = await openForm({
    title: text.sure(text.reject, value.application.name),
    action: text.reject,
    danger: true,
    values: { reason: "" },
    fields: ({ reason }, set, errors) =>
      textArea({
        id: "reject-reason",
        label: text.reason,
        value: reason,
        error: errors.at("reason"),
        onChange: (typed) => set({ reason: typed }),
      }),
    call: ({ reason }) => post(at(value, "_reject"), { reason: reason || undefined }),
  });
  return sent !== undefined;
};

const transfer: Act = async ({ value }) => {
  const read = get(environment("apis", value.api.id, "plans"), { perPage: MOST });
  const { data } = await send<Page<Plan>>(read);
  const plans = data.filter(
    (one) => one.id !== value.plan.id && securityOf(one) === securityOf(value.plan),
  );
  const sent = await openForm({
    title: text.sure(text.transfer, value.application.name),
    action: text.transfer,
    values: { plan: plans[0]?.id ?? "" },
    fields: ({ plan }, set, errors) =>
      selectField({
        id: "transfer-plan",
        label: text.transferTo,
        value: plan,
        options: plans.map((one) => ({ value: one.id, label: one.name })),
        hint: plans.length ? undefined : text.noPlan,
        error: errors.at("planId"),
        onChange: (chosen) => set({ plan: chosen }),
      }),
    call: ({ plan }) => post(at(value, "_transfer"), { planId: plan }),
  });
  return sent !== undefined;
};

const change: Act = async ({ value, etag }) => {
  const configuration = value.consumerConfiguration as ConsumerConfiguration | undefined;
  const sent = await openForm({
    title: text.editTitle,
    action: words.common.save,
    wide: true,
    values: {
      metadata: pairsOf(value.metadata),
      starts: localTime(value.startingAt),
      ends: localTime(value.endingAt),
      channel: configuration?.channel ?? "",
      consumer: configuration?.entrypointConfiguration,
    },
    fields: (values, set, errors) => html`${dateFields(values, set, (location) =>
        errors.at(location),
      )}
      ${configuration ? consumerFields(values.channel, values.consumer, set, errors) : ""}
      ${pairsField("edit-metadata", text.metadata, values.metadata, (metadata) =>
        set({ metadata: [...metadata] }),
      )}`,
    call: (values) => ({
      ...put(at(value), {
        metadata: recordOf(values.metadata),
        startingAt: instant(values.starts),
        endingAt: instant(values.ends),
        consumerConfiguration: configuration && {
          ...configuration,
          channel: values.channel,
          entrypointConfiguration: values.consumer,
        },
      }),
      ...(etag ? { ifMatch: etag } : {}),
    }),
  });
  if (sent) toast(text.saved);
  return sent !== undefined;
};

function dateFields(
  values: { readonly starts: string; readonly ends: string },
  set: (changes: { starts?: string; ends?: string }) => void,
  errorAt: (location: string) => string | undefined,
) {
  return html`<div class="columns">
    ${textField({
      id: "subscription-starts",
      label: text.starts,
      type: "datetime-local",
      value: values.starts,
      error: errorAt("startingAt"),
      onChange: (starts) => set({ starts }),
    })}
    ${textField({
      id: "subscription-ends",
      label: text.ends,
      type: "datetime-local",
      value: values.ends,
      error: errorAt("endingAt"),
      onChange: (ends) => set({ ends }),
    })}
  </div>`;
}
