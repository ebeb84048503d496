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
      <nav aria-label=${words.navigation.label}>${this.groups("entry")}</nav>
      ${this.api
        ? html`<nav aria-label=${words.navigation.apiLabel}>${this.groups("apiEntry")}</nav>`
        : nothing}
    </div>`;
  }

  private groups(kind: Kind) {
    const shown = routes.filter((one) => one[kind] && (!one.role || may(one.role)));
    const groups = Map.groupBy(shown, (one) => one[kind]!.group);
    return [...groups].map(
      ([group, pages]) => html`<p class="navigation-group">${group}</p>
        <ul>
          ${pages.map((page) => html`<li>${this.link(page, kind)}</li>`)}
        </ul>`,
    );
  }

  private link(page: Route, kind: Kind) {
    const parts = page.path.split("/").filter(Boolean);
    const href = path(...parts.map((part) => (part === ":api" ? this.api! : part)));
    const isCurrent = page === this.current;
    return html`<a href=${href} aria-current=${isCurrent ? "page" : nothing}
      >${page[kind]!.label}</a
    >`;
  }
}
