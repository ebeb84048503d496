"""The table of streams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from relay.cli.client import Client

COLUMNS = {
    "id": "ID",
    "api": "API",
    "phase": "PHASE",
    "age": "AGE",
    "events": "EVENTS",
    "rate": "EVENTS/S",
    "lag": "LAG MS",
    "entrypoint": "ENTRYPOINT",
    "remoteAddress": "CLIENT",
}


def row(stream: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """
    Return the cells of a stream.

    :param names: of APIs, by their ids.
    """
    api_id = stream.get("apiId") or ""
    rate = (stream.get("rate") or {}).get("eventsPerSecond") or 0
    return {
        **stream,
        "api": names.get(api_id, api_id),
        "age": age_text(stream.get("ageMs") or 0),
        "rate": f"{rate:.1f}",
        "lag": (stream.get("lag") or {}).get("ms"),
    }


def age_text(age_ms: float) -> str:
    """Write a duration with two units at most."""
    seconds = int(age_ms // 1000)
    for size, unit, below, smaller in (
        (86_400, "d", 3600, "h"),
        (3600, "h", 60, "m"),
        (60, "m", 1, "s"),
    ):
        if seconds >= size:
            return f"{seconds // size}{unit}{seconds % size // below}{smaller}"
    return f"{seconds}s"


async def api_names(client: Client) -> dict[str, str]:
    """Return the hrids, or else the names, of the APIs by their ids."""
    return {
        one["id"]: one.get("hrid") or one["name"] async for one in client.items("/apis")
    }
