import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { confirm } from "../../parts/dialog";
import { FieldErrors } from "../../parts/field-errors";
import { card, page } from "../../parts/page";
import { Part } from "../../parts/part";
import { toast } from "../../parts/toast";
import { Unsaved } from "../../parts/unsaved";
import { answer, del, get, put, send, type Answer, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { path, router } from "../../routing/router";
import { may } from "../../session/session";
import { words } from "../../words/en";
import { applicationBody, applicationFields, valuesOf } from "./application-fields";
import type { ApplicationValues } from "./application-fields";
import "./application-subscriptions";
import "./consumer-streams";
import type { Application } from "./documents";
import "./keys";

const text = words.applications;

/** One application: settings, subscriptions, shared keys and open streams. */
@customElement("relay-application")
export class ApplicationPage extends Part {
  @property({ attribute: false }) application = "";
  /** What the form holds, once it was changed. */
  @state() private changed: ApplicationValues | undefined;
  @state() private errors = FieldErrors.none;
  private readonly loaded = new Loader(this, (signal) =>
    answer<Application>(get(this.path()), signal),
  );

  constructor() {
    super();
    new Unsaved(this, () => this.changed !== undefined);
  }

  override render() {
    return html`${this.loaded.show((found) => this.content(found))}`;
  }

  private content(found: Answer<Application>) {
    const application = found.value;
    const active = application.status === "ACTIVE";
    const mayChange = active && may("PUBLISHER");
    return page({
      title: html`${application.name}
      ${badge(text.statuses[application.status], active ? "good" : "plain")}`,
      actions: mayChange
        ? html`<button type="button" class="danger" @click=${() => this.archive(found)}>
            ${text.archive}
          </button>`
        : nothing,
      content: html`<relay-application-subscriptions
          .application=${application}
        ></relay-application-subscriptions>
        ${application.apiKeyMode === "SHARED"
          ? html`<relay-keys
              .base=${["applications", application.id, "api-keys"]}
              .mayChange=${mayChange}
              shared
            ></relay-keys>`
          : nothing}
        <relay-consumer-streams
          .filter=${{ applicationIds: application.id }}
        ></relay-consumer-streams>
        ${this.form(found, mayChange)}`,
      calls: [this.save(found), ...(mayChange ? [this.archiveCall(found)] : [])],
    });
  }

  private form(found: Answer<Application>, mayChange: boolean) {
    const fields = applicationFields(
      this.changed ?? valuesOf(found.value),
      (changes) => {
        this.changed = { ...(this.changed ?? valuesOf(found.value)), ...changes };
      },
      this.errors,
      !mayChange,
    );
    return card(
      text.settings,
      html`<form class="form" @submit=${(event: Event) => this.submit(event, found)}>
        ${this.errors.summary()} ${fields}
        ${mayChange
          ? html`<div class="form-actions">
              <button class="primary" ?disabled=${!this.changed}>${words.common.save}</button>
            </div>`
          : nothing}
      </form>`,
    );
  }

  private path(): string {
    return environment("applications", this.application);
  }

  /** What is about to be sent; the read while nothing is changed. */
  private save(found: Answer<Application>): Call {
    if (!this.changed) return get(this.path());
    const body = applicationBody(this.changed, found.value);
    return { ...put(this.path(), body), ...(found.etag ? { ifMatch: found.etag } : {}) };
  }

  private archiveCall(found: Answer<Application>): Call {
    return { ...del(this.path()), ...(found.etag ? { ifMatch: found.etag } : {}) };
  }

  private async submit(event: Event, found: Answer<Application>): Promise<void> {
    event.preventDefault();
    try {
      this.loaded.set(await answer<Application>(this.save(found)));
      this.changed = undefined;
      this.errors = FieldErrors.none;
      toast(text.saved);
    } catch (error) {
      this.errors = FieldErrors.of(error);
    }
  }

  private async archive(found: Answer<Application>): Promise<void> {
    const agreed = await confirm({
      title: text.archiveTitle(found.value.name),
      content: text.archiveText,
      action: text.archive,
      danger: true,
    });
    if (!agreed) return;
    try {
      await send(this.archiveCall(found));
    } catch (error) {
      return toast(messageOf(error), "error");
    }
    this.changed = undefined;
    toast(text.archived);
    await this.updateComplete;
    await router.go(path("applications"));
  }
}
