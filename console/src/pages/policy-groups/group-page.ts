import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { banner } from "../../parts/banner";
import { asCurl } from "../../parts/curl";
import { confirm } from "../../parts/dialog";
import { FieldErrors } from "../../parts/field-errors";
import { time } from "../../parts/numbers";
import { card, facts, page } from "../../parts/page";
import { Part } from "../../parts/part";
import { toast } from "../../parts/toast";
import { Unsaved } from "../../parts/unsaved";
import { answer, del, post, put, send, type Call } from "../../rest/call";
import { messageOf, RestError } from "../../rest/rest-error";
import { path, router } from "../../routing/router";
import { may } from "../../session/session";
import { words } from "../../words/en";
import { Policies } from "../flows/policies";
import { groupPath, readGroup, TONES, type Group } from "./group";
import { groupForm, type GroupDraft } from "./group-form";
import "./history";

const text = words.policyGroups;
const NEW: GroupDraft = { name: "", apiType: "PROXY", phase: "REQUEST", steps: [] };

interface Loaded {
  readonly policies: Policies;
  /** Undefined for a new group. */
  readonly group: Group | undefined;
  readonly etag: string | undefined;
}

/** A shared policy group, or a new one. */
@customElement("relay-policy-group")
export class PolicyGroupPage extends Part {
  /** The id; undefined for a new group. */
  @property({ attribute: false }) group: string | undefined;
  @state() private draft: GroupDraft | undefined;
  @state() private errors = FieldErrors.none;
  @state() private conflict = false;
  @state() private step: number | undefined;
  @state() private asJson = false;
  @state() private said = "";
  private readonly loaded = new Loader(this, (signal) => this.load(signal));

  constructor() {
    super();
    new Unsaved(this, () => this.isChanged);
  }

  override render() {
    const loaded = this.loaded.value;
    return page({
      title: loaded?.group?.name ?? (this.group ? text.group : text.add),
      actions: loaded?.group && may("PUBLISHER") ? this.actions(loaded.group) : nothing,
      content: this.loaded.show((one) => this.content(one)),
      calls: loaded && (this.isChanged || !loaded.group) ? [this.saving()] : this.reads(),
    });
  }

  private reads(): Call[] {
    return this.group ? [readGroup(this.group)] : [];
  }

  private async load(signal: AbortSignal): Promise<Loaded> {
    const policies = Policies.load(signal);
    if (!this.group) return { policies: await policies, group: undefined, etag: undefined };
    const { value, etag } = await answer<Group>(readGroup(this.group), signal);
    return { policies: await policies, group: value, etag };
  }

  private content(loaded: Loaded): TemplateResult {
    const { group, policies } = loaded;
    const readOnly = !may("PUBLISHER");
    const form = groupForm({
      draft: this.current(loaded),
      policies,
      errors: this.errors,
      readOnly,
      isNew: !group,
      step: this.step,
      asJson: this.asJson,
      onStep: (step) => (this.step = step),
      onAsJson: (asJson) => (this.asJson = asJson),
      onChange: (change, said = "") => {
        this.draft = { ...this.current(loaded), ...change };
        this.said = said;
        // Mistakes are at other places then.
        if (said) this.errors = FieldErrors.none;
      },
    });
    return html`<p class="visually-hidden" role="status">${this.said}</p>
      ${this.conflict ? this.conflictBanner() : nothing} ${this.errors.summary()}
      ${group ? this.facts(group) : nothing} ${form}
      ${group
        ? html`<relay-group-history .group=${group.id} .version=${group.version}>
          </relay-group-history>`
        : html`<div class="form-actions">
            <button type="button" class="primary" @click=${() => this.create()}>
              ${text.create}
            </button>
            <a class="button" href=${path("policy-groups")}>${words.common.cancel}</a>
          </div>`}`;
  }

  private facts(group: Group): TemplateResult {
    return card(
      text.stateTitle,
      html`${group.lifecycleState === "PENDING" ? html`<p>${text.pending}</p>` : nothing}
      ${facts([
        [text.state, badge(text.states[group.lifecycleState], TONES[group.lifecycleState])],
        [text.version, group.version],
        [text.crossId, html`<code>${group.crossId}</code>`],
        [text.updated, time(group.updatedAt)],
        [text.deployed, group.deployedAt && time(group.deployedAt)],
      ])}`,
    );
  }

  private actions(group: Group): TemplateResult {
    const isChanged = this.isChanged;
    return html`<button type="button" class="danger" @click=${() => this.delete(group)}>
        ${words.common.delete}
      </button>
      ${group.lifecycleState === "UNDEPLOYED"
        ? nothing
        : html`<button type="button" ?disabled=${isChanged} @click=${() => this.undeploy(group)}>
            ${text.undeploy}
          </button>`}
      <button type="button" ?disabled=${isChanged} @click=${() => this.deploy(group)}>
        ${text.deploy}
      </button>
      <button type="button" class="primary" ?disabled=${!isChanged} @click=${() => this.save()}>
        ${words.common.save}
      </button>`;
  }

  private conflictBanner(): TemplateResult {
    return banner(
      "warn",
      text.conflict,
      html`<button type="button" @click=${() => this.reload()}>${words.flows.takeTheirs}</button>
        <button type="button" @click=${() => this.overwrite()}>${words.flows.keepMine}</button>`,
    );
  }

  private current({ group }: Loaded): GroupDraft {
    return this.draft ?? (group ? edited(group) : NEW);
  }

  private get isChanged(): boolean {
    const loaded = this.loaded.value;
    if (!loaded || !this.draft) return false;
    const before = loaded.group ? edited(loaded.group) : NEW;
    return JSON.stringify(before) !== JSON.stringify(this.draft);
  }

  private saving(): Call {
    const loaded = this.loaded.value!;
    const draft = this.current(loaded);
    if (!loaded.group) return post(groupPath(), draft);
    return {
      ...put(groupPath(loaded.group.id), draft),
      ...(loaded.etag === undefined ? {} : { ifMatch: loaded.etag }),
    };
  }

  private async create(): Promise<void> {
    await this.attempt(async () => {
      const group = await send<Group>(this.saving());
      this.draft = undefined;
      await this.updateComplete;
      toast(text.created);
      await router.go(path("policy-groups", group.id));
    });
  }

  private async save(): Promise<void> {
    await this.attempt(async () => {
      this.take(await answer<Group>(this.saving()));
      this.draft = undefined;
      toast(text.saved);
    });
  }

  private async deploy(group: Group): Promise<void> {
    const call = post(groupPath(group.id, "_deploy"));
    const sure = await confirm({
      title: text.deployQuestion(group.name),
      content: html`<p>${text.deployText}</p>
        ${asCurl([call])}`,
      action: text.deploy,
    });
    if (sure) await this.perform(call, text.deployDone);
  }

  private async undeploy(group: Group): Promise<void> {
    const call = post(groupPath(group.id, "_undeploy"));
    const sure = await confirm({
      title: text.undeployQuestion(group.name),
      content: html`<p>${text.undeployText}</p>
        ${asCurl([call])}`,
      action: text.undeploy,
      danger: true,
    });
    if (sure) await this.perform(call, text.undeployDone);
  }

  private async delete(group: Group): Promise<void> {
    const call = del(groupPath(group.id));
    const sure = await confirm({
      title: text.deleteQuestion(group.name),
      content: asCurl([call]),
      action: words.common.delete,
      danger: true,
    });
    if (!sure) return;
    await this.attempt(async () => {
      await send(call);
      this.draft = undefined;
      await this.updateComplete;
      toast(text.deleted(group.name));
      await router.go(path("policy-groups"));
    });
  }

  private async perform(call: Call, done: string): Promise<void> {
    try {
      this.take(await answer<Group>(call));
      toast(done);
    } catch (error) {
      toast(messageOf(error), "error");
    }
  }

  private take({ value, etag }: { value: Group; etag: string | undefined }): void {
    this.loaded.set({ ...this.loaded.value!, group: value, etag });
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    this.errors = FieldErrors.none;
    this.conflict = false;
    try {
      await work();
    } catch (error) {
      if (error instanceof RestError && error.status === 412) this.conflict = true;
      else this.errors = FieldErrors.of(error);
    }
  }

  private async reload(): Promise<void> {
    this.draft = undefined;
    this.conflict = false;
    await this.loaded.reload();
  }

  private async overwrite(): Promise<void> {
    await this.loaded.reload();
    await this.save();
  }
}

function edited(group: Group): GroupDraft {
  const { name, description, prerequisiteMessage, apiType, phase, steps } = group;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(prerequisiteMessage === undefined ? {} : { prerequisiteMessage }),
    apiType,
    phase,
    steps,
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-policy-group": PolicyGroupPage;
  }
}
