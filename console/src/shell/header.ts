import { html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Part } from "../parts/part";
import { toast } from "../parts/toast";
import { messageOf } from "../rest/rest-error";
import { path } from "../routing/router";
import { session } from "../session/session";
import { words } from "../words/en";
import { chooseTheme, theme, type Theme } from "./theme";
import { openPalette } from "./palette";

const text = words.navigation;

/** The bar on top: the product, the palette, the theme and the user. */
@customElement("relay-header")
export class Header extends Part {
  @property({ attribute: false }) menuOpen = false;

  override render() {
    const user = session.user!;
    return html`<header class="header">
      <button
        type="button"
        class="header-menu"
        aria-expanded=${this.menuOpen}
        aria-controls="navigation"
        @click=${() => this.dispatchEvent(new Event("menu"))}
      >
        ${text.open}
      </button>
      <a class="header-product" href=${path("apis")}>${words.product}</a>
      <button type="button" class="header-palette" @click=${openPalette}>
        <span>${text.palette}</span><kbd>${text.paletteShortcut}</kbd>
      </button>
      <label class="header-theme">
        <span class="visually-hidden">${text.theme}</span>
        <select @change=${(event: Event) => this.choose(event)}>
          ${Object.entries(text.themes).map(
            ([name, label]) =>
              html`<option value=${name} ?selected=${name === theme()}>${label}</option>`,
          )}
        </select>
      </label>
      <span class="header-user">${text.signedInAs(user.name, user.role)}</span>
      <button type="button" @click=${() => this.signOut()}>${text.signOut}</button>
    </header>`;
  }

  private choose(event: Event): void {
    chooseTheme((event.target as HTMLSelectElement).value as Theme);
  }

  private async signOut(): Promise<void> {
    try {
      await session.signOut();
    } catch (error) {
      toast(messageOf(error), "error");
    }
  }
}
