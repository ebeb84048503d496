"""Tests of :mod:`relay.http.collector`."""

from __future__ import annotations

import tracemalloc
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from relay.http.body import RequestBody
from relay.http.collector import BodyCollector, BodyTooLarge


class Sent:
    """A body whose client sends when the test says so."""

    def __init__(self) -> None:
        self.ended: Deferred[None] = Deferred()

    def startProducing(self, consumer: Any) -> Deferred[None]:
        """Send nothing by itself."""
        return self.ended


class CollectTests(SynchronousTestCase):
    """Bodies in pieces."""

    def collecting(self, limit_bytes: int) -> tuple[BodyCollector, Deferred[bytes]]:
        """Make a collector of a body that has not begun."""
        self.sent = Sent()
        collector = BodyCollector(limit_bytes)
        return collector, collector.collect(cast(RequestBody, self.sent))

    def test_pieces(self) -> None:
        """A body of the largest length is complete with its end."""
        collector, body = self.collecting(5)
        for piece in (b"ab", b"cd", b"e"):
            collector.write(piece)
        self.assertNoResult(body)
        self.sent.ended.callback(None)
        self.assertEqual(self.successResultOf(body), b"abcde")

    def test_too_large(self) -> None:
        """A body that is a byte too large fails at once, and once."""
        collector, body = self.collecting(5)
        for piece in (b"abc", b"def", b"ghi"):
            collector.write(piece)
        self.failureResultOf(body, BodyTooLarge)
        self.sent.ended.callback(None)

    def test_no_body(self) -> None:
        """A request without a body has an empty one."""
        body = BodyCollector(5).collect(None)
        self.assertEqual(self.successResultOf(body), b"")

    def test_small_pieces(self) -> None:
        """A body in pieces of two bytes takes no more than twice its length."""
        collector, body = self.collecting(1 << 16)
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        before = tracemalloc.get_traced_memory()[0]
        for number in range(1 << 15):
            collector.write(number.to_bytes(2, "big"))
        self.assertLess(tracemalloc.get_traced_memory()[0] - before, 1 << 17)
        self.assertNoResult(body)
