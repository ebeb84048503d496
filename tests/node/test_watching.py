"""Watchers of the live streams of several workers, over real sockets."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred

from relay.eventstream.event import Event
from relay.eventstream.parser import EventParser
from relay.model.outcome import Outcome
from tests.node.test_streams import Member, StreamsCase
from tests.technical.streams.exchanges import wanted

Told = tuple[str, dict[str, Any]]


class WatchTests(StreamsCase):
    """One client that follows four streams of two workers."""

    def setUp(self) -> None:
        """Have a client."""
        super().setUp()
        self.told: list[Told] = []
        self.parser = EventParser()
        self.waiting: tuple[int, Deferred[None]] | None = None
        self.watch = self.streams.watch(wanted(), 0.25, with_path=True)
        self.addCleanup(self.watch.stopProducing)

    def write(self, data: bytes) -> None:
        """Take what is written."""
        for event in self.parser.feed(data):
            assert isinstance(event, Event)
            self.told.append((event.type, json.loads(event.data)))
        if self.waiting is not None and len(self.told) >= self.waiting[0]:
            (_, waiting), self.waiting = self.waiting, None
            waiting.callback(None)

    async def until(self, count: int) -> None:
        """Wait until so many events were told."""
        if len(self.told) < count:
            waiting: Deferred[None] = Deferred()
            self.waiting = count, waiting
            await waiting.addTimeout(20, reactor)

    async def begin(self) -> None:
        """Follow, until the snapshot is complete."""
        self.watch.start(self.write, self.fail)
        while not (self.told and self.told[-1][1].get("complete")):
            await self.until(len(self.told) + 1)

    def snapshot(self, told: list[Told]) -> list[str]:
        """Return the ids of a snapshot."""
        self.assertEqual({name for name, _ in told}, {"snapshot"})
        flags = [one["complete"] for _, one in told]
        self.assertEqual(flags, [False] * (len(told) - 1) + [True])
        return sorted([one["id"] for _, part in told for one in part["data"]])

    async def test_changes(self) -> None:
        """The snapshot is complete with the last worker's, and changes follow."""
        await self.begin()
        self.assertEqual(self.snapshot(self.told), ["a1", "a2", "b1", "b2"])
        self.assertEqual(self.streams.watchers, 1)
        count = len(self.told)
        self.begun["b1"].end(Outcome.CLIENT_GONE)
        self.of[1].watches.ended(self.begun["b1"])
        await self.until(count + 1)
        self.of[0].begin("a3", 0)
        await self.until(count + 2)
        self.assertEqual(
            [(name, one["id"]) for name, one in self.told[count:]],
            [("closed", "b1"), ("opened", "a3")],
        )
        self.watch.stopProducing()
        self.assertEqual(self.streams.watchers, 0)

    async def test_a_worker_that_ends(self) -> None:
        """There is a gap, then the streams of the others; and those of a new one when
        it answers."""
        await self.begin()
        count = len(self.told)
        two = self.members[1]
        await self.end(two)
        await self.until(count + 2)
        name, gap = self.told[count]
        self.assertEqual((name, gap), ("gap", {"reason": "worker_lost"}))
        self.assertEqual(self.snapshot(self.told[count + 1 :]), ["a1", "a2"])
        count = len(self.told)
        other = Member()
        other.begin("b9", 1)
        self.serve(two, *other.families())
        self.addCleanup(other.streams.rates.stop)
        await self.until(count + 3)
        self.assertEqual(self.told[count], ("gap", {"reason": "worker_started"}))
        self.assertEqual(self.snapshot(self.told[count + 1 :]), ["a1", "a2", "b9"])
        self.watch.stopProducing()

    async def test_a_worker_that_does_not_answer(self) -> None:
        """The snapshot is that of the others."""
        self.absent()
        await self.begin()
        self.assertEqual(self.snapshot(self.told), ["a1", "a2", "b1", "b2"])
        self.watch.stopProducing()

    async def test_a_client_that_takes_nothing(self) -> None:
        """Nothing is read of the workers meanwhile."""
        await self.begin()
        self.watch.pauseProducing()
        self.watch.resumeProducing()
        count = len(self.told)
        self.begun["a1"].sends(1, 10)
        await self.until(count + 1)
        name, changed = self.told[count]
        self.assertEqual((name, changed["id"]), ("changed", "a1"))
        self.watch.stopProducing()
