import { html, nothing, type TemplateResult } from "lit";
import type { FieldErrors } from "../../parts/field-errors";
import { selectField, textField } from "../../parts/fields";
import { words } from "../../words/en";
import "./condition-field";
import {
  METHODS,
  OPERATIONS,
  OPERATORS,
  replaced,
  without,
  type ApiType,
  type ChannelSelector,
  type HttpSelector,
  type Operator,
  type Selector,
} from "./model";

const text = words.flows.selectors;

export interface SelectorsView {
  readonly selectors: readonly Selector[];
  readonly apiType: ApiType;
  /** The types of the entrypoints of the API. */
  readonly entrypoints: readonly string[];
  readonly errors: FieldErrors;
  /** The location of the selectors in the body that is sent. */
  readonly at: string;
  readonly readOnly: boolean;
  readonly onChange: (selectors: readonly Selector[]) => void;
}

const EMPTY: Readonly<Record<Selector["type"], Selector>> = {
  HTTP: { type: "HTTP", path: "/", pathOperator: "STARTS_WITH", methods: [] },
  CHANNEL: { type: "CHANNEL", channel: "/", channelOperator: "STARTS_WITH" },
  CONDITION: { type: "CONDITION", condition: "" },
};

/** The selectors of a flow, of which there is at most one of each type. */
export function selectorsEditor(view: SelectorsView): TemplateResult {
  const { selectors, readOnly } = view;
  const possible = (Object.keys(EMPTY) as Selector["type"][]).filter(
    (type) =>
      !selectors.some((one) => one.type === type) &&
      (type !== "CHANNEL" || view.apiType === "MESSAGE"),
  );
  return html`<section class="stack" aria-label=${text.title}>
    <h3>${text.title}</h3>
    ${selectors.length ? nothing : html`<p class="muted">${text.none}</p>`}
    ${selectors.map((one, index) => selectorEditor(view, one, index))}
    ${readOnly || !possible.length
      ? nothing
      : html`<div class="row">
          ${possible.map(
            (type) => html`<button
              type="button"
              class="small"
              @click=${() => view.onChange([...selectors, EMPTY[type]])}
            >
              ${text.add[type]}
            </button>`,
          )}
        </div>`}
  </section>`;
}

function selectorEditor(view: SelectorsView, selector: Selector, index: number): TemplateResult {
  const at = `${view.at}[${index}]`;
  const set = (changed: Selector): void => view.onChange(replaced(view.selectors, index, changed));
  const error = view.errors.at(at);
  return html`<fieldset class="selector">
    <legend>${text.types[selector.type]}</legend>
    ${error ? html`<p class="field-error">${error}</p>` : nothing}
    ${selector.type === "HTTP"
      ? http(view, selector, at, set)
      : selector.type === "CHANNEL"
        ? channel(view, selector, at, set)
        : html`<relay-condition
            .label=${text.condition}
            .hint=${text.conditionHint}
            .phase=${"RESPONSE"}
            .value=${selector.condition}
            .error=${view.errors.at(`${at}.condition`)}
            .disabled=${view.readOnly}
            @change=${(event: CustomEvent<string | undefined>) =>
              set({ type: "CONDITION", condition: event.detail ?? "" })}
          ></relay-condition>`}
    ${view.readOnly
      ? nothing
      : html`<button
          type="button"
          class="small selector-remove"
          @click=${() => view.onChange(without(view.selectors, index))}
        >
          ${text.remove[selector.type]}
        </button>`}
  </fieldset>`;
}

type Set = (changed: Selector) => void;

function http(view: SelectorsView, selector: HttpSelector, at: string, set: Set): TemplateResult {
  return html`<div class="selector-path">
      ${operatorField(
        "http-operator",
        selector.pathOperator,
        view.readOnly,
        (pathOperator) => set({ ...selector, pathOperator }),
        view.errors.at(`${at}.pathOperator`),
      )}
      ${textField({
        id: "http-path",
        label: text.path,
        hint: text.pathHint,
        value: selector.path ?? "/",
        disabled: view.readOnly,
        error: view.errors.at(`${at}.path`),
        onChange: (path) => set({ ...selector, path }),
      })}
    </div>
    ${choices({
      id: "http-methods",
      label: text.methods,
      hint: text.methodsHint,
      all: METHODS,
      chosen: selector.methods ?? [],
      disabled: view.readOnly,
      error: view.errors.at(`${at}.methods`),
      onChange: (methods) => set({ ...selector, methods }),
    })}`;
}

function channel(
  view: SelectorsView,
  selector: ChannelSelector,
  at: string,
  set: Set,
): TemplateResult {
  const wrong = view.errors.below(`${at}.entrypoints`).map((one) => one.message);
  return html`<div class="selector-path">
      ${operatorField(
        "channel-operator",
        selector.channelOperator,
        view.readOnly,
        (channelOperator) => set({ ...selector, channelOperator }),
        view.errors.at(`${at}.channelOperator`),
      )}
      ${textField({
        id: "channel-path",
        label: text.channel,
        hint: text.channelHint,
        value: selector.channel ?? "/",
        disabled: view.readOnly,
        error: view.errors.at(`${at}.channel`),
        onChange: (value) => set({ ...selector, channel: value }),
      })}
    </div>
    ${choices({
      id: "channel-operations",
      label: text.operations,
      hint: text.operationsHint,
      all: OPERATIONS,
      chosen: selector.operations ?? [],
      disabled: view.readOnly,
      error: view.errors.at(`${at}.operations`),
      onChange: (operations) => set({ ...selector, operations }),
    })}
    ${choices({
      id: "channel-entrypoints",
      label: text.entrypoints,
      hint: text.entrypointsHint,
      all: [...new Set([...view.entrypoints, ...(selector.entrypoints ?? [])])],
      chosen: selector.entrypoints ?? [],
      disabled: view.readOnly,
      error: wrong.join(" ") || undefined,
      onChange: (entrypoints) => set({ ...selector, entrypoints }),
    })}`;
}

function operatorField(
  id: string,
  value: Operator | undefined,
  disabled: boolean,
  onChange: (operator: Operator) => void,
  error: string | undefined,
): TemplateResult {
  return selectField({
    id,
    label: text.operator,
    value: value ?? "STARTS_WITH",
    options: OPERATORS.map((one) => ({ value: one, label: text.operators[one] })),
    disabled,
    error,
    onChange: (chosen) => onChange(chosen as Operator),
  });
}

interface Choices {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly all: readonly string[];
  readonly chosen: readonly string[];
  readonly disabled: boolean;
  readonly error: string | undefined;
  readonly onChange: (chosen: readonly string[]) => void;
}

/** Check boxes of which any number can be chosen. */
function choices(view: Choices): TemplateResult {
  const changed = (one: string, checked: boolean): void =>
    view.onChange(
      view.all.filter((other) => (other === one ? checked : view.chosen.includes(other))),
    );
  return html`<div class="field" role="group" aria-labelledby="${view.id}-label">
    <span id="${view.id}-label" class="legend">${view.label}</span>
    <div class="checks">
      ${view.all.map(
        (one) => html`<label>
          <input
            type="checkbox"
            .checked=${view.chosen.includes(one)}
            ?disabled=${view.disabled}
            @change=${(event: Event) => changed(one, (event.target as HTMLInputElement).checked)}
          />
          ${one}
        </label>`,
      )}
    </div>
    ${view.error ? html`<p class="field-error">${view.error}</p>` : nothing}
    <p class="field-hint">${view.hint}</p>
  </div>`;
}
