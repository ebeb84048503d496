import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { badge } from "../badge";
import { asCurl } from "../curl";
import { numberField, selectField, textField } from "../fields";
import { duration } from "../numbers";
import { facts } from "../page";
import { FieldErrors } from "../field-errors";
import { newId, Part } from "../part";
import { post, type Call } from "../../rest/call";
import { events } from "../../rest/events";
import { environment } from "../../rest/paths";
import { words } from "../../words/en";
import { Findings, timeLine } from "./findings";

const text = words.probe;
const SECONDS = 20;
const MOST_SECONDS = 300;
const SHOWN_SECRET = "********";
const TICK_MS = 1000;

type Options = Readonly<Record<string, unknown>>;
type Credentials = "none" | "basic" | "bearer";

/** The endpoint that is probed, as the REST API takes it. */
export interface ProbedEndpoint {
  readonly type: string;
  readonly configuration: Options;
  readonly sharedConfiguration: Options;
}

/**
 * Probes a target. `use` is dispatched with the idle timeout in milliseconds that the user
 * takes over.
 */
@customElement("relay-probe")
export class Probe extends Part {
  @property({ attribute: false }) endpoint!: ProbedEndpoint;
  @state() private kind: Credentials = "none";
  @state() private username = "";
  @state() private password = "";
  @state() private token = "";
  @state() private path = "";
  @state() private seconds: number | undefined = SECONDS;
  @state() private findings: Findings | undefined;
  @state() private errors = FieldErrors.none;
  private readonly idPrefix = newId("probe");
  private running: AbortController | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop();
  }

  override render() {
    return html`<div class="probe">
      <p class="muted">${text.intro}</p>
        <form class="probe-form" novalidate @submit=${(event: Event) => this.submitted(event)}>
          <div class="probe-fields">${this.fields()}</div>
          <div class="row">
            <button>${this.running ? text.stop : text.begin}</button>
            <span role="status">${this.progress()}</span>
          </div>
        </form>
        ${this.errors.any ? this.errors.summary() : nothing}
        ${this.findings ? this.found(this.findings) : nothing} ${asCurl([this.call(SHOWN_SECRET)])}
    </div>`;
  }

  private fields(): TemplateResult {
    const at = (location: string): string | undefined => this.errors.at(location);
    return html`${selectField({
      id: `${this.idPrefix}-kind`,
      label: text.credentials,
      value: this.kind,
      options: [
        { value: "none", label: text.none },
        { value: "basic", label: text.basic },
        { value: "bearer", label: text.bearer },
      ],
      onChange: (kind) => (this.kind = kind as Credentials),
    })}
    ${this.kind === "basic"
      ? html`${textField({
          id: `${this.idPrefix}-username`,
          label: text.username,
          value: this.username,
          error: at("credentials.username"),
          onChange: (username) => (this.username = username),
        })}
        ${this.secret("password", text.password, this.password, at("credentials.password"))}`
      : nothing}
    ${this.kind === "bearer"
      ? this.secret("token", text.token, this.token, at("credentials.token"))
      : nothing}
    ${numberField({
      id: `${this.idPrefix}-seconds`,
      label: text.seconds,
      value: this.seconds,
      min: 1,
      max: MOST_SECONDS,
      step: 1,
      unit: "s",
      hint: text.secondsHint,
      error: at("seconds"),
      onChange: (seconds) => (this.seconds = seconds),
    })}
    ${textField({
      id: `${this.idPrefix}-path`,
      label: text.path,
      value: this.path,
      hint: text.pathHint,
      error: at("path"),
      onChange: (path) => (this.path = path),
    })}`;
  }

  private secret(name: string, label: string, value: string, error: string | undefined) {
    return textField({
      id: `${this.idPrefix}-${name}`,
      label,
      value,
      error,
      type: "password",
      autocomplete: "new-password",
      onChange: (secret) => {
        if (this.kind === "basic") this.password = secret;
        else this.token = secret;
      },
    });
  }

  /** @param secret in place of the password or token; undefined for the real one. */
  private call(secret?: string): Call {
    const credentials = {
      none: undefined,
      basic: { username: this.username, password: (this.password && secret) || this.password },
      bearer: { token: (this.token && secret) || this.token },
    }[this.kind];
    return post(environment("endpoints", "_probe"), {
      ...this.endpoint,
      ...(this.path ? { path: this.path } : {}),
      ...(credentials ? { credentials: withoutEmpty(credentials) } : {}),
      seconds: this.seconds,
    });
  }

  private submitted(event: Event): void {
    event.preventDefault();
    if (this.running) this.stop(text.stopped);
    else void this.begin();
  }

  private async begin(): Promise<void> {
    const running = (this.running = new AbortController());
    const findings = (this.findings = new Findings(this.seconds ?? SECONDS));
    this.errors = FieldErrors.none;
    this.timer = setInterval(() => this.requestUpdate(), TICK_MS);
    try {
      for await (const event of events(this.call(), running.signal)) {
        findings.take(event.event, JSON.parse(event.data));
        this.requestUpdate();
      }
      if (!findings.result) findings.interrupted = text.lost;
    } catch (error) {
      if (running.signal.aborted) return;
      if (findings.isEmpty) this.findings = undefined;
      else findings.interrupted = text.lost;
      this.errors = FieldErrors.of(error);
    }
    this.stop();
  }

  private stop(why?: string): void {
    clearInterval(this.timer);
    this.running?.abort();
    this.running = undefined;
    if (why && this.findings) this.findings.interrupted = why;
    this.requestUpdate();
  }

  private progress(): string {
    const { findings } = this;
    if (!findings) return "";
    if (findings.result) return findings.result.message;
    if (!this.running) return findings.interrupted;
    return text.running(findings.elapsedSeconds(), findings.seconds);
  }

  private found(findings: Findings): TemplateResult {
    const { head, proposal } = findings;
    return html`<ol class="probe-stages">
        ${findings.stages.map((one) => html`<li>${one}</li>`)}
      </ol>
      ${head
        ? facts([
            [text.status, badge(String(head.status), head.eventStream ? "good" : "bad")],
            [text.contentType, html`<code>${head.contentType || text.noContentType}</code>`],
            [
              text.eventStream,
              head.eventStream
                ? badge(text.eventStream, "good")
                : html`${badge(text.noEventStream, "bad")} ${head.reason}`,
            ],
            [
              text.heartbeat,
              head.eventStream &&
                (findings.intervalMs === undefined
                  ? text.notMeasured
                  : html`<strong>${findings.intervalMs} ${text.ms}</strong>`),
            ],
            [text.silence, findings.result?.longestSilenceMs && duration(findings.result.longestSilenceMs)],
          ].filter(([, value]) => value !== false) as [string, unknown][])
        : nothing}
      ${head?.eventStream ? timeLine(findings) : nothing}
      ${proposal
        ? html`<div class="notice ${proposal.changes ? "notice-warn" : "notice-info"}" role="status">
            <p>${proposal.reason}.</p>
            ${proposal.changes && proposal.idleTimeout !== this.current()
              ? html`<button type="button" class="primary" @click=${() => this.use(proposal.idleTimeout)}>
                  ${text.use(proposal.idleTimeout)}
                </button>`
              : nothing}
          </div>`
        : nothing}
      ${findings.events.length ? firstEvents(findings) : nothing}
      ${findings.result?.excerpt
        ? html`<h3>${text.excerpt}</h3>
            <pre class="probe-excerpt" tabindex="0">${findings.result.excerpt}</pre>`
        : nothing}
      ${head
        ? html`<details class="fold">
            <summary>${text.headers}</summary>
            ${facts(head.headers.map((one) => [one.name, html`<code>${one.value}</code>`]))}
          </details>`
        : nothing}`;
  }

  private current(): unknown {
    return (this.endpoint.sharedConfiguration["http"] as Options | undefined)?.["idleTimeout"];
  }

  private use(idleTimeout: number): void {
    this.dispatchEvent(new CustomEvent("use", { detail: idleTimeout }));
  }
}

function firstEvents(findings: Findings): TemplateResult {
  return html`<h3>${text.firstEvents}</h3>
    <div class="table">
      <table>
        <thead>
          <tr>
            ${[text.at, text.event, text.id, text.data].map(
              (one) => html`<th scope="col">${one}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${findings.events.map(
            (one) => html`<tr>
              <td class="numeric">${duration(one.atMs)}</td>
              <td>${one.event}</td>
              <td>${one.id}</td>
              <td><code>${one.data}</code></td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function withoutEmpty(members: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== ""));
}
