import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { badge } from "../../parts/badge";
import { FieldErrors } from "../../parts/field-errors";
import { selectField, textArea, textField } from "../../parts/fields";
import { time } from "../../parts/numbers";
import { card } from "../../parts/page";
import { asCurl } from "../../parts/curl";
import { Part } from "../../parts/part";
import { events } from "../../rest/events";
import { words } from "../../words/en";
import { tryCall, type TryRequest } from "./request";

const text = words.tryIt.publish;
const MOST_HISTORY = 20;
const TYPES = ["application/json", "text/plain"];

interface Publication {
  readonly path: string;
  readonly contentType: string;
  readonly event: string;
  readonly body: string;
}

interface Published extends Publication {
  readonly at: number;
  readonly status: number;
  readonly answer: string;
}

/** Publishes events to topics of an API, by calls of its own. */
@customElement("relay-publish")
export class Publish extends Part {
  @property({ attribute: false }) api = "";
  /** Listener and credentials of the calls. */
  @property({ attribute: false }) request!: TryRequest;
  @state() private draft: Publication = {
    path: "",
    contentType: "text/plain",
    event: "",
    body: "",
  };
  @state() private history: readonly Published[] = [];
  @state() private errors = FieldErrors.none;
  @state() private pending = false;

  override render() {
    const { draft, errors } = this;
    const change = (changed: Partial<Publication>): void => {
      this.draft = { ...this.draft, ...changed };
    };
    return card(
      text.title,
      html`<form class="try-publish" @submit=${(event: SubmitEvent) => this.submit(event)}>
          <div class="columns">
            ${textField({
              id: "publish-path",
              label: text.path,
              value: this.path,
              required: true,
              hint: text.pathHint,
              onChange: (path) => change({ path }),
              error: errors.at("path"),
            })}
            ${selectField({
              id: "publish-type",
              label: text.contentType,
              value: draft.contentType,
              options: TYPES.map((value) => ({ value, label: value })),
              onChange: (contentType) => change({ contentType }),
            })}
            ${textField({
              id: "publish-event",
              label: text.event,
              value: draft.event,
              disabled: draft.contentType === "application/json",
              hint: draft.contentType === "application/json" ? text.jsonHint : undefined,
              onChange: (event) => change({ event }),
            })}
          </div>
          ${textArea({
            id: "publish-data",
            label: text.data,
            value: draft.body,
            rows: 3,
            code: true,
            required: true,
            onChange: (body) => change({ body }),
          })}
          ${errors.summary()}
          <div class="row">
            <button class="primary" ?disabled=${this.pending}>${text.submit}</button>
          </div>
        </form>
        ${this.historyList()} ${asCurl([this.call(true)])}`,
    );
  }

  private get path(): string {
    return this.draft.path || this.request.path;
  }

  private historyList() {
    if (!this.history.length) return nothing;
    return html`<h3>${text.history}</h3>
      <ul class="try-history" aria-live="polite">
        ${this.history.map(
          (one) => html`<li>
            ${badge(String(one.status || "–"), one.status >= 200 && one.status < 300 ? "good" : "bad")}
            <span class="muted">${time(one.at)}</span>
            <code class="try-cell">${one.body}</code>
            <code class="try-cell muted">${one.answer}</code>
            <button type="button" class="small" @click=${() => (this.draft = one)}>
              ${text.again}
            </button>
          </li>`,
        )}
      </ul>`;
  }

  private call(shown: boolean) {
    const { contentType, event, body } = this.draft;
    const headers = [{ name: "Content-Type", value: contentType }];
    if (event && contentType !== "application/json") {
      headers.push({ name: "Relay-Event-Type", value: event });
    }
    const request = {
      ...this.request,
      method: "POST",
      path: this.path,
      query: [],
      headers,
      body,
      resumeFrom: "",
    };
    return tryCall(this.api, request, { shown });
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const sent = { ...this.draft, path: this.path };
    this.pending = true;
    this.errors = FieldErrors.none;
    try {
      const answer = await whole(this.call(false));
      this.history = [{ ...sent, ...answer, at: Date.now() }, ...this.history].slice(
        0,
        MOST_HISTORY,
      );
    } catch (error) {
      this.errors = FieldErrors.of(error);
    }
    this.pending = false;
  }
}

/** Makes a call and waits for its whole, small answer. */
async function whole(call: ReturnType<typeof tryCall>): Promise<{ status: number; answer: string }> {
  let status = 0;
  let answer = "";
  for await (const { event, data } of events(call, new AbortController().signal)) {
    const content = JSON.parse(data);
    if (event === "head") status = content.status;
    else if (event === "bytes") answer += atob(content.base64);
    else if (event === "end" && !status) answer = content.message;
  }
  return { status, answer };
}
