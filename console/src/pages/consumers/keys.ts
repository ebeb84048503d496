import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge, type Tone } from "../../parts/badge";
import { asCurl } from "../../parts/curl";
import { confirm } from "../../parts/dialog";
import { textField } from "../../parts/fields";
import { openForm } from "../../parts/form-dialog";
import { instant, localTime } from "../../parts/moments";
import { time } from "../../parts/numbers";
import { card } from "../../parts/page";
import type { Page } from "../../parts/paging";
import { Part } from "../../parts/part";
import type { Column } from "../../parts/table";
import "../../parts/table";
import { toast } from "../../parts/toast";
import { get, post, put, send, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { words } from "../../words/en";
import type { ApiKey } from "./documents";
import { showSecret } from "./secrets";

const text = words.keys;
const MOST_KEYS = 1000;

type State = keyof typeof text.states;

const TONES: Readonly<Record<State, Tone>> = {
  active: "good",
  paused: "warn",
  expired: "plain",
  revoked: "bad",
};

function stateOf(key: ApiKey): State {
  if (key.revoked) return "revoked";
  if (key.expired) return "expired";
  return key.paused ? "paused" : "active";
}

const hintOf = (key: ApiKey): string => key.key ?? key.password ?? "";

/** The API keys, or the passwords, of a subscription or an application. */
@customElement("relay-keys")
export class Keys extends Part {
  /** The parts of the path of the keys. */
  @property({ attribute: false }) base: readonly string[] = [];
  @property({ attribute: false }) security = "API_KEY";
  @property({ attribute: false }) mayChange = false;
  /** Whether the keys are for all subscriptions of an application. */
  @property({ type: Boolean }) shared = false;
  private readonly list = new Loader(this, (signal) => send<Page<ApiKey>>(this.read(), signal));

  override render() {
    const title = this.security === "BASIC" ? text.passwords : text.title;
    return card(
      title,
      html`<p class="muted">${this.shared ? text.shared : nothing} ${text.intro}</p>
        ${this.list.show(
          ({ data }) => html`<relay-table
            .label=${title}
            .columns=${this.columns()}
            .rows=${data}
            .key=${(one: ApiKey) => one.id}
          ></relay-table>`,
        )}
        ${asCurl(this.mayChange ? [this.read(), this.renewal("")] : [this.read()])}`,
      this.mayChange
        ? html`<button type="button" @click=${() => this.renew()}>${text.renew}</button>`
        : nothing,
    );
  }

  /** Reads the keys again. */
  reload(): Promise<void> {
    return this.list.reload();
  }

  private columns(): Column<ApiKey>[] {
    const columns: Column<ApiKey>[] = [
      { id: "key", label: text.key, cell: (one) => html`<code>${hintOf(one)}</code>` },
      {
        id: "state",
        label: text.state,
        cell: (one) => badge(text.states[stateOf(one)], TONES[stateOf(one)]),
      },
      { id: "created", label: text.created, cell: (one) => time(one.createdAt), secondary: true },
      {
        id: "expires",
        label: text.expires,
        cell: (one) => (one.expireAt ? time(one.expireAt) : text.never),
        secondary: true,
      },
    ];
    if (this.mayChange) {
      columns.push({ id: "actions", label: text.actions, cell: (one) => this.actions(one) });
    }
    return columns;
  }

  private actions(key: ApiKey) {
    const ended = key.revoked || key.expired;
    const button = (label: string, act: () => Promise<void>, kind = "") => html`<button
      type="button"
      class="small ${kind}"
      aria-label="${label}: ${hintOf(key)}"
      @click=${act}
    >
      ${label}
    </button>`;
    return html`<div class="row">
      ${ended
        ? button(text.reactivate, () => this.reactivate(key))
        : html`${button(text.expire, () => this.expire(key))}
          ${button(text.revoke, () => this.revoke(key), "danger")}`}
    </div>`;
  }

  private path(...parts: string[]): string {
    return environment(...this.base, ...parts);
  }

  private read(): Call {
    return get(this.path(), { perPage: MOST_KEYS });
  }

  private renewal(customApiKey: string): Call {
    return post(this.path("_renew"), customApiKey ? { customApiKey } : {});
  }

  private async renew(): Promise<void> {
    const sent = await openForm<{ customApiKey: string }, ApiKey>({
      title: text.renewTitle,
      action: text.renew,
      values: { customApiKey: "" },
      fields: (values, set, errors) => html`<p>${text.renewText}</p>
        ${this.security === "BASIC"
          ? nothing
          : textField({
              id: "renew-custom-key",
              label: words.subscriptions.customKey,
              hint: words.subscriptions.customKeyHint,
              type: "password",
              autocomplete: "new-password",
              value: values.customApiKey,
              error: errors.at("customApiKey"),
              onChange: (customApiKey) => set({ customApiKey }),
            })}`,
      call: ({ customApiKey }) => this.renewal(customApiKey),
      shownCall: ({ customApiKey }) => this.renewal(customApiKey && "…"),
    });
    if (!sent) return;
    void this.list.reload();
    await showSecret(sent.value);
  }

  private async revoke(key: ApiKey): Promise<void> {
    const agreed = await confirm({
      title: text.revokeTitle(hintOf(key)),
      content: html`<p>${text.revokeText}</p>
        ${asCurl([post(this.path(key.id, "_revoke"))])}`,
      action: text.revoke,
      danger: true,
    });
    if (agreed) await this.act(post(this.path(key.id, "_revoke")), text.revoked);
  }

  private reactivate(key: ApiKey): Promise<void> {
    return this.act(post(this.path(key.id, "_reactivate")), text.reactivated);
  }

  private async expire(key: ApiKey): Promise<void> {
    const sent = await openForm({
      title: text.expireTitle,
      action: words.common.save,
      values: { at: localTime(key.expireAt) },
      fields: ({ at }, set, errors) =>
        textField({
          id: "key-expires",
          label: text.expires,
          hint: text.expireHint,
          type: "datetime-local",
          value: at,
          error: errors.at("expireAt"),
          onChange: (typed) => set({ at: typed }),
        }),
      call: ({ at }) => put(this.path(key.id), { expireAt: instant(at) ?? null }),
    });
    if (!sent) return;
    toast(text.expireSaved);
    await this.list.reload();
  }

  private async act(call: Call, done: string): Promise<void> {
    try {
      await send(call);
      toast(done);
    } catch (error) {
      toast(messageOf(error), "error");
    }
    await this.list.reload();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "relay-keys": Keys;
  }
}
