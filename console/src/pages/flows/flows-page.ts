import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { banner } from "../../parts/banner";
import { confirm } from "../../parts/dialog";
import { diffList, differences } from "../../parts/diff";
import { FieldErrors } from "../../parts/field-errors";
import { selectField, toggleField } from "../../parts/fields";
import "../../parts/json-editor";
import { card, page } from "../../parts/page";
import { Part } from "../../parts/part";
import { tabs } from "../../parts/tabs";
import { toast } from "../../parts/toast";
import { Unsaved } from "../../parts/unsaved";
import { messageOf } from "../../rest/rest-error";
import { Query } from "../../routing/query";
import { may } from "../../session/session";
import { words } from "../../words/en";
import {
  isChanged,
  loadDrafts,
  reads,
  rebased,
  save,
  saving,
  type Content,
  type Drafts,
  type Owner,
} from "./drafts";
import { flowEditor, type ChosenStep } from "./flow-editor";
import { flowList, flowName } from "./flow-list";
import { inserted, newFlow, replaced, without, type Flow } from "./model";
import { Policies } from "./policies";

const text = words.flows;

/** The flows of an API and of its plans. The query says which flow is edited. */
@customElement("relay-flows-page")
export class FlowsPage extends Part {
  @property({ attribute: false }) api = "";
  @state() private step: ChosenStep | undefined;
  @state() private asJson = false;
  @state() private conflict = false;
  @state() private saving = false;
  @state() private said = "";
  private readonly query = new Query(this);
  private readonly policies = new Loader(this, (signal) => Policies.load(signal));
  private readonly drafts = new Loader(this, (signal) => loadDrafts(this.api, signal));

  constructor() {
    super();
    new Unsaved(this, () => this.changed.length > 0);
  }

  override render() {
    const readOnly = !may("PUBLISHER");
    const changed = this.changed;
    return page({
      title: text.title,
      intro: text.intro,
      actions: readOnly ? nothing : this.actions(changed),
      content: this.policies.show(
        (policies) =>
          html`${this.drafts.show((drafts) => this.content(drafts, policies, readOnly))}`,
      ),
      calls: changed.length ? changed.map(saving) : reads(this.api),
    });
  }

  private actions(changed: readonly Owner[]): TemplateResult {
    return html`<button
        type="button"
        ?disabled=${!changed.length || this.saving}
        @click=${() => this.discard()}
      >
        ${words.common.discard}
      </button>
      <button
        type="button"
        class="primary"
        ?disabled=${!changed.length || this.saving}
        @click=${() => this.save()}
      >
        ${words.common.save}
      </button>`;
  }

  private content(drafts: Drafts, policies: Policies, readOnly: boolean): TemplateResult {
    const owner = this.owner(drafts);
    const index = this.index(owner);
    const whole = this.query.get("view") === "json";
    // Evaluated before the summary, which lists what no field shows.
    const editor = whole ? this.wholeJson(owner, readOnly) : this.editor(owner, index, drafts, policies, readOnly);
    const execution = this.execution(drafts, readOnly);
    return html`<p class="visually-hidden" role="status">${this.said}</p>
      ${this.conflict ? this.conflictBanner() : nothing}
      ${drafts.owners.map((one) => this.summary(one))}
      ${execution}
      ${this.changes(drafts)}
      <div class="flows">
        <nav class="flows-lists card" aria-label=${text.lists}>
          ${drafts.owners.map((one) =>
            flowList({
              owner: one,
              selected: one.id === owner.id && !whole ? index : undefined,
              readOnly,
              onSelect: (chosen) => this.choose(one, chosen),
              onChange: (flows, said) => this.change(one, { ...one.draft, flows }, said),
              onAdd: () => this.add(one, drafts),
            }),
          )}
          ${readOnly ? nothing : html`<p class="muted">${text.keyboardHint}</p>`}
        </nav>
        <div class="stack">
          ${tabs(
            text.editAs,
            [
              { id: "list-editor", label: text.editor },
              { id: "list-json", label: text.allAsJson },
            ],
            whole ? "list-json" : "list-editor",
            (id) => this.query.set({ view: id === "list-json" ? "json" : undefined }),
            editor,
          )}
        </div>
      </div>`;
  }

  private editor(
    owner: Owner,
    index: number,
    drafts: Drafts,
    policies: Policies,
    readOnly: boolean,
  ): TemplateResult {
    const flows = owner.draft.flows;
    const flow = flows[index];
    if (!flow) {
      return html`<div class="empty">
        <p>${text.noFlowChosen}</p>
        ${readOnly
          ? nothing
          : html`<button type="button" class="primary" @click=${() => this.add(owner, drafts)}>
              ${text.addFlow}
            </button>`}
      </div>`;
    }
    const entrypoints = (drafts.api.listeners ?? []).flatMap((one) =>
      (one.entrypoints ?? []).map((entrypoint) => entrypoint.type),
    );
    const set = (changed: readonly Flow[], said: string): void =>
      this.change(owner, { ...owner.draft, flows: changed }, said);
    return flowEditor({
      flow,
      title: flowName(flow, index),
      apiType: drafts.api.type,
      entrypoints,
      policies,
      errors: owner.errors,
      at: `flows[${index}]`,
      readOnly,
      step: this.step,
      asJson: this.asJson,
      onAsJson: (asJson) => (this.asJson = asJson),
      onStep: (step) => (this.step = step),
      onChange: (changed, said) => {
        // Two changes of one turn, such as of the steps and of the selection, add up.
        const now = this.owner(this.drafts.value!);
        this.change(now, { ...now.draft, flows: replaced(now.draft.flows, index, changed) }, said);
      },
      onDuplicate: () => {
        const { id, ...copy } = flow;
        const name = text.copyOf(flowName(flow, index));
        set(inserted(flows, index + 1, { ...copy, name }), text.added(name));
        this.choose(owner, index + 1);
      },
      onRemove: () => {
        set(without(flows, index), text.removed(flowName(flow, index)));
        this.choose(owner, Math.max(index - 1, 0));
      },
    });
  }

  private wholeJson(owner: Owner, readOnly: boolean): TemplateResult {
    return card(
      owner.id ? text.flowsOfPlan(owner.name) : text.flowsOfApi,
      html`<relay-json-editor
        .label=${text.listJson}
        .value=${owner.draft.flows}
        .disabled=${readOnly}
        @change=${(event: CustomEvent<readonly Flow[] | undefined>) =>
          Array.isArray(event.detail) &&
          this.change(owner, { ...owner.draft, flows: event.detail as Flow[] })}
      ></relay-json-editor>`,
    );
  }

  private execution(drafts: Drafts, readOnly: boolean): TemplateResult {
    const owner = drafts.owners.find((one) => !one.id)!;
    const { mode = "DEFAULT", matchRequired = false } = owner.draft.flowExecution ?? {};
    const set = (change: object): void =>
      this.change(owner, {
        ...owner.draft,
        flowExecution: { ...owner.draft.flowExecution, ...change },
      });
    return card(
      text.execution,
      html`<div class="columns">
        ${selectField({
          id: "flow-mode",
          label: text.mode,
          hint: text.modeHint,
          value: mode,
          options: (["DEFAULT", "BEST_MATCH"] as const).map((one) => ({
            value: one,
            label: text.modes[one],
          })),
          disabled: readOnly,
          error: owner.errors.at("flowExecution.mode"),
          onChange: (chosen) => set({ mode: chosen }),
        })}
        ${toggleField({
          id: "match-required",
          label: text.matchRequired,
          hint: text.matchRequiredHint,
          value: matchRequired,
          disabled: readOnly,
          onChange: (chosen) => set({ matchRequired: chosen }),
        })}
      </div>`,
    );
  }

  private summary(owner: Owner): unknown {
    if (!owner.errors.any) return nothing;
    return html`${owner.id ? html`<h2>${text.flowsOfPlan(owner.name)}</h2>` : nothing}
    ${owner.errors.summary()}`;
  }

  private changes(drafts: Drafts): TemplateResult | typeof nothing {
    const changed = drafts.owners.filter(isChanged);
    if (!changed.length) return nothing;
    return html`<details class="card">
      <summary>${text.changes}</summary>
      ${changed.map(
        (one) => html`<h3>${one.id ? text.flowsOfPlan(one.name) : text.flowsOfApi}</h3>
          ${diffList(differences(one.saved, one.draft), one.draft)}`,
      )}
    </details>`;
  }

  private conflictBanner(): TemplateResult {
    return banner(
      "warn",
      text.conflict,
      html`<button type="button" @click=${() => this.discard()}>${text.takeTheirs}</button>
        <button type="button" @click=${() => this.keepMine()}>${text.keepMine}</button>`,
    );
  }

  private get changed(): readonly Owner[] {
    return this.drafts.value?.owners.filter(isChanged) ?? [];
  }

  private owner(drafts: Drafts): Owner {
    const wanted = this.query.get("plan");
    return drafts.owners.find((one) => one.id === wanted) ?? drafts.owners.at(-1)!;
  }

  private index(owner: Owner): number {
    const last = owner.draft.flows.length - 1;
    return Math.max(Math.min(this.query.number("flow", 1) - 1, last), 0);
  }

  private choose(owner: Owner, index: number): void {
    this.step = undefined;
    this.query.set({ plan: owner.id || undefined, flow: String(index + 1), view: undefined });
  }

  private add(owner: Owner, drafts: Drafts): void {
    const flows = owner.draft.flows;
    const flow = newFlow(drafts.api.type, text.newFlow);
    this.change(owner, { ...owner.draft, flows: [...flows, flow] }, text.added(text.newFlow));
    this.choose(owner, flows.length);
  }

  /** @param said what was added, moved or removed: the places of mistakes are others then. */
  private change(owner: Owner, draft: Content, said = ""): void {
    const errors = said ? FieldErrors.none : owner.errors;
    this.put(
      this.drafts.value!.owners.map((one) => (one.id === owner.id ? { ...one, draft, errors } : one)),
    );
    this.said = said;
  }

  private put(owners: readonly Owner[]): void {
    this.drafts.set({ ...this.drafts.value!, owners });
  }

  private async save(): Promise<void> {
    this.saving = true;
    try {
      const { owners, outcome } = await save(this.drafts.value!.owners);
      this.put(owners);
      this.conflict = outcome === "conflict";
      if (outcome === "saved") toast(text.saved);
    } catch (error) {
      toast(messageOf(error), "error");
    }
    this.saving = false;
  }

  private async discard(): Promise<void> {
    const sure = await confirm({
      title: words.common.unsavedTitle,
      content: text.discardText,
      action: words.common.discard,
      cancel: words.common.keepEditing,
      danger: true,
    });
    if (!sure) return;
    this.step = undefined;
    this.conflict = false;
    await this.drafts.reload();
  }

  private async keepMine(): Promise<void> {
    this.drafts.set(await rebased(this.api, this.drafts.value!.owners));
    this.conflict = false;
    await this.save();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-flows-page": FlowsPage;
  }
}
