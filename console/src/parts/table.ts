import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { words } from "../words/en";
import { Part } from "./part";

export interface Column<T> {
  /** Names the column in sorts. */
  readonly id: string;
  readonly label: string;
  readonly cell: (row: T) => unknown;
  /** Makes the column sortable; the value that is compared, or true if the server sorts. */
  readonly sort?: ((row: T) => string | number) | true;
  /** Numbers are aligned to the right. */
  readonly numeric?: boolean;
  /** Left out where the page is narrow. */
  readonly secondary?: boolean;
}

/** A column's id, with `-` before it for the reverse order. */
export type Sort = string;

const ROW_PX = 40;
const FEWEST_VIRTUAL = 120;
const SPARE_ROWS = 12;
const EXCHANGED_ROWS = 8;

/**
 * A table. Of many rows only those in sight are on the page, so that thousands stay
 * smooth; their height is fixed. `sort` is dispatched with a `Sort` as its detail.
 */
@customElement("relay-table")
export class Table<T = unknown> extends Part {
  @property({ attribute: false }) label = "";
  @property({ attribute: false }) columns: readonly Column<T>[] = [];
  @property({ attribute: false }) rows: readonly T[] = [];
  @property({ attribute: false }) key: (row: T) => string = String;
  /** Undefined: in the order of the rows. */
  @property({ attribute: false }) sort: Sort | undefined;
  /** Shown when there is no row. */
  @property({ attribute: false }) empty: string | TemplateResult = words.common.noRows;
  /** The class names of a row. */
  @property({ attribute: false }) rowClass: ((row: T) => string) | undefined;
  @state() private first = 0;
  @state() private shown = 40;
  private readonly scrolled = (): void => this.measure();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("scroll", this.scrolled, true);
    removeEventListener("resize", this.scrolled);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("scroll", this.scrolled, { capture: true, passive: true });
    addEventListener("resize", this.scrolled);
  }

  override updated(changed: Map<string, unknown>): void {
    // The place of the table does not change with the order of its rows.
    const before = changed.get("rows") as readonly T[] | undefined;
    if (changed.has("rows") && before?.length !== this.rows.length) this.measure();
  }

  override render() {
    if (!this.rows.length) return html`<div class="empty"><p>${this.empty}</p></div>`;
    const rows = this.sorted();
    const virtual = rows.length >= FEWEST_VIRTUAL;
    const from = virtual ? Math.min(this.first, Math.max(rows.length - this.shown, 0)) : 0;
    const to = virtual ? Math.min(from + this.shown, rows.length) : rows.length;
    return html`<div
      class="table ${virtual ? "table-virtual" : ""}"
      role="region"
      aria-label=${this.label}
      tabindex="0"
    >
      <table aria-rowcount=${rows.length + 1}>
        <thead>
          <tr>
            ${this.columns.map((column) => this.head(column))}
          </tr>
        </thead>
        <tbody>
          ${space(from)}
          ${repeat(
            rows.slice(from, to),
            (row) => this.key(row),
            (row, index) => html`<tr
              class=${this.rowClass?.(row) || nothing}
              aria-rowindex=${from + index + 2}
            >
              ${this.columns.map(
                (column) => html`<td class=${classes(column)}>${column.cell(row)}</td>`,
              )}
            </tr>`,
          )}
          ${space(rows.length - to)}
        </tbody>
      </table>
    </div>`;
  }

  private head(column: Column<T>) {
    if (!column.sort) return html`<th scope="col" class=${classes(column)}>${column.label}</th>`;
    const [id, reverse] = split(this.sort);
    const order = id !== column.id ? "none" : reverse ? "descending" : "ascending";
    return html`<th scope="col" class=${classes(column)} aria-sort=${order}>
      <button type="button" class="table-sort" @click=${() => this.choose(column.id)}>
        ${column.label}
      </button>
    </th>`;
  }

  private choose(id: string): void {
    const chosen = this.sort === id ? `-${id}` : id;
    this.sort = chosen;
    this.dispatchEvent(new CustomEvent<Sort>("sort", { detail: chosen }));
  }

  private sorted(): readonly T[] {
    const [id, reverse] = split(this.sort);
    const by = this.columns.find((column) => column.id === id)?.sort;
    if (typeof by !== "function") return this.rows;
    const sign = reverse ? -1 : 1;
    return [...this.rows].sort((one, other) => {
      const [left, right] = [by(one), by(other)];
      return sign * (left < right ? -1 : left > right ? 1 : 0);
    });
  }

  /** Finds which rows are in sight. */
  private measure(): void {
    if (this.rows.length < FEWEST_VIRTUAL) return;
    const region = this.querySelector(".table");
    const body = this.querySelector("tbody");
    if (!region || !body) return;
    const top = Math.max(region.getBoundingClientRect().top, 0) - body.getBoundingClientRect().top;
    // Rows are exchanged by several at a time: most frames of a scroll exchange none.
    const inSight = Math.floor(top / ROW_PX / EXCHANGED_ROWS) * EXCHANGED_ROWS;
    this.first = Math.max(inSight - SPARE_ROWS, 0);
    this.shown = Math.ceil(innerHeight / ROW_PX) + 2 * SPARE_ROWS;
  }
}

/** A row in place of rows that are not on the page. */
function space(rows: number): TemplateResult | typeof nothing {
  if (!rows) return nothing;
  return html`<tr class="table-space" aria-hidden="true">
    <td .height=${String(rows * ROW_PX)}></td>
  </tr>`;
}

function split(sort: Sort | undefined): [string, boolean] {
  if (!sort) return ["", false];
  return sort.startsWith("-") ? [sort.slice(1), true] : [sort, false];
}

function classes(column: Column<never>): string {
  return [column.numeric ? "numeric" : "", column.secondary ? "secondary" : ""].join(" ").trim();
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-table": Table;
  }
}
