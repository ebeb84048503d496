import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { copyable } from "../../parts/copy";
import { facts, card, page } from "../../parts/page";
import { time } from "../../parts/numbers";
import { Part } from "../../parts/part";
import { answer, get, type Answer } from "../../rest/call";
import { environment } from "../../rest/paths";
import { path } from "../../routing/router";
import { may } from "../../session/session";
import { words } from "../../words/en";
import "./consumer-streams";
import "./delivery";
import { securityOf, type Subscription } from "./documents";
import "./keys";
import { actionsOf, callsOf, type Act } from "./subscription-actions";
import { statusBadge } from "./subscription-columns";

const text = words.subscriptions;
const WITH_KEYS = ["API_KEY", "BASIC"];
const OPEN = ["ACCEPTED", "PAUSED", "RESUMED"];

/** One subscription: its state, keys, open streams and deliveries. */
@customElement("relay-subscription")
export class SubscriptionPage extends Part {
  @property({ attribute: false }) api = "";
  @property({ attribute: false }) subscription = "";
  private readonly loaded = new Loader(this, (signal) =>
    answer<Subscription>(get(this.path()), signal),
  );

  override render() {
    return html`${this.loaded.show((found) => this.content(found))}`;
  }

  private content(found: Answer<Subscription>) {
    const one = found.value;
    const security = securityOf(one.plan);
    return page({
      title: html`${text.one(one.application.name)} ${statusBadge(one.status)}`,
      actions: may("PUBLISHER") ? this.actions(found) : nothing,
      content: html`${one.failureCause
        ? html`<div class="notice notice-error" role="alert">
            <p>${text.failed(one.failureCause)}</p>
          </div>`
        : nothing}
      ${this.details(one)}
      ${security === "PUSH"
        ? html`<relay-delivery
            class="stack"
            .base=${["apis", one.api.id, "subscriptions", one.id]}
          ></relay-delivery>`
        : html`${this.keys(one, security)}
            <relay-consumer-streams .filter=${{ subscriptionIds: one.id }}></relay-consumer-streams>`}`,
      calls: [get(this.path()), ...(may("PUBLISHER") ? callsOf(found) : [])],
    });
  }

  private actions(found: Answer<Subscription>) {
    const act = (perform: Act) => async () => {
      if (await perform(found)) await this.reload();
    };
    return html`${actionsOf(found.value).map(
      (one) => html`<button
        type="button"
        class=${one.danger ? "danger" : nothing}
        @click=${act(one.perform)}
      >
        ${one.label}
      </button>`,
    )}`;
  }

  /** Reads the subscription again, and its keys, which change with it. */
  private async reload(): Promise<void> {
    await this.loaded.reload();
    for (const one of this.querySelectorAll("relay-keys")) await one.reload();
  }

  private details(one: Subscription) {
    const metadata = Object.entries(one.metadata);
    const date = (value: string | undefined) => value && time(value);
    return card(
      text.details,
      html`${facts([
        [
          text.application,
          html`<a href=${path("applications", one.application.id)}>${one.application.name}</a>`,
        ],
        [text.plan, `${one.plan.name} (${securityOf(one.plan)})`],
        [text.id, copyable(text.id, one.id)],
        [text.created, time(one.createdAt)],
        [text.processed, date(one.processedAt)],
        [text.starts, date(one.startingAt)],
        [text.ends, date(one.endingAt)],
        [text.pausedAt, date(one.pausedAt)],
        [text.closedAt, date(one.closedAt)],
        [text.consumerStatus, one.consumerConfiguration && one.consumerStatus.toLowerCase()],
        [text.consumerMessage, one.consumerMessage],
        [text.publisherMessage, one.publisherMessage],
        ...metadata.map(([name, value]) => [`${text.metadata}: ${name}`, value] as const),
      ])}
      ${one.consumerConfiguration
        ? html`<details>
            <summary>${text.consumer}</summary>
            <pre tabindex="0">${JSON.stringify(one.consumerConfiguration, null, 2)}</pre>
          </details>`
        : nothing}`,
    );
  }

  private keys(one: Subscription, security: string) {
    if (!WITH_KEYS.includes(security)) return nothing;
    const shared = security === "API_KEY" && one.application.apiKeyMode === "SHARED";
    const owner = shared
      ? ["applications", one.application.id]
      : ["apis", one.api.id, "subscriptions", one.id];
    return html`<relay-keys
      .base=${[...owner, "api-keys"]}
      .security=${security}
      .shared=${shared}
      .mayChange=${may("PUBLISHER") && OPEN.includes(one.status)}
    ></relay-keys>`;
  }

  private path(): string {
    return environment("apis", this.api, "subscriptions", this.subscription);
  }
}
