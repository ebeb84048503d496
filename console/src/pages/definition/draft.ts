import { html, type ReactiveController, type ReactiveControllerHost } from "lit";
import { Loader } from "../../loading/loader";
import { diffList, differences } from "../../parts/diff";
import { openDialog } from "../../parts/dialog";
import { asCurl } from "../../parts/curl";
import { FieldErrors } from "../../parts/field-errors";
import { withValue, type Path } from "../../parts/schema-form/values";
import { toast } from "../../parts/toast";
import { Unsaved } from "../../parts/unsaved";
import { answer, type Answer, type Call } from "../../rest/call";
import { messageOf, RestError } from "../../rest/rest-error";
import { words } from "../../words/en";
import { readApi, saveApi, type Api } from "./api";
import { concealed, type Described } from "./conceal";
import { isSame, merged, mergePatch } from "./merge-patch";

const text = words.definition;
/** Members that change by themselves, and the changes that a dry run lists. */
const VOLATILE = ["updatedAt", "deploymentState", "deployedAt", "state", "changes"];

/** An API that is edited on a page: what is saved, what is not, and what was refused. */
export class Draft implements ReactiveController {
  errors = FieldErrors.none;
  /** Whether a call is under way. */
  pending = false;
  readonly loader: Loader<Answer<Api>>;
  private edited: Api | undefined;

  /**
   * @param id the API.
   * @param parts the parts of the API whose schemas tell what is secret.
   */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly id: () => string,
    private readonly parts: () => readonly Described[],
  ) {
    host.addController(this);
    this.loader = new Loader<Answer<Api>>(host, (signal) => answer<Api>(readApi(id()), signal));
    new Unsaved(host, () => this.isChanged);
  }

  hostConnected(): void {
    this.discard();
  }

  get saved(): Api | undefined {
    return this.loader.value?.value;
  }

  get value(): Api | undefined {
    return this.edited ?? this.saved;
  }

  get isChanged(): boolean {
    return this.edited !== undefined && !isSame(this.edited, this.saved);
  }

  /** What saving will send. */
  get call(): Call {
    return saveApi(this.id(), mergePatch(this.saved, this.value), this.loader.value?.etag);
  }

  /** Changes a member; undefined removes it. */
  change(path: Path, next: unknown): void {
    this.edited = withValue(this.value, path, next, () => true) as Api;
    this.host.requestUpdate();
  }

  discard(): void {
    this.edited = undefined;
    this.errors = FieldErrors.none;
    this.host.requestUpdate();
  }

  /** Reads the API again, without the changes. */
  reload(): void {
    this.discard();
    this.loader.value = undefined;
    void this.loader.reload();
  }

  /** Lets the server check the changes, shows what will change, and saves it. */
  async save(): Promise<void> {
    this.errors = FieldErrors.none;
    const { call } = this;
    const checked = await this.sent({ ...call, query: { dryRun: true } });
    if (!checked) return;
    if (!(await this.isAgreed(checked.value, call))) return;
    const saved = await this.sent(call);
    if (!saved) return;
    this.loader.set(saved);
    this.discard();
    // To the banner that says what is not deployed.
    scrollTo(0, 0);
    toast(text.saved);
  }

  private async sent(call: Call): Promise<Answer<Api> | undefined> {
    this.pending = true;
    this.host.requestUpdate();
    try {
      return await answer<Api>(call);
    } catch (error) {
      if (error instanceof RestError && error.status === 412) await this.resolve();
      else this.errors = FieldErrors.of(error);
      return undefined;
    } finally {
      this.pending = false;
      this.host.requestUpdate();
    }
  }

  private changes(before: unknown, after: unknown) {
    return concealed(differences(stable(before), stable(after)), this.parts());
  }

  private async isAgreed(after: Api, call: Call): Promise<boolean> {
    const changes = this.changes(this.saved, after);
    const agreed = await openDialog<boolean>(
      text.reviewTitle,
      (close) => ({
        content: html`<p>${changes.length ? text.review : text.nothingChanges}</p>
          ${diffList(changes, after)} ${asCurl([call])}`,
        actions: html`<button type="button" @click=${() => close(false)}>
            ${words.common.cancel}
          </button>
          <button type="button" class="primary" @click=${() => close(true)}>
            ${words.common.save}
          </button>`,
      }),
      { wide: true },
    );
    return agreed === true;
  }

  /** Another user has saved the API meanwhile: shows what, and goes on from there. */
  private async resolve(): Promise<void> {
    let current: Answer<Api>;
    try {
      current = await answer<Api>(readApi(this.id()));
    } catch (error) {
      toast(messageOf(error), "error");
      return;
    }
    const keep = await openDialog<boolean>(
      text.conflictTitle,
      (close) => ({
        content: html`<p>${text.conflict}</p>
          ${diffList(this.changes(this.saved, current.value), current.value)}`,
        actions: html`<button type="button" class="danger" @click=${() => close(false)}>
            ${words.common.discard}
          </button>
          <button type="button" class="primary" @click=${() => close(true)}>
            ${text.conflictKeep}
          </button>`,
      }),
      { wide: true },
    );
    if (keep === undefined) return;
    const mine = mergePatch(this.saved, this.value);
    this.loader.set(current);
    this.discard();
    if (keep) this.edited = merged(current.value, mine) as Api;
  }
}

function stable(document: unknown): unknown {
  return merged(document, Object.fromEntries(VOLATILE.map((name) => [name, null])));
}
