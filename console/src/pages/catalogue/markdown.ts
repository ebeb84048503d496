import { html, type TemplateResult } from "lit";

/**
 * Renders the subset of Markdown that documentation of types is written in: headings,
 * paragraphs, lists, tables, code and links. Everything is text: HTML is shown, not run.
 *
 * @param depth the level of the headings of the page above the text.
 */
export function markdown(source: string, depth = 2): TemplateResult {
  const blocks = blocksOf(source.replaceAll("\r", "").split("\n"));
  return html`<div class="prose">${blocks.map((one) => block(one, depth))}</div>`;
}

type Block =
  | { readonly kind: "heading"; readonly level: number; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "table"; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: "text"; readonly text: string };

const FENCE = /^```/;
const HEADING = /^(#{1,6}) +(.+)$/;
const ITEM = /^[*-] +(.+)$/;
const ROW = /^\|(.*)\|\s*$/;
const RULE = /^[\s|:-]+$/;

function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  const takeWhile = (matches: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && matches(lines[at]!)) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at]!;
    const heading = HEADING.exec(line);
    if (!line.trim()) at += 1;
    else if (FENCE.test(line)) {
      at += 1;
      const text = takeWhile((one) => !FENCE.test(one)).join("\n");
      at += 1;
      blocks.push({ kind: "code", text });
    } else if (heading) {
      at += 1;
      blocks.push({ kind: "heading", level: heading[1]!.length, text: heading[2]! });
    } else if (ROW.test(line)) {
      const rows = takeWhile((one) => ROW.test(one)).filter((one) => !RULE.test(one));
      blocks.push({ kind: "table", rows: rows.map(cellsOf) });
    } else if (ITEM.test(line)) {
      const items = takeWhile((one) => ITEM.test(one)).map((one) => ITEM.exec(one)![1]!);
      blocks.push({ kind: "list", items });
    } else {
      const text = takeWhile(
        (one) => one.trim() !== "" && ![FENCE, HEADING, ROW, ITEM].some((mark) => mark.test(one)),
      );
      blocks.push({ kind: "text", text: text.join(" ") });
    }
  }
  return blocks;
}

function cellsOf(row: string): string[] {
  return ROW.exec(row)![1]!.split(/(?<!\\)\|/).map((one) => one.trim().replaceAll("\\|", "|"));
}

function block(one: Block, depth: number): TemplateResult {
  switch (one.kind) {
    case "heading":
      return heading(one.level + depth, inline(one.text));
    case "code":
      return html`<pre tabindex="0"><code>${one.text}</code></pre>`;
    case "list":
      return html`<ul>
        ${one.items.map((item) => html`<li>${inline(item)}</li>`)}
      </ul>`;
    case "table":
      return table(one.rows);
    case "text":
      return html`<p>${inline(one.text)}</p>`;
  }
}

function heading(level: number, content: TemplateResult): TemplateResult {
  if (level <= 3) return html`<h3>${content}</h3>`;
  return level === 4 ? html`<h4>${content}</h4>` : html`<h5>${content}</h5>`;
}

function table([head = [], ...rows]: readonly (readonly string[])[]): TemplateResult {
  return html`<div class="table" tabindex="0">
    <table>
      <thead>
        <tr>
          ${head.map((cell) => html`<th scope="col">${inline(cell)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) => html`<tr>
            ${row.map((cell) => html`<td>${inline(cell)}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\((https?:\/\/[^)\s]+)\)/g;

/** Code, bold text and links within a line. */
function inline(source: string): TemplateResult {
  const pieces: unknown[] = [];
  let at = 0;
  for (const found of source.matchAll(INLINE)) {
    pieces.push(source.slice(at, found.index));
    const [whole, code, bold, label, url] = found;
    if (code !== undefined) pieces.push(html`<code>${code}</code>`);
    else if (bold !== undefined) pieces.push(html`<strong>${bold}</strong>`);
    else pieces.push(html`<a href=${url!} target="_blank" rel="noreferrer noopener">${label}</a>`);
    at = found.index + whole.length;
  }
  pieces.push(source.slice(at));
  return html`${pieces}`;
}
