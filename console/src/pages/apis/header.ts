import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { banner } from "../../parts/banner";
import { copyable } from "../../parts/copy";
import { Part } from "../../parts/part";
import { toast } from "../../parts/toast";
import { send, type Call } from "../../rest/call";
import { changes } from "../../rest/changes";
import { environment } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { path } from "../../routing/router";
import { may } from "../../session/session";
import { words } from "../../words/en";
import {
  readApi,
  readCurrent,
  readExposed,
  startApi,
  type Api,
  type Exposed,
  type GatewayReport,
} from "./api";
import { openDeployDialog } from "./deploy-dialog";
import { changeList, readDifferences, type Differences } from "./differences";
import { stateBadge, syncBadge } from "./states";
import { confirmStop } from "./stop-dialog";

const text = words.apiHeader;
const MOST_SHOWN = 6;

interface Shown {
  readonly api: Api;
  readonly urls: readonly Exposed[];
  /** Undefined for an API that was never deployed, or is in sync. */
  readonly differences: Differences | undefined;
  readonly refusals: readonly GatewayReport[];
}

/** The head of all pages of an API: its state, its URL, and what is not deployed. */
@customElement("relay-api-header")
export class ApiHeader extends Part {
  @property({ attribute: false }) api = "";
  private readonly loader = new Loader<Shown>(this, (signal) => load(this.api, signal));

  private readonly changed = (event: Event): void => {
    const call = (event as CustomEvent<Call>).detail;
    const own = environment("apis", this.api);
    if (call.path.startsWith(own) && !(call.method === "DELETE" && call.path === own)) {
      void this.loader.reload();
    }
  };

  override connectedCallback(): void {
    super.connectedCallback();
    changes.addEventListener("change", this.changed);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    changes.removeEventListener("change", this.changed);
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.get("api")) return;
    this.loader.value = undefined;
    void this.loader.reload();
  }

  override render() {
    return this.loader.show(
      (shown) => html`<section class="api-header" aria-label=${text.label(shown.api.name)}>
          <div class="api-header-line">
            <a class="api-header-name" href=${path("apis", shown.api.id)}>${shown.api.name}</a>
            <span class="muted">${shown.api.apiVersion}</span>
            ${badge(words.apis.types[shown.api.type])} ${stateBadge(shown.api)}
            ${syncBadge(shown.api)}
            <div class="api-header-actions">${this.actions(shown)}</div>
          </div>
          ${shown.urls.length
            ? html`<div class="api-header-line">
                <span class="muted">${text.url}</span>
                ${shown.urls.map((one) => copyable(text.url, one.value))}
              </div>`
            : nothing}
        </section>
        ${this.outOfSync(shown)}`,
    );
  }

  private actions({ api }: Shown) {
    if (!may("PUBLISHER")) return nothing;
    return api.state === "STARTED"
      ? html`<button type="button" @click=${() => confirmStop(api)}>${text.stop}</button>`
      : html`<button type="button" class="primary" @click=${() => this.start()}>
          ${text.start}
        </button>`;
  }

  private outOfSync(shown: Shown) {
    const { api, differences, refusals } = shown;
    const action = may("PUBLISHER")
      ? html`<button
          type="button"
          class="primary"
          @click=${() => openDeployDialog(api, differences)}
        >
          ${words.deploy.action}
        </button>`
      : undefined;
    if (!api.deployedAt) return banner("info", text.neverDeployed, action);
    if (api.deploymentState !== "NEED_REDEPLOY") return nothing;
    const effective = (differences?.data ?? []).filter((one) => one.affectsTraffic);
    const more = effective.length - MOST_SHOWN;
    return banner(
      "warn",
      html`<p><strong>${text.outOfSync}</strong></p>
        ${effective.length
          ? changeList(differences!, api, effective.slice(0, MOST_SHOWN))
          : nothing}
        ${more > 0
          ? html`<p>
              <a href="${path("apis", api.id, "deployments")}?from=${differences?.from?.deploymentNumber}">${text.more(more)}</a>
            </p>`
          : nothing}
        ${refusals.map(
          (one) => html`<p>${text.refused(one.host, one.refused!.reason)}</p>`,
        )}`,
      action,
    );
  }

  private async start(): Promise<void> {
    try {
      await send(startApi(this.api));
      toast(text.started);
    } catch (error) {
      toast(messageOf(error), "error");
    }
  }
}

async function load(id: string, signal: AbortSignal): Promise<Shown> {
  const [api, urls] = await Promise.all([
    send<Api>(readApi(id), signal),
    send<Exposed[]>(readExposed(id), signal),
  ]);
  if (!api.deployedAt || api.deploymentState !== "NEED_REDEPLOY") {
    return { api, urls, differences: undefined, refusals: [] };
  }
  const [differences, current] = await Promise.all([
    send<Differences>(readDifferences(id), signal),
    send<{ readonly gateways: readonly GatewayReport[] }>(readCurrent(id), signal),
  ]);
  return { api, urls, differences, refusals: current.gateways.filter((one) => one.refused) };
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-api-header": ApiHeader;
  }
}
