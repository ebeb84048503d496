"""``relay users`` and ``relay tokens``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from relay.cli.commands import Group
from relay.cli.errors import ApiError, Failed
from relay.cli.objects.commands import command, confirm, group_of, shown
from relay.cli.objects.family import Family, Member
from relay.cli.objects.reference import find
from relay.cli.paths import MANAGEMENT
from relay.cli.standard import read_line

if TYPE_CHECKING:
    from relay.cli.client import Client
    from relay.cli.output import Output

_ROLES = click.Choice(["VIEWER", "PUBLISHER", "ADMIN"])
_DAY_MS = 86_400_000
_STDIN = click.Option(
    ["--password-stdin"],
    is_flag=True,
    help="Read the password from the standard input instead of a prompt.",
)

USERS = Family(
    name="users",
    help="List, create and change users.",
    word="user",
    path="/users",
    base=MANAGEMENT,
    names=(),
    direct=True,
    columns={"id": "NAME", "role": "ROLE", "createdAt": "CREATED"},
    updates=(Member("--role", "role", "The role.", _ROLES),),
    kept=(),
    deletes=" with all tokens and sessions",
)


def _ask(given: dict[str, Any]) -> None:
    if given["password_stdin"]:
        given["password"] = read_line()
    else:
        given["password"] = click.prompt(
            "Password", hide_input=True, confirmation_prompt=True, err=True
        )
    if not given["password"]:
        raise Failed("the password is empty")


async def _create(client: Client, output: Output, given: dict[str, Any]) -> None:
    body = {name: given[name] for name in ("name", "password", "role")}
    shown(
        USERS, output, await client.call("POST", "/users", body=body, base=MANAGEMENT)
    )


async def _password(client: Client, output: Output, given: dict[str, Any]) -> None:
    path = f"/users/{quote(given['name'], safe='')}"
    body = {"password": given["password"]}
    one = await client.call("PUT", path, body=body, base=MANAGEMENT)
    shown(USERS, output, one)


_NAME = click.Argument(["name"], metavar="USER")
users = group_of(USERS)
users.add_command(
    command(
        "create",
        "Create a user; the password is asked for.",
        [
            _NAME,
            click.Option(
                ["--role"],
                type=_ROLES,
                default="VIEWER",
                show_default=True,
                help="Role.",
            ),
            _STDIN,
        ],
        _create,
        _ask,
    )
)
users.add_command(
    command(
        "password", "Change the password of a user.", [_NAME, _STDIN], _password, _ask
    )
)

TOKENS = Family(
    name="tokens",
    help="List, create and revoke tokens of users.",
    word="token",
    path="/users/current/tokens",
    base=MANAGEMENT,
    names=("name",),
    columns={
        "name": "NAME",
        "role": "ROLE",
        "createdAt": "CREATED",
        "expiresAt": "EXPIRES",
        "lastUsedAt": "USED",
        "id": "ID",
    },
    shows=False,
    paged=False,
)


def _of(given: dict[str, Any]) -> str:
    return f"/users/{quote(given['user'] or 'current', safe='')}/tokens"


async def _list(client: Client, output: Output, given: dict[str, Any]) -> None:
    document = await client.call("GET", _of(given), base=MANAGEMENT)
    if output.json:
        output.data(document)
    else:
        rows = document["data"] if isinstance(document, dict) else document
        output.table(rows, TOKENS.columns)


@contextmanager
def _password_needed() -> Iterator[None]:
    """
    Name the variables of a password where the server refuses a token.

    :raises Failed: in place of the error of the server.
    """
    try:
        yield
    except ApiError as error:
        if error.code not in ("token.passwordRequired", "token.stronger"):
            raise
        raise Failed(
            "this takes a password, and profiles have tokens: set RELAY_URL, "
            "RELAY_USER and RELAY_PASSWORD, without RELAY_TOKEN and --profile"
        ) from error


async def _create_token(client: Client, output: Output, given: dict[str, Any]) -> None:
    body: dict[str, Any] = {"name": given["name"]}
    if given["role"]:
        body["role"] = given["role"]
    if given["expires"]:
        body["expiresAt"] = int(time.time() * 1000) + given["expires"] * _DAY_MS
    with _password_needed():
        one = await client.call("POST", TOKENS.path, body=body, base=MANAGEMENT)
    if output.json:
        output.data(one)
    else:
        output.facts(one, {"id": "Id", "token": "Token"})


def _confirm_revoke(given: dict[str, Any]) -> None:
    confirm(f"Revoke token {given['reference']}?", given)


async def _revoke(client: Client, output: Output, given: dict[str, Any]) -> None:
    path = _of(given)
    one = await find(client, TOKENS, path, given["reference"])
    with _password_needed():
        await client.call("DELETE", f"{path}/{one['id']}", base=MANAGEMENT)
    output.done("revoked", str(one["name"]))


_USER = click.Option(["--user"], help="Of another user; only as ADMIN.")
tokens = Group(TOKENS.name, help=TOKENS.help)
for one in (
    command("list", "List the tokens of a user.", [_USER], _list),
    command(
        "create",
        "Create a token, and print it; it is shown only now.",
        [
            click.Option(["--name"], required=True, help="Its name."),
            click.Option(
                ["--role"], type=_ROLES, help="That of the user, or a lower one."
            ),
            click.Option(
                ["--expires"],
                type=click.IntRange(1, 3650),
                metavar="DAYS",
                help="It ends after so many days; never by default.",
            ),
        ],
        _create_token,
    ),
    command(
        "revoke",
        "Revoke a token.",
        [
            click.Argument(["reference"], metavar="TOKEN"),
            _USER,
            click.Option(["--yes", "-y"], is_flag=True, help="Do not ask."),
        ],
        _revoke,
        _confirm_revoke,
    ),
):
    tokens.add_command(one)
