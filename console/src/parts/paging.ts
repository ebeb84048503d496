import { html, nothing, type TemplateResult } from "lit";
import { words } from "../words/en";

/** The member `pagination` of a list. */
export interface Pagination {
  readonly page?: number;
  readonly perPage?: number;
  readonly pageCount?: number;
  readonly pageItemsCount?: number;
  readonly totalCount?: number;
}

/** A page of a list of the REST API. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly pagination: Pagination;
}

/** The buttons that turn the pages of a list, and how many rows there are. */
export function paging(
  pagination: Pagination,
  onPage: (page: number) => void,
): TemplateResult {
  const { page = 1, pageCount = 1, totalCount = 0 } = pagination;
  return html`<nav class="paging" aria-label=${words.common.page(page, pageCount)}>
    <span class="muted">${words.common.rows(totalCount)}</span>
    ${pageCount > 1
      ? html`<button type="button" ?disabled=${page <= 1} @click=${() => onPage(page - 1)}>
            ${words.common.previous}
          </button>
          <span>${words.common.page(page, pageCount)}</span>
          <button type="button" ?disabled=${page >= pageCount} @click=${() => onPage(page + 1)}>
            ${words.common.next}
          </button>`
      : nothing}
  </nav>`;
}
