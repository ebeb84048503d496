import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Part } from "../parts/part";
import { messageOf, RestError } from "../rest/rest-error";
import { session } from "../session/session";
import { words } from "../words/en";

const text = words.login;

/** The form by which users sign in. */
@customElement("relay-login")
export class Login extends Part {
  /** Whether the session of a page has ended, which is still behind the form. */
  @property({ attribute: false }) again = false;
  @state() private error = "";
  @state() private pending = false;

  override firstUpdated(): void {
    if (!this.again) document.title = `${text.title} · ${words.product}`;
    this.querySelector("input")!.focus();
  }

  override render() {
    return this.again
      ? this.form(html`<h2>${text.title}</h2>`, text.again)
      : html`<main class="login">
          ${this.form(html`<h1>${words.product}</h1>`, text.intro)}
        </main>`;
  }

  private form(heading: TemplateResult, intro: string) {
    return html`<form class="card" @submit=${(event: SubmitEvent) => this.submit(event)}>
        ${heading}
        <p class="muted">${intro}</p>
        ${this.error
          ? html`<p class="notice notice-error" role="alert">${this.error}</p>`
          : nothing}
        <div class="field">
          <label for="login-name">${text.name}</label>
          <input id="login-name" name="name" autocomplete="username" required />
        </div>
        <div class="field">
          <label for="login-password">${text.password}</label>
          <input
            id="login-password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
          />
        </div>
        <button class="primary" ?disabled=${this.pending}>${text.submit}</button>
      </form>`;
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const values = new FormData(event.target as HTMLFormElement);
    this.pending = true;
    try {
      await session.signIn(String(values.get("name")), String(values.get("password")));
    } catch (error) {
      this.error = reasonOf(error);
      this.pending = false;
      this.querySelector<HTMLInputElement>("#login-password")!.select();
    }
  }
}

function reasonOf(error: unknown): string {
  const status = error instanceof RestError ? error.status : 0;
  if (status === 401) return text.wrong;
  if (status === 429) return text.locked;
  return messageOf(error);
}
