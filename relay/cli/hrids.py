"""The completion of hrids, which asks the server."""

from __future__ import annotations

import os
from typing import Any

import click

from relay.cli.commands import Invocation
from relay.cli.text import shown


def complete_apis(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[str]:
    """Return the hrids of APIs that begin with a text; none without a server."""
    from relay.cli.client import open_client
    from relay.cli.paths import AUTOMATION
    from relay.cli.profiles import chosen_profile
    from relay.cli.running import run_reactor

    found: list[str] = []

    async def work(reactor: Any) -> None:
        profile = chosen_profile(context.ensure_object(Invocation).profile, os.environ)
        client, pool = open_client(profile, reactor)
        try:
            async for one in client.items("/apis", base=AUTOMATION):
                found.append(shown(one["hrid"]))
        finally:
            await pool.closeCachedConnections()

    try:
        run_reactor(work)
    except click.ClickException:
        return []
    return [hrid for hrid in sorted(found) if hrid.startswith(incomplete)]
