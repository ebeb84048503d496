import { isObject } from "./schema";

/** The place of a value: names of members and indexes of items. */
export type Path = readonly (string | number)[];

/** The location of a place as the REST API writes it, such as `groups[0].name`. */
export function locationOf(path: Path): string {
  return path.reduce<string>(
    (at, part) => (typeof part === "number" ? `${at}[${part}]` : at ? `${at}.${part}` : part),
    "",
  );
}

/** The value at a place; undefined when there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (found, part) =>
      found !== null && typeof found === "object"
        ? (found as Record<string | number, unknown>)[part]
        : undefined,
    value,
  );
}

/**
 * Copies a document with another value at a place. Objects on the way are made as they
 * are needed, and those that become empty are removed, so that the document has only
 * what was set.
 *
 * @param next undefined removes the value.
 * @param isKept whether an object at a place stays when it becomes empty.
 */
export function withValue(
  value: unknown,
  path: Path,
  next: unknown,
  isKept: (path: Path) => boolean = () => false,
): unknown {
  const changed = (found: unknown, depth: number): unknown => {
    const part = path[depth];
    if (part === undefined) return next;
    if (typeof part === "number") {
      const items = Array.isArray(found) ? [...found] : [];
      items[part] = changed(items[part], depth + 1) ?? {};
      return items;
    }
    const members = isObject(found) ? { ...found } : {};
    const member = changed(members[part], depth + 1);
    if (member === undefined) delete members[part];
    else members[part] = member;
    const stays = Object.keys(members).length > 0 || isKept(path.slice(0, depth));
    return stays ? members : undefined;
  };
  return changed(value, 0);
}

/** Copies a list with an item at another place. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const copy = [...items];
  const [item] = copy.splice(from, 1);
  copy.splice(to, 0, item as T);
  return copy;
}
