"""
The channels of a daemon with several workers.

A channel that clients of several workers read is open in each of them: one leads it,
and has the connection to its source; the others have a copy of its log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from urllib.parse import quote

from relay.node.peers import Peers, Unreachable
from relay.technical.gathered import Gathered

MOST_READERS = 1000
"""How many readers are described of a channel: those that are farthest behind."""
Shown = dict[str, Any]


def merged(parts: Iterable[Sequence[Shown]]) -> list[Shown]:
    """Return channels, each once, made of those of several workers."""
    by_key: dict[tuple[str, str], list[Shown]] = {}
    for part in parts:
        for one in part:
            by_key.setdefault((one["apiId"], one["channel"]), []).append(one)
    return [merged_one(found) for found in by_key.values()]


def merged_one(parts: Sequence[Shown]) -> Shown:
    """
    Return a channel with the readers of all workers.

    The rest is what the worker with the source shows, and the log is the one that is
    farthest.

    :param parts: the channel in each worker that has it open.
    """
    if len(parts) == 1:
        return parts[0]
    leader = max(parts, key=_leads)
    shown = {**leader}
    readers: Shown = {
        name: sum(one["readers"][name] for one in parts)
        for name in ("total", "lagging")
    }
    if any("states" in one["readers"] for one in parts):
        states: Counter[str] = Counter()
        for one in parts:
            states.update(one["readers"].get("states") or {})
        readers["states"] = dict(states)
    shown["readers"] = readers
    shown["log"] = max((one["log"] for one in parts), key=lambda log: log["last"])
    if "positions" in shown:
        positions = [each for one in parts for each in one["positions"]]
        positions.sort(
            key=lambda one: (one["lag"]["events"], one["lag"]["ms"]), reverse=True
        )
        shown["positions"] = positions[:MOST_READERS]
    return shown


def _leads(one: Shown) -> tuple[bool, bool]:
    """Return what is larger for the worker that has the connection to the source."""
    source = one["source"]
    return bool(source["connections"]), source["state"] == "UP"


def merged_of_api(parts: Iterable[Sequence[Shown]]) -> list[Shown]:
    """Return the channels of an API, as the management API shows them."""
    by_key: dict[str, list[Shown]] = {}
    for part in parts:
        for one in part:
            by_key.setdefault(one["channel"], []).append(one)
    found = []
    for each in by_key.values():
        leader = max(each, key=_knows_source)
        shown = {**leader}
        newest = max(each, key=lambda one: one["events"])
        shown["subscribers"] = sum(one["subscribers"] for one in each)
        shown |= {name: newest[name] for name in ("events", "lastEventId")}
        found.append(shown)
    return found


def _knows_source(one: Shown) -> tuple[bool, bool]:
    return "endpoint" in one, one["health"] == "UP"


class PeerChannels:
    """The open channels of all workers."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def all(self, api_ids: Collection[str]) -> Sequence[Shown]:
        """
        Describe channels.

        :param api_ids: of these APIs; empty for all.
        """
        query = f"apiIds={quote(','.join(api_ids))}" if api_ids else ""
        answers = await self._peers.ask_all("GET", "/worker/channels", query)
        found = merged(one["data"] for one in answers.contents)
        return Gathered(found, answers.unreachable)

    async def one(self, api_id: str, digest: str) -> Shown | None:
        """
        Describe a channel with its readers; None when it is not open.

        :raises Unreachable: when it is not found, and a worker does not answer.
        """
        path = f"/channels/{quote(api_id, safe='')}/{quote(digest, safe='')}"
        answers = await self._peers.ask_all("GET", path)
        if answers.contents:
            return merged_one(answers.contents)
        if answers.unreachable:
            raise Unreachable(answers.unreachable[0])
        return None
