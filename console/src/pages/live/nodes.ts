import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge, type Tone } from "../../parts/badge";
import { copyable } from "../../parts/copy";
import { asCurl } from "../../parts/curl";
import { openDialog } from "../../parts/dialog";
import { count, time } from "../../parts/numbers";
import { card, page } from "../../parts/page";
import type { Page } from "../../parts/paging";
import { Part } from "../../parts/part";
import "../../parts/table";
import type { Column } from "../../parts/table";
import { toast } from "../../parts/toast";
import { post, send, type Call } from "../../rest/call";
import { node } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { path } from "../../routing/router";
import { may } from "../../session/session";
import { words } from "../../words/en";
import { readHealth, readInstances, type Instance, type InstanceState } from "./documents";
import {
  drainBadge,
  healthBadge,
  loadNode,
  probes,
  readinessBadge,
  reasons,
  type NodeState,
} from "./node-state";

const text = words.nodes;
const LOOK_EVERY_MS = 5000;
const TONES: Readonly<Record<InstanceState, Tone>> = {
  STARTED: "good",
  UNKNOWN: "warn",
  STOPPED: "plain",
};

/** The gateways on the store, and the daemon that answers. */
@customElement("relay-live-nodes")
export class LiveNodes extends Part {
  private readonly instances = new Loader<Page<Instance>>(
    this,
    (signal) => send(readInstances(), signal),
    { everyMs: LOOK_EVERY_MS },
  );
  private readonly state = new Loader<NodeState>(this, loadNode, { everyMs: LOOK_EVERY_MS });

  override render() {
    return page({
      title: text.title,
      actions: may("ADMIN")
        ? html`<button type="button" @click=${() => this.reload()}>${text.reload}</button>`
        : nothing,
      content: html`${this.instances.show(
          (found) => html`<relay-table
            .label=${text.title}
            .columns=${INSTANCES}
            .rows=${found.data}
            .key=${(one: Instance) => one.id}
          ></relay-table>`,
        )}
        ${this.state.show((state) => this.own(state))}`,
      calls: [readInstances(), readHealth()],
    });
  }

  private own({ health, readiness, drain }: NodeState) {
    return html`<div class="columns">
      ${card(text.own, probes(health), healthBadge(health))}
      ${card(
        text.readiness,
        html`<p>${readiness.ready ? text.readyText : text.notReadyText}</p>
          ${reasons(readiness)}
          <p class="row">
            ${drainBadge(drain)} <a href=${path("live", "drain")}>${words.drain.title}</a>
          </p>`,
        readinessBadge(readiness),
      )}
    </div>`;
  }

  /** Shows what a reload would change, and reloads the settings. */
  private async reload(): Promise<void> {
    const call: Call = post(node("reload"));
    const trial: Call = { ...call, query: { dryRun: true } };
    let report: unknown;
    try {
      report = await send(trial);
    } catch (error) {
      toast(messageOf(error), "error");
      return;
    }
    const agreed = await openDialog<true>(text.reload, (close) => ({
      content: html`<p>${text.reloadText}</p>
        <pre tabindex="0" aria-label=${text.reloadReport}><code
          >${JSON.stringify(report, null, 2)}</code
        ></pre>
        ${asCurl([trial, call])}`,
      actions: html`<button type="button" @click=${() => close(undefined)}>
          ${words.common.cancel}
        </button>
        <button type="button" class="primary" @click=${() => close(true)}>${text.reload}</button>`,
    }));
    if (!agreed) return;
    try {
      await send(call);
      toast(text.reloaded);
      await this.state.reload();
    } catch (error) {
      toast(messageOf(error), "error");
    }
  }
}

const INSTANCES: readonly Column<Instance>[] = [
  {
    id: "host",
    label: text.host,
    cell: (one) =>
      html`<strong>${one.hostname}</strong> <code class="muted node-id">${one.id}</code>`,
  },
  { id: "state", label: text.state, cell: (one) => badge(text.states[one.state], TONES[one.state]) },
  {
    id: "heartbeat",
    label: text.heartbeat,
    cell: (one) => time(one.lastHeartbeatAt),
  },
  { id: "inForce", label: text.inForce, numeric: true, cell: (one) => count(one.apis.inForce) },
  {
    id: "rejected",
    label: text.rejected,
    numeric: true,
    cell: (one) =>
      one.apis.rejected ? badge(count(one.apis.rejected), "bad") : count(one.apis.rejected),
  },
  { id: "version", label: text.version, secondary: true, cell: (one) => one.version ?? "–" },
  {
    id: "urls",
    label: text.urls,
    secondary: true,
    cell: (one) => (one.urls ?? []).map((url) => copyable(text.urls, url)),
  },
];
