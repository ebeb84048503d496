import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { asCurl } from "../../parts/curl";
import { confirm, openDialog } from "../../parts/dialog";
import { count, time } from "../../parts/numbers";
import { card, facts } from "../../parts/page";
import { paging, type Page } from "../../parts/paging";
import { Part } from "../../parts/part";
import type { Column } from "../../parts/table";
import "../../parts/table";
import { toast } from "../../parts/toast";
import { del, get, post, send, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { may } from "../../session/session";
import { words } from "../../words/en";

const text = words.deliveries;
const EVERY_MS = 2000;
const ROWS = 25;

interface Delivery {
  readonly here: boolean;
  readonly delivered: number;
  readonly failedAttempts: number;
  readonly failedInARow: number;
  readonly deadLetters: number;
  readonly gaps: number;
  readonly lastEventId?: string;
  readonly updatedAt?: string;
}

interface DeadLetter {
  readonly id: string;
  readonly eventId: string;
  readonly at: string;
  readonly attempts: number;
  readonly reason: string;
  readonly status?: number;
  readonly replay: boolean;
  readonly event?: unknown;
}

/** The progress of the delivery to a webhook, and the events that were given up. */
@customElement("relay-delivery")
export class DeliveryPart extends Part {
  /** The parts of the path of the subscription. */
  @property({ attribute: false }) base: readonly string[] = [];
  private number = 1;
  private readonly progress = new Loader(
    this,
    (signal) => send<Delivery>(get(this.path("delivery")), signal),
    { everyMs: EVERY_MS },
  );
  private readonly letters = new Loader(
    this,
    (signal) => send<Page<DeadLetter>>(this.read(), signal),
    { everyMs: EVERY_MS },
  );

  override render() {
    return html`${card(
      text.title,
      html`${this.progress.show((one) =>
        html`${facts([
          [text.delivered, count(one.delivered)],
          [text.failed, count(one.failedAttempts)],
          [text.failedInARow, count(one.failedInARow)],
          [text.letters, count(one.deadLetters)],
          [text.gaps, count(one.gaps)],
          [text.lastEventId, one.lastEventId],
          [text.updated, one.updatedAt && time(one.updatedAt)],
        ])}`,
      )}
      ${asCurl([get(this.path("delivery"))])}`,
      this.progress.value?.here ? badge(text.here, "good") : badge(text.elsewhere),
    )}
    ${this.deadLetters()}`;
  }

  private deadLetters() {
    const some = (this.letters.value?.pagination.totalCount ?? 0) > 0;
    return card(
      text.letters,
      html`${this.letters.show(
        ({ data, pagination }) => html`<relay-table
            .label=${text.letters}
            .columns=${this.columns()}
            .rows=${data}
            .key=${(one: DeadLetter) => one.id}
            .empty=${text.noLetters}
          ></relay-table>
          ${some
            ? paging(pagination, (number) => {
                this.number = number;
                void this.letters.reload();
              })
            : nothing}`,
      )}
      ${asCurl([this.read(), ...(may("PUBLISHER") && some ? [this.replayAll()] : [])])}`,
      may("PUBLISHER") && some
        ? html`<div class="row">
            <button type="button" @click=${() => this.replay(this.replayAll())}>
              ${text.replayAll}
            </button>
            <button type="button" class="danger" @click=${() => this.deleteAll()}>
              ${text.deleteAll}
            </button>
          </div>`
        : nothing,
    );
  }

  private columns(): Column<DeadLetter>[] {
    return [
      { id: "event", label: text.event, cell: (one) => html`<code>${one.eventId}</code>` },
      { id: "at", label: text.at, cell: (one) => time(one.at), secondary: true },
      { id: "reason", label: text.reason, cell: (one) => one.reason },
      { id: "status", label: text.status, cell: (one) => one.status ?? nothing, numeric: true, secondary: true },
      { id: "attempts", label: text.attempts, cell: (one) => count(one.attempts), numeric: true, secondary: true },
      {
        id: "actions",
        label: text.actions,
        cell: (one) => html`<div class="row">
          <button
            type="button"
            class="small"
            aria-label="${text.show}: ${one.eventId}"
            @click=${() => this.show(one)}
          >
            ${text.show}
          </button>
          ${may("PUBLISHER")
            ? html`<button
                type="button"
                class="small"
                ?disabled=${one.replay}
                aria-label="${text.replay}: ${one.eventId}"
                @click=${() => this.replay(post(this.path("dead-letters", one.id, "_replay")))}
              >
                ${text.replay}
              </button>`
            : nothing}
        </div>`,
      },
    ];
  }

  private path(...parts: string[]): string {
    return environment(...this.base, ...parts);
  }

  private read(): Call {
    return get(this.path("dead-letters"), { page: this.number, perPage: ROWS });
  }

  private replayAll(): Call {
    return post(this.path("dead-letters", "_replay"));
  }

  private async show(letter: DeadLetter): Promise<void> {
    const call = get(this.path("dead-letters", letter.id));
    try {
      const { event } = await send<DeadLetter>(call);
      await openDialog<true>(
        letter.eventId,
        (close) => ({
          content: html`<pre tabindex="0">${JSON.stringify(event, null, 2)}</pre>
            ${asCurl([call])}`,
          actions: html`<button type="button" class="primary" @click=${() => close(true)}>
            ${words.common.close}
          </button>`,
        }),
        { wide: true },
      );
    } catch (error) {
      toast(messageOf(error), "error");
    }
  }

  private async replay(call: Call): Promise<void> {
    try {
      toast(text.replayed((await send<{ count: number }>(call)).count));
    } catch (error) {
      toast(messageOf(error), "error");
    }
    await this.letters.reload();
  }

  private async deleteAll(): Promise<void> {
    const call = del(this.path("dead-letters"));
    const agreed = await confirm({
      title: text.deleteTitle,
      content: html`<p>${text.deleteText}</p>
        ${asCurl([call])}`,
      action: text.deleteAll,
      danger: true,
    });
    if (!agreed) return;
    try {
      await send(call);
      toast(text.deleted);
    } catch (error) {
      toast(messageOf(error), "error");
    }
    await this.letters.reload();
  }
}
