import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { Part } from "../parts/part";
import { match, path, router, type Match } from "../routing/router";
import { may, session } from "../session/session";
import { words } from "../words/en";
import "../pages/login";
import "./header";
import "./navigation";
import "./palette";
import "../parts/toast";

/** The whole page: the login form, or the navigation with the page of the address. */
@customElement("relay-app")
export class App extends Part {
  /** Whether it is known who is signed in. */
  @property({ attribute: false }) ready = false;
  @state() private found: Match | undefined;
  @state() private state: "loading" | "shown" | "failed" | "missing" | "forbidden" = "loading";
  @state() private menuOpen = false;

  override connectedCallback(): void {
    super.connectedCallback();
    router.addEventListener("change", this.moved);
    session.addEventListener("change", this.moved);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    router.removeEventListener("change", this.moved);
    session.removeEventListener("change", this.moved);
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.has("ready") && this.ready) void this.moved();
    this.querySelector<HTMLDialogElement>("dialog.login-again:not([open])")?.showModal();
  }

  private readonly moved = async (): Promise<void> => {
    const found = match(location.pathname);
    this.requestUpdate();
    if (!session.user || session.interrupted) return;
    if (/^\/console\/?$/.test(location.pathname)) {
      return router.go(path("apis"), { replace: true });
    }
    const other = found?.route !== this.found?.route;
    if (!found) this.state = "missing";
    else if (found.route.role && !may(found.route.role)) this.state = "forbidden";
    else if (other || this.state !== "shown") {
      try {
        await Promise.all([
          found.route.load(),
          found.parameters["api"] && import("../pages/apis/header"),
        ]);
        if (match(location.pathname)?.route !== found.route) return;
        this.state = "shown";
      } catch {
        this.state = "failed";
      }
    }
    this.found = found;
    this.menuOpen = false;
    document.title = `${found?.route.title ?? words.errors.pageNotFound} · ${words.product}`;
    if (other) {
      await this.updateComplete;
      scrollTo(0, 0);
      const main = this.querySelector<HTMLElement>("main");
      if (!main?.contains(document.activeElement)) main?.focus({ preventScroll: true });
    }
  };

  override render() {
    if (!this.ready) return html`<p class="loading">${words.common.loading}</p>`;
    if (!session.user) return html`<relay-login></relay-login>`;
    const api = this.found?.parameters["api"];
    return html`
      <a class="skip" href="#content">${words.common.skip}</a>
      <relay-header
        .menuOpen=${this.menuOpen}
        @menu=${() => (this.menuOpen = !this.menuOpen)}
      ></relay-header>
      <div class="frame">
        <relay-navigation
          class=${this.menuOpen ? "is-open" : ""}
          .current=${this.found?.route}
          .api=${api}
        ></relay-navigation>
        <main id="content" tabindex="-1">
          ${api ? html`<relay-api-header .api=${api}></relay-api-header>` : nothing} ${this.page()}
        </main>
      </div>
      <relay-palette></relay-palette>
      <relay-toasts></relay-toasts>
      ${session.interrupted
        ? html`<dialog
            class="login-again"
            aria-label=${words.login.title}
            @cancel=${(event: Event) => event.preventDefault()}
          >
            <relay-login .again=${true}></relay-login>
          </dialog>`
        : nothing}
    `;
  }

  private page() {
    switch (this.state) {
      case "loading":
        return html`<p class="loading" role="status">${words.common.loading}</p>`;
      case "failed":
        return html`<div class="notice notice-error" role="alert">
          <p>${words.errors.pageNotLoaded}</p>
          <button type="button" @click=${() => location.reload()}>${words.errors.reloadPage}</button>
        </div>`;
      case "missing":
        return html`<div class="empty">
          <h1>${words.errors.pageNotFound}</h1>
          <a href=${path("apis")}>${words.errors.pageNotFoundLink}</a>
        </div>`;
      case "forbidden":
        return html`<div class="empty">
          <h1>${words.errors.pageForbidden(this.found?.route.role ?? "")}</h1>
        </div>`;
      case "shown":
        // Each page has an element of its own, which loads what it shows.
        return this.found
          ? keyed(JSON.stringify(this.found.parameters), this.found.route.render(this.found.parameters))
          : nothing;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-app": App;
  }
}
