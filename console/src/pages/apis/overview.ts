import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { asCurl } from "../../parts/curl";
import { confirm } from "../../parts/dialog";
import { time } from "../../parts/numbers";
import { card, facts, page } from "../../parts/page";
import { Part } from "../../parts/part";
import { toast } from "../../parts/toast";
import { get, send, type Call } from "../../rest/call";
import { changes } from "../../rest/changes";
import { environment } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { path, router } from "../../routing/router";
import { may } from "../../session/session";
import { words } from "../../words/en";
import { deleteApi, readApi, startApi, stopApi, type Api, type Plan } from "./api";
import {
  clocksChart,
  defaultsOf,
  readDefaults,
  readOutcomes,
  readSettings,
  requestTimeoutOf,
  type ClockSources,
} from "./clocks";
import { openDuplicateDialog } from "./duplicate-dialog";
import { flowPath } from "./flow-path";
import { confirmStop } from "./stop-dialog";
import { loadTraffic, readHistory, SAMPLE_MS, type TrafficOfApis } from "./traffic";

const text = words.overview;
const SERIES = ["streams", "events", "received", "sentBytes"] as const;

interface Shown {
  readonly api: Api;
  readonly plans: readonly Plan[];
  readonly clocks: ClockSources;
}

/** One API at a glance: its way from clients to endpoints, its timeouts, its dangers. */
@customElement("relay-api-overview")
export class ApiOverview extends Part {
  @property({ attribute: false }) api = "";
  private readonly loader = new Loader<Shown>(this, (signal) => load(this.api, signal));
  private readonly traffic = new Loader<TrafficOfApis>(
    this,
    (signal) => loadTraffic([this.api], SERIES, signal),
    { everyMs: SAMPLE_MS },
  );

  private readonly changed = (event: Event): void => {
    const call = (event as CustomEvent<Call>).detail;
    if (call.method !== "DELETE" && call.path.startsWith(environment("apis", this.api))) {
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
    void this.traffic.reload();
  }

  override render() {
    return page({
      title: text.title,
      actions: html`${may("PUBLISHER")
          ? html`<a class="button" href=${path("apis", this.api, "try")}>${text.tryIt}</a>`
          : nothing}
        <a class="button" href="${path("live", "streams")}?api=${this.api}">${text.live}</a>`,
      content: this.loader.show(
        (shown) => html`${card(
            text.path,
            html`${flowPath(shown.api, shown.plans, this.traffic.value?.get(this.api))}
              <p class="muted">${words.apis.ofThisNode}</p>`,
          )}
          <div class="columns">
            ${card(text.facts, this.facts(shown.api))}
            ${card(text.clocks, clocksChart(shown.api, shown.clocks))}
          </div>
          ${may("PUBLISHER") ? this.danger(shown.api) : nothing}`,
      ),
      calls: [readApi(this.api), readHistory([this.api], SERIES), ...this.changeOfState()],
    });
  }

  /** What the button of the head is about to do. */
  private changeOfState(): Call[] {
    const api = this.loader.value?.api;
    if (!api || !may("PUBLISHER")) return [];
    return [api.state === "STARTED" ? stopApi(api.id) : startApi(api.id)];
  }

  private facts(api: Api) {
    const words = [...(api.labels ?? []), ...(api.tags ?? [])];
    return facts([
      [text.id, html`<code>${api.id}</code>`],
      [text.description, api.description],
      [text.created, time(api.createdAt)],
      [text.updated, time(api.updatedAt)],
      [text.deployed, api.deployedAt && time(api.deployedAt)],
      [text.lifecycle, api.lifecycleState.toLowerCase()],
      [text.visibility, api.visibility.toLowerCase()],
      [text.labels, words.length ? html`<span class="row">${words.map((one) => badge(one))}</span>` : undefined],
    ]);
  }

  private danger(api: Api) {
    return card(
      text.danger,
      html`<div class="danger-zone">
        ${api.state === "STARTED"
          ? action(text.stopText, words.apiHeader.stop, () => confirmStop(api))
          : action(text.deleteText, text.delete, () => this.delete(api))}
        ${action(text.duplicateText, text.duplicate, () => openDuplicateDialog(api), false)}
      </div>`,
    );
  }

  private async delete(api: Api): Promise<void> {
    const call = deleteApi(api.id);
    const agreed = await confirm({
      title: text.deleteTitle(api.name),
      content: html`<p>${text.deleteWarning}</p>
        ${asCurl([call])}`,
      action: text.delete,
      danger: true,
    });
    if (!agreed) return;
    try {
      await send(call);
      toast(text.deleted(api.name));
      await router.go(path("apis"));
    } catch (error) {
      toast(messageOf(error), "error");
    }
  }
}

function action(explanation: string, label: string, act: () => unknown, isDangerous = true) {
  return html`<div>
    <p>${explanation}</p>
    <button type="button" class=${isDangerous ? "danger" : ""} @click=${act}>${label}</button>
  </div>`;
}

async function load(id: string, signal: AbortSignal): Promise<Shown> {
  const [api, plans] = await Promise.all([
    send<Api>(readApi(id), signal),
    send<{ readonly data: readonly Plan[] }>(
      get(environment("apis", id, "plans"), { statuses: ["PUBLISHED", "DEPRECATED"] }),
      signal,
    ),
  ]);
  const type = api.endpointGroups?.[0]?.type ?? "http-proxy";
  const [schema, settings, outcomes] = await Promise.all([
    send(readDefaults(type), signal).catch(() => ({})),
    send(readSettings(), signal),
    send<{ readonly values: Readonly<Record<string, number>> }>(readOutcomes(id), signal),
  ]);
  return {
    api,
    plans: plans.data,
    clocks: {
      defaults: defaultsOf(schema),
      requestTimeoutMs: requestTimeoutOf(settings),
      outcomes: outcomes.values,
    },
  };
}
