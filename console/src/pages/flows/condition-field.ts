import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { textArea } from "../../parts/fields";
import "../../parts/json-editor";
import { newId, ValuePart } from "../../parts/part";
import { post, send } from "../../rest/call";
import { installation } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { may } from "../../session/session";
import { words } from "../../words/en";

const text = words.flows.condition;
const WAIT_MS = 300;

interface Verdict {
  readonly ok: boolean;
  readonly reason?: string;
  readonly type?: string;
  readonly value?: unknown;
  readonly failure?: string;
}

const SAMPLE = {
  request: { method: "GET", path: "/", headers: {}, params: {} },
  response: { status: 200, headers: {} },
  message: { type: "message", content: "{}", metadata: {} },
};

/**
 * A field for a condition. The server checks it while it is typed, and evaluates it with a
 * sample that the user can change. `change` has the text as its detail, undefined if empty.
 */
@customElement("relay-condition")
export class ConditionField extends ValuePart {
  @property({ attribute: false }) value: string | undefined;
  @property({ attribute: false }) label = "";
  @property({ attribute: false }) hint = "";
  /** The variables that it may read: up to those of the request, the response, an event. */
  @property({ attribute: false }) phase: "REQUEST" | "RESPONSE" | "MESSAGE" = "MESSAGE";
  /** Whether the braces may be left out, as in selection rules of plans. */
  @property({ attribute: false }) bare = false;
  @property({ attribute: false }) error: string | undefined;
  @property({ attribute: false }) disabled = false;
  @state() private verdict: Verdict | undefined;
  @state() private sample: unknown = SAMPLE;
  @state() private open = false;
  private readonly fieldId = newId("condition");
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.running?.abort();
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (["value", "sample", "open", "phase"].some((name) => changed.has(name))) this.check();
  }

  override render() {
    return html`<div class="condition">
      ${textArea({
        id: this.fieldId,
        label: this.label,
        hint: this.hint,
        error: this.error ?? this.verdict?.reason,
        value: this.value ?? "",
        rows: 2,
        code: true,
        disabled: this.disabled,
        onChange: (value) => this.change(value || undefined),
      })}
      ${this.value && may("PUBLISHER") && !this.disabled ? this.tester() : nothing}
    </div>`;
  }

  private tester() {
    return html`<details
      ?open=${this.open}
      @toggle=${(event: Event) => (this.open = (event.target as HTMLDetailsElement).open)}
    >
      <summary>${text.test}</summary>
      <relay-json-editor
        .label=${text.sample}
        .value=${this.sample}
        @change=${(event: CustomEvent<unknown>) => (this.sample = event.detail)}
      ></relay-json-editor>
      <p role="status">${this.result()}</p>
    </details>`;
  }

  private result(): string {
    const verdict = this.verdict;
    // What is wrong with the expression itself stands at the field.
    if (!verdict?.ok) return "";
    if (verdict.failure) return text.failure(verdict.failure);
    return "value" in verdict ? text.result(JSON.stringify(verdict.value)) : "";
  }

  private check(): void {
    clearTimeout(this.timer);
    this.running?.abort();
    if (!this.value || this.disabled || !may("PUBLISHER")) {
      this.verdict = undefined;
      return;
    }
    this.timer = setTimeout(() => void this.ask(), WAIT_MS);
  }

  private async ask(): Promise<void> {
    const running = (this.running = new AbortController());
    const body = {
      text: this.bare && !this.value?.trim().startsWith("{") ? `{${this.value}}` : this.value,
      phase: this.phase,
      ...(this.open ? { sample: this.sample } : {}),
    };
    try {
      const call = post(installation("expressions", "_evaluate"), body);
      this.verdict = await send<Verdict>(call, running.signal);
    } catch (error) {
      if (!running.signal.aborted) this.verdict = { ok: true, failure: messageOf(error) };
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-condition": ConditionField;
  }
}
