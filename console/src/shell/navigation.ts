import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Part } from "../parts/part";
import { path } from "../routing/router";
import { routes, type Route } from "../routing/routes";
import { may } from "../session/session";
import { words } from "../words/en";

type Kind = "entry" | "apiEntry";

/** The menus: the pages of the console, and those of the API that is shown. */
@customElement("relay-navigation")
export class Navigation extends Part {
  @property({ attribute: false }) current: Route | undefined;
  /** The id of the API that is shown. */
  @property({ attribute: false }) api: string | undefined;

  override render() {
    return html`<div id="navigation" class="navigation">
      ${this.api
        ? html`<nav aria-label=${words.navigation.apiLabel}>${this.groups("apiEntry")}</nav>`
        : nothing}
      <nav aria-label=${words.navigation.label}>${this.groups("entry")}</nav>
    </div>`;
  }

  private groups(kind: Kind) {
    const shown = routes.filter((one) => one[kind] && (!one.role || may(one.role)));
    const nearest = this.nearest(shown);
    const groups = Map.groupBy(shown, (one) => one[kind]!.group);
    return [...groups].map(
      ([group, pages]) => html`<p class="navigation-group">${group}</p>
        <ul>
          ${pages.map((page) => html`<li>${this.link(page, kind, page === nearest)}</li>`)}
        </ul>`,
    );
  }

  /** The entry of the page that is shown, or of the page that it is below. */
  private nearest(entries: readonly Route[]): Route | undefined {
    const shown = this.current?.path ?? "";
    return entries
      .filter(({ path }) => path === shown || shown.startsWith(`${path}/`))
      .sort((one, other) => other.path.length - one.path.length)[0];
  }

  private link(page: Route, kind: Kind, isNearest: boolean) {
    const parts = page.path.split("/").filter(Boolean);
    const href = path(...parts.map((part) => (part === ":api" ? this.api! : part)));
    const current = page === this.current ? "page" : "true";
    return html`<a href=${href} aria-current=${isNearest ? current : nothing}
      >${page[kind]!.label}</a
    >`;
  }
}
