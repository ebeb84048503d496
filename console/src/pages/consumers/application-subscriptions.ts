import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { asCurl } from "../../parts/curl";
import { card } from "../../parts/page";
import type { Page } from "../../parts/paging";
import { Part } from "../../parts/part";
import "../../parts/table";
import { toast } from "../../parts/toast";
import { get, send, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { router } from "../../routing/router";
import { may } from "../../session/session";
import { words } from "../../words/en";
import type { Application, Subscription } from "./documents";
import { showSecretsOf } from "./secrets";
import { subscribeAsConsumer } from "./subscribing";
import { columnsOfApplication, pageOf } from "./subscription-columns";

const text = words.subscriptions;
const MOST = 1000;

/** The subscriptions of one application to all APIs. */
@customElement("relay-application-subscriptions")
export class ApplicationSubscriptions extends Part {
  @property({ attribute: false }) application: Application | undefined;
  private readonly list = new Loader(this, (signal) =>
    send<Page<Subscription>>(this.read(), signal),
  );

  override render() {
    const mayCreate = may("PUBLISHER") && this.application?.status === "ACTIVE";
    return card(
      text.title,
      html`${this.list.show(
        ({ data }) => html`<relay-table
          .label=${text.title}
          .columns=${columnsOfApplication}
          .rows=${data}
          .key=${(one: Subscription) => one.id}
          .empty=${text.empty}
        ></relay-table>`,
      )}
      ${asCurl([this.read()])}`,
      mayCreate
        ? html`<button type="button" class="primary" @click=${() => this.create()}>
            ${text.create}
          </button>`
        : nothing,
    );
  }

  private read(): Call {
    return get(environment("applications", this.application?.id ?? "", "subscriptions"), {
      statuses: Object.keys(text.statuses),
      perPage: MOST,
    });
  }

  private async create(): Promise<void> {
    if (!this.application) return;
    try {
      const made = await subscribeAsConsumer(this.application);
      if (!made) return;
      await showSecretsOf(made);
      await router.go(pageOf(made));
    } catch (error) {
      toast(messageOf(error), "error");
    }
  }
}
