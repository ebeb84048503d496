import { html, nothing, type TemplateResult } from "lit";
import { words } from "../words/en";

/** One difference of two JSON documents. */
export interface Difference {
  readonly op: "add" | "remove" | "replace";
  /** Such as `/endpointGroups/0/name` (RFC 6901). */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
  /** False for a change that no deployment puts into effect. */
  readonly affectsTraffic?: boolean;
}

const text = words.differences;
/** What the server shows in the place of a secret. */
const MASK = "********";
const MOST_IN_LINE = 72;

/** The differences of two JSON documents, member by member, item by item. */
export function differences(before: unknown, after: unknown, path = ""): Difference[] {
  if (Object.is(before, after)) return [];
  if (before === undefined) return [{ op: "add", path, after }];
  if (after === undefined) return [{ op: "remove", path, before }];
  if (!isContainer(before) || !isContainer(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ op: "replace", path, before, after }];
  }
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) =>
    differences(before[name], after[name], `${path}/${escaped(name)}`),
  );
}

/**
 * A list of differences: where, what it was, what it is.
 *
 * @param document the later document, which has the names of the items of lists; places
 * are JSON Pointers without it.
 */
export function diffList(changes: readonly Difference[], document?: unknown): TemplateResult {
  return html`<ul class="diff" aria-label=${text.label}>
    ${changes.map(
      (one) => html`<li>
        <p>
          ${document === undefined
            ? html`<code>${one.path || "/"}</code>`
            : html`<span class="diff-place">${placeName(one, document)}</span>`}
          ${one.affectsTraffic === false
            ? html`<span class="muted">${text.withoutEffect}</span>`
            : nothing}
        </p>
        ${one.before === MASK && one.after === MASK
          ? html`<p class="muted">${text.secret}</p>`
          : html`<div class="diff-values">
              ${one.op === "add" ? nothing : html`<del>${written(one.before)}</del>`}
              ${one.op === "remove" ? nothing : html`<ins>${written(one.after)}</ins>`}
            </div>`}
      </li>`,
    )}
  </ul>`;
}

/** A place in words, such as `Endpoint groups › default › Http › Idle timeout`. */
function placeName(change: Difference, document: unknown): string {
  const segments = change.path.split("/").slice(1).map(unescaped);
  const names: string[] = [];
  let value = document;
  for (const [at, segment] of segments.entries()) {
    const isLast = at === segments.length - 1;
    const isItem = Array.isArray(value) || /^\d+$/.test(segment);
    value = isContainer(value) ? value[segment] : undefined;
    // What was removed is not in the later document.
    const item = isLast && change.op === "remove" ? change.before : value;
    const name = isContainer(item) ? (item["name"] ?? item["key"] ?? item["path"]) : undefined;
    if (typeof name === "string" && (isItem || isId(segment))) names.push(name);
    else names.push(isItem ? text.item(Number(segment) + 1) : spelled(segment));
  }
  return names.join(" › ");
}

/** Objects by id have a name of their own, too. */
function isId(segment: string): boolean {
  return /^[0-9a-f-]{36}$/.test(segment);
}

/** Writes `idleTimeout` as `Idle timeout`. */
function spelled(name: string): string {
  const separate = name.replace(/([a-z])([A-Z])/g, (_all, one, other) => `${one} ${other.toLowerCase()}`);
  return separate.charAt(0).toUpperCase() + separate.slice(1);
}

function written(value: unknown): string {
  if (typeof value === "string") return value;
  const line = JSON.stringify(value) ?? "";
  return line.length > MOST_IN_LINE ? JSON.stringify(value, null, 2) : line;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function unescaped(segment: string): string {
  return segment.replaceAll("~1", "/").replaceAll("~0", "~");
}
