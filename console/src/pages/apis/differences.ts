import { html, nothing, type TemplateResult } from "lit";
import { get, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { words } from "../../words/en";

const text = words.differences;
const MASK = "********";
const MOST_IN_LINE = 72;

/** An entry of `deployments/_diff`. */
export interface Change {
  readonly path: string;
  readonly op: "add" | "remove" | "replace";
  readonly before: unknown;
  readonly after: unknown;
  readonly affectsTraffic: boolean;
}

/** The response of `deployments/_diff`. */
export interface Differences {
  readonly from?: { readonly deploymentNumber?: number };
  readonly affectsTraffic: boolean;
  readonly data: readonly Change[];
  readonly plans: readonly { readonly id: string; readonly name: string }[];
}

/** Compares two deployments; a side is a number or `draft`. */
export const readDifferences = (id: string, from?: string, to?: string): Call =>
  get(environment("apis", id, "deployments", "_diff"), { from, to });

/**
 * A list of differences.
 *
 * @param definition what is compared with the earlier one: it has the names of the items
 * of lists.
 */
export function changeList(
  found: Differences,
  definition: unknown,
  changes: readonly Change[] = found.data,
): TemplateResult {
  return html`<ul class="changes" aria-label=${text.label}>
    ${changes.map(
      (one) => html`<li>
        <p>
          <span class="change-place">${place(one, definition, found)}</span>
          ${one.affectsTraffic
            ? nothing
            : html`<span class="muted"> ${text.withoutEffect}</span>`}
        </p>
        ${values(one)}
      </li>`,
    )}
  </ul>`;
}

/** Where a member is, in words: `Endpoint groups › default › Http › Idle timeout`. */
export function place(change: Change, definition: unknown, found: Differences): string {
  const names: string[] = [];
  const [first, second, ...others] = change.path.split("/").slice(1).map(unescaped);
  let value: unknown = definition;
  let segments = [first!, ...(second === undefined ? [] : [second]), ...others];
  if (first === "plans" && second !== undefined) {
    const plan = found.plans.find((one) => one.id === second);
    names.push(text.plan(plan?.name ?? second));
    value = undefined;
    segments = others;
  }
  for (const [at, segment] of segments.entries()) {
    const isLast = at === segments.length - 1;
    value = (value as Record<string, unknown> | undefined)?.[segment];
    // An item that was removed is not in the definition.
    const item = isLast && change.op === "remove" ? change.before : value;
    names.push(/^\d+$/.test(segment) ? itemName(item, Number(segment)) : spelled(segment));
  }
  return names.join(" › ");
}

function values(change: Change): TemplateResult {
  if (change.before === MASK && change.after === MASK) {
    return html`<p class="muted">${text.secret}</p>`;
  }
  return html`<div class="change-values">
    ${change.op === "add" ? nothing : html`<del>${written(change.before)}</del>`}
    ${change.op === "remove" ? nothing : html`<ins>${written(change.after)}</ins>`}
  </div>`;
}

function written(value: unknown): string {
  if (typeof value === "string") return value;
  const line = JSON.stringify(value);
  return line.length > MOST_IN_LINE ? JSON.stringify(value, null, 2) : line;
}

function itemName(item: unknown, index: number): string {
  const { name: itsName, key, path, type } = (item ?? {}) as Record<string, unknown>;
  const name = itsName || key || path || type;
  return typeof name === "string" ? name : text.item(index + 1);
}

/** `idleTimeout` as `Idle timeout`. */
function spelled(name: string): string {
  const separate = name.replace(/([a-z])([A-Z])/g, (_all, one, other) => `${one} ${other}`.toLowerCase());
  return separate.charAt(0).toUpperCase() + separate.slice(1);
}

function unescaped(segment: string): string {
  return segment.replaceAll("~1", "/").replaceAll("~0", "~");
}
