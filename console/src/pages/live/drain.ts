import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { asCurl } from "../../parts/curl";
import { openDialog } from "../../parts/dialog";
import { FieldErrors } from "../../parts/field-errors";
import { numberField } from "../../parts/fields";
import { count, duration, rate, time } from "../../parts/numbers";
import { card, facts, page } from "../../parts/page";
import { Part } from "../../parts/part";
import { toast } from "../../parts/toast";
import { del, post, send, type Call } from "../../rest/call";
import { node } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { may } from "../../session/session";
import { words } from "../../words/en";
import { readDrain, type Drain } from "./documents";
import { drainBadge } from "./node-state";

const text = words.drain;
const LOOK_EVERY_MS = 1000;
const MOST_S = 86_400;
const PATH = node("drain");
const CANCEL: Call = del(PATH);

/** The drain of the daemon: begin it, watch it, cancel it. */
@customElement("relay-live-drain")
export class LiveDrain extends Part {
  @state() private seconds: number | undefined;
  @state() private hardStopSeconds: number | undefined;
  @state() private errors = FieldErrors.none;
  private readonly loader = new Loader<Drain>(this, (signal) => send(readDrain(), signal), {
    everyMs: LOOK_EVERY_MS,
  });

  override render() {
    return page({
      title: text.title,
      intro: text.intro,
      content: this.loader.show((drain) => this.content(drain)),
      calls: this.loader.value?.state === "serving" ? [this.begin()] : [readDrain(), CANCEL],
    });
  }

  private begin(): Call {
    const { seconds, hardStopSeconds } = this;
    return post(PATH, {
      ...(seconds === undefined ? {} : { seconds }),
      ...(hardStopSeconds === undefined ? {} : { hardStopSeconds }),
    });
  }

  private content(drain: Drain) {
    if (drain.state !== "serving") return this.progress(drain);
    return html`${card(text.state, html`<p>${text.servingText}</p>`, drainBadge(drain))}
    ${may("ADMIN") ? card(text.start, this.form()) : nothing}`;
  }

  private form() {
    return html`<form
      class="form"
      @submit=${(event: Event) => {
        event.preventDefault();
        void this.start();
      }}
    >
      ${numberField({
        id: "drain-seconds",
        label: text.seconds,
        hint: text.secondsHint,
        unit: "s",
        min: 0,
        max: MOST_S,
        value: this.seconds,
        error: this.errors.at("seconds"),
        onChange: (value) => (this.seconds = value),
      })}
      ${numberField({
        id: "drain-hard-stop",
        label: text.hardStop,
        hint: text.hardStopHint,
        unit: "s",
        min: 0,
        max: MOST_S,
        value: this.hardStopSeconds,
        error: this.errors.at("hardStopSeconds"),
        onChange: (value) => (this.hardStopSeconds = value),
      })}
      ${this.errors.summary()}
      <div class="form-actions">
        <button type="submit" class="danger">${text.start}</button>
      </div>
    </form>`;
  }

  private async start(): Promise<void> {
    const call = this.begin();
    const agreed = await openDialog<true>(text.confirm, (close) => ({
      content: html`<p>${text.confirmText}</p>
        ${asCurl([call])}`,
      actions: html`<button type="button" @click=${() => close(undefined)}>
          ${words.common.cancel}
        </button>
        <button type="button" class="danger" @click=${() => close(true)}>${text.start}</button>`,
    }));
    if (!agreed) return;
    try {
      this.loader.set(await send<Drain>(call));
      this.errors = FieldErrors.none;
      toast(text.begun);
    } catch (error) {
      this.errors = FieldErrors.of(error);
    }
    await this.loader.reload();
  }

  private async cancel(): Promise<void> {
    try {
      this.loader.set(await send<Drain>(CANCEL));
      toast(text.cancelled);
    } catch (error) {
      toast(messageOf(error), "error");
    }
    await this.loader.reload();
  }

  private progress(drain: Drain) {
    const streams = drain.streams ?? 0;
    const most = Math.max(drain.streamsAtStart ?? 0, streams);
    const ended = most - streams;
    return card(
      text.state,
      html`<div class="drain-progress">
          <label for="drain-progress">${text.ended(count(ended), count(most))}</label>
          <progress id="drain-progress" max=${most || 1} .value=${most ? ended : 1}></progress>
        </div>
        <p role="status">
          ${drain.state === "drained" ? text.drainedText : this.forecast(drain)}
        </p>
        ${facts([
          [text.startedAt, drain.startedAt ? time(drain.startedAt) : undefined],
          [text.streamsLeft, count(streams)],
          [text.callsLeft, count(drain.calls ?? 0)],
          [
            text.rate,
            drain.streamsPerSecond === undefined ? undefined : rate(drain.streamsPerSecond),
          ],
          [text.lastStream, drain.lastStreamEndsAt ? time(drain.lastStreamEndsAt) : undefined],
          [text.hardStopAt, drain.hardStopAt ? time(drain.hardStopAt) : undefined],
        ])}
        ${drain.stopping
          ? html`<p class="notice notice-warn">${text.stopping}</p>`
          : may("ADMIN")
            ? html`<div class="form-actions">
                <button type="button" class="primary" @click=${() => this.cancel()}>
                  ${text.cancel}
                </button>
              </div>`
            : nothing}`,
      drainBadge(drain),
    );
  }

  private forecast(drain: Drain): string {
    const left = Date.parse(drain.lastStreamEndsAt ?? "") - Date.now();
    const stop = Date.parse(drain.hardStopAt ?? "") - Date.now();
    return text.forecast(
      drain.streams ?? 0,
      rate(drain.streamsPerSecond ?? 0),
      duration(Math.max(Math.round(left / 1000) * 1000, 1000)),
      duration(Math.max(Math.round(stop / 1000) * 1000, 1000)),
    );
  }
}
