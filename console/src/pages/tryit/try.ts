import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { asCurl } from "../../parts/curl";
import { FieldErrors } from "../../parts/field-errors";
import { selectField, textField, toggleField } from "../../parts/fields";
import { banner } from "../../parts/banner";
import { bytes, count, duration } from "../../parts/numbers";
import { card, page } from "../../parts/page";
import type { Page } from "../../parts/paging";
import { Part } from "../../parts/part";
import { tabs } from "../../parts/tabs";
import { toast } from "../../parts/toast";
import { del, get, send } from "../../rest/call";
import { environment } from "../../rest/paths";
import { messageOf, RestError } from "../../rest/rest-error";
import { Query } from "../../routing/query";
import { path } from "../../routing/router";
import { session } from "../../session/session";
import { words } from "../../words/en";
import { Client } from "./client";
import { written, type CopyKind } from "./copies";
import { addressFields, requestPart } from "./form";
import "./publish";
import { Recording, type Entry } from "./recording";
import {
  credentialsFor,
  firstRequest,
  readPlaces,
  tryCall,
  urlOf,
  type Places,
  type Plan,
  type TryRequest,
} from "./request";
import { saved } from "./save";
import { timeline } from "./timeline";
import {
  connectionTable,
  endOf,
  entryDetail,
  entryTable,
  headersView,
  rawView,
  shownEntries,
  statusOf,
} from "./views";

const text = words.tryIt;
const TICK_MS = 500;
/** The time between two renderings, however much comes. */
const RENDER_MS = 100;

interface Api {
  readonly type: string;
  readonly listeners: readonly { readonly entrypoints: readonly { readonly type: string }[] }[];
}

/** The request of each API, as it was left, credentials included: in this window only. */
const drafts = new Map<string, TryRequest>();
session.addEventListener("change", () => {
  if (!session.user) drafts.clear();
});

/** Calls an API as a client does, and shows what comes, as it comes. */
@customElement("relay-try")
export class Try extends Part {
  @property({ attribute: false }) api = "";
  @state() private request: TryRequest | undefined;
  @state() private requestTab = "headers";
  @state() private responseTab = "events";
  @state() private errors = FieldErrors.none;
  @state() private reconnects = true;
  @state() private frozen: readonly Entry[] | undefined;
  @state() private filter = "";
  @state() private withHeartbeats = true;
  @state() private pinned = "";
  @state() private chosen: Entry | undefined;
  @state() private copyKind: CopyKind = "curl";
  @state() private withSecrets = false;
  private recording = new Recording();
  private client: Client | undefined;
  /** The animation frame that is waited for; 0 without one. */
  private frame = 0;
  private renderedMs = 0;
  private timer: ReturnType<typeof setInterval> | undefined;
  private readonly query = new Query(this);
  private readonly places = new Loader(this, async (signal) => {
    const [found, plans] = await Promise.all([
      send<Places>(readPlaces(this.api), signal),
      send<Page<Plan>>(get(environment("apis", this.api, "plans"), { perPage: 100 }), signal),
    ]);
    const [path, method] = [this.query.get("path"), this.query.get("method")];
    const left = drafts.get(this.api);
    this.request ??= left
      ? { ...left, path: path || left.path, method: method || left.method }
      : { ...firstRequest(found, path, method), credentials: credentialsFor(plans.data) };
    return found;
  });
  private readonly definition = new Loader(this, (signal) =>
    send<Api>(get(environment("apis", this.api)), signal),
  );

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.client?.stop();
    clearInterval(this.timer);
    cancelAnimationFrame(this.frame);
  }

  override render() {
    const notServed =
      this.places.error instanceof RestError && this.places.error.code === "api.notServed";
    return page({
      title: text.title,
      intro: text.intro,
      content: notServed
        ? banner("warn", text.notServed)
        : this.places.show((places) => this.content(places)),
    });
  }

  private content(places: Places) {
    const request = this.request!;
    return html`<div class="stack">
      ${this.requestCard(places, request)} ${this.responseCard()}
      ${this.publishes
        ? html`<relay-publish .api=${this.api} .request=${request}></relay-publish>`
        : nothing}
      ${this.copyCard(places, request)}
    </div>`;
  }

  private get publishes(): boolean {
    const api = this.definition.value;
    return (
      api?.type === "MESSAGE" &&
      api.listeners.some((one) => one.entrypoints.some(({ type }) => type === "http-post"))
    );
  }

  private requestCard(places: Places, request: TryRequest) {
    const view = {
      request,
      places,
      errors: this.errors,
      onChange: (changed: Partial<TryRequest>) => this.change(changed),
    };
    return card(
      text.request,
      html`<form class="try-form" @submit=${(event: SubmitEvent) => this.submit(event)}>
          ${addressFields(view)}
          ${tabs(
            text.request,
            (["query", "headers", "credentials", "body", "more"] as const).map((id) => ({
              id,
              label: text.requestTabs[id],
            })),
            this.requestTab,
            (id) => (this.requestTab = id),
            requestPart(this.requestTab, view),
          )}
          ${this.errors.summary()}
          <div class="row">
            <button class="primary">${this.running ? text.sendAgain : text.send}</button>
            <button type="button" ?disabled=${!this.running} @click=${() => this.client?.stop()}>
              ${text.stop}
            </button>
            <button type="button" ?disabled=${!this.cuttable} @click=${() => this.cut()}>
              ${text.cutMe}
            </button>
            ${toggleField({
              id: "try-reconnects",
              label: text.reconnects,
              value: this.reconnects,
              onChange: (value) => (this.reconnects = value),
            })}
          </div>
        </form>
        ${asCurl([tryCall(this.api, request, { shown: true })])}`,
    );
  }

  private responseCard() {
    const { recording } = this;
    const last = recording.connections.at(-1);
    if (!last) return nothing;
    const waits = this.client?.nextMs;
    return card(
      text.response,
      html`<div class="row">
          <span class="row" role="status">${statusOf(last)} ${endOf(last)}</span>
          ${waits === undefined
            ? nothing
            : html`<span>${text.reconnectsIn(duration(Math.max(waits - recording.nowMs(), 0)))}</span>`}
          <span class="muted">
            ${text.figures(
              last.headMs === undefined ? "–" : duration(last.headMs),
              recording.counts.event,
              bytes(recording.bytes),
            )}
          </span>
          ${last.message && last.how !== "complete" ? html`<span>${last.message}</span>` : nothing}
          ${last.endedMs !== undefined && last.requestId
            ? html`<a href=${path("apis", this.api, "logs", last.requestId)}>${text.whyEnded}</a>`
            : nothing}
        </div>
        ${timeline(recording, waits)}
        ${tabs(
          text.response,
          (["events", "raw", "headers", "connections"] as const).map((id) => ({
            id: `response-${id}`,
            label: text.tabs[id],
          })),
          `response-${this.responseTab}`,
          (id) => (this.responseTab = id.replace("response-", "")),
          this.responsePart(),
        )}`,
    );
  }

  private responsePart() {
    const { recording } = this;
    switch (this.responseTab) {
      case "raw":
        return rawView(recording.chunks);
      case "headers":
        return headersView(recording.connections.at(-1));
      case "connections":
        return connectionTable(recording.connections, (id) => path("apis", this.api, "logs", id));
      default:
        return this.eventsPart();
    }
  }

  private eventsPart() {
    const entries = this.frozen ?? this.recording.entries;
    const rows = shownEntries(entries, this.filter, this.withHeartbeats);
    const pinned = this.pinned.split(/[\s,]+/).filter(Boolean);
    return html`<div class="filters">
        ${textField({
          id: "try-filter",
          label: text.filter,
          type: "search",
          value: this.filter,
          onChange: (value) => (this.filter = value),
        })}
        ${textField({
          id: "try-pinned",
          label: text.pinned,
          value: this.pinned,
          placeholder: "price user.id",
          onChange: (value) => (this.pinned = value),
        })}
        ${toggleField({
          id: "try-heartbeats",
          label: text.showHeartbeats,
          value: this.withHeartbeats,
          onChange: (value) => (this.withHeartbeats = value),
        })}
        <div class="row">
          <button type="button" aria-pressed=${this.frozen !== undefined} @click=${() => this.freeze()}>
            ${this.frozen ? text.goOn : text.pause}
          </button>
          <button type="button" @click=${() => saved(this.recording, "events")}>
            ${text.saveEvents}
          </button>
          <button type="button" @click=${() => saved(this.recording, "raw")}>${text.saveRaw}</button>
        </div>
      </div>
      ${this.recording.dropped
        ? html`<p class="muted">${text.dropped(count(this.recording.dropped))}</p>`
        : nothing}
      ${this.chosen
        ? entryDetail(this.chosen, {
            resume: () => this.start(this.chosen!.id),
            close: () => (this.chosen = undefined),
          })
        : nothing}
      ${entryTable(rows, pinned, (entry) => (this.chosen = entry))}`;
  }

  private copyCard(places: Places, request: TryRequest) {
    const command = written(this.copyKind, urlOf(request, places), request, this.withSecrets);
    return card(
      text.copyAs,
      html`<div class="filters">
          ${selectField({
            id: "try-copy-kind",
            label: text.copyFor,
            value: this.copyKind,
            options: (["curl", "eventSource", "httpxSse"] as const).map((value) => ({
              value,
              label: text.copyKinds[value],
            })),
            onChange: (value) => (this.copyKind = value as CopyKind),
          })}
          ${toggleField({
            id: "try-copy-secrets",
            label: text.withSecrets,
            value: this.withSecrets,
            onChange: (value) => (this.withSecrets = value),
          })}
        </div>
        <div class="try-copy">
          <pre tabindex="0" aria-label=${text.copyAs}><code>${command}</code></pre>
          <relay-copy .label=${text.copyKinds[this.copyKind]} .text=${command}></relay-copy>
        </div>`,
    );
  }

  private get running(): boolean {
    return this.client?.running ?? false;
  }

  private get cuttable(): boolean {
    const last = this.recording.connections.at(-1);
    return this.running && last?.endedMs === undefined && Boolean(last?.requestId);
  }

  private change(changed: Partial<TryRequest>): void {
    this.request = { ...this.request!, ...changed };
    drafts.set(this.api, this.request);
    if (changed.path !== undefined || changed.method !== undefined) {
      this.query.set({ path: this.request.path, method: this.request.method });
    }
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    this.start(this.request!.resumeFrom);
  }

  /** Begins the call; one that runs is ended. Resuming continues the same recording. */
  private start(resumeFrom: string): void {
    this.client?.stop();
    if (resumeFrom === this.request!.resumeFrom) this.recording = new Recording();
    this.frozen = this.chosen = undefined;
    this.errors = FieldErrors.none;
    const client = new Client({
      recording: this.recording,
      callFrom: (id) => tryCall(this.api, { ...this.request!, resumeFrom: id }),
      reconnects: () => this.reconnects,
      onChange: () => this.schedule(),
    });
    this.client = client;
    clearInterval(this.timer);
    this.timer = setInterval(() => this.schedule(), TICK_MS);
    void client.run(resumeFrom).then(() => {
      if (client !== this.client) return;
      clearInterval(this.timer);
      if (client.error) this.errors = FieldErrors.of(client.error);
    });
  }

  /** Renders in a frame soon, once for all that comes until then. */
  private schedule(): void {
    if (this.frame) return;
    const draw = (now: number): void => {
      if (now - this.renderedMs < RENDER_MS) {
        this.frame = requestAnimationFrame(draw);
        return;
      }
      this.frame = 0;
      this.renderedMs = now;
      this.requestUpdate();
    };
    this.frame = requestAnimationFrame(draw);
  }

  private freeze(): void {
    this.frozen = this.frozen ? undefined : [...this.recording.entries];
  }

  private async cut(): Promise<void> {
    const { requestId } = this.recording.connections.at(-1)!;
    try {
      await send(del(environment("apis", this.api, "_try", requestId)));
      toast(text.wasCut);
    } catch (error) {
      toast(messageOf(error), "error");
    }
  }
}
