import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { textField, toggleField } from "./fields";
import { newId, ValuePart } from "./part";
import { post, send, type Call } from "../rest/call";
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

/** What is wrong with a context-path by itself, and among others. */
export function pathMistake(paths: readonly Path[], index: number): string | undefined {
  const { host, path } = paths[index]!;
  if (!path) return text.required;
  if (path.includes("//") || !SYNTAX.test(path)) return text.invalid;
  if (!host && path.length <= SHORTEST) return text.short;
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
  /** What the server has said of paths. */
  private readonly verdicts = new Map<string, Verdict>();
  /** The places of the paths that were typed. */
  private readonly typed = new Set<number>();
  /** Locations that were changed since they were refused. */
  private readonly changed = new Set<string>();
  private readonly idPrefix = newId("paths");
  private timer: ReturnType<typeof setTimeout> | undefined;

  override willUpdate(properties: Map<string, unknown>): void {
    if (properties.has("value") && this.value.some((one) => one.host)) this.virtualHosts = true;
    if (properties.has("errors")) this.changed.clear();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  override render() {
    return html`<div class="stack">
      <ul class="paths">
        ${this.value.map((one, index) => this.row(one, index))}
      </ul>
      ${this.disabled
        ? nothing
        : html`<div class="row">
            <button type="button" @click=${() => this.emit([...this.value, { path: "" }])}>
              ${text.add}
            </button>
          </div>`}
      ${toggleField({
        id: `${this.idPrefix}-hosts`,
        label: text.virtualHosts,
        value: this.virtualHosts,
        disabled: this.disabled,
        onChange: (on) => this.setVirtualHosts(on),
      })}
    </div>`;
  }

  private row(one: Path, index: number) {
    const id = `${this.idPrefix}-${index}`;
    const several = this.value.length > 1;
    const verdict = this.verdicts.get(keyOf(one));
    const mistake = this.typed.has(index) ? pathMistake(this.value, index) : undefined;
    const ofHost = verdict?.reason?.startsWith("Domain") === true;
    return html`<li>
      ${this.virtualHosts
        ? textField({
            id: `${id}-host`,
            label: several ? text.hostNumber(index + 1) : text.host,
            value: one.host ?? "",
            disabled: this.disabled,
            error: this.refusal(`[${index}].host`) ?? (ofHost ? verdict?.reason : undefined),
            onChange: (host) => this.replace(index, "host", withHost(one, host)),
          })
        : nothing}
      ${textField({
        id,
        label: several ? text.pathNumber(index + 1) : text.path,
        hint: text.hint,
        value: one.path,
        required: true,
        disabled: this.disabled,
        error:
          mistake ??
          this.refusal(`[${index}].path`) ??
          (ofHost ? undefined : verdict?.reason),
        onChange: (path) => this.replace(index, "path", { ...one, path }),
      })}
      ${this.disabled || !several
        ? nothing
        : html`<button
            type="button"
            aria-label=${text.remove(index + 1)}
            @click=${() => this.removeAt(index)}
          >
            ${words.common.remove}
          </button>`}
      <p class="path-verdict" role="status">
        ${verdict?.ok && !pathMistake(this.value, index) ? text.free : nothing}
      </p>
    </li>`;
  }

  private refusal(location: string): string | undefined {
    if (this.changed.has(location)) return undefined;
    return this.errors.find((one) => one.location === location)?.message;
  }

  private setVirtualHosts(on: boolean): void {
    this.virtualHosts = on;
    if (!on && this.value.some((one) => one.host)) {
      this.emit(this.value.map((one) => withHost(one, "")));
    }
  }

  private replace(index: number, member: "host" | "path", path: Path): void {
    if (member === "path") this.typed.add(index);
    this.changed.add(`[${index}].${member}`);
    this.emit(this.value.with(index, path));
  }

  private removeAt(index: number): void {
    this.typed.clear();
    this.emit(this.value.toSpliced(index, 1));
  }

  private emit(value: readonly Path[]): void {
    this.value = value;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      for (const index of value.keys()) void this.verify(value, index);
    }, PAUSE_MS);
    this.change(value);
  }

  /** Asks the server about a path alone, so that each path has a verdict of its own. */
  private async verify(paths: readonly Path[], index: number): Promise<void> {
    const path = paths[index]!;
    if (this.verdicts.has(keyOf(path)) || pathMistake(paths, index)) return;
    try {
      this.verdicts.set(keyOf(path), await send<Verdict>(verifyPath(this.api, path)));
      this.requestUpdate();
    } catch {
      // The verdict comes when the API is saved.
    }
  }
}

function keyOf({ host, path }: Path): string {
  return JSON.stringify([host, path]);
}

function verifyPath(apiId: string | undefined, { host, path }: Path): Call {
  const paths = [host ? { host, path } : { path }];
  return post(environment("apis", "_verify", "paths"), { ...(apiId ? { apiId } : {}), paths });
}

function withHost(path: Path, host: string): Path {
  const { host: _, ...rest } = path;
  return host ? { ...rest, host } : rest;
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-paths": Paths;
  }
}
