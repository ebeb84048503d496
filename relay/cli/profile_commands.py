"""``relay profiles``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from relay.cli.commands import Group, Invocation
from relay.cli.errors import ApiError, Failed
from relay.cli.profiles import Profiles, read_profiles, write_profiles

if TYPE_CHECKING:
    from relay.cli.client import Client
    from relay.cli.output import Output


@click.group(cls=Group)
def profiles() -> None:
    """List, choose and remove profiles."""


def _complete(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[str]:
    try:
        names = sorted(read_profiles().profiles)
    except Failed:
        return []
    return [name for name in names if name.startswith(incomplete)]


@profiles.command("list")
@click.pass_obj
def list_profiles(invocation: Invocation) -> None:
    """List the profiles, without their tokens."""
    from relay.cli.output import Output

    known = read_profiles()
    Output.of(invocation).table(
        [
            {
                "name": name,
                "current": name == known.current,
                "url": profile.url,
                "user": profile.user,
                "ca": profile.ca or None,
            }
            for name, profile in sorted(known.profiles.items())
        ],
        {
            "name": "NAME",
            "current": "CURRENT",
            "url": "SERVER",
            "user": "USER",
            "ca": "CA",
        },
    )


@profiles.command()
@click.argument("name", shell_complete=_complete)
@click.pass_obj
def use(invocation: Invocation, name: str) -> None:
    """Use a profile by default."""
    from relay.cli.output import Output

    write_profiles(read_profiles().using(name))
    Output.of(invocation).done("using", name)


@profiles.command()
@click.argument("name", shell_complete=_complete)
@click.option(
    "--keep-token", is_flag=True, help="Do not delete the token on the server."
)
@click.pass_obj
def remove(invocation: Invocation, name: str, keep_token: bool) -> int | None:
    """
    Remove a profile.

    If relay login has created its token, the token is deleted on the server first.
    """
    from relay.cli.output import Output
    from relay.cli.running import run

    known = read_profiles()
    profile = known.named(name)
    rest = known.without(name)
    if keep_token or not profile.token_id:
        write_profiles(rest)
        Output.of(invocation).done("removed", name)
        return None

    async def work(client: Client, output: Output) -> None:
        await remove_with_token(client, rest)
        output.done("removed", name)

    try:
        return run(invocation, work, profile=profile)
    except ApiError:
        raise
    except Failed as error:
        raise Failed(
            f"{error.message}; --keep-token removes the profile only"
        ) from error


async def remove_with_token(client: Client, rest: Profiles) -> None:
    """
    Delete the token of a client's profile, and save the other profiles.

    :param rest: the profiles without that of the client.
    """
    from relay.cli.client import MANAGEMENT

    try:
        path = f"/users/current/tokens/{client.profile.token_id}"
        await client.call("DELETE", path, base=MANAGEMENT)
    except ApiError as error:
        # The token was deleted or has expired.
        if error.status not in (401, 404):
            raise
    write_profiles(rest)
