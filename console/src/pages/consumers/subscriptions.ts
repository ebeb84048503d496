import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { selectField, type Option } from "../../parts/fields";
import { page } from "../../parts/page";
import { paging, type Page } from "../../parts/paging";
import { Part } from "../../parts/part";
import "../../parts/table";
import { toast } from "../../parts/toast";
import { get, send, target, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { Query } from "../../routing/query";
import { router } from "../../routing/router";
import { may } from "../../session/session";
import { words } from "../../words/en";
import type { Named, Plan, Subscription } from "./documents";
import { showSecretsOf } from "./secrets";
import { subscribeAsPublisher } from "./subscribing";
import { columnsOfApi, OPEN_STATUSES, pageOf } from "./subscription-columns";

const text = words.subscriptions;
const ROWS = 25;
const MOST = 1000;
const ALL = "ALL";

interface Choices {
  readonly plans: readonly Plan[];
  readonly applications: readonly Named[];
}

/** The subscriptions to an API. */
@customElement("relay-subscriptions")
export class Subscriptions extends Part {
  @property({ attribute: false }) api = "";
  private readonly query = new Query(this, () => this.list.reload());
  private readonly list = new Loader(this, (signal) =>
    send<Page<Subscription>>(this.read(), signal),
  );
  private readonly choices = new Loader<Choices>(this, async (signal) => {
    const [plans, applications] = await Promise.all([
      send<Page<Plan>>(this.plans(), signal),
      send<Page<Named>>(get(environment("apis", this.api, "subscribers"), { perPage: MOST }), signal),
    ]);
    return { plans: plans.data, applications: applications.data };
  });

  override render() {
    return page({
      title: text.title,
      intro: text.intro,
      actions: html`<a class="button" download="subscriptions.csv" href=${target(this.exported())}
          >${text.export}</a
        >
        ${may("PUBLISHER")
          ? html`<button type="button" class="primary" @click=${() => this.create()}>
              ${text.create}
            </button>`
          : nothing}`,
      content: html`${this.filters()}
      ${this.list.show(
        ({ data, pagination }) => html`<relay-table
            .label=${text.title}
            .columns=${columnsOfApi}
            .rows=${data}
            .key=${(one: Subscription) => one.id}
            .empty=${text.empty}
          ></relay-table>
          ${paging(pagination, (number) => this.query.set({ page: String(number) }))}`,
      )}`,
      calls: [this.read(), this.exported()],
    });
  }

  private filters() {
    const { plans, applications } = this.choices.value ?? { plans: [], applications: [] };
    const named = (all: readonly Named[]): Option[] => [
      { value: "", label: text.all },
      ...all.map((one) => ({ value: one.id, label: one.name })),
    ];
    const filter = (name: string, label: string, options: readonly Option[]) =>
      selectField({
        id: `subscriptions-${name}`,
        label,
        value: this.query.get(name),
        options,
        onChange: (value) => this.query.set({ [name]: value, page: undefined }),
      });
    return html`<div class="filters" role="search">
      ${filter("status", text.status, [
        { value: "", label: text.open },
        { value: ALL, label: text.all },
        ...Object.entries(text.statuses).map(([value, label]) => ({ value, label })),
      ])}
      ${filter("plan", text.plan, named(plans))}
      ${filter("application", text.application, named(applications))}
    </div>`;
  }

  private wanted(): NonNullable<Call["query"]> {
    const status = this.query.get("status");
    const chosen = status === ALL ? Object.keys(text.statuses) : [status];
    return {
      statuses: status ? chosen : OPEN_STATUSES,
      planIds: this.query.get("plan"),
      applicationIds: this.query.get("application"),
    };
  }

  private read(): Call {
    return get(environment("apis", this.api, "subscriptions"), {
      ...this.wanted(),
      page: this.query.number("page", 1),
      perPage: ROWS,
    });
  }

  private exported(): Call {
    return get(environment("apis", this.api, "subscriptions", "_export"), this.wanted());
  }

  private plans(): Call {
    return get(environment("apis", this.api, "plans"), {
      statuses: ["PUBLISHED", "DEPRECATED", "CLOSED"],
      perPage: MOST,
    });
  }

  private async create(): Promise<void> {
    try {
      const made = await subscribeAsPublisher(this.api);
      if (!made) return;
      await showSecretsOf(made);
      await router.go(pageOf(made));
    } catch (error) {
      toast(messageOf(error), "error");
    }
  }
}
