import { html, nothing, type TemplateResult } from "lit";

/** One difference of two JSON documents. */
export interface Difference {
  readonly op: "add" | "remove" | "replace";
  /** Such as `/endpointGroups/0/name` (RFC 6901). */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

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

/** A list of differences: where, what it was, what it is. */
export function diffList(changes: readonly Difference[]): TemplateResult {
  return html`<ul class="diff">
    ${changes.map(
      (one) => html`<li>
        <code class="diff-path">${one.path || "/"}</code>
        ${one.op === "add" ? nothing : html`<del>${written(one.before)}</del>`}
        ${one.op === "remove" ? nothing : html`<ins>${written(one.after)}</ins>`}
      </li>`,
    )}
  </ul>`;
}

function written(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? "";
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
