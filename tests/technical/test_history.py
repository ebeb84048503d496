"""The history as columns, and as a stream of samples."""

from __future__ import annotations

import json
from typing import Any, cast

from twisted.internet.defer import Deferred, ensureDeferred

from relay.eventstream.parser import EventParser
from relay.http.accept import Accept
from relay.management.http.errors import BadRequest, Unavailable
from relay.management.http.query import Query
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall
from relay.model.transferred import Transferred
from relay.observability.history.history import API_SERIES, NODE_SERIES, PERIOD_S
from relay.technical.history import (
    MOST_APIS,
    MOST_WATCHERS,
    PARAMETERS,
    STALL_MS,
    LocalSamples,
    NodeHistory,
)
from tests.observability.history.exchanges import NOW_MS, HistoryCase

PERIOD_MS = round(PERIOD_S * 1000)
Told = list[tuple[str, dict[str, Any]]]


class ResourceCase(HistoryCase):
    """Calls of ``GET /_node/history``."""

    def setUp(self) -> None:
        """Make the resource family."""
        super().setUp()
        self.family = NodeHistory(LocalSamples(self.history), self.clock)

    def begun(self, accept: bytes = b"", **query: str) -> Deferred[Reply]:
        """Begin a call of the path."""
        parameters = {name.encode(): [one.encode()] for name, one in query.items()}
        call = RestCall(
            "",
            "",
            Query(parameters, PARAMETERS),
            None,
            None,
            cast(Any, None),
            Accept(accept),
        )
        return ensureDeferred(self.family.show(call))

    def call(self, accept: bytes = b"", **query: str) -> Reply:
        """Call the path."""
        return self.successResultOf(self.begun(accept, **query))

    def refused(self, **query: str) -> str:
        """Call the path, which refuses; return the parameter that it names."""
        failed = self.failureResultOf(self.begun(b"", **query), BadRequest)
        location: str = failed.value.issues[0].location
        return location


class ColumnTests(ResourceCase):
    """The samples so far."""

    def test_of_the_daemon(self) -> None:
        """All series without a query."""
        self.begin("a")
        self.sample(2)
        shown: Any = self.call().body
        self.assertEqual(
            {name: shown[name] for name in ("intervalMs", "timestamps")},
            {
                "intervalMs": PERIOD_MS,
                "timestamps": [NOW_MS + PERIOD_MS, NOW_MS + 2 * PERIOD_MS],
            },
        )
        self.assertEqual(tuple(shown["series"]), NODE_SERIES)
        self.assertEqual(shown["series"]["streams"], [1, 1])
        self.assertNotIn("apis", shown)

    def test_some_series(self) -> None:
        """Those that are named, and the newest samples."""
        self.sample(2)
        since_ms = str(NOW_MS + PERIOD_MS)
        shown: Any = self.call(series="streams,refusals", sinceMs=since_ms).body
        self.assertEqual(shown["series"], {"streams": [0], "refusals": [0]})
        self.assertEqual(shown["timestamps"], [NOW_MS + 2 * PERIOD_MS])

    def test_of_apis(self) -> None:
        """Those that are named; an API without streams has zeros."""
        self.begin("a").transferred = Transferred(0, 100, 5)
        self.sample()
        shown: Any = self.call(apis="a,b,a", series="streams,events").body
        self.assertEqual(
            shown["apis"],
            {
                "a": {"streams": [1], "events": [0.5]},
                "b": {"streams": [0], "events": [0]},
            },
        )
        self.assertNotIn("series", shown)
        every: Any = self.call(apis="a").body
        self.assertEqual(tuple(every["apis"]["a"]), API_SERIES)

    def test_refused(self) -> None:
        """What is misspelt, or too much, is not answered with something else."""
        self.assertEqual(self.refused(series="stream"), "series")
        self.assertEqual(self.refused(apis="a", series="refusals"), "series")
        self.assertEqual(self.refused(apis=""), "apis")
        many = ",".join(map(str, range(MOST_APIS + 1)))
        self.assertEqual(self.refused(apis=many), "apis")
        self.assertEqual(self.refused(sinceMs="yesterday"), "sinceMs")


class FollowTests(ResourceCase):
    """The samples to come, as an event stream."""

    def setUp(self) -> None:
        """Begin without a client."""
        super().setUp()
        self.parser = EventParser()
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.aborted = 0

    def follow(self, **query: str) -> Any:
        """Begin to follow."""
        reply = self.call(b"text/event-stream", **query)
        self.assertEqual(reply.headers, {"Content-Type": "text/event-stream"})
        watch: Any = reply.live
        watch.start(self.write, self.abort)
        self.addCleanup(watch.stopProducing)
        return watch

    def write(self, data: bytes) -> None:
        """Receive whole events."""
        for event in self.parser.feed(data):
            content = json.loads(event.data)
            self.events.append((event.type, content))

    def abort(self) -> None:
        """Count the connections that are dropped."""
        self.aborted += 1

    def told(self) -> Told:
        """Return the events since the last call."""
        events, self.events = self.events, []
        return events

    def test_the_samples_so_far_come_first(self) -> None:
        """As columns; then each sample that is taken."""
        self.sample()
        self.follow(series="streams")
        self.begin("a")
        self.sample(2)
        at_ms = [NOW_MS + number * PERIOD_MS for number in (1, 2, 3)]
        first = {
            "intervalMs": PERIOD_MS,
            "timestamps": at_ms[:1],
            "series": {"streams": [0]},
        }
        self.assertEqual(
            self.told(),
            [
                ("history", first),
                ("sample", {"timestamp": at_ms[1], "series": {"streams": 1}}),
                ("sample", {"timestamp": at_ms[2], "series": {"streams": 1}}),
            ],
        )

    def test_of_apis(self) -> None:
        """A sample has the values of each API."""
        self.follow(apis="a,b", series="streams")
        self.begin("b")
        self.sample()
        (_, history), (name, sample) = self.told()
        self.assertEqual(history["apis"], {"a": {"streams": []}, "b": {"streams": []}})
        self.assertEqual(name, "sample")
        self.assertEqual(sample["apis"], {"a": {"streams": 0}, "b": {"streams": 1}})

    def test_a_slow_client_gets_all_samples_later(self) -> None:
        """Nothing is written while it takes nothing, and it is cut after a while."""
        watch = self.follow(series="streams")
        self.told()
        watch.pauseProducing()
        self.sample(2)
        self.assertEqual(self.told(), [])
        watch.resumeProducing()
        self.assertEqual(len(self.told()), 2)
        watch.pauseProducing()
        self.clock.advance(STALL_MS / 1000 + 1)
        self.assertEqual(self.aborted, 1)

    def test_a_client_that_left(self) -> None:
        """Nothing is written, and its place is free."""
        watches = [self.follow() for _ in range(MOST_WATCHERS)]
        self.failureResultOf(self.begun(b"text/event-stream"), Unavailable)
        watches[0].stopProducing()
        watches[0].stopProducing()
        self.follow()
        for one in watches:
            one.stopProducing()
        self.told()
        self.sample()
        self.assertEqual([name for name, _ in self.told()], ["sample"])
