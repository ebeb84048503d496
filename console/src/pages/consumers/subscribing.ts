import { html, nothing, type TemplateResult } from "lit";
import type { FieldErrors } from "../../parts/field-errors";
import { selectField, textArea, textField, type Option } from "../../parts/fields";
import { openForm } from "../../parts/form-dialog";
import { pairsField, recordOf, type Pair } from "../../parts/pairs";
import type { Page } from "../../parts/paging";
import { get, post, send, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { words } from "../../words/en";
import type { ApiKeyMode, Application, Named, Plan, Subscription } from "./documents";
import { securityOf } from "./documents";
import "./webhook-options";

const text = words.subscriptions;
const MOST = 10_000;

/** What the form of a new subscription holds. */
export interface SubscribeValues {
  readonly api: string;
  readonly plans: readonly Plan[];
  readonly plan: string;
  readonly application: string;
  readonly applications: readonly Application[];
  readonly message: string;
  readonly customApiKey: string;
  readonly apiKeyMode: ApiKeyMode;
  readonly metadata: readonly Pair[];
  readonly channel: string;
  readonly consumer: unknown;
}

const EMPTY: SubscribeValues = {
  api: "",
  plans: [],
  plan: "",
  application: "",
  applications: [],
  message: "",
  customApiKey: "",
  apiKeyMode: "UNSPECIFIED",
  metadata: [],
  channel: "",
  consumer: {},
};

/** The plans of an API that take subscriptions. */
async function subscribable(api: string, application?: string): Promise<readonly Plan[]> {
  const call = get(environment("apis", api, "plans"), {
    perPage: MOST,
    subscribableBy: application,
  });
  const { data } = await send<Page<Plan>>(call);
  return data.filter((plan) => securityOf(plan) !== "KEY_LESS");
}

/** Subscribes an application to an API on behalf of its publisher: accepted at once. */
export async function subscribeAsPublisher(api: string): Promise<Subscription | undefined> {
  const [plans, { data }] = await Promise.all([
    subscribable(api),
    send<Page<Application>>(get(environment("applications"), { perPage: MOST })),
  ]);
  const call = (values: SubscribeValues): Call =>
    post(environment("apis", api, "subscriptions"), {
      applicationId: values.application,
      customApiKey: values.customApiKey || undefined,
      ...common(values),
    });
  const sent = await openForm<SubscribeValues, Subscription>({
    title: text.create,
    action: text.create,
    wide: true,
    values: { ...EMPTY, api, plans, applications: data },
    fields: (values, set, errors) => html`${choice(
      "subscribe-application",
      text.application,
      data,
      values.application,
      errors.at("applicationId"),
      (application) => set({ application }),
    )}
    ${planFields(values, set, errors)}
    ${securityOfPlan(values) === "API_KEY"
      ? textField({
          id: "subscribe-custom-key",
          label: text.customKey,
          hint: text.customKeyHint,
          type: "password",
          autocomplete: "new-password",
          value: values.customApiKey,
          error: errors.at("customApiKey"),
          onChange: (customApiKey) => set({ customApiKey }),
        })
      : nothing}`,
    call,
    shownCall: (values) => call({ ...values, customApiKey: values.customApiKey && "…" }),
  });
  return sent?.value;
}

/** Asks for a subscription on behalf of an application; the plan decides who accepts it. */
export async function subscribeAsConsumer(
  application: Application,
): Promise<Subscription | undefined> {
  const { data } = await send<Page<Named>>(get(environment("apis"), { perPage: MOST }));
  const sent = await openForm<SubscribeValues, Subscription>({
    title: text.create,
    action: text.create,
    wide: true,
    values: { ...EMPTY, application: application.id, applications: [application] },
    fields: (values, set, errors) => html`${choice(
      "subscribe-api",
      text.api,
      data,
      values.api,
      undefined,
      async (api) => {
        set({ api, plan: "", plans: [] });
        set({ plans: await subscribable(api, application.id) });
      },
    )}
    ${values.api ? planFields(values, set, errors) : nothing}
    ${textArea({
      id: "subscribe-message",
      label: text.message,
      value: values.message,
      error: errors.at("consumerMessage"),
      onChange: (message) => set({ message }),
    })}`,
    call: (values) =>
      post(environment("applications", application.id, "subscriptions"), {
        consumerMessage: values.message || undefined,
        ...common(values),
      }),
  });
  return sent?.value;
}

const planOf = ({ plans, plan }: SubscribeValues): Plan | undefined =>
  plans.find((one) => one.id === plan);

function securityOfPlan(values: SubscribeValues): string {
  const plan = planOf(values);
  return plan ? securityOf(plan) : "";
}

function common(values: SubscribeValues): object {
  const security = securityOfPlan(values);
  const chosen = security === "API_KEY" && values.apiKeyMode !== "UNSPECIFIED";
  return {
    planId: values.plan,
    metadata: values.metadata.length ? recordOf(values.metadata) : undefined,
    apiKeyMode: chosen ? values.apiKeyMode : undefined,
    consumerConfiguration:
      security === "PUSH"
        ? {
            entrypointId: "webhook",
            channel: values.channel,
            entrypointConfiguration: values.consumer,
          }
        : undefined,
  };
}

function planFields(
  values: SubscribeValues,
  set: (changes: Partial<SubscribeValues>) => void,
  errors: FieldErrors,
): TemplateResult {
  const security = securityOfPlan(values);
  const application = values.applications.find((one) => one.id === values.application);
  const plans = values.plans.map((one) => ({ ...one, name: `${one.name} (${securityOf(one)})` }));
  return html`${choice(
      "subscribe-plan",
      text.plan,
      plans,
      values.plan,
      errors.at("planId"),
      (plan) => set({ plan }),
      plans.length ? undefined : text.noPlan,
    )}
    ${security === "API_KEY" && application?.apiKeyMode === "UNSPECIFIED"
      ? selectField({
          id: "subscribe-mode",
          label: text.keyMode,
          value: values.apiKeyMode,
          options: Object.entries(words.applications.modes).map(([value, label]) => ({
            value,
            label,
          })),
          error: errors.at("apiKeyMode"),
          onChange: (mode) => set({ apiKeyMode: mode as ApiKeyMode }),
        })
      : nothing}
    ${security === "PUSH"
      ? consumerFields(values.channel, values.consumer, set, errors)
      : nothing}
    ${pairsField("subscribe-metadata", text.metadata, values.metadata, (metadata) =>
      set({ metadata }),
    )}`;
}

/** The fields of the options of a webhook. */
export function consumerFields(
  channel: string,
  consumer: unknown,
  set: (changes: { channel?: string; consumer?: unknown }) => void,
  errors: FieldErrors,
): TemplateResult {
  return html`${textField({
      id: "consumer-channel",
      label: text.channel,
      hint: text.channelHint,
      value: channel,
      error: errors.at("consumerConfiguration.channel"),
      onChange: (typed) => set({ channel: typed }),
    })}
    <fieldset>
      <legend>${text.consumer}</legend>
      <relay-webhook-options
        .value=${consumer}
        .errors=${errors.below("consumerConfiguration.entrypointConfiguration")}
        @change=${(event: CustomEvent<unknown>) => set({ consumer: event.detail })}
      ></relay-webhook-options>
    </fieldset>`;
}

function choice(
  id: string,
  label: string,
  all: readonly Named[],
  value: string,
  error: string | undefined,
  onChange: (id: string) => void,
  hint?: string,
): TemplateResult {
  const options: Option[] = [
    { value: "", label: text.choose },
    ...all.map((one) => ({ value: one.id, label: one.name })),
  ];
  return selectField({ id, label, value, options, error, hint, required: true, onChange });
}
