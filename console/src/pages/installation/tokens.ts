import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { asCurl } from "../../parts/curl";
import { confirm } from "../../parts/dialog";
import { selectField, textField, type Option } from "../../parts/fields";
import { openForm } from "../../parts/form-dialog";
import { instant } from "../../parts/moments";
import { time } from "../../parts/numbers";
import { card } from "../../parts/page";
import { Part } from "../../parts/part";
import { showOnce } from "../../parts/secret-dialog";
import type { Column } from "../../parts/table";
import "../../parts/table";
import { toast } from "../../parts/toast";
import { del, get, post, send } from "../../rest/call";
import { installation } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { may, type Role } from "../../session/session";
import { words } from "../../words/en";

const text = words.account;
/** The name of the user who is signed in, in paths. */
const CURRENT = "current";

interface Token {
  readonly id: string;
  readonly name: string;
  readonly role?: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly lastUsedAt?: string;
}

/** The tokens of a user; only the own ones can be created. */
@customElement("relay-tokens")
export class Tokens extends Part {
  @property({ attribute: false }) user = CURRENT;
  private readonly list = new Loader(this, (signal) => send<Token[]>(get(this.path()), signal));
  private readonly columns: readonly Column<Token>[] = [
    { id: "name", label: text.tokenName, cell: (one) => one.name },
    { id: "role", label: text.tokenRole, cell: (one) => one.role?.toLowerCase() ?? text.ownRole },
    {
      id: "expires",
      label: text.tokenExpires,
      cell: (one) => (one.expiresAt ? time(one.expiresAt) : text.never),
    },
    {
      id: "used",
      label: text.tokenUsed,
      cell: (one) => (one.lastUsedAt ? time(one.lastUsedAt) : text.never),
      secondary: true,
    },
    {
      id: "created",
      label: text.tokenCreated,
      cell: (one) => time(one.createdAt),
      secondary: true,
    },
    {
      id: "actions",
      label: words.common.actions,
      cell: (one) => html`<button
        type="button"
        class="small danger"
        aria-label=${text.revokeTitle(one.name)}
        @click=${() => this.revoke(one)}
      >
        ${text.revoke}
      </button>`,
    },
  ];

  override render() {
    return card(
      text.tokens,
      html`<p class="muted">${text.tokensIntro}</p>
        ${this.list.show(
          (tokens) => html`<relay-table
            .label=${text.tokens}
            .columns=${this.columns}
            .rows=${tokens}
            .key=${(one: Token) => one.id}
            .empty=${text.noTokens}
          ></relay-table>`,
        )}
        ${asCurl([get(this.path())])}`,
      this.user === CURRENT
        ? html`<button type="button" @click=${() => this.create()}>${text.createToken}</button>`
        : nothing,
    );
  }

  private path(...parts: string[]): string {
    return installation("users", this.user, "tokens", ...parts);
  }

  private async create(): Promise<void> {
    const roles: Option[] = Object.entries(words.users.roles)
      .filter(([role]) => may(role as Role))
      .map(([value, label]) => ({ value, label }));
    const sent = await openForm<
      { readonly name: string; readonly role: string; readonly expires: string },
      Token & { readonly token: string }
    >({
      title: text.createToken,
      action: text.createToken,
      values: { name: "", role: "", expires: "" },
      fields: (values, set, errors) => html`${textField({
          id: "token-name",
          label: text.tokenName,
          required: true,
          maxLength: 64,
          value: values.name,
          error: errors.at("name"),
          onChange: (name) => set({ name }),
        })}
        ${selectField({
          id: "token-role",
          label: text.tokenRole,
          hint: text.tokenRoleHint,
          value: values.role,
          options: [{ value: "", label: text.ownRole }, ...roles],
          error: errors.at("role"),
          onChange: (role) => set({ role }),
        })}
        ${textField({
          id: "token-expires",
          label: text.tokenExpires,
          hint: text.tokenExpiresHint,
          type: "datetime-local",
          value: values.expires,
          error: errors.at("expiresAt"),
          onChange: (expires) => set({ expires }),
        })}`,
      call: ({ name, role, expires }) => {
        const at = instant(expires);
        return post(this.path(), {
          name,
          role: role || undefined,
          expiresAt: at && new Date(at).getTime(),
        });
      },
    });
    if (!sent) return;
    void this.list.reload();
    await showOnce(text.tokenTitle, [[text.token, sent.value.token]]);
  }

  private async revoke(token: Token): Promise<void> {
    const call = del(this.path(token.id));
    const agreed = await confirm({
      title: text.revokeTitle(token.name),
      content: html`<p>${text.revokeText}</p>
        ${asCurl([call])}`,
      action: text.revoke,
      danger: true,
    });
    if (!agreed) return;
    try {
      await send(call);
      toast(text.revoked);
    } catch (error) {
      toast(messageOf(error), "error");
    }
    await this.list.reload();
  }
}
