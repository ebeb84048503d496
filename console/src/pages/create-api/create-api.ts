import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { confirm } from "../../parts/dialog";
import { FieldErrors } from "../../parts/field-errors";
import { page } from "../../parts/page";
import { Part } from "../../parts/part";
import type { Schema } from "../../parts/schema-form/schema";
import { toast } from "../../parts/toast";
import { Unsaved } from "../../parts/unsaved";
import { get, send } from "../../rest/call";
import { environment, installation } from "../../rest/paths";
import { messageOf, RestError, type Detail } from "../../rest/rest-error";
import { path, router } from "../../routing/router";
import { words } from "../../words/en";
import { detailsStep } from "./details-step";
import { checkCall, createCall, EMPTY, partsOf, startCall, type ApiType, type Draft } from "./draft";
import { drawing } from "./drawing";
import { accessStep, endpointStep, probe } from "./endpoint-step";
import { architectureStep, entrypointsStep, pathsStep } from "./entrypoints-step";
import { halfSaved } from "./half-saved";
import { plansStep } from "./plans-step";
import { MENU, mistakesOf, stepAt, stepsOf, type Step } from "./steps";
import { summaryStep } from "./summary-step";
import type { Catalogue, Plugin, Wizard } from "./wizard";

const text = words.createApi;
/** Stands for the id of the new API, which is not known yet. */
const UNKNOWN_ID = "API_ID";

interface View {
  readonly title: string;
  readonly text?: string;
  readonly action: string;
  readonly content: () => unknown;
}

/** Creates an API step by step. */
@customElement("relay-create-api")
export class CreateApi extends Part implements Wizard {
  @state() draft: Draft = EMPTY;
  @state() private step: Step = "details";
  @state() private reached: Step = "details";
  @state() private pending = false;
  @state() private refused: readonly Detail[] = [];
  @state() private failure = "";
  /** The API that was saved and does not run. */
  @state() private saved: { readonly id: string; readonly reason: string } | undefined;
  @state() private finished = false;
  mistakes = FieldErrors.none;
  private readonly catalogueLoader = new Loader<Catalogue>(this, loadCatalogue);
  private readonly gateway = new Loader(this, (signal) =>
    send<readonly { value: string }[]>(get(environment("exposedEntrypoints")), signal),
  );
  private readonly schemas = new Map<string, Schema>();
  private readonly loading = new Map<string, Promise<void>>();

  constructor() {
    super();
    const texts = {
      title: text.exitTitle,
      text: text.exitText,
      discard: text.discard,
      keep: text.keep,
    };
    new Unsaved(this, () => this.draft !== EMPTY && !this.finished, texts);
  }

  override firstUpdated(): void {
    void this.focusFirst();
  }

  get catalogue(): Catalogue | undefined {
    return this.catalogueLoader.value;
  }

  change(part: Partial<Draft>): void {
    this.draft = { ...this.draft, ...part };
    this.refused = this.refused.filter((one) => stepAt(one.location, this.draft) !== this.step);
    this.failure = "";
  }

  show(step: Step): void {
    this.step = step;
    void this.focusFirst();
  }

  schema(...parts: string[]): Schema | undefined {
    void this.loadSchema(...parts);
    return this.schemas.get(parts.join("/"));
  }

  loadSchema(...parts: string[]): Promise<void> {
    const key = parts.join("/");
    let loading = this.loading.get(key);
    if (!loading) {
      loading = this.readSchema(key, parts);
      this.loading.set(key, loading);
    }
    return loading;
  }

  private async readSchema(key: string, parts: string[]): Promise<void> {
    try {
      this.schemas.set(key, await send<Schema>(get(installation("plugins", ...parts))));
      this.requestUpdate();
    } catch (error) {
      toast(messageOf(error), "error");
    }
  }

  override render() {
    if (this.saved) {
      return page({ title: text.title, content: halfSaved(this.draft.name, this.saved, this) });
    }
    const view = this.view();
    const own = this.refused.filter((one) => stepAt(one.location, this.draft) === this.step);
    this.mistakes = own.length
      ? FieldErrors.of(new RestError(400, "validation", words.errors.summary, own))
      : FieldErrors.none;
    return page({
      title: text.title,
      intro: text.intro,
      content: html`${this.menu()}
        <div class="wizard">
          <form
            class="card wizard-step"
            aria-labelledby="step-title"
            novalidate
            @submit=${(event: Event) => this.submitted(event)}
          >
            <div>
              <h2 id="step-title">${view.title}</h2>
              ${view.text ? html`<p class="muted">${view.text}</p>` : nothing}
            </div>
            ${view.content()}
            ${this.step === "summary" ? nothing : this.unplaced()}
            ${this.failure
              ? html`<p class="notice notice-error" role="alert">${this.failure}</p>`
              : nothing}
            <div class="form-actions">${this.buttons(view)}</div>
          </form>
          <aside class="wizard-aside">
            ${drawing(this.draft, this.gateway.value?.[0]?.value ?? "")}
            ${this.step === "endpoints" ? probe(this) : nothing}
          </aside>
        </div>`,
      calls:
        this.step === "summary"
          ? [createCall(this.draft), startCall(UNKNOWN_ID)]
          : [checkCall(this.draft)],
    });
  }

  private view(): View {
    switch (this.step) {
      case "details":
        return {
          title: text.detailsTitle,
          action: text.validateDetails,
          content: () => detailsStep(this),
        };
      case "architecture":
        return {
          title: text.architectureTitle,
          action: text.selectArchitecture,
          content: () => architectureStep(this, (type) => void this.chooseType(type)),
        };
      case "entrypoints":
        return {
          title: text.entrypointsTitle,
          text: text.entrypointsText,
          action: text.selectEntrypoints,
          content: () => this.catalogueLoader.show(() => entrypointsStep(this)),
        };
      case "paths":
        return {
          title: text.pathsTitle,
          action: text.validateEntrypoints,
          content: () => pathsStep(this),
        };
      case "access":
        return {
          title: text.accessTitle,
          action: text.selectEndpoints,
          content: () => this.catalogueLoader.show(() => accessStep(this)),
        };
      case "endpoints":
        return {
          title: text.endpointsTitle,
          action: text.validateEndpoints,
          content: () => endpointStep(this),
        };
      case "plans":
        return {
          title: text.plansTitle,
          text: text.plansText,
          action: text.validatePlans,
          content: () => this.catalogueLoader.show(() => plansStep(this)),
        };
      case "summary":
        return {
          title: text.summaryTitle,
          text: text.summaryText,
          action: text.saveAndDeploy,
          content: () => summaryStep(this, this.refused),
        };
    }
  }

  private menu() {
    const steps = stepsOf(this.draft);
    const reached = steps.indexOf(this.reached);
    return html`<nav aria-label=${text.menu.label}>
      <ol class="wizard-menu">
        ${MENU.map((entry) => {
          const first = entry.steps.find((one) => steps.includes(one))!;
          const isCurrent = entry.steps.includes(this.step);
          const isDone = !isCurrent && steps.indexOf(first) < reached;
          return html`<li class=${isDone ? "is-done" : ""}>
            <button
              type="button"
              class="plain"
              aria-current=${isCurrent ? "step" : nothing}
              ?disabled=${steps.indexOf(first) > reached}
              @click=${() => this.show(first)}
            >
              ${entry.label}
            </button>
          </li>`;
        })}
      </ol>
    </nav>`;
  }

  private buttons(view: View) {
    const first = this.step === "details";
    return html`${first
        ? html`<button type="button" @click=${() => void router.go(path("apis"))}>${text.exit}</button>`
        : html`<button type="button" @click=${() => this.previous()}>${words.common.previous}</button>`}
      <span class="form-actions-end">
        ${this.step === "summary"
          ? html`<button type="button" ?disabled=${this.pending} @click=${() => void this.save(false)}>
              ${text.save}
            </button>`
          : nothing}
        <button type="submit" class="primary" ?disabled=${this.pending}>${view.action}</button>
      </span>`;
  }

  /** The mistakes of this step that no field has shown. */
  private unplaced() {
    return this.mistakes.rest().length ? this.mistakes.summary() : nothing;
  }

  private previous(): void {
    const steps = stepsOf(this.draft);
    this.show(steps[steps.indexOf(this.step) - 1]!);
  }

  private async submitted(event: Event): Promise<void> {
    event.preventDefault();
    if (this.pending) return;
    if (this.step === "summary") return this.save(true);
    const step = this.step;
    let found = mistakesOf(this.draft, step);
    if (!found.length) {
      const refused = await this.check();
      if (!refused) return;
      found = refused.filter((one) => stepAt(one.location, this.draft) === step);
    }
    this.refused = [...this.others(step), ...found];
    if (found.length) return this.focusMistake();
    const steps = stepsOf(this.draft);
    const next = steps[steps.indexOf(step) + 1]!;
    if (steps.indexOf(next) > steps.indexOf(this.reached)) this.reached = next;
    this.show(next);
  }

  private others(step: Step): readonly Detail[] {
    return this.refused.filter((one) => stepAt(one.location, this.draft) !== step);
  }

  /** Asks the server what it would refuse; undefined when the server does not answer. */
  private async check(): Promise<readonly Detail[] | undefined> {
    this.pending = true;
    this.failure = "";
    try {
      await send(checkCall(this.draft));
      return [];
    } catch (error) {
      if (error instanceof RestError && error.details.length) return error.details;
      this.failure = messageOf(error);
      return undefined;
    } finally {
      this.pending = false;
    }
  }

  private async chooseType(type: ApiType): Promise<void> {
    const steps = stepsOf(this.draft);
    const isEntered = steps.indexOf(this.reached) > steps.indexOf("architecture");
    if (isEntered && type !== this.draft.type) {
      const agreed = await confirm({
        title: text.resetTitle,
        content: text.resetText,
        action: text.resetAction,
        danger: true,
      });
      if (!agreed) return this.requestUpdate();
      this.reached = "architecture";
    }
    this.refused = [];
    this.change(partsOf(type));
  }

  private async save(deploy: boolean): Promise<void> {
    this.pending = true;
    this.failure = "";
    try {
      const { id } = await send<{ id: string }>(createCall(this.draft));
      if (deploy) await this.deploy(id);
      else await this.leave(id, text.saved);
    } catch (error) {
      this.refused = error instanceof RestError ? error.details : [];
      const unanswered = error instanceof RestError && error.status === 0;
      if (!this.refused.length) this.failure = unanswered ? text.unanswered : messageOf(error);
    } finally {
      this.pending = false;
    }
  }

  /** Deploys what was saved; when that fails, the user decides what becomes of it. */
  async deploy(id: string): Promise<void> {
    try {
      await send(startCall(id));
    } catch (error) {
      this.saved = { id, reason: messageOf(error) };
      return;
    }
    await this.leave(id, text.deployed);
  }

  /** Shows the API. */
  async leave(id: string, message: string): Promise<void> {
    await this.finish();
    toast(message);
    await router.go(path("apis", id));
  }

  /** Lets the page be left without a question. */
  async finish(): Promise<void> {
    this.finished = true;
    await this.updateComplete;
  }

  private async focusFirst(): Promise<void> {
    await this.updateComplete;
    const field = "input, select, textarea";
    const chosen = this.querySelector<HTMLElement>(`.wizard-step input[type=radio]:checked`);
    const first = chosen ?? this.querySelector<HTMLElement>(`.wizard-step :is(${field})`);
    (first ?? this.querySelector<HTMLElement>(".wizard-step .primary"))?.focus();
    this.querySelector(".wizard-menu")?.scrollIntoView({ block: "nearest" });
  }

  private async focusMistake(): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }
}

async function loadCatalogue(signal: AbortSignal): Promise<Catalogue> {
  const list = (kind: string): Promise<readonly Plugin[]> =>
    send(get(installation("plugins", kind)), signal);
  const [entrypoints, endpoints, plans] = await Promise.all([
    list("entrypoints"),
    list("endpoints"),
    list("plans"),
  ]);
  return { entrypoints, endpoints, plans };
}
