import { html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { asCurl } from "../../parts/curl";
import { confirm } from "../../parts/dialog";
import { FieldErrors } from "../../parts/field-errors";
import { textField } from "../../parts/fields";
import { time } from "../../parts/numbers";
import { card, facts, page } from "../../parts/page";
import { Part } from "../../parts/part";
import { toast } from "../../parts/toast";
import { del, get, put, send, type Call } from "../../rest/call";
import { installation } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { session } from "../../session/session";
import { words } from "../../words/en";
import "./tokens";

const text = words.account;
/** Stands for a password where a call is shown. */
const HIDDEN = "…";

interface SessionTimes {
  readonly idleExpiresAt: string;
  readonly expiresAt: string;
}

/** What users change of themselves: password, tokens and sessions. */
@customElement("relay-account")
export class Account extends Part {
  @state() private current = "";
  @state() private wanted = "";
  @state() private errors = FieldErrors.none;
  private readonly times = new Loader(this, (signal) =>
    send<SessionTimes>(get(installation("session")), signal),
  );

  override render() {
    return page({
      title: text.title,
      content: html`${facts([
        [text.user, session.user?.name],
        [text.role, session.user?.role.toLowerCase()],
      ])}
      <relay-tokens></relay-tokens>
      <div class="columns">${this.password()} ${this.sessions()}</div>`,
    });
  }

  private password() {
    return card(
      text.password,
      html`<form class="form" @submit=${(event: Event) => this.change(event)}>
        ${textField({
          id: "account-current",
          label: text.currentPassword,
          type: "password",
          autocomplete: "current-password",
          required: true,
          value: this.current,
          error: this.errors.at("currentPassword"),
          onChange: (typed) => (this.current = typed),
        })}
        ${textField({
          id: "account-password",
          label: text.newPassword,
          hint: words.users.passwordHint,
          type: "password",
          autocomplete: "new-password",
          required: true,
          value: this.wanted,
          error: this.errors.at("password"),
          onChange: (typed) => (this.wanted = typed),
        })}
        ${this.errors.summary()}
        <p class="muted">${text.passwordText}</p>
        <div class="form-actions">
          <button class="primary" ?disabled=${!this.current || !this.wanted}>
            ${text.changePassword}
          </button>
        </div>
        ${asCurl([this.changeCall(HIDDEN, HIDDEN)])}
      </form>`,
    );
  }

  private sessions() {
    const call = del(installation("sessions"));
    return card(
      text.sessions,
      html`${this.times.show(
          ({ idleExpiresAt, expiresAt }) => html`${facts([
            [text.idleEnd, time(idleExpiresAt)],
            [text.end, time(expiresAt)],
          ])}`,
        )}
        <p class="muted">${text.everywhereText}</p>
        <div>
          <button type="button" class="danger" @click=${() => this.signOutEverywhere(call)}>
            ${text.everywhere}
          </button>
        </div>
        ${asCurl([get(installation("session")), call])}`,
    );
  }

  private changeCall(password: string, currentPassword: string): Call {
    return put(installation("users", "current", "password"), { password, currentPassword });
  }

  private async change(event: Event): Promise<void> {
    event.preventDefault();
    const { name } = session.user!;
    try {
      await send(this.changeCall(this.wanted, this.current));
      // All sessions of the user have ended, this one included.
      await session.signIn(name, this.wanted);
    } catch (error) {
      this.errors = FieldErrors.of(error);
      return;
    }
    this.current = this.wanted = "";
    this.errors = FieldErrors.none;
    toast(text.passwordChanged);
    await this.times.reload();
  }

  private async signOutEverywhere(call: Call): Promise<void> {
    const agreed = await confirm({
      title: text.everywhereTitle,
      content: html`<p>${text.everywhereText}</p>
        ${asCurl([call])}`,
      action: text.everywhere,
      danger: true,
    });
    if (!agreed) return;
    try {
      await session.signOutEverywhere();
    } catch (error) {
      toast(messageOf(error), "error");
    }
  }
}
