import { html, nothing, type TemplateResult } from "lit";
import { numberField, textField, toggleField } from "../../parts/fields";
import { toast } from "../../parts/toast";
import { words } from "../../words/en";
import { card } from "../../parts/page";
import "../../parts/probe/probe";
import "../../parts/schema-form/schema-form";
import { choices } from "./choices";
import {
  endpointOf,
  hasTarget,
  httpOf,
  sharedOf,
  withHttp,
  type EndpointType,
  type Options,
} from "./draft";
import { GROUP, TARGET } from "./steps";
import type { Wizard } from "./wizard";

const text = words.createApi;
const ENDPOINT = `${GROUP}.endpoints[0]`;

/** The type of the endpoint of a MESSAGE API. */
export function accessStep(wizard: Wizard): TemplateResult {
  const offered = (wizard.catalogue?.endpoints ?? []).filter(
    (one) => one.supportedApiType === wizard.draft.type,
  );
  return choices(
    text.accessTitle,
    "radio",
    offered.map((one) => ({ id: one.id, title: one.name, text: one.description })),
    (id) => id === wizard.draft.endpointType,
    (id) => {
      const endpointType = id as EndpointType;
      wizard.change({ endpointType, configuration: {}, shared: sharedOf(endpointType) });
    },
  );
}

/** The target with its options, or the configuration of an endpoint without a target. */
export function endpointStep(wizard: Wizard): TemplateResult {
  const { draft } = wizard;
  return hasTarget(draft.endpointType)
    ? html`${targetFields(wizard)} ${sharedOptions(wizard)}`
    : html`${ownOptions(wizard)} ${sharedOptions(wizard)}`;
}

/** The probe of the target, beside the fields. */
export function probe(wizard: Wizard): TemplateResult | typeof nothing {
  const { draft } = wizard;
  if (!hasTarget(draft.endpointType)) return nothing;
  return card(
    words.probe.title,
    html`<relay-probe
      .endpoint=${{
        type: draft.endpointType,
        configuration: endpointOf(draft),
        sharedConfiguration: draft.shared,
      }}
      @use=${(event: CustomEvent<number>) => {
        wizard.change({ shared: withHttp(draft, { idleTimeout: event.detail }) });
        toast(words.probe.used(event.detail));
      }}
    ></relay-probe>`,
  );
}

function targetFields(wizard: Wizard): TemplateResult {
  const { draft, mistakes } = wizard;
  const http = httpOf(draft);
  const setHttp = (options: Options): void => wizard.change({ shared: withHttp(draft, options) });
  const idle = http["idleTimeout"];
  return html`${textField({
    id: "target",
    label: text.target,
    value: draft.target,
    required: true,
    type: "url",
    hint: text.targetHint,
    placeholder: "https://rest.ably.io/sse?channel=ssechannel&v=1.1",
    error: mistakes.at(TARGET),
    onChange: (target) => wizard.change({ target: target.trim() }),
  })}
  ${toggleField({
    id: "keep-alive",
    label: text.keepAlive,
    value: http["keepAlive"] !== false,
    hint: text.keepAliveHint,
    onChange: (keepAlive) => setHttp({ keepAlive }),
  })}
  ${numberField({
    id: "idle-timeout",
    label: text.idleTimeout,
    value: typeof idle === "number" ? idle : undefined,
    min: 0,
    step: 1,
    unit: words.probe.ms,
    hint: text.idleHint,
    error: mistakes.at(`${GROUP}.sharedConfiguration.http.idleTimeout`),
    onChange: (idleTimeout) => setHttp({ idleTimeout }),
  })}`;
}

function sharedOptions(wizard: Wizard): TemplateResult | typeof nothing {
  const { endpointType, shared } = wizard.draft;
  const schema = wizard.schema("endpoints", endpointType, "shared-configuration-schema");
  if (!schema) return nothing;
  const errors = wizard.mistakes.below(`${GROUP}.sharedConfiguration`);
  return html`<details class="fold" ?open=${errors.length > 0}>
    <summary>${text.moreOptions}</summary>
    <relay-schema-form
      .schema=${schema}
      .value=${shared}
      .errors=${errors}
      @change=${(event: CustomEvent<Options>) => wizard.change({ shared: event.detail ?? {} })}
    ></relay-schema-form>
  </details>`;
}

function ownOptions(wizard: Wizard): TemplateResult | typeof nothing {
  const { endpointType, configuration } = wizard.draft;
  const schema = wizard.schema("endpoints", endpointType, "schema");
  if (!schema) return nothing;
  if (!Object.keys(schema.properties ?? {}).length) return html`<p>${text.noOptions}</p>`;
  return html`<relay-schema-form
    .schema=${schema}
    .value=${configuration}
    .errors=${wizard.mistakes.below(`${ENDPOINT}.configuration`)}
    @change=${(event: CustomEvent<Options>) => wizard.change({ configuration: event.detail ?? {} })}
  ></relay-schema-form>`;
}
