"""The options that select streams."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from relay.cli.hrids import complete_apis
from relay.cli.objects.apis import find_api

if TYPE_CHECKING:
    from relay.cli.client import Client

FILTERS: Mapping[str, str] = {
    "api": "apiIds",
    "plan": "planIds",
    "application": "applicationIds",
    "subscription": "subscriptionIds",
    "address": "addresses",
    "entrypoint": "entrypoints",
    "endpoint": "endpoints",
    "listener": "listeners",
    "phase": "phases",
    "min_age_ms": "minAgeMs",
    "min_lag_ms": "minLagMs",
    "min_rate": "minEventsPerSecond",
    "paused": "paused",
}
"""The query parameters of the options that select streams."""
SORTS = (
    "age",
    "events",
    "bytesOut",
    "eventsPerSecond",
    "bytesPerSecond",
    "lagEvents",
    "lagMs",
    "lagBytes",
    "unsentBytes",
)
"""The members by which the server sorts streams."""
PHASES = ("request", "response", "stream")


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that select streams."""
    lists = (
        ("--listener", "Those of a listener."),
        ("--endpoint", "Those of an endpoint."),
        ("--entrypoint", "Those of an entrypoint, such as sse."),
        ("--address", "Those of clients of a network."),
        ("--subscription", "Those of a subscription."),
        ("--application", "Those of an application."),
        ("--plan", "Those of a plan."),
        ("--api", "Those of an API, by its id, hrid or name."),
    )
    for option in (
        click.option("--paused", is_flag=True, help="Those whose clients are full."),
        click.option(
            "--min-rate", type=click.FloatRange(0), metavar="N", help="In events/s."
        ),
        click.option(
            "--min-lag-ms",
            type=click.IntRange(0),
            metavar="MS",
            help="Whose client is so far behind.",
        ),
        click.option(
            "--min-age-ms", type=click.IntRange(0), metavar="MS", help="As old as this."
        ),
        click.option(
            "--phase",
            multiple=True,
            type=click.Choice(["request", "response", "stream"]),
            help="In this phase. May repeat.",
        ),
        *(
            click.option(
                name,
                multiple=True,
                metavar="ID",
                shell_complete=complete_apis if name == "--api" else None,
                help=f"{text} May repeat.",
            )
            for name, text in lists
        ),
    ):
        command = option(command)
    return command


def query_of(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the query parameters of the options that select streams."""
    found: dict[str, Any] = {}
    for option, parameter in FILTERS.items():
        value = filters.get(option)
        if isinstance(value, tuple | list):
            value = ",".join(value)
        if value or (value == 0 and value is not False):
            found[parameter] = value
    return found


async def with_apis(client: Client, filters: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the query parameters, with the ids of the APIs that are named.

    :raises Failed: when there is no such API.
    """
    query = query_of(filters)
    if wanted := filters.get("api"):
        query["apiIds"] = ",".join(
            [(await find_api(client, name))["id"] for name in wanted]
        )
    return query
