"""``relay ping``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from relay.cli.commands import Invocation

if TYPE_CHECKING:
    from relay.cli.client import Client
    from relay.cli.output import Output


@click.command()
@click.pass_obj
def ping(invocation: Invocation) -> int:
    """
    Check that the server answers and accepts the credentials.

    Prints the server's version, and the user and role of the credentials.
    """
    from relay.cli.running import run

    return run(invocation, show_server)


async def show_server(client: Client, output: Output) -> None:
    """Print the version of the server, and the user of the credentials."""
    from relay.cli.client import MANAGEMENT

    user = await client.call("GET", "/users/current", base=MANAGEMENT)
    version = None
    async for instance in client.items("/instances"):
        # Only the process that answers reports its version.
        version = version or instance.get("version")
    output.facts(
        {
            "url": client.profile.url,
            "version": version,
            "user": user["id"],
            "role": user["role"],
        },
        {"url": "Server", "version": "Version", "user": "User", "role": "Role"},
    )
