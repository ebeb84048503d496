import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { asCurl } from "../../parts/curl";
import { confirm } from "../../parts/dialog";
import { page } from "../../parts/page";
import { Part } from "../../parts/part";
import "../../parts/table";
import type { Column } from "../../parts/table";
import { tabs } from "../../parts/tabs";
import { toast } from "../../parts/toast";
import { del, send, type Call } from "../../rest/call";
import { messageOf } from "../../rest/rest-error";
import { Query } from "../../routing/query";
import { path } from "../../routing/router";
import { may } from "../../session/session";
import { words } from "../../words/en";
import { act } from "./ending";
import {
  actionsOf,
  listing,
  ordering,
  planPath,
  STATUSES,
  TONES,
  type Action,
  type Plan,
  type PlanStatus,
} from "./plan";

const text = words.plans;

/** The plans of an API, by their status, which is in the query. */
@customElement("relay-plans-page")
export class PlansPage extends Part {
  @property({ attribute: false }) api = "";
  private readonly query = new Query(this);
  private readonly plans = new Loader(this, async (signal) => {
    const { data } = await send<{ data: Plan[] }>(listing(this.api), signal);
    return data;
  });

  override render() {
    return page({
      title: text.title,
      intro: text.intro,
      actions: may("PUBLISHER")
        ? html`<a class="button primary" href=${path("apis", this.api, "plans", "new")}
            >${text.add}</a
          >`
        : nothing,
      content: this.plans.show((plans) => this.content(plans)),
      calls: [listing(this.api)],
    });
  }

  private content(plans: readonly Plan[]): TemplateResult {
    const status = this.status(plans);
    return tabs(
      text.status,
      STATUSES.map((one) => ({
        id: one,
        label: text.tab(text.statuses[one], plans.filter((plan) => plan.status === one).length),
      })),
      status,
      (id) => this.query.set({ status: id }),
      html`<p class="muted">${text.statusHints[status]}</p>
        <relay-table
          .label=${text.title}
          .columns=${this.columns(plans, status)}
          .rows=${plans.filter((one) => one.status === status)}
          .key=${(one: Plan) => one.id}
          .empty=${text.empty}
        ></relay-table>`,
    );
  }

  private status(plans: readonly Plan[]): PlanStatus {
    const wanted = STATUSES.find((one) => one === this.query.get("status"));
    if (wanted) return wanted;
    return plans.length && plans.every((one) => one.status === "STAGING") ? "STAGING" : "PUBLISHED";
  }

  private columns(plans: readonly Plan[], status: PlanStatus): Column<Plan>[] {
    const mayChange = may("PUBLISHER");
    const published = plans.filter((one) => one.status === "PUBLISHED");
    const columns: Column<Plan>[] = [
      {
        id: "name",
        label: text.name,
        cell: (one) => html`<a href=${path("apis", this.api, "plans", one.id)}>${one.name}</a>`,
      },
      { id: "mode", label: text.mode, cell: (one) => text.modes[one.mode], secondary: true },
      { id: "security", label: text.security, cell: (one) => one.security?.type ?? "–" },
      {
        id: "status",
        label: text.status,
        cell: (one) => badge(text.statuses[one.status], TONES[one.status]),
        secondary: true,
      },
    ];
    if (status === "PUBLISHED") {
      columns.unshift({
        id: "order",
        label: text.order,
        cell: (one) => this.place(one, published, mayChange),
      });
    }
    if (mayChange && status !== "CLOSED") {
      columns.push({ id: "actions", label: words.common.actions, cell: (one) => this.actions(one) });
    }
    return columns;
  }

  private place(plan: Plan, published: readonly Plan[], mayChange: boolean): TemplateResult {
    const index = published.findIndex((one) => one.id === plan.id);
    const button = (sign: string, label: string, to: number) => html`<button
      type="button"
      class="small plain"
      aria-label=${label}
      ?disabled=${to < 0 || to >= published.length}
      @click=${() => this.perform(ordering(this.api, plan.id, to + 1), text.moved(plan.name, to + 1))}
    >
      ${sign}
    </button>`;
    return html`<span class="row"
      >${index + 1}
      ${mayChange && published.length > 1
        ? html`${button("↑", text.moveUp(plan.name), index - 1)}${button(
            "↓",
            text.moveDown(plan.name),
            index + 1,
          )}`
        : nothing}</span
    >`;
  }

  private actions(plan: Plan): TemplateResult {
    return html`<span class="row">
      ${actionsOf(plan.status).map(
        (action) => html`<button
          type="button"
          class="small"
          aria-label="${text.actions[action]}: ${plan.name}"
          @click=${() => this.act(plan, action)}
        >
          ${text.actions[action]}
        </button>`,
      )}
      ${plan.status === "STAGING"
        ? html`<button
            type="button"
            class="small danger"
            aria-label="${words.common.delete}: ${plan.name}"
            @click=${() => this.delete(plan)}
          >
            ${words.common.delete}
          </button>`
        : nothing}
    </span>`;
  }

  private async act(plan: Plan, action: Action): Promise<void> {
    const changed = await act(this.api, plan, action);
    if (!changed) return;
    this.query.set({ status: changed.status });
    await this.plans.reload();
  }

  private async delete(plan: Plan): Promise<void> {
    const call = del(planPath(this.api, plan.id));
    const sure = await confirm({
      title: text.deleteQuestion(plan.name),
      content: asCurl([call]),
      action: words.common.delete,
      danger: true,
    });
    if (sure) await this.perform(call, text.deleted(plan.name));
  }

  private async perform(call: Call, done: string): Promise<void> {
    try {
      await send(call);
      toast(done);
    } catch (error) {
      toast(messageOf(error), "error");
    }
    await this.plans.reload();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-plans-page": PlansPage;
  }
}
