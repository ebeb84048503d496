import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { diffList, differences } from "../../parts/diff";
import { openDialog } from "../../parts/dialog";
import { time } from "../../parts/numbers";
import { card } from "../../parts/page";
import { paging, type Page } from "../../parts/paging";
import { Part } from "../../parts/part";
import "../../parts/table";
import type { Column } from "../../parts/table";
import { send } from "../../rest/call";
import { words } from "../../words/en";
import { readHistory, TONES, type Group } from "./group";

const text = words.policyGroups;

/** The versions of a group that were deployed and withdrawn. */
@customElement("relay-group-history")
export class GroupHistory extends Part {
  @property({ attribute: false }) group = "";
  /** The newest version; the history is read again when it changes. */
  @property({ attribute: false }) version = 0;
  @state() private number = 1;
  private readonly history = new Loader(this, (signal) =>
    send<Page<Group>>(readHistory(this.group, this.number), signal),
  );

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.get("version") !== undefined) void this.history.reload();
  }

  override render() {
    return card(
      text.history,
      this.history.show(
        (history) => html`<relay-table
            .label=${text.history}
            .columns=${this.columns(history.data)}
            .rows=${history.data}
            .key=${(one: Group) => `${one.version}-${one.updatedAt}-${one.lifecycleState}`}
            .empty=${text.neverDeployed}
          ></relay-table>
          ${paging(history.pagination, (number) => {
            this.number = number;
            void this.history.reload();
          })}`,
      ),
    );
  }

  private columns(all: readonly Group[]): Column<Group>[] {
    return [
      { id: "version", label: text.version, cell: (one) => one.version },
      {
        id: "state",
        label: text.state,
        cell: (one) => badge(text.states[one.lifecycleState], TONES[one.lifecycleState]),
      },
      { id: "at", label: text.deployed, cell: (one) => time(one.deployedAt ?? one.updatedAt) },
      { id: "steps", label: text.steps, numeric: true, cell: (one) => one.steps.length },
      {
        id: "changes",
        label: text.changes,
        cell: (one) =>
          html`<button
            type="button"
            class="small"
            aria-label=${text.showVersion(one.version)}
            @click=${() => showChanges(one, all)}
          >
            ${text.show}
          </button>`,
      },
    ];
  }
}

/** Shows what a version has changed, or its steps if there is no version before it. */
function showChanges(group: Group, all: readonly Group[]): Promise<undefined> {
  const before = all.find((one) => one.version < group.version);
  const changes = differences(before?.steps, group.steps);
  return openDialog<undefined>(
    text.showVersion(group.version),
    (close) => ({
      content: html`<p class="muted">
          ${before ? text.comparedTo(before.version) : text.firstVersion}
        </p>
        ${changes.length ? diffList(changes) : html`<p>${text.noChanges}</p>`}`,
      actions: html`<button type="button" @click=${() => close(undefined)}>
        ${words.common.close}
      </button>`,
    }),
    { wide: true },
  );
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-group-history": GroupHistory;
  }
}
