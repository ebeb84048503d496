/**
 * The lines of a JSON text on which its values begin, by their locations, such as
 * `groups[0].name`; the text as a whole has the empty location.
 *
 * @param text valid JSON.
 */
export function linesOf(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  const token = /\s*("(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+)/gy;
  let line = 1;
  const next = (): string => {
    const found = token.exec(text);
    if (!found) return "";
    const before = found[0].length - found[1]!.length;
    line += found[0].slice(0, before).split("\n").length - 1;
    return found[1]!;
  };
  const value = (first: string, at: string): void => {
    lines.set(at, line);
    if (first === "{") members(at);
    else if (first === "[") items(at);
  };
  const members = (at: string): void => {
    for (let word = next(); word && word !== "}"; word = next()) {
      if (word === ",") continue;
      const name = JSON.parse(word) as string;
      next();
      value(next(), at ? `${at}.${name}` : name);
    }
  };
  const items = (at: string): void => {
    let index = 0;
    for (let word = next(); word && word !== "]"; word = next()) {
      if (word === ",") continue;
      value(word, `${at}[${index}]`);
      index += 1;
    }
  };
  value(next(), "");
  return lines;
}

/** The line of a value, or of the object that it is missing from. */
export function lineAt(lines: ReadonlyMap<string, number>, location: string): number {
  let at = location;
  for (;;) {
    const line = lines.get(at);
    if (line !== undefined) return line;
    const end = Math.max(at.lastIndexOf("."), at.lastIndexOf("["));
    at = end > 0 ? at.slice(0, end) : "";
  }
}
