"""The live streams of one process, as the resource uses them."""

from __future__ import annotations

import json
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from twisted.internet.defer import Deferred

from relay.observability.live import LiveExchange
from relay.technical.streams.listing import OLDEST_FIRST, Order
from relay.technical.streams.view import Ended, LocalStreams
from tests.technical.streams.exchanges import NOW_MS, StreamsCase, wanted

T = TypeVar("T")


class LocalTests(StreamsCase):
    """Four streams of this process."""

    def setUp(self) -> None:
        """Begin them, one each second."""
        super().setUp()
        self.evenly: list[tuple[Sequence[LiveExchange], float]] = []
        self.local = LocalStreams(
            self.streams,
            self.watches,
            lambda found, over_s: self.evenly.append((found, over_s)),
        )
        self.begun = []
        for name in "abcd":
            self.begun.append(self.begin(name))
            self.clock.advance(1)

    def done(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end."""
        done = Deferred.fromCoroutine(work)
        self.turns()
        return self.successResultOf(done)

    def keys(self, order: Order, most: int) -> tuple[list[tuple[float, str]], int]:
        """List the first streams of an order."""
        found, total = self.done(self.local.keys(wanted(), order, most))
        return list(found), total

    def test_keys(self) -> None:
        """A smaller number comes first, whatever the order."""
        oldest = [(NOW_MS, "a"), (NOW_MS + 1000, "b")]
        self.assertEqual(self.keys(OLDEST_FIRST, 2), (oldest, 4))
        youngest = Order("age", descending=False)
        self.assertEqual(self.keys(youngest, 1), ([(-NOW_MS - 3000, "d")], 4))
        self.begun[2].sends(7, 70)
        most = Order("bytesOut", descending=True)
        self.assertEqual(self.keys(most, 1), ([(-70, "c")], 4))

    def test_one(self) -> None:
        """A stream is described while it is under way."""
        shown = self.done(self.local.one("b", with_path=False))
        assert shown is not None
        self.assertEqual(json.loads(shown)["id"], "b")
        self.assertNotIn("path", json.loads(shown))
        self.finish(self.begun[1])
        self.assertIsNone(self.done(self.local.one("b", with_path=False)))

    def test_end_one(self) -> None:
        """A dry run ends nothing; a stream that is over is not found."""
        self.assertTrue(self.done(self.local.end_one("a", dry_run=True)))
        self.assertEqual(self.begun[0].ends, [])
        self.assertTrue(self.done(self.local.end_one("a", dry_run=False)))
        self.assertEqual(len(self.begun[0].ends), 1)
        self.assertFalse(self.done(self.local.end_one("a", dry_run=False)))

    def test_end(self) -> None:
        """Those that pass the filter end, at once or evenly."""
        some = wanted(ids="a,b")
        self.assertEqual(self.done(self.local.end(some, 0, dry_run=True)), Ended(2))
        self.assertEqual(self.begun[0].ends, [])
        self.assertEqual(self.done(self.local.end(some, 0, dry_run=False)), Ended(2))
        self.assertEqual(len(self.begun[1].ends), 1)
        rest = wanted(ids="c,d")
        self.assertEqual(self.done(self.local.end(rest, 5, dry_run=False)), Ended(2))
        self.assertEqual(self.evenly, [(self.begun[2:], 5)])

    def test_watchers(self) -> None:
        """A client that follows the changes is counted until it leaves."""
        watch = self.local.watch(wanted(), 1.0, with_path=True)
        self.assertEqual(self.local.watchers, 0)
        watch.start(lambda data: None, lambda: None)
        self.assertEqual(self.local.watchers, 1)
        watch.stopProducing()
        self.assertEqual(self.local.watchers, 0)
