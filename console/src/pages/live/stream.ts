import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { banner } from "../../parts/banner";
import { copyable } from "../../parts/copy";
import { bytes, count, duration, rate, time } from "../../parts/numbers";
import { card, facts, page } from "../../parts/page";
import { Part } from "../../parts/part";
import { get, send } from "../../rest/call";
import { node } from "../../rest/paths";
import { RestError } from "../../rest/rest-error";
import { path } from "../../routing/router";
import { may } from "../../session/session";
import { words } from "../../words/en";
import { ClockBars } from "./clock-bars";
import { closeOne } from "./closing";
import type { Stream } from "./documents";
import { loadNames } from "./names";
import { stateBadge } from "./state-badge";

const text = words.streams;
const LOOK_EVERY_MS = 1000;
/** What the REST API has for the clients of a keyless plan. */
const NO_APPLICATION = "1";

/** One live stream: who, what, how far, and which timeouts run. */
@customElement("relay-live-stream")
export class LiveStream extends Part {
  @property({ attribute: false }) stream = "";
  private readonly names = new Loader(this, loadNames);
  private readonly loader = new Loader<Stream>(this, (signal) => this.look(signal), {
    everyMs: LOOK_EVERY_MS,
  });
  private readonly bars = new ClockBars();
  /** The refusal to show a stream that has ended. */
  private gone: RestError | undefined;

  override render() {
    return page({
      title: text.one,
      actions: html`<a class="button" href=${path("live", "streams")}>${text.all}</a>
        ${may("ADMIN") && this.loader.value && !this.gone
          ? html`<button type="button" class="danger" @click=${() => this.close()}>
              ${text.closing.one}
            </button>`
          : nothing}`,
      content: html`${this.gone ? this.over() : nothing}
      ${this.gone && !this.loader.value
        ? nothing
        : this.loader.show((stream) => this.content(stream))}`,
      calls: [get(node("streams", this.stream))],
    });
  }

  /** Reads the stream. One that has ended is not asked for again, and stays as it was. */
  private async look(signal: AbortSignal): Promise<Stream> {
    if (!this.gone) {
      try {
        return await send<Stream>(get(node("streams", this.stream)), signal);
      } catch (error) {
        if (!(error instanceof RestError) || error.status !== 404) throw error;
        this.gone = error;
      }
    }
    if (this.loader.value) return this.loader.value;
    throw this.gone;
  }

  private async close(): Promise<void> {
    if (await closeOne(this.stream)) await this.loader.reload();
  }

  private over() {
    const api = this.loader.value?.apiId;
    return banner(
      "info",
      text.isOver,
      api ? html`<a class="button" href=${this.record(api)}>${text.record}</a>` : undefined,
    );
  }

  private record(api: string): string {
    return path("apis", api, "logs", this.stream);
  }

  private content(stream: Stream) {
    const api = stream.apiId;
    return html`<div class="columns">
        ${card(
          text.cards.caller,
          facts([
            [text.state, stateBadge(stream)],
            [text.client, stream.remoteAddress],
            [
              text.api,
              api
                ? html`<a href=${path("apis", api)}>${this.names.value?.get(api) ?? api}</a>`
                : "–",
            ],
            [text.request, html`<code>${stream.method} ${stream.host}${stream.path ?? ""}</code>`],
            [text.protocol, stream.protocol],
            [text.listener, stream.listener],
            [text.entrypoint, stream.entrypoint],
            [text.endpoint, stream.endpoint],
            [text.status, stream.status],
            [text.plan, stream.planId],
            [
              text.application,
              stream.applicationId && stream.applicationId !== NO_APPLICATION
                ? html`<a href=${path("applications", stream.applicationId)}
                    >${stream.applicationId}</a
                  >`
                : text.noApplication,
            ],
            [text.subscription, stream.subscriptionId],
          ]),
        )}
        <div class="stack">
          ${card(text.cards.clocks, this.bars.show(stream.clocks))}
          ${card(
            text.cards.identity,
            html`${copyable(text.id, stream.id)}
              <p class="row">
                ${api ? html`<a href=${this.record(api)}>${text.record}</a>` : nothing}
              </p>`,
          )}
        </div>
      </div>
      <div class="columns">
        ${card(
          text.cards.traffic,
          facts([
            [text.started, time(stream.startedAt)],
            [text.age, duration(stream.ageMs)],
            [text.head, stream.ttfbMs === null ? "–" : duration(stream.ttfbMs)],
            [text.events, count(stream.events)],
            [text.rate, rate(stream.rate.eventsPerSecond)],
            [text.sent, bytes(stream.bytesOut)],
            [text.received, bytes(stream.bytesIn)],
          ]),
        )}
        ${card(
          text.cards.place,
          facts([
            [text.reader, stream.state.reader],
            [text.place, stream.position?.place],
            [text.newest, stream.position?.head],
            [text.resumeId, stream.position?.eventId],
            [text.lagEvents, count(stream.lag.events)],
            [text.lagTime, duration(stream.lag.ms)],
            [text.lagBytes, bytes(stream.lag.bytes)],
            [text.unsent, bytes(stream.lag.unsentBytes)],
            [
              text.unacknowledged,
              stream.lag.unacknowledgedBytes === null
                ? undefined
                : bytes(stream.lag.unacknowledgedBytes),
            ],
          ]),
        )}
      </div>`;
  }
}
