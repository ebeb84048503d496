import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { banner } from "../../parts/banner";
import { FieldErrors } from "../../parts/field-errors";
import { time } from "../../parts/numbers";
import { card, facts, page } from "../../parts/page";
import { Part } from "../../parts/part";
import { toast } from "../../parts/toast";
import { Unsaved } from "../../parts/unsaved";
import { answer, get, patch, post, send, type Call } from "../../rest/call";
import { environment, installation } from "../../rest/paths";
import { messageOf, RestError } from "../../rest/rest-error";
import { path, router } from "../../routing/router";
import { may } from "../../session/session";
import { words } from "../../words/en";
import { act } from "./ending";
import { planForm, type PlanDraft } from "./plan-form";
import { acting, actionsOf, planPath, TONES, type Action, type Plan, type PlanKind } from "./plan";

const text = words.plans;
const LIMITS: readonly string[] = ["rate-limit", "quota", "spike-arrest", "stream-limit", "event-limit"];
const EDITED = [
  "name",
  "mode",
  "description",
  "validation",
  "security",
  "selectionRule",
  "characteristics",
  "commentRequired",
  "commentMessage",
] as const satisfies readonly (keyof PlanDraft)[];
const NEW: PlanDraft = {
  name: "",
  mode: "STANDARD",
  validation: "AUTO",
  security: { type: "API_KEY", configuration: {} },
};

interface Loaded {
  readonly kinds: readonly PlanKind[];
  /** Undefined for a new plan. */
  readonly plan: Plan | undefined;
  readonly etag: string | undefined;
}

/** A plan of an API, or a new one. */
@customElement("relay-plan-page")
export class PlanPage extends Part {
  @property({ attribute: false }) api = "";
  /** Undefined for a new plan. */
  @property({ attribute: false }) plan: string | undefined;
  @state() private draft: PlanDraft | undefined;
  @state() private errors = FieldErrors.none;
  @state() private conflict = false;
  private readonly loaded = new Loader(this, (signal) => this.load(signal));

  constructor() {
    super();
    new Unsaved(this, () => this.isChanged);
  }

  override render() {
    return page({
      title: this.loaded.value?.plan?.name ?? (this.plan ? text.plan : text.add),
      actions: this.loaded.value ? this.actions(this.loaded.value) : nothing,
      content: this.loaded.show((loaded) => this.content(loaded)),
      calls: this.isChanged || !this.plan ? [this.saving()] : [get(planPath(this.api, this.plan))],
    });
  }

  private async load(signal: AbortSignal): Promise<Loaded> {
    const kinds = send<PlanKind[]>(get(installation("plugins", "plans")), signal);
    if (!this.plan) return { kinds: await kinds, plan: undefined, etag: undefined };
    const { value, etag } = await answer<Plan>(get(planPath(this.api, this.plan)), signal);
    return { kinds: await kinds, plan: value, etag };
  }

  private content(loaded: Loaded): TemplateResult {
    const { plan } = loaded;
    const readOnly = !may("PUBLISHER") || plan?.status === "CLOSED";
    const form = planForm({
      draft: this.current(loaded),
      kinds: loaded.kinds,
      errors: this.errors,
      readOnly,
      isNew: !plan,
      onChange: (draft) => (this.draft = draft),
    });
    return html`${this.conflict ? this.conflictBanner() : nothing} ${this.errors.summary()}
      ${plan ? this.state(plan) : nothing} ${form} ${plan ? this.limits(plan) : nothing}
      ${plan || readOnly
        ? nothing
        : html`<div class="form-actions">
            <button type="button" class="primary" @click=${() => this.create(true)}>
              ${text.createAndPublish}
            </button>
            <button type="button" @click=${() => this.create(false)}>${text.create}</button>
            <a class="button" href=${path("apis", this.api, "plans")}>${words.common.cancel}</a>
          </div>`}`;
  }

  private state(plan: Plan): TemplateResult {
    return card(
      text.statusTitle,
      facts([
        [text.status, badge(text.statuses[plan.status], TONES[plan.status])],
        [text.created, time(plan.createdAt)],
        [text.published, plan.publishedAt && time(plan.publishedAt)],
        [text.closed, plan.closedAt && time(plan.closedAt)],
        [text.order, plan.status === "PUBLISHED" ? plan.order : undefined],
      ]),
    );
  }

  private limits(plan: Plan): TemplateResult {
    const steps = (plan.flows ?? []).flatMap((flow) =>
      [flow.request, flow.response, flow.subscribe, flow.publish].flatMap((some) => some ?? []),
    );
    const limits = steps.filter((one) => LIMITS.includes(one.policy));
    const href = `${path("apis", this.api, "flows")}?plan=${encodeURIComponent(plan.id)}`;
    return card(
      text.limits,
      html`<p class="muted">${text.limitsHint}</p>
        ${limits.length
          ? html`<ul>
              ${limits.map((one) => html`<li>${one.name || one.policy} <code>${one.policy}</code></li>`)}
            </ul>`
          : html`<p>${text.noLimits}</p>`}
        <p><a href=${href}>${text.flowsOfPlan((plan.flows ?? []).length)}</a></p>`,
    );
  }

  private actions({ plan }: Loaded): TemplateResult | typeof nothing {
    if (!plan || !may("PUBLISHER")) return nothing;
    return html`${actionsOf(plan.status).map(
        (action) => html`<button
          type="button"
          class=${action === "_close" ? "danger" : ""}
          ?disabled=${this.isChanged}
          @click=${() => this.act(plan, action)}
        >
          ${text.actions[action]}
        </button>`,
      )}
      ${plan.status === "CLOSED"
        ? nothing
        : html`<button
            type="button"
            class="primary"
            ?disabled=${!this.isChanged}
            @click=${() => this.save()}
          >
            ${words.common.save}
          </button>`}`;
  }

  private conflictBanner(): TemplateResult {
    return banner(
      "warn",
      text.conflict,
      html`<button type="button" @click=${() => this.reload()}>${words.flows.takeTheirs}</button>
        <button type="button" @click=${() => this.overwrite()}>${words.flows.keepMine}</button>`,
    );
  }

  private current(loaded: Loaded): PlanDraft {
    return this.draft ?? (loaded.plan ? edited(loaded.plan) : NEW);
  }

  private get isChanged(): boolean {
    const loaded = this.loaded.value;
    if (!loaded || !this.draft) return false;
    const before = loaded.plan ? edited(loaded.plan) : NEW;
    return JSON.stringify(before) !== JSON.stringify(this.draft);
  }

  /** The call that saves the plan; what was removed is null, as a merge patch takes it. */
  private saving(): Call {
    const loaded = this.loaded.value;
    const draft = cleaned(loaded ? this.current(loaded) : NEW);
    if (!loaded?.plan) return post(environment("apis", this.api, "plans"), draft);
    const body: Record<string, unknown> = {};
    for (const name of EDITED) {
      const isSame = JSON.stringify(draft[name]) === JSON.stringify(loaded.plan[name]);
      if (!isSame) body[name] = draft[name] ?? null;
    }
    if (body["security"]) body["security"] = replacing(loaded.plan.security, draft.security);
    return {
      ...patch(planPath(this.api, loaded.plan.id), body),
      ...(loaded.etag === undefined ? {} : { ifMatch: loaded.etag }),
    };
  }

  private async save(): Promise<void> {
    await this.attempt(async () => {
      const call = this.saving();
      await send({ ...call, query: { dryRun: true } });
      const { value, etag } = await answer<Plan>(call);
      this.loaded.set({ ...this.loaded.value!, plan: value, etag });
      this.draft = undefined;
      toast(text.saved);
    });
  }

  private async create(publish: boolean): Promise<void> {
    await this.attempt(async () => {
      const plan = await send<Plan>(this.saving());
      this.draft = undefined;
      await this.updateComplete;
      if (publish) await this.publish(plan);
      else toast(text.createdStaging);
      await router.go(path("apis", this.api, "plans", plan.id));
    });
  }

  /** A plan that cannot be published stays in staging; the user is told why. */
  private async publish(plan: Plan): Promise<void> {
    try {
      await send(acting(this.api, plan.id, "_publish"));
      toast(text.createdAndPublished);
    } catch (error) {
      toast(messageOf(error), "error");
    }
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

  private async act(plan: Plan, action: Action): Promise<void> {
    if (await act(this.api, plan, action)) await this.reload();
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

function edited(plan: Plan): PlanDraft {
  return Object.fromEntries(
    EDITED.filter((name) => plan[name] !== undefined).map((name) => [name, plan[name]]),
  );
}

/** Without what is left over from typing. */
function cleaned(draft: PlanDraft): PlanDraft {
  const { characteristics, ...rest } = draft;
  const kept = characteristics?.map((one) => one.trim()).filter(Boolean);
  return kept?.length ? { ...rest, characteristics: kept } : rest;
}

/** A merge patch that replaces an object: members that are gone are null. */
function replacing(before: unknown, after: unknown): unknown {
  if (!isObject(before) || !isObject(after)) return after ?? null;
  const gone = Object.keys(before).filter((name) => !(name in after));
  return Object.fromEntries([
    ...Object.entries(after).map(([name, value]) => [name, replacing(before[name], value)]),
    ...gone.map((name) => [name, null]),
  ]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-plan-page": PlanPage;
  }
}
