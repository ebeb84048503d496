"""
The live streams of a daemon with several workers.

A page of a list is made in two steps: each worker returns the order of its first
streams, as numbers and ids, and those that are on the page are described afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import islice
from typing import Any
from urllib.parse import quote

from twisted.internet.defer import gatherResults

from relay.management.http.live_body import LiveBody
from relay.management.http.query import Page
from relay.model.role import Role
from relay.node.peers import Answer, Answers, Peer, Peers, Unreachable
from relay.node.watching import PeerWatch
from relay.reactor.failures import run
from relay.technical.gathered import Gathered
from relay.technical.streams.filters import StreamFilter
from relay.technical.streams.listing import Order
from relay.technical.streams.view import Ended

PATH = "/streams"
LIST_TIMEOUT_S = 10.0
"""How long a worker may take to list its streams, in seconds: thousands of them are
looked at in shares of many turns."""


def first(
    parts: Sequence[Sequence[tuple[float, str]]], skipped: int, size: int
) -> list[tuple[int, str]]:
    """
    Return a page of several sorted lists, as if they were one.

    :param parts: pairs of the number by which a stream is sorted, and its id.
    :param skipped: how many streams are on the pages before.
    :return: the number of the list and the id of each stream of the page; of equal ones
        those of the first list come first.
    """
    return [
        (number, stream_id)
        for _, number, stream_id in islice(
            merge(*map(_numbered, range(len(parts)), parts), key=lambda one: one[0]),
            skipped,
            skipped + size,
        )
    ]


def _numbered(
    number: int, part: Iterable[tuple[float, str]]
) -> Iterator[tuple[float, int, str]]:
    return ((key, number, stream_id) for key, stream_id in part)


class PeerStreams:
    """
    The live streams of all workers.

    :param clock: the reactor.
    """

    def __init__(self, peers: Peers, clock: Any) -> None:
        self._peers = peers
        self._clock = clock
        self._watches: set[PeerWatch] = set()

    @property
    def watchers(self) -> int:
        """How many clients follow the changes."""
        return len(self._watches)

    async def page(
        self, wanted: StreamFilter, order: Order, page: Page, with_path: bool
    ) -> tuple[Sequence[bytes], int]:
        """Describe the streams of a page, and count those of all pages."""
        sign = "-" if order.descending else ""
        query = f"sortBy={sign}{order.key}&most={page.skipped + page.size}"
        answers = await self._peers.ask_all(
            "GET",
            f"/worker{PATH}",
            "&".join(filter(None, (wanted.text, query))),
            timeout_s=LIST_TIMEOUT_S,
        )
        contents = answers.contents
        chosen = first([one["keys"] for one in contents], page.skipped, page.size)
        peers = [peer for peer, one in answers.found if one.status == 200]
        shown = await self._described(peers, chosen, with_path)
        total = sum(one["total"] for one in contents)
        return Gathered(shown, answers.unreachable), total

    async def _described(
        self, peers: Sequence[Peer], chosen: Sequence[tuple[int, str]], with_path: bool
    ) -> list[bytes]:
        ids: dict[int, list[str]] = {}
        for number, stream_id in chosen:
            ids.setdefault(number, []).append(stream_id)
        role = _role(with_path)
        asked = [
            run(self._of_peer(peers[number], some, role))
            for number, some in ids.items()
        ]
        lines: dict[str, bytes] = {}
        for found in await gatherResults(asked):
            lines |= found
        # A stream that has ended meanwhile is left out.
        return [lines[one] for _, one in chosen if one in lines]

    async def _of_peer(
        self, peer: Peer, ids: Sequence[str], role: Role
    ) -> Mapping[str, bytes]:
        try:
            answer = await self._peers.ask(
                peer,
                "POST",
                f"/worker{PATH}",
                body={"ids": list(ids)},
                role=role,
                timeout_s=LIST_TIMEOUT_S,
            )
        except Unreachable:
            return {}
        return {_id_of(line): line for line in answer.body.splitlines()}

    async def one(self, stream_id: str, with_path: bool) -> bytes | None:
        """
        Describe a stream as JSON; None when it is not under way.

        :raises Unreachable: when it is not found, and a worker does not answer.
        """
        path = f"{PATH}/{quote(stream_id, safe='')}"
        answers = await self._peers.ask_all("GET", path, role=_role(with_path))
        found = _found(answers)
        return None if found is None else found.body

    async def end_one(self, stream_id: str, dry_run: bool) -> bool:
        """
        End a stream, if it is under way.

        :raises Unreachable: when it is not found, and a worker does not answer.
        """
        path = f"{PATH}/{quote(stream_id, safe='')}"
        query = "dryRun=true" if dry_run else ""
        return _found(await self._peers.ask_all("DELETE", path, query)) is not None

    async def end(self, wanted: StreamFilter, over_s: float, dry_run: bool) -> Ended:
        """End the streams that pass a filter, in all workers."""
        query = wanted.text
        if over_s:
            query += f"&overSeconds={over_s:.3f}"
        if dry_run:
            query += "&dryRun=true"
        answers = await self._peers.ask_all(
            "DELETE", PATH, query, timeout_s=LIST_TIMEOUT_S
        )
        counts = [
            one.content["ending" if over_s else "ended"]
            for _, one in answers.found
            if one.status in (200, 202)
        ]
        return Ended(sum(counts), answers.unreachable)

    def watch(
        self, wanted: StreamFilter, interval_s: float, with_path: bool
    ) -> LiveBody:
        """Report the streams of all workers and their changes."""
        query = f"intervalMs={round(interval_s * 1000)}"
        query = "&".join(filter(None, (wanted.text, query)))
        return PeerWatch(
            self._peers, self._clock, PATH, query, _role(with_path), self._watches
        )


def _role(with_path: bool) -> Role:
    return Role.ADMIN if with_path else Role.VIEWER


def _found(answers: Answers) -> Answer | None:
    for _, one in answers.found:
        if one.status == 200:
            return one
    if answers.unreachable:
        raise Unreachable(answers.unreachable[0])
    return None


def _id_of(line: bytes) -> str:
    # The id is the first member; to parse the whole takes longer.
    return line[7 : line.index(b'"', 7)].decode()
