"""The flight recorder, with a clock and a store of the test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from relay.model.flights import FlightRecord
from relay.model.outcome import Outcome
from relay.model.transferred import Transferred
from relay.observability.access import AccessRecord
from relay.observability.flights import (
    BATCH,
    BEAT_S,
    LIVE_BATCH,
    MOST_WAITING,
    SINGLE_CALLS,
    UPDATE_S,
    FlightRecorder,
)
from relay.observability.timeline import Timeline


class SlowStore:
    """Keeps batches until the test says how they end."""

    def __init__(self) -> None:
        self.batches: list[list[FlightRecord]] = []
        self.waiting: list[Deferred[None]] = []
        self.slow = False
        self.fails = False

    def begin(self) -> Deferred[None]:
        """Have nothing from before."""
        return succeed(None)

    def save(self, make: Callable[[], list[FlightRecord]]) -> Deferred[None]:
        """Take a batch."""
        done: Deferred[None] = Deferred()
        if self.fails:
            done.errback(Failure(OSError("the disk is full")))
            return done
        self.batches.append(make())
        self.waiting.append(done)
        if not self.slow:
            self.end()
        return done

    def end(self) -> None:
        """The oldest batch is written."""
        self.waiting.pop(0).callback(None)

    @property
    def ids(self) -> list[str]:
        """The ids of all records that were written, in order."""
        return [one.request_id for batch in self.batches for one in batch]


class Exchange:
    """An exchange, as its observers see it."""

    def __init__(self, clock: Clock, name: str, streams: bool, api: str | None) -> None:
        self.record = AccessRecord("GET", "relay", "/", "192.0.2.1", "192.0.2.1")
        self.record.request_id = name
        self.record.api_id = api
        self.record.timeline = Timeline(clock.seconds)
        self.streams = streams
        self.transferred = Transferred(1, 2, 3)


class RecorderTests(SynchronousTestCase):
    """Exchanges, from their beginning to their end."""

    def setUp(self) -> None:
        """Start the recorder."""
        self.clock = Clock()
        self.store = SlowStore()
        self.recorder = FlightRecorder(
            self.clock, lambda: 1000, self.store, "gateway", False
        )
        self.recorder.startService()
        self.number = 0

    def begin(self, streams: bool = True, api: str | None = "api") -> Exchange:
        """Begin an exchange."""
        self.number += 1
        exchange = Exchange(self.clock, f"request-{self.number}", streams, api)
        self.recorder.began(cast(Any, exchange))
        return exchange

    def end(self, exchange: Exchange, key: str | None = None) -> None:
        """End an exchange."""
        exchange.record.outcome = Outcome.COMPLETED
        exchange.record.error_key = key
        self.recorder.ended(cast(Any, exchange))

    def call(self, api: str | None = "api", key: str | None = None) -> Exchange:
        """Begin a call that is no stream, and end it."""
        exchange = self.begin(False, api)
        self.end(exchange, key)
        return exchange

    def beat(self) -> list[FlightRecord]:
        """Run one beat, and return what was written then."""
        before = len(self.store.batches)
        self.clock.advance(BEAT_S)
        return [one for batch in self.store.batches[before:] for one in batch]

    def test_a_life(self) -> None:
        """A record at the beginning, at intervals, and at the end."""
        exchange = self.begin()
        self.assertEqual(self.store.batches, [], "nothing on the way of the call")
        (first,) = self.beat()
        self.assertEqual(
            (first.ended, first.events, first.gateway), (False, 3, "gateway")
        )
        self.assertEqual(self.beat(), [])
        self.clock.pump([1.0] * (round(UPDATE_S) - 2))
        exchange.transferred = Transferred(1, 2, 30)
        (second,) = self.beat()
        self.assertEqual((second.ended, second.events), (False, 30))
        self.end(exchange)
        exchange.record.events = 31
        (last,) = self.beat()
        self.assertEqual(
            (last.ended, last.events, last.outcome), (True, 31, "completed")
        )
        self.clock.pump([1.0] * 200)
        self.assertEqual(len(self.store.ids), 3)

    def test_a_short_call(self) -> None:
        """It has one record, of its end."""
        self.call()
        (only,) = self.beat()
        self.assertTrue(only.ended)

    def test_calls_without_an_api(self) -> None:
        """They are not recorded, whether or not they are under way."""
        waiting = self.begin(api=None)
        self.call(api=None)
        self.assertEqual(self.beat(), [])
        waiting.record.api_id = "api"
        self.assertEqual(len(self.beat()), 1)

    def test_very_many_calls(self) -> None:
        """Calls of one kind beyond a number are one record; streams are not joined."""
        for _ in range(SINGLE_CALLS):
            self.call()
        for key in ("A", "B", "A", "A"):
            self.call(key=key)
        self.call(api="other")
        self.end(self.begin())
        written = self.beat()
        self.assertEqual(len(written), SINGLE_CALLS + 4)
        self.assertEqual(
            [(one.error_key, one.weight) for one in written[SINGLE_CALLS:]],
            [("A", 3), ("B", 1), (None, 1), (None, 1)],
        )
        self.assertEqual(sum(one.weight for one in written), self.number)
        self.call(key="A")
        self.assertEqual([one.weight for one in self.beat()], [1])

    def test_a_slow_store(self) -> None:
        """One batch at a time; what cannot wait is dropped and counted."""
        self.store.slow = True
        for _ in range(BATCH + MOST_WAITING + 10):
            self.end(self.begin())
            if self.number == BATCH:
                self.beat()
        self.assertEqual(self.recorder.waiting, MOST_WAITING)
        self.assertEqual(self.recorder.dropped, 10)
        self.beat()
        self.assertEqual(len(self.store.waiting), 1)
        self.store.slow = False
        self.store.end()
        self.assertEqual(self.recorder.waiting, 0)
        self.assertEqual(len(self.store.ids), BATCH + MOST_WAITING)
        self.assertTrue(all(len(batch) <= BATCH for batch in self.store.batches))

    def test_a_store_that_fails(self) -> None:
        """It is logged once; records wait for a better time, as many as may."""
        self.store.fails = True
        for _ in range(MOST_WAITING + 5):
            self.end(self.begin())
        for _ in range(10):
            self.beat()
        self.assertEqual(self.recorder.waiting, MOST_WAITING)
        self.assertEqual(self.recorder.dropped, 5)
        self.assertEqual(len(self.flushLoggedErrors()), 0)
        self.store.fails = False
        self.beat()
        names = [f"request-{number}" for number in range(1, MOST_WAITING + 1)]
        self.assertEqual(self.store.ids, names)

    def test_many_streams(self) -> None:
        """Those under way are recorded a part at a time, until all are."""
        for _ in range(3 * LIVE_BATCH):
            self.begin()
        self.beat()
        self.assertEqual(len(self.store.ids), 3 * LIVE_BATCH)
        self.assertTrue(all(len(one) <= LIVE_BATCH for one in self.store.batches))

    def test_flush(self) -> None:
        """Records that wait are written, and that of one exchange under way."""
        ended, live, other = self.begin(), self.begin(), self.begin()
        self.beat()
        self.end(ended)
        live.transferred = Transferred(1, 2, 99)
        self.successResultOf(self.recorder.flush("request-2"))
        found = {one.request_id: one for one in self.store.batches[-1]}
        self.assertEqual(set(found), {"request-1", "request-2"})
        self.assertEqual(found["request-2"].events, 99)
        self.successResultOf(self.recorder.flush("unknown"))
        self.assertEqual(len(self.store.batches), 2)
        self.end(other)

    def test_a_flush_of_a_slow_store(self) -> None:
        """It waits for the batch under way, and for its own; a failure ends it."""
        self.store.slow = True
        self.end(self.begin())
        self.beat()
        self.end(self.begin())
        flushed = self.recorder.flush()
        self.store.end()
        self.assertNoResult(flushed)
        self.store.end()
        self.successResultOf(flushed)
        self.store.fails = True
        self.end(self.begin())
        self.successResultOf(self.recorder.flush())

    def test_stop(self) -> None:
        """What waits is written, and no timer is left."""
        self.end(self.begin())
        self.successResultOf(self.recorder.stopService())
        self.assertEqual(self.store.ids, ["request-1"])
        self.assertEqual(self.clock.getDelayedCalls(), [])
