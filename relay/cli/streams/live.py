"""``relay streams``: the calls that are under way, as a table, and their end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from relay.cli.commands import Group, Invocation
from relay.cli.errors import Failed
from relay.cli.output import counted
from relay.cli.profiles import chosen_profile
from relay.cli.streams.filters import SORTS, filter_options, query_of, with_apis
from relay.cli.streams.rows import COLUMNS, api_names, row

if TYPE_CHECKING:
    from relay.cli.client import Client
    from relay.cli.output import Output


def _list_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of the list."""
    for option in (
        click.option("--watch", is_flag=True, help="Follow the changes."),
        click.option(
            "--limit",
            type=click.IntRange(1, 10_000),
            default=100,
            show_default=True,
            help="How many are shown.",
        ),
        click.option(
            "--sort",
            type=click.Choice([sign + name for name in SORTS for sign in ("", "-")]),
            metavar="FIELD",
            help=(
                "age, events, eventsPerSecond, lagMs, …; -FIELD has the largest first. "
                "[default: -age]"
            ),
        ),
        filter_options,
    ):
        command = option(command)
    return command


@click.group(cls=Group, invoke_without_command=True)
@_list_options
@click.pass_context
def streams(
    context: click.Context, /, sort: str | None, limit: int, watch: bool, **filters: Any
) -> int | None:
    """List the calls that are under way, or end them."""
    if context.invoked_subcommand is None:
        return _list(context.obj, sort, limit, watch, filters)
    if query_of(filters) or watch or sort:
        raise Failed(f"options stand after {context.invoked_subcommand}")
    return None


@streams.command("list")
@_list_options
@click.pass_obj
def list_streams(
    invocation: Invocation,
    /,
    sort: str | None,
    limit: int,
    watch: bool,
    **filters: Any,
) -> int:
    """List the calls that are under way, as without a subcommand."""
    return _list(invocation, sort, limit, watch, filters)


def _list(
    invocation: Invocation,
    sort: str | None,
    limit: int,
    watch: bool,
    filters: Mapping[str, Any],
) -> int:
    if watch and sort:
        raise Failed("--watch has the oldest first: it excludes --sort")
    from relay.cli.output import Output
    from relay.cli.running import run_reactor

    profile = chosen_profile(invocation.profile, os.environ)
    output = Output.of(invocation)

    async def session(reactor: Any) -> None:
        from relay.cli.client import open_client

        client, pool = open_client(profile, reactor)
        try:
            query = await with_apis(client, filters)
            if watch:
                from relay.cli.streams.watching import watch_streams

                await watch_streams(reactor, client, output, query, limit)
            else:
                await show_list(
                    client, output, {**query, "sortBy": sort or "-age"}, limit
                )
        finally:
            await pool.closeCachedConnections()

    return run_reactor(session)


@streams.command()
@click.argument("ids", nargs=-1, metavar="[ID]…")
@filter_options
@click.option("--reason", default="", help="For the log and the audit trail.")
@click.option(
    "--over-seconds",
    type=click.FloatRange(0, 86_400),
    metavar="S",
    help="End them one after the other within this time.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def close(
    invocation: Invocation,
    /,
    ids: Sequence[str],
    reason: str,
    over_seconds: float | None,
    yes: bool,
    **filters: Any,
) -> int:
    """
    End streams: those with an ID, or all that pass the filters.

    The number of streams that filters select is shown, and asked about.
    """
    from relay.cli.running import run

    selects = query_of(filters)
    if bool(ids) == bool(selects):
        raise Failed("the streams are named by their IDs, or selected by filters")
    if len(reason) > 200 or not reason.isprintable():
        raise Failed("--reason must be one line of at most 200 characters")

    async def work(client: Client, output: Output) -> None:
        from relay.cli.client import NODE

        query = {"ids": ",".join(ids)} if ids else await with_apis(client, filters)
        if not ids and not yes:
            await confirm(client, query)
        sent = {
            **query,
            "reason": reason or None,
            "overSeconds": over_seconds,
        }
        answer = await client.call("DELETE", "/streams", query=sent, base=NODE)
        ending = "ending" in answer
        count = answer["ending" if ending else "ended"]
        named = set(ids)
        if output.json:
            output.data(answer)
        elif count or not ids:
            end = f"ending within {answer['overSeconds']:g} s" if ending else "ended"
            output.line(f"{counted(count, 'stream')} {end}")
        if count < len(named):
            unknown = len(named) - count
            which = min(named) if len(named) == 1 else f"for {unknown} of the IDs"
            raise Failed(f"there is no stream {which}")

    return run(invocation, work)


async def confirm(client: Client, query: Mapping[str, Any]) -> None:
    """
    Ask whether the streams that pass a filter shall end.

    :raises Failed: when the answer is no, or nobody can be asked.
    """
    from relay.cli.client import NODE

    page = await client.call(
        "GET", "/streams", query={**query, "perPage": 1}, base=NODE
    )
    count = page["pagination"]["totalCount"]
    if not sys.stdin.isatty():
        streams = counted(count, "stream")
        raise Failed(f"this would end {streams}; confirm it with --yes")
    if not click.confirm(f"End {counted(count, 'stream')}?", err=True):
        raise Failed("nothing was ended")


async def show_list(
    client: Client, output: Output, query: Mapping[str, Any], limit: int
) -> None:
    """Print the streams as a table."""
    from relay.cli.client import NODE

    page = await client.call(
        "GET", "/streams", query={**query, "perPage": limit}, base=NODE
    )
    if output.json:
        output.data(page["data"])
        return
    names = await api_names(client)
    output.table([row(one, names) for one in page["data"]], COLUMNS)
    total = page["pagination"]["totalCount"]
    if total > limit:
        output.note(f"{limit} of {total} streams; --limit shows more")
