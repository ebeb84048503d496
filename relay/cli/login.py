"""``relay login``."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from relay.cli.commands import Invocation
from relay.cli.errors import ApiError, Failed
from relay.cli.profiles import (
    Profile,
    checked_ca,
    checked_url,
    read_profiles,
    write_profiles,
)
from relay.cli.standard import read_line

if TYPE_CHECKING:
    from relay.cli.client import Client
    from relay.cli.output import Output

_DAY_MS = 86_400_000
_LONGEST_NAME = 64


@click.command()
@click.argument("url")
@click.option("--name", metavar="NAME", help="Name of the profile; default: the host.")
@click.option("--user", default="admin", show_default=True, help="Name of the user.")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin.")
@click.option("--token-stdin", is_flag=True, help="Read a token from stdin.")
@click.option(
    "--role",
    type=click.Choice(["VIEWER", "PUBLISHER", "ADMIN"], case_sensitive=False),
    help="Role of the token; default: that of the user.",
)
@click.option(
    "--expires",
    type=click.IntRange(1, 3650),
    metavar="DAYS",
    help="The token expires after so many days; default: it does not.",
)
@click.option(
    "--ca",
    metavar="FILE",
    default="",
    help="PEM file of the authorities to trust instead of the system's.",
)
@click.pass_obj
def login(
    invocation: Invocation,
    url: str,
    name: str | None,
    user: str,
    password_stdin: bool,
    token_stdin: bool,
    role: str | None,
    expires: int | None,
    ca: str,
) -> int:
    """
    Save the server URL and a token as a profile, and use it by default.

    Asks for the password of the user, creates a token with it, and saves the token. The
    password is not saved. With --token-stdin, saves the token that is read.
    """
    from relay.cli.running import run

    if password_stdin and token_stdin:
        raise click.UsageError("--password-stdin and --token-stdin exclude each other")
    if token_stdin and (role or expires):
        raise click.UsageError("--role and --expires are for a token that is created")
    server = Profile(checked_url(url), ca=checked_ca(ca))
    named = name or server.url.partition("://")[2]
    read_profiles()  # Fails before a token is created.
    if token_stdin:
        profile = replace(server, token=_line_of_stdin("token"))
        wanted = None
    else:
        password = (
            _line_of_stdin("password")
            if password_stdin
            else click.prompt(f"Password of {user}", hide_input=True, err=True)
        )
        profile = replace(server, user=user, password=password)
        wanted = _token_request(role, expires)

    async def work(client: Client, output: Output) -> None:
        await save_profile(client, output, named, wanted)

    return run(invocation, work, profile=profile)


async def save_profile(
    client: Client, output: Output, name: str, wanted: dict[str, Any] | None
) -> None:
    """
    Check the credentials of a client, and save a profile for it.

    :param name: of the profile.
    :param wanted: the token to create; None to save the token of the client.
    """
    from relay.cli.client import MANAGEMENT

    profile = client.profile
    if profile.plain:
        output.note(
            f"Warning: {profile.url} is not encrypted: the network can read the "
            "credentials",
            "yellow",
        )
    user = await client.call("GET", "/users/current", base=MANAGEMENT)
    profile = replace(profile, user=user["id"], password="")
    if wanted is not None:
        token = await client.call(
            "POST", "/users/current/tokens", body=wanted, base=MANAGEMENT
        )
        profile = replace(profile, token=token["token"], token_id=token["id"])
    profiles = read_profiles()
    replaced = profiles.profiles.get(name)
    write_profiles(profiles.with_profile(name, profile))
    if replaced is not None and replaced.url == profile.url and replaced.token_id:
        await _forget_token(client, replaced.token_id)
    output.facts(
        {
            "profile": name,
            "url": profile.url,
            "user": profile.user,
            "role": (wanted or {}).get("role", user["role"]),
        },
        {"profile": "Profile", "url": "Server", "user": "User", "role": "Role"},
    )


async def _forget_token(client: Client, token_id: str) -> None:
    """Delete the token of a profile that was replaced, unless it is gone."""
    from relay.cli.client import MANAGEMENT

    try:
        path = f"/users/current/tokens/{token_id}"
        await client.call("DELETE", path, base=MANAGEMENT)
    except ApiError as error:
        # Another user's, or one that only a password may delete.
        if error.status not in (403, 404):
            raise


def _token_request(role: str | None, expires: int | None) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "name": f"relay on {socket.gethostname()}"[:_LONGEST_NAME]
    }
    if role:
        wanted["role"] = role.upper()
    if expires:
        wanted["expiresAt"] = int(time.time() * 1000) + expires * _DAY_MS
    return wanted


def _line_of_stdin(what: str) -> str:
    """
    :raises Failed: if there is none.
    """
    text = read_line()
    if not text:
        raise Failed(f"there is no {what} on the standard input")
    return text
