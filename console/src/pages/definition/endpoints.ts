import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { badge } from "../../parts/badge";
import { card } from "../../parts/page";
import "../../parts/probe/probe";
import type { Path } from "../../parts/schema-form/values";
import { toggleField } from "../../parts/fields";
import { path as url } from "../../routing/router";
import { words } from "../../words/en";
import type { Api, Endpoint, EndpointGroup } from "./api";
import { DefinitionPage } from "./page";
import { readPlugins, type ApiSchema, type Plugin } from "./schemas";
import { Loader } from "../../loading/loader";

const text = words.definition.endpoints;
const GROUP = ["endpointGroups", "*"] as const;
const ENDPOINT = [...GROUP, "endpoints", "*"] as const;

/** The groups of endpoints of an API, with their endpoints. */
@customElement("relay-api-endpoints")
export class Endpoints extends DefinitionPage {
  protected readonly text = text;
  private readonly types = new Loader(this, () => readPlugins("endpoint"));

  protected content(api: Api, schema: ApiSchema) {
    return html`<p><a href=${url("apis", api.id, "health")}>${text.health}</a></p>
      ${api.endpointGroups.map((group, index) => this.group(api, group, index, schema))}
      ${this.editable ? this.types.show((types) => this.adding(api, types)) : nothing}`;
  }

  private group(api: Api, group: EndpointGroup, index: number, schema: ApiSchema) {
    const at = ["endpointGroups", index];
    const endpoints = group.endpoints ?? [];
    const isShared = this.plugins.of("shared", group.type) !== undefined;
    return card(
      text.group(group.name),
      html`${this.form(at, schema.part(...GROUP), ["name", "loadBalancer"])}
      <h3>${text.endpoints}</h3>
      ${endpoints.map((one, number) => this.endpoint(group, one, [...at, "endpoints"], number, schema))}
      ${this.editable
        ? html`<div>
            <button type="button" class="small" @click=${() => this.addEndpoint(api, index)}>
              ${text.addEndpoint}
            </button>
          </div>`
        : nothing}
      ${isShared
        ? this.folded(
            text.shared,
            text.sharedHint,
            html`${this.pluginForm("shared", group.type, [...at, "sharedConfiguration"])}
            ${this.advice(group)}`,
            true,
          )
        : nothing}
      ${this.healthCheck(at, group, schema, [...GROUP], text.healthCheckOfGroup)}`,
      html`<span class="row">
        <span class="muted">${group.type}</span>
        ${index === 0 ? badge(text.defaultGroup, "info") : nothing}
        ${this.itemActions(["endpointGroups"], index, group.name, 1)}
      </span>`,
    );
  }

  /** What is to be known of the idle timeout of event streams. */
  private advice(group: EndpointGroup) {
    const calls = this.plugins.of("shared", group.type)?.properties?.["http"] !== undefined;
    if (!calls) return nothing;
    const http = group.sharedConfiguration?.["http"] as { idleTimeout?: number } | undefined;
    return http?.idleTimeout === 0
      ? html`<p class="notice notice-warn">${text.noIdleTimeout}</p>`
      : html`<p class="muted">${text.idleTimeout}</p>`;
  }

  private endpoint(
    group: EndpointGroup,
    endpoint: Endpoint,
    list: Path,
    number: number,
    schema: ApiSchema,
  ) {
    const at = [...list, number];
    const inherits = endpoint.inheritConfiguration === true;
    const hasShared = this.plugins.of("shared", endpoint.type) !== undefined;
    const isWeighted = (group.endpoints ?? []).length > 1;
    const members = ["name", ...(isWeighted ? ["weight", "secondary"] : []), "tenants"];
    return html`<section class="endpoint" aria-label=${text.endpoint(endpoint.name)}>
      <div class="card-head">
        <h4>${text.endpoint(endpoint.name)}</h4>
        ${this.itemActions(list, number, endpoint.name, 1)}
      </div>
      ${this.pluginForm("endpoint", endpoint.type, [...at, "configuration"])}
      ${this.form(at, schema.part(...ENDPOINT), members)}
      ${hasShared
        ? html`${toggleField({
            id: `inherit-${at.join("-")}`,
            label: text.inherit,
            hint: text.inheritHint,
            value: inherits,
            disabled: !this.editable,
            onChange: (on) => this.setInherits(at, group, on),
          })}
          ${inherits
            ? nothing
            : this.folded(
                text.own,
                text.ownHint,
                this.pluginForm("shared", endpoint.type, [...at, "sharedConfigurationOverride"]),
                true,
              )}`
        : nothing}
      ${this.healthCheck(at, endpoint, schema, [...ENDPOINT], text.healthCheck)}
      ${this.probe(group, endpoint, list, number)}
    </section>`;
  }

  /** A probe of the target, with the options as they are edited. */
  private probe(group: EndpointGroup, endpoint: Endpoint, list: Path, number: number) {
    const { configuration } = endpoint;
    if (!this.editable || typeof configuration?.["target"] !== "string") return nothing;
    const inherits = endpoint.inheritConfiguration === true;
    const at = inherits
      ? [...list.slice(0, -1), "sharedConfiguration"]
      : [...list, number, "sharedConfigurationOverride"];
    const shared = inherits ? group.sharedConfiguration : endpoint.sharedConfigurationOverride;
    return this.folded(
      words.probe.title,
      text.probeHint,
      html`<relay-probe
        .endpoint=${{ type: endpoint.type, configuration, sharedConfiguration: shared ?? {} }}
        @use=${(event: CustomEvent<number>) =>
          this.draft.change([...at, "http", "idleTimeout"], event.detail)}
      ></relay-probe>`,
      false,
    );
  }

  /** An endpoint that stops inheriting begins with what it inherited. */
  private setInherits(at: Path, group: EndpointGroup, on: boolean): void {
    this.draft.change([...at, "inheritConfiguration"], on);
    this.draft.change(
      [...at, "sharedConfigurationOverride"],
      on ? undefined : (group.sharedConfiguration ?? {}),
    );
  }

  private healthCheck(
    at: Path,
    holder: EndpointGroup | Endpoint,
    schema: ApiSchema,
    part: readonly string[],
    title: string,
  ) {
    const check = holder.services?.healthCheck;
    const path = [...at, "services", "healthCheck"];
    const whole = schema.part(...part, "services", "healthCheck");
    return this.folded(
      title,
      check ? (check.enabled === false ? words.common.off : words.common.on) : text.noHealthCheck,
      check
        ? html`${this.form(path, whole, part.length > GROUP.length ? OF_ENDPOINT : OF_GROUP)}
          ${this.editable
            ? html`<div>
                <button
                  type="button"
                  class="small"
                  @click=${() => this.draft.change([...at, "services"], undefined)}
                >
                  ${text.removeHealthCheck}
                </button>
              </div>`
            : nothing}`
        : this.editable
          ? html`<button
              type="button"
              class="small"
              @click=${() => this.draft.change(path, NEW_CHECK)}
            >
              ${text.addHealthCheck}
            </button>`
          : nothing,
      check !== undefined,
    );
  }

  private folded(title: string, hint: string, content: unknown, open: boolean) {
    return html`<details class="schema-section" ?open=${open}>
      <summary><span class="schema-title">${title}</span><span class="muted">${hint}</span></summary>
      <div class="stack">${content}</div>
    </details>`;
  }

  private addEndpoint(api: Api, index: number): void {
    const group = api.endpointGroups[index]!;
    const count = group.endpoints?.length ?? 0;
    this.draft.change(["endpointGroups", index, "endpoints", count], {
      name: freeName(api, text.newEndpoint),
      type: group.type,
      inheritConfiguration: true,
      configuration: {},
    });
  }

  /** Buttons for the types of groups that the API can have. */
  private adding(api: Api, types: readonly Plugin[]) {
    return html`<div class="row" role="group" aria-label=${text.addGroup}>
      <span>${text.addGroup}</span>
      ${types
        .filter((one) => one.supportedApiType === api.type)
        .map(
          (one) => html`<button type="button" class="small" @click=${() => this.addGroup(api, one)}>
            ${one.name}
          </button>`,
        )}
    </div>`;
  }

  private addGroup(api: Api, type: Plugin): void {
    this.draft.change(["endpointGroups", api.endpointGroups.length], {
      name: freeName(api, text.newGroup),
      type: type.id,
      sharedConfiguration: {},
      endpoints: [
        {
          name: freeName(api, text.newEndpoint),
          type: type.id,
          inheritConfiguration: true,
          configuration: {},
        },
      ],
    });
  }
}

const NEW_CHECK = {
  type: "http-health-check",
  enabled: true,
  configuration: { schedule: "*/10 * * * * *", target: "/" },
} as const;

/** The members of a health check; only endpoints override that of their group. */
const OF_GROUP = ["enabled", "configuration"] as const;
const OF_ENDPOINT = ["enabled", "overrideConfiguration", "configuration"] as const;

/** A name that no group and no endpoint has. */
function freeName(api: Api, name: string): string {
  const taken = new Set(
    api.endpointGroups.flatMap((one) => [one.name, ...(one.endpoints ?? []).map((two) => two.name)]),
  );
  let found = name;
  for (let number = 2; taken.has(found); number += 1) found = `${name} ${number}`;
  return found;
}
