import { html, type TemplateResult } from "lit";

export interface Tab {
  readonly id: string;
  readonly label: string;
}

/**
 * A row of tabs (WAI-ARIA tabs pattern: arrows move between them).
 *
 * @param panel the content of the chosen tab.
 */
export function tabs(
  label: string,
  all: readonly Tab[],
  chosen: string,
  onChoose: (id: string) => void,
  panel: TemplateResult,
): TemplateResult {
  const pressed = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const index = all.findIndex((one) => one.id === chosen);
    const next = all[(index + step + all.length) % all.length]!;
    onChoose(next.id);
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} @keydown=${pressed}>
      ${all.map(
        (one) => html`<button
          type="button"
          role="tab"
          id="tab-${one.id}"
          aria-selected=${one.id === chosen}
          aria-controls="panel-${chosen}"
          tabindex=${one.id === chosen ? 0 : -1}
          @click=${() => onChoose(one.id)}
        >
          ${one.label}
        </button>`,
      )}
    </div>
    <div id="panel-${chosen}" class="panel" role="tabpanel" aria-labelledby="tab-${chosen}">
      ${panel}
    </div>`;
}
