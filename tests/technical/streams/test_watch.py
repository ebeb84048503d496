"""The event stream of changes."""

from __future__ import annotations

import json
from typing import Any

from twisted.logger import capturedLogs

from relay.eventstream.parser import EventParser
from relay.model.outcome import Outcome
from relay.observability.live import LiveExchange
from relay.technical.streams.stream import Stream
from relay.technical.streams.watch import (
    BATCH,
    HEARTBEAT_S,
    MOST_CHANGES,
    MOST_ENDED,
    STALL_MS,
    TICK_S,
    Watch,
)
from tests.technical.streams.exchanges import StreamsCase, ids, wanted

Told = list[tuple[str, dict[str, Any]]]


class WatchTests(StreamsCase):
    """A watcher, and what it is told."""

    def setUp(self) -> None:
        """Begin without streams."""
        super().setUp()
        self.sent = b""
        self.numbers: list[int] = []
        self.aborted = 0

    def watch(self, **filters: str) -> Watch:
        """Start a watcher that compares once a second."""
        watch = Watch(self.streams, self.watches, wanted(**filters), 1.0, True)
        self.addCleanup(watch.stopProducing)
        self.parser = EventParser()
        watch.start(self.write, self.abort)
        self.turns()
        return watch

    def write(self, data: bytes) -> None:
        """Receive bytes, which are whole events."""
        self.sent += data

    def abort(self) -> None:
        """Count the connections that are dropped."""
        self.aborted += 1

    def told(self) -> Told:
        """Read the events since the last call."""
        data, self.sent = self.sent, b""
        events = self.parser.feed(data)
        self.numbers += [int(event.id) for event in events]
        return [(event.type, json.loads(event.data)) for event in events]

    def after(self, seconds: float) -> Told:
        """Let time pass; return what was told."""
        for _ in range(round(seconds / TICK_S)):
            self.clock.advance(TICK_S)
            self.turns(20)
        return self.told()

    def test_the_snapshot_comes_first(self) -> None:
        """All streams, some in each event, and a mark at the last one."""
        for number in range(BATCH + 1):
            self.begin(str(number))
        self.watch()
        told = self.told()
        self.assertEqual([name for name, _ in told], ["snapshot", "snapshot"])
        self.assertEqual([one["complete"] for _, one in told], [False, True])
        shown = [one for _, event in told for one in event["data"]]
        self.assertEqual(ids(shown), [str(number) for number in range(BATCH + 1)])
        first = self.streams.look(self.live.all()[0])
        self.assertEqual(shown[0], json.loads(first.as_json()))

    def test_what_happens_to_a_stream(self) -> None:
        """It is opened, it changes, and it is closed; the ids of the events count."""
        self.watch()
        self.assertEqual(self.told(), [("snapshot", {"data": [], "complete": True})])
        stream = self.begin("a")
        ((name, shown),) = self.after(TICK_S)
        self.assertEqual((name, shown["id"], shown["path"]), ("opened", "a", "/a"))
        self.assertEqual(self.after(2), [])
        for _ in range(3):
            stream.sends(1, 10)
        ((name, shown),) = self.after(1)
        self.assertEqual(name, "changed")
        self.assertEqual(
            (shown["id"], shown["events"], shown["bytesOut"]), ("a", 3, 30)
        )
        self.assertNotIn("path", shown)
        self.finish(stream)
        ((name, shown),) = self.after(TICK_S)
        self.assertEqual((name, shown["id"]), ("closed", "a"))
        self.assertEqual(shown["outcome"], Outcome.CLIENT_GONE)
        self.assertEqual(self.numbers, [1, 2, 3, 4])

    def test_a_short_call_is_told_once(self) -> None:
        """It is over before the next look."""
        self.watch()
        self.told()
        self.finish(self.begin("a"))
        ((name, shown),) = self.after(TICK_S)
        self.assertEqual((name, shown["id"], shown["path"]), ("closed", "a", "/a"))

    def test_only_what_passes_the_filter(self) -> None:
        """A stream that comes to pass is opened; one that no longer does is closed."""
        self.watch(minAgeMs="1000", maxAgeMs="3000", apiIds="x")
        self.begin("other", api_id="y")
        self.begin("a", api_id="x")
        self.told()
        self.assertEqual(self.after(0.5), [])
        ((name, shown),) = self.after(2)
        self.assertEqual((name, shown["id"]), ("opened", "a"))
        self.assertEqual(self.after(2), [("closed", {"id": "a", "outcome": None})])
        for exchange in self.live.all():
            exchange.end(Outcome.CLIENT_GONE)
            self.watches.ended(exchange)
        self.assertEqual(self.after(2), [])

    def test_a_client_that_is_full_changes(self) -> None:
        """Its lag grows although nothing is sent."""
        self.begin("a").facts.paused = True
        self.watch()
        self.told()
        self.assertEqual([name for name, _ in self.after(3)], ["changed"] * 3)

    def test_changes_are_bounded(self) -> None:
        """Of more changes than are told at once, the others come next."""
        streams = [self.begin(str(number)) for number in range(MOST_CHANGES + 10)]
        self.watch()
        self.told()
        for stream in streams:
            stream.sends(1, 1)
        first, second = self.after(1), self.after(1)
        self.assertEqual([len(first), len(second)], [MOST_CHANGES, 10])
        self.assertEqual(
            len({shown["id"] for _, shown in first + second}), len(streams)
        )

    def test_heartbeats(self) -> None:
        """A quiet watcher is sent comments."""
        self.watch()
        self.told()
        for _ in range(2):
            self.after(HEARTBEAT_S - TICK_S)
            self.assertEqual(self.sent, b"")
            self.clock.advance(2 * TICK_S)
            self.turns()
            self.assertEqual(self.sent, b":\n")
            self.told()

    def test_a_slow_watcher_is_told_all_that_is_there(self) -> None:
        """While it takes nothing, changes are joined."""
        watch = self.watch()
        self.told()
        ending, staying = self.begin("a"), self.begin("b")
        self.after(TICK_S)
        watch.pauseProducing()
        self.finish(ending)
        staying.sends(7, 70)
        self.assertEqual(self.after(10), [])
        watch.resumeProducing()
        told = self.after(1)
        self.assertEqual([name for name, _ in told], ["closed", "changed"])
        self.assertEqual(told[1][1]["events"], 7)

    def test_a_gap(self) -> None:
        """After more ends than are kept, a new snapshot follows."""
        watch = self.watch()
        self.told()
        staying = self.begin("staying")
        self.after(TICK_S)
        watch.pauseProducing()
        for number in range(MOST_ENDED + 1):
            self.finish(self.begin(str(number)))
        watch.resumeProducing()
        told = self.after(TICK_S)
        self.assertEqual(told[0], ("gap", {"reason": "slow_consumer"}))
        self.assertEqual([name for name, _ in told[1:]], ["snapshot"])
        self.assertEqual(ids(told[1][1]["data"]), ["staying"])
        self.finish(staying)
        self.assertEqual([name for name, _ in self.after(TICK_S)], ["closed"])

    def test_a_watcher_that_takes_nothing_is_cut(self) -> None:
        """The stall timeout runs while it is full."""
        watch = self.watch()
        watch.pauseProducing()
        self.after(STALL_MS / 1000 - 1)
        self.assertEqual(self.aborted, 0)
        self.after(1)
        self.assertEqual(self.aborted, 1)

    def test_a_snapshot_goes_on_after_a_pause(self) -> None:
        """No stream is told twice."""
        for number in range(3 * BATCH):
            self.begin(str(number))
        watch = Watch(self.streams, self.watches, wanted(), 1.0, True)
        self.addCleanup(watch.stopProducing)
        self.parser = EventParser()

        def write(data: bytes) -> None:
            self.write(data)
            watch.pauseProducing()

        watch.start(write, self.abort)
        shown: list[dict[str, Any]] = []
        for _ in range(5):
            told = self.after(TICK_S)
            shown += [one for _, event in told for one in event["data"]]
            watch.resumeProducing()
        self.assertEqual(len(shown), 3 * BATCH)
        self.assertEqual(len(set(ids(shown))), 3 * BATCH)

    def test_nothing_is_left_of_one_that_has_left(self) -> None:
        """No timer, and no observer."""
        watch = self.watch()
        self.begin("a")
        watch.stopProducing()
        watch.stopProducing()
        self.streams.rates.stop()
        self.assertEqual((len(self.watches), self.clock.getDelayedCalls()), (0, []))
        self.told()
        self.begin("b")
        self.assertEqual(self.after(2), [])

    def test_a_defect_ends_the_watcher(self) -> None:
        """It is logged, and the connection is dropped."""
        self.watch()

        def fail(exchange: LiveExchange) -> Stream:
            raise ZeroDivisionError

        self.patch(self.streams, "look", fail)
        with capturedLogs() as logs:
            self.begin("a")
            self.after(TICK_S)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertTrue(logs)
        self.assertEqual(self.aborted, 1)
