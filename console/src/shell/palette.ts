import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { newId, Part } from "../parts/part";
import { post, send } from "../rest/call";
import { environment } from "../rest/paths";
import { path, router } from "../routing/router";
import { routes } from "../routing/routes";
import { may } from "../session/session";
import { words } from "../words/en";

const text = words.navigation;
const MOST_APIS = 8;

interface Target {
  readonly label: string;
  readonly group: string;
  readonly href: string;
}

interface Found {
  readonly data: readonly { readonly id: string; readonly name: string }[];
}

/** Opens the list of pages and APIs. */
export function openPalette(): void {
  document.querySelector("relay-palette")?.open();
}

/** A dialog that finds pages and APIs as the user types; Ctrl+K opens it. */
@customElement("relay-palette")
export class Palette extends Part {
  @state() private wanted = "";
  @state() private apis: readonly Target[] = [];
  @state() private chosen = 0;
  private readonly listId = newId("palette");
  private search: AbortController | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.shortcut);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.shortcut);
  }

  open(): void {
    this.wanted = "";
    this.apis = [];
    this.chosen = 0;
    this.querySelector("dialog")!.showModal();
    void this.findApis();
  }

  private readonly shortcut = (event: KeyboardEvent): void => {
    if ((event.ctrlKey || event.metaKey) && event.key === "k") {
      event.preventDefault();
      this.open();
    }
  };

  override render() {
    const targets = this.targets();
    const id = (index: number) => `${this.listId}-${index}`;
    return html`<dialog class="palette" aria-label=${text.palette} closedby="any">
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls=${this.listId}
        aria-activedescendant=${targets.length ? id(this.chosen) : nothing}
        aria-label=${text.paletteHint}
        placeholder=${text.paletteHint}
        autocomplete="off"
        .value=${this.wanted}
        @input=${(event: Event) => this.typed((event.target as HTMLInputElement).value)}
        @keydown=${(event: KeyboardEvent) => this.pressed(event, targets)}
      />
      <ul id=${this.listId} role="listbox" aria-label=${text.palette}>
        ${targets.map(
          (target, index) => html`<li
            id=${id(index)}
            role="option"
            aria-selected=${index === this.chosen}
            @click=${() => this.go(target)}
          >
            <span>${target.label}</span><span class="muted">${target.group}</span>
          </li>`,
        )}
      </ul>
      ${targets.length ? nothing : html`<p class="muted">${text.noMatch}</p>`}
    </dialog>`;
  }

  private targets(): Target[] {
    const pages = routes
      .filter((one) => one.entry && (!one.role || may(one.role)))
      .map((one) => ({
        label: one.entry!.label,
        group: one.entry!.group,
        href: path(...one.path.split("/").filter(Boolean)),
      }));
    const wanted = this.wanted.toLowerCase();
    return [...pages.filter((one) => one.label.toLowerCase().includes(wanted)), ...this.apis];
  }

  private typed(wanted: string): void {
    this.wanted = wanted;
    this.chosen = 0;
    void this.findApis();
  }

  private async findApis(): Promise<void> {
    this.search?.abort();
    const search = (this.search = new AbortController());
    const call = {
      ...post(environment("apis", "_search"), { query: this.wanted }),
      query: { perPage: MOST_APIS },
    };
    try {
      const found = await send<Found>(call, search.signal);
      this.apis = found.data.map((api) => ({
        label: api.name,
        group: words.navigation.apiGroups.api,
        href: path("apis", api.id),
      }));
    } catch {
      // The pages can be chosen without the APIs.
    }
  }

  private pressed(event: KeyboardEvent, targets: Target[]): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.chosen = (this.chosen + step + targets.length) % (targets.length || 1);
    } else if (event.key === "Enter" && targets[this.chosen]) {
      event.preventDefault();
      this.go(targets[this.chosen]!);
    }
  }

  private go(target: Target): void {
    this.querySelector("dialog")!.close();
    void router.go(target.href);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-palette": Palette;
  }
}
