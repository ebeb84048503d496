import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { banner } from "../../parts/banner";
import { bytes, count, duration, time } from "../../parts/numbers";
import { copyable } from "../../parts/copy";
import { card, facts, page } from "../../parts/page";
import { Part } from "../../parts/part";
import { send } from "../../rest/call";
import { path } from "../../routing/router";
import { words } from "../../words/en";
import {
  adviceFor,
  outcomeOf,
  readRecord,
  statusOf,
  type FlightRecord,
  type Moment,
} from "./log";

const text = words.record;
const REFRESH_MS = 3000;
const BAD = new Set([
  "denied",
  "refused",
  "attempt_failed",
  "source_lost",
  "source_refused",
  "gap",
]);
const WIDTH = 100;

/** What happened to one call, in order. */
@customElement("relay-flight-record")
export class FlightRecordPage extends Part {
  @property({ attribute: false }) api = "";
  @property({ attribute: false }) request = "";
  private readonly loader: Loader<FlightRecord> = new Loader(
    this,
    async (signal) => {
      const before = this.loader.value;
      // The record of a call that has ended does not change.
      return before?.requestEnded ? before : send(readRecord(this.api, this.request), signal);
    },
    { everyMs: REFRESH_MS },
  );

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.get("request") === undefined) return;
    this.loader.value = undefined;
    void this.loader.reload();
  }

  override render() {
    return page({
      title: text.title,
      intro: html`<a href=${path("apis", this.api, "logs")}>${text.back}</a>`,
      content: this.loader.show((record) => this.content(record)),
      calls: [readRecord(this.api, this.request)],
    });
  }

  private content(record: FlightRecord) {
    const advice = adviceFor(record);
    return html`<div class="stack">
      ${advice
        ? banner("warn", html`<strong>${text.whatToDo}</strong> <span>${advice}</span>`)
        : nothing}
      ${card(
        `${record.method} ${record.uri}`,
        facts([
          [text.status, statusOf(record)],
          [text.outcome, outcomeOf(record)],
          [text.errorKey, record.errorKey && html`<code>${record.errorKey}</code>`],
          [text.clock, record.clock && html`<code>${record.clock}</code>`],
          [text.begin, time(record.timestamp)],
          [text.duration, record.duration === undefined ? undefined : duration(record.duration)],
          [text.head, shownMs(record.gatewayResponseTime)],
          [text.endpointHead, shownMs(record.endpointResponseTime)],
          [text.events, record.events === undefined ? undefined : count(record.events)],
          [
            text.bytes,
            record.responseContentLength === undefined
              ? undefined
              : bytes(record.responseContentLength),
          ],
          [text.plan, record.plan?.name],
          [text.application, record.application?.name],
          [text.endpoint, record.endpoint],
          [text.entrypoint, record.entrypoint],
          [text.client, record.remoteAddress],
          [text.protocol, record.protocol],
          [text.host, record.host],
          [text.gateway, record.gateway],
          [text.requestId, copyable(text.requestId, record.requestId)],
        ]),
      )}
      ${card(text.timeline, this.timeline(record))}
    </div>`;
  }

  private timeline(record: FlightRecord) {
    const { timeline, timelineDropped } = record;
    const lastMs = Math.max(timeline.at(-1)?.atMs ?? 0, record.duration ?? 0, 1);
    return html`<ol class="flight">
        ${timeline.map((one, index) => this.moment(one, timeline[index + 1], lastMs))}
      </ol>
      ${timelineDropped
        ? html`<p class="muted">${text.dropped(timelineDropped)}</p>`
        : nothing}`;
  }

  private moment(one: Moment, next: Moment | undefined, lastMs: number) {
    const meanings: Readonly<Record<string, string>> = text.marks;
    const begin = (one.atMs / lastMs) * WIDTH;
    const length = (((next?.atMs ?? one.atMs) - one.atMs) / lastMs) * WIDTH;
    const details = Object.entries(one.detail ?? {});
    return html`<li class=${BAD.has(one.mark) ? "is-bad" : ""}>
      <span class="flight-time">${duration(one.atMs)}</span>
      <div>
        <p>
          <strong>${meanings[one.mark] ?? one.mark}</strong>
          ${details.map(([name, value]) => badge(`${text.details(name)} ${value}`))}
        </p>
        <svg class="flight-bar" viewBox="0 0 ${WIDTH} 4" preserveAspectRatio="none" aria-hidden="true">
          <rect x=${begin} y="0" width=${Math.max(length, 0.4)} height="4"></rect>
        </svg>
      </div>
      <span class="flight-next muted">${next ? `+${duration(next.atMs - one.atMs)}` : ""}</span>
    </li>`;
  }
}

function shownMs(value: number | undefined): string | undefined {
  return value === undefined ? undefined : duration(value);
}
