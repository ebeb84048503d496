import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { textField, toggleField } from "./fields";
import { newId, ValuePart } from "./part";
import { post, send } from "../rest/call";
import { environment } from "../rest/paths";
import type { Detail } from "../rest/rest-error";
import { words } from "../words/en";

const text = words.paths;
const SYNTAX = /^\/[/.a-zA-Z0-9\-_~!$&'()*+,=:@%]*$/;
const SHORTEST = 3;
/** The server is asked when nothing was typed for so long. */
const PAUSE_MS = 300;

/** A context-path, on one host or on all. */
export interface Path {
  readonly host?: string;
  readonly path: string;
  readonly overrideAccess?: boolean;
}

interface Verdict {
  readonly ok: boolean;
  readonly reason?: string;
}

/** The call that asks whether paths are free. */
export const verifyPaths = (api: string | undefined, paths: readonly Path[]) =>
  post(environment("apis", "_verify", "paths"), { ...(api ? { apiId: api } : {}), paths });

/** What is wrong with a context-path by itself. */
export function pathMistake(paths: readonly Path[], index: number): string | undefined {
  const { host, path } = paths[index]!;
  if (!path) return text.required;
  if (path.includes("//") || !SYNTAX.test(path)) return text.invalid;
  if (path.length <= SHORTEST) return text.short;
  const same = (one: Path): boolean =>
    (one.host ?? "") === (host ?? "") && trimmed(one.path) === trimmed(path);
  return paths.findIndex(same) < index ? text.duplicated : undefined;
}

const trimmed = (path: string): string => path.replace(/\/+$/, "");

/**
 * A list of context-paths, with hosts where virtual hosts are enabled. They are checked
 * as they are typed, by the server, too. `change` is dispatched with the paths.
 */
@customElement("relay-paths")
export class Paths extends ValuePart {
  /** The id of the API; undefined for a new one. */
  @property({ attribute: false }) api: string | undefined;
  @property({ attribute: false }) value: readonly Path[] = [];
  /** The refusals of the server, with locations such as `[0].path`. */
  @property({ attribute: false }) errors: readonly Detail[] = [];
  @property({ attribute: false }) disabled = false;
  @state() private virtualHosts = false;
  /** What the server says of each path. */
  @state() private verdicts: readonly (string | undefined)[] = [];
  private readonly idPrefix = newId("paths");
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked: AbortController | undefined;
  private changed = false;

  override willUpdate(properties: Map<string, unknown>): void {
    if (properties.has("value") && this.value.some((one) => one.host)) this.virtualHosts = true;
    if (properties.has("errors")) this.changed = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.asked?.abort();
  }

  override render() {
    return html`<div class="stack">
      ${toggleField({
        id: `${this.idPrefix}-hosts`,
        label: text.virtualHosts,
        value: this.virtualHosts,
        disabled: this.disabled,
        onChange: (on) => this.setVirtualHosts(on),
      })}
      <ul class="paths">
        ${this.value.map((one, index) => this.row(one, index))}
      </ul>
      ${this.disabled
        ? nothing
        : html`<div>
            <button type="button" class="small" @click=${() => this.emit([...this.value, NEW])}>
              ${text.add}
            </button>
          </div>`}
    </div>`;
  }

  private row(one: Path, index: number) {
    const id = `${this.idPrefix}-${index}`;
    return html`<li>
      ${this.virtualHosts
        ? textField({
            id: `${id}-host`,
            label: text.host,
            value: one.host ?? "",
            disabled: this.disabled,
            error: this.refusal(`[${index}].host`) ?? this.verdict(index, true),
            onChange: (host) => this.replace(index, withHost(one, host)),
          })
        : nothing}
      ${textField({
        id,
        label: text.path,
        hint: text.hint,
        value: one.path,
        required: true,
        disabled: this.disabled,
        error:
          (this.changed ? pathMistake(this.value, index) : undefined) ??
          this.refusal(`[${index}].path`) ??
          this.verdict(index, false),
        onChange: (path) => this.replace(index, { ...one, path }),
      })}
      ${this.disabled || this.value.length < 2
        ? nothing
        : html`<button
            type="button"
            class="small"
            aria-label="${words.common.remove}: ${one.host ?? ""}${one.path}"
            @click=${() => this.emit(this.value.toSpliced(index, 1))}
          >
            ${words.common.remove}
          </button>`}
    </li>`;
  }

  private refusal(location: string): string | undefined {
    if (this.changed) return undefined;
    return this.errors.find((one) => one.location === location)?.message;
  }

  /** What the server says of a path, or of its host. */
  private verdict(index: number, ofHost: boolean): string | undefined {
    const reason = this.verdicts[index];
    return reason?.startsWith("Domain") === ofHost ? reason : undefined;
  }

  private setVirtualHosts(on: boolean): void {
    this.virtualHosts = on;
    if (!on && this.value.some((one) => one.host)) {
      this.emit(this.value.map((one) => withHost(one, "")));
    }
  }

  private replace(index: number, path: Path): void {
    this.emit(this.value.with(index, path));
  }

  private emit(value: readonly Path[]): void {
    this.value = value;
    this.changed = true;
    this.verdicts = [];
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.verify(), PAUSE_MS);
    this.change(value);
  }

  /** Asks the server about each path alone, so that each has a verdict of its own. */
  private async verify(): Promise<void> {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    const { api, value } = this;
    const verdicts = await Promise.all(
      value.map(async (one, index) => {
        if (pathMistake(value, index)) return undefined;
        try {
          const found = await send<Verdict>(verifyPaths(api, [one]), asked.signal);
          return found.ok ? undefined : found.reason;
        } catch {
          // The verdict comes when the API is saved.
          return undefined;
        }
      }),
    );
    if (!asked.signal.aborted) this.verdicts = verdicts;
  }
}

const NEW: Path = { path: "" };

function withHost(path: Path, host: string): Path {
  const { host: _, ...rest } = path;
  return host ? { ...rest, host } : rest;
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-paths": Paths;
  }
}
