import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { selectField } from "../../parts/fields";
import { time } from "../../parts/numbers";
import { card, page } from "../../parts/page";
import { paging, type Page } from "../../parts/paging";
import { Part } from "../../parts/part";
import "../../parts/table";
import type { Column } from "../../parts/table";
import { get, send, type Call } from "../../rest/call";
import { changes } from "../../rest/changes";
import { environment } from "../../rest/paths";
import { Query } from "../../routing/query";
import { may } from "../../session/session";
import { words } from "../../words/en";
import { DRAFT, readApi, readDefinition, type Api, type GatewayReport } from "./api";
import { openDeployDialog } from "./deploy-dialog";
import { changeList, readDifferences, type Differences } from "./differences";
import { openRollbackDialog } from "./rollback-dialog";

const text = words.deployments;
const PER_PAGE = 50;

/** An entry of the list of deployments. */
export interface DeploymentHead {
  readonly id: string;
  readonly deploymentNumber: number;
  readonly deploymentLabel?: string;
  readonly deployedAt: string;
  readonly deployedBy?: { readonly displayName: string };
  readonly gateways: readonly GatewayReport[];
  readonly refusals: readonly { readonly host: string; readonly reason: string }[];
}

interface Comparison {
  /** Of the side `to`. */
  readonly definition: unknown;
  readonly found: Differences;
}

/** The history of an API: who deployed what, where it is in force, and what differed. */
@customElement("relay-api-deployments")
export class ApiDeployments extends Part {
  @property({ attribute: false }) api = "";
  private readonly history = new Loader<Page<DeploymentHead>>(this, (signal) =>
    send(this.call(), signal),
  );
  private readonly comparison = new Loader<Comparison | undefined>(this, (signal) =>
    this.compare(signal),
  );
  private readonly query = new Query(this, () => void this.reload());

  private readonly changed = (event: Event): void => {
    const call = (event as CustomEvent<Call>).detail;
    if (call.path.startsWith(environment("apis", this.api))) void this.reload();
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
    if (changed.get("api")) void this.reload();
  }

  override render() {
    return page({
      title: text.title,
      intro: text.intro,
      content: this.history.show((found) =>
        found.data.length
          ? html`<relay-table
                .label=${text.title}
                .columns=${this.columns()}
                .rows=${found.data}
                .key=${(one: DeploymentHead) => one.id}
              ></relay-table>
              ${paging(found.pagination, (page) => this.query.set({ page: String(page) }))}
              ${card(text.compare, this.differences(found.data))}`
          : html`<div class="empty"><p>${text.empty}</p></div>`,
      ),
      calls: [this.call(), ...(this.sides() ? [readDifferences(this.api, ...this.sides()!)] : [])],
    });
  }

  private async reload(): Promise<void> {
    await Promise.all([this.history.reload(), this.comparison.reload()]);
  }

  private call(): Call {
    return get(environment("apis", this.api, "deployments"), {
      page: this.query.number("page", 1),
      perPage: PER_PAGE,
    });
  }

  /** The two sides that are compared; undefined when none were chosen. */
  private sides(): [string, string] | undefined {
    const from = this.query.get("from");
    return from ? [from, this.query.get("to") || DRAFT] : undefined;
  }

  private async compare(signal: AbortSignal): Promise<Comparison | undefined> {
    const sides = this.sides();
    if (!sides) return undefined;
    const [definition, found] = await Promise.all([
      send(readDefinition(this.api, sides[1]), signal),
      send<Differences>(readDifferences(this.api, ...sides), signal),
    ]);
    return { definition, found };
  }

  private columns(): Column<DeploymentHead>[] {
    return [
      { id: "number", label: text.number, numeric: true, cell: (one) => one.deploymentNumber },
      { id: "label", label: text.label, cell: (one) => one.deploymentLabel ?? "" },
      { id: "when", label: text.when, cell: (one) => time(one.deployedAt) },
      {
        id: "who",
        label: text.who,
        secondary: true,
        cell: (one) => one.deployedBy?.displayName ?? html`<span class="muted">–</span>`,
      },
      { id: "where", label: text.where, cell: inForce },
      {
        id: "actions",
        label: words.common.actions,
        cell: (one) => html`<div class="row">
          ${action(text.compareWithDraft, one, () => this.choose(one))}
          ${may("PUBLISHER")
            ? action(text.rollBack, one, () => this.rollBack(one))
            : nothing}
        </div>`,
      },
    ];
  }

  private choose(one: DeploymentHead): void {
    this.query.set({ from: String(one.deploymentNumber), to: DRAFT });
  }

  private differences(known: readonly DeploymentHead[]) {
    const [from, to] = this.sides() ?? ["", DRAFT];
    const options = [
      { value: "", label: text.choose },
      { value: DRAFT, label: text.draft },
      ...known.map((one) => ({
        value: String(one.deploymentNumber),
        label: text.name(one.deploymentNumber, one.deploymentLabel),
      })),
    ];
    return html`<div class="filters">
        ${selectField({
          id: "compare-from",
          label: text.from,
          value: from,
          options,
          onChange: (value) => this.query.set({ from: value, to }),
        })}
        ${selectField({
          id: "compare-to",
          label: text.to,
          value: to,
          options: options.slice(1),
          onChange: (value) => this.query.set({ from, to: value }),
        })}
      </div>
      ${from
        ? html`<div role="region" aria-live="polite" aria-label=${text.result}>
            ${this.comparison.show((one) =>
              !one
                ? nothing
                : one.found.data.length
                  ? changeList(one.found, one.definition)
                  : html`<p class="muted">${text.same}</p>`,
            )}
          </div>`
        : html`<p class="muted">${text.hint}</p>`}`;
  }

  private async rollBack(one: DeploymentHead): Promise<void> {
    if (!(await openRollbackDialog(this.api, one.deploymentNumber))) return;
    const [api, found] = await Promise.all([
      send<Api>(readApi(this.api)),
      send<Differences>(readDifferences(this.api)),
    ]);
    if (found.data.length) await openDeployDialog(api, found);
  }
}

function action(label: string, one: DeploymentHead, act: () => unknown) {
  return html`<button
    type="button"
    class="small"
    aria-label="${label} ${text.name(one.deploymentNumber)}"
    @click=${act}
  >
    ${label}
  </button>`;
}

function inForce(one: DeploymentHead) {
  return html`<div class="row">
    ${one.gateways.map((gateway) => badge(gateway.host, "good"))}
    ${one.refusals.map(
      (refusal) => html`${badge(text.refusedBy(refusal.host), "bad")}
        <span class="muted">${refusal.reason}</span>`,
    )}
    ${one.gateways.length || one.refusals.length ? nothing : html`<span class="muted">–</span>`}
  </div>`;
}
