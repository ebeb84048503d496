import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { Loader } from "../../loading/loader";
import { badge } from "../../parts/badge";
import { asCurl } from "../../parts/curl";
import { confirm, openDialog } from "../../parts/dialog";
import type { FieldErrors } from "../../parts/field-errors";
import { selectField, textField, type Option } from "../../parts/fields";
import { openForm } from "../../parts/form-dialog";
import { time } from "../../parts/numbers";
import { page } from "../../parts/page";
import { paging, type Page } from "../../parts/paging";
import { Part } from "../../parts/part";
import type { Column } from "../../parts/table";
import "../../parts/table";
import { toast } from "../../parts/toast";
import { del, get, post, put, send, type Call } from "../../rest/call";
import { installation } from "../../rest/paths";
import { messageOf } from "../../rest/rest-error";
import { Query } from "../../routing/query";
import { session, type Role } from "../../session/session";
import { words } from "../../words/en";
import "./tokens";

const text = words.users;
const ROWS = 25;
/** Stands for a password where a call is shown. */
const HIDDEN = "…";

interface UserDocument {
  readonly id: string;
  readonly role: Role;
  readonly createdAt: string;
  readonly updatedAt: string;
}

interface UserValues {
  readonly name: string;
  readonly password: string;
  readonly role: string;
}

const ROLES: readonly Option[] = Object.entries(text.roles).map(([value, label]) => ({
  value,
  label,
}));

/** The users of the management API. */
@customElement("relay-users")
export class Users extends Part {
  private readonly query = new Query(this, () => this.list.reload());
  private readonly list = new Loader(this, (signal) =>
    send<Page<UserDocument>>(this.read(), signal),
  );
  private readonly columns: readonly Column<UserDocument>[] = [
    { id: "name", label: text.name, cell: (one) => one.id },
    {
      id: "role",
      label: text.role,
      cell: (one) => badge(one.role.toLowerCase(), one.role === "ADMIN" ? "info" : "plain"),
    },
    { id: "created", label: text.created, cell: (one) => time(one.createdAt), secondary: true },
    { id: "updated", label: text.updated, cell: (one) => time(one.updatedAt), secondary: true },
    { id: "actions", label: words.common.actions, cell: (one) => this.actions(one) },
  ];

  override render() {
    return page({
      title: text.title,
      intro: text.intro,
      actions: html`<button type="button" class="primary" @click=${() => this.create()}>
        ${text.create}
      </button>`,
      content: this.list.show(
        ({ data, pagination }) => html`<relay-table
            .label=${text.title}
            .columns=${this.columns}
            .rows=${data}
            .key=${(one: UserDocument) => one.id}
          ></relay-table>
          ${paging(pagination, (number) => this.query.set({ page: String(number) }))}`,
      ),
      calls: [this.read()],
    });
  }

  private actions(user: UserDocument) {
    return html`<div class="row">
      <button
        type="button"
        class="small"
        aria-label=${text.tokensTitle(user.id)}
        @click=${() => this.showTokens(user)}
      >
        ${text.tokens}
      </button>
      <button
        type="button"
        class="small"
        aria-label=${text.editTitle(user.id)}
        @click=${() => this.edit(user)}
      >
        ${text.edit}
      </button>
      <button
        type="button"
        class="small danger"
        aria-label=${text.deleteTitle(user.id)}
        @click=${() => this.delete(user)}
      >
        ${words.common.delete}
      </button>
    </div>`;
  }

  private read(): Call {
    return get(installation("users"), { page: this.query.number("page", 1), perPage: ROWS });
  }

  private async create(): Promise<void> {
    const call = ({ name, password, role }: UserValues): Call =>
      post(installation("users"), { name, password, role });
    const sent = await openForm<UserValues, UserDocument>({
      title: text.create,
      action: text.create,
      values: { name: "", password: "", role: "VIEWER" },
      fields: (values, set, errors) => html`${textField({
          id: "user-name",
          label: text.name,
          hint: text.nameHint,
          required: true,
          value: values.name,
          error: errors.at("name"),
          onChange: (name) => set({ name }),
        })}
        ${userFields(values, set, errors, text.passwordHint)}`,
      call,
      shownCall: (values) => call({ ...values, password: HIDDEN }),
    });
    if (!sent) return;
    toast(text.made(sent.value.id));
    await this.list.reload();
  }

  private async showTokens(user: UserDocument): Promise<void> {
    await openDialog<true>(
      text.tokensTitle(user.id),
      (close) => ({
        content: html`<relay-tokens .user=${user.id}></relay-tokens>`,
        actions: html`<button type="button" @click=${() => close(true)}>
          ${words.common.close}
        </button>`,
      }),
      { wide: true },
    );
  }

  private async edit(user: UserDocument): Promise<void> {
    const call = ({ password, role }: UserValues): Call =>
      put(installation("users", user.id), { password: password || undefined, role });
    const sent = await openForm<UserValues>({
      title: text.editTitle(user.id),
      action: words.common.save,
      values: { name: user.id, password: "", role: user.role },
      fields: (values, set, errors) =>
        user.id === session.user?.name
          ? html`<p class="field-hint">${text.ownPassword}</p>
              ${roleField(values, set, errors)}`
          : userFields(values, set, errors, text.newPasswordHint),
      call,
      shownCall: (values) => call({ ...values, password: values.password && HIDDEN }),
    });
    if (!sent) return;
    toast(text.saved(user.id));
    await this.list.reload();
  }

  private async delete(user: UserDocument): Promise<void> {
    const call = del(installation("users", user.id));
    const agreed = await confirm({
      title: text.deleteTitle(user.id),
      content: html`<p>${text.deleteText}</p>
        ${asCurl([call])}`,
      action: words.common.delete,
      danger: true,
    });
    if (!agreed) return;
    try {
      await send(call);
      toast(text.deleted(user.id));
    } catch (error) {
      toast(messageOf(error), "error");
    }
    await this.list.reload();
  }
}

function userFields(
  values: UserValues,
  set: (changes: Partial<UserValues>) => void,
  errors: FieldErrors,
  hint: string,
) {
  return html`${textField({
      id: "user-password",
      label: text.password,
      hint,
      type: "password",
      autocomplete: "new-password",
      value: values.password,
      error: errors.at("password"),
      onChange: (password) => set({ password }),
    })}
    ${roleField(values, set, errors)}`;
}

function roleField(
  values: UserValues,
  set: (changes: Partial<UserValues>) => void,
  errors: FieldErrors,
) {
  return selectField({
    id: "user-role",
    label: text.role,
    value: values.role,
    options: ROLES,
    error: errors.at("role"),
    onChange: (role) => set({ role }),
  });
}
