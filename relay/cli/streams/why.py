"""``relay why``: what happened to one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from relay.cli.commands import Invocation
from relay.cli.errors import ApiError, Failed
from relay.cli.hrids import complete_apis
from relay.cli.objects.apis import find_api

if TYPE_CHECKING:
    from relay.cli.client import Client
    from relay.cli.output import Output

_NOT_FOUND = 404
_BAD = frozenset(
    {"denied", "refused", "attempt_failed", "source_lost", "source_refused", "gap"}
)


@click.command()
@click.argument("request_id")
@click.option(
    "--api",
    metavar="API",
    shell_complete=complete_apis,
    help="Its API, by id, hrid or name.",
)
@click.pass_obj
def why(invocation: Invocation, request_id: str, api: str | None) -> int:
    """
    Print what happened to a call, from its flight record.

    REQUEST_ID is X-Gravitee-Request-Id of the response, and requestId of the access
    log.
    """
    from relay.cli.running import run

    async def work(client: Client, output: Output) -> None:
        record = await find_record(client, request_id, api)
        if output.json:
            output.data(record)
        else:
            tell(output, record)

    return run(invocation, work)


async def find_record(
    client: Client, request_id: str, api: str | None
) -> dict[str, Any]:
    """
    Find a flight record: that of an API, or of any.

    :param api: an id, hrid or name; None to ask each API, that of an open stream first.
    :raises Failed: when no API has the record.
    """
    if api is None:
        first = await _api_of_stream(client, request_id)
        ids = [] if first is None else [first]
        async for one in client.items("/apis"):
            if one["id"] != first:
                ids.append(one["id"])
    else:
        ids = [(await find_api(client, api))["id"]]
    for api_id in ids:
        try:
            path = f"/apis/{api_id}/logs/{quote(request_id, safe='')}"
            record: dict[str, Any] = await client.call("GET", path)
        except ApiError as error:
            if error.status != _NOT_FOUND:
                raise
        else:
            return record
    raise Failed(
        f"there is no record of {request_id}: it is older than records.keep_hours, no "
        "API took the call, or it was one of many alike; see the access log"
    )


async def _api_of_stream(client: Client, request_id: str) -> str | None:
    from relay.cli.client import NODE

    try:
        path = f"/streams/{quote(request_id, safe='')}"
        stream = await client.call("GET", path, base=NODE)
    except ApiError as error:
        if error.status != _NOT_FOUND:
            raise
        return None
    found: str | None = stream.get("apiId")
    return found


def tell(output: Output, record: dict[str, Any]) -> None:
    """Print a record as sentences."""
    from relay.cli.streams.telling import advice, ending, sentence

    application = (record.get("application") or {}).get("name")
    plan = record.get("plan")
    output.line(
        f"{record.get('method', '?')} {record.get('uri', '?')} from "
        f"{record.get('remoteAddress', '?')} at {record['timestamp']}"
    )
    counts = [
        f"{record[name]} {word}"
        for name, word in (
            ("duration", "ms"),
            ("events", "events"),
            ("responseContentLength", "bytes"),
        )
        if record.get(name) is not None
    ]
    if counts:
        output.line(", ".join(counts))
    output.line()
    timeline = record.get("timeline", [])
    for moment in timeline:
        style = "red" if moment["mark"] in _BAD else None
        output.line(
            f"{moment['atMs']:>9} ms  {sentence(moment, application, plan)}", style
        )
    if dropped := record.get("timelineDropped"):
        output.line(f"{'':>12}  ({dropped} moments between are not kept)")
    output.line()
    output.line(ending(record), "bold")
    if what := advice(record):
        output.line(f"What to do: {what}")
