import { html, nothing, type TemplateResult } from "lit";
import { RestError, messageOf, type Detail } from "../rest/rest-error";
import { words } from "../words/en";

/**
 * The mistakes of a body that the server refused. Each is shown at the field of its
 * location; those that no field asked for are listed by `summary`.
 */
export class FieldErrors {
  static readonly none = new FieldErrors("", []);
  private readonly taken = new Set<Detail>();
  private readonly lists = new Map<string, readonly Detail[]>();

  private constructor(
    /** What is wrong altogether; empty when nothing is. */
    readonly message: string,
    private readonly details: readonly Detail[],
  ) {}

  static of(error: unknown): FieldErrors {
    const details = error instanceof RestError ? error.details : [];
    return new FieldErrors(messageOf(error), details);
  }

  get any(): boolean {
    return this.message !== "";
  }

  /**
   * The mistake at a field.
   *
   * @param location such as `listeners[0].paths[1].path`.
   */
  at(location: string): string | undefined {
    const found = this.details.filter((one) => one.location === location);
    for (const one of found) this.taken.add(one);
    return found.length ? found.map((one) => one.message).join(" ") : undefined;
  }

  /** Whether something is wrong at a location or below it. */
  has(location: string): boolean {
    return this.details.some((one) => one.location === location || isBelow(one, location));
  }

  /**
   * The mistakes within an object, with locations that begin at the object.
   *
   * @returns the same list each time, so that a form keeps what was corrected since.
   */
  below(location: string): readonly Detail[] {
    const known = this.lists.get(location);
    if (known) return known;
    const found = this.details.filter((one) => isBelow(one, location));
    for (const one of found) this.taken.add(one);
    const list = found.map((one) => ({
      ...one,
      location: one.location.slice(location.length).replace(/^\./, ""),
    }));
    this.lists.set(location, list);
    return list;
  }

  /** The mistakes that no field has asked for. Is to be rendered after the fields. */
  rest(): Detail[] {
    return this.details.filter((one) => !this.taken.has(one));
  }

  /** A list of what no field shows, or the message when the server gave no details. */
  summary(): TemplateResult | typeof nothing {
    if (!this.any) return nothing;
    const rest = this.rest();
    const { summary, atFields } = words.errors;
    return html`<div class="notice notice-error" role="alert">
      <p>${rest.length ? summary : this.details.length ? atFields : this.message}</p>
      ${rest.length
        ? html`<ul>
            ${rest.map(
              (one) => html`<li>
                ${one.location ? html`<code>${one.location}</code> ` : nothing}${one.message}
              </li>`,
            )}
          </ul>`
        : nothing}
    </div>`;
  }
}

function isBelow(detail: Detail, location: string): boolean {
  return (
    detail.location.startsWith(`${location}.`) || detail.location.startsWith(`${location}[`)
  );
}
