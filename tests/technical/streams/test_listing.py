"""Pages of live streams."""

from __future__ import annotations

import json
from collections.abc import Coroutine
from typing import Any, TypeVar

from hypothesis import given, strategies as st
from twisted.internet.defer import Deferred

from relay.management.http.parameters import PAGING
from relay.management.http.query import Page
from relay.model.progress import Progress
from relay.technical.streams.filters import SORTS
from relay.technical.streams.listing import OLDEST_FIRST, Order
from relay.technical.streams.turns import LISTING, SLICE
from tests.technical.streams.exchanges import StreamsCase, ids, query, wanted

T = TypeVar("T")


class ListingTests(StreamsCase):
    """Lists, in order and by pages."""

    def done(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end."""
        done = Deferred.fromCoroutine(work)
        self.turns()
        return self.successResultOf(done)

    def page(
        self, order: Order = OLDEST_FIRST, page: str = "1", size: str = "10"
    ) -> tuple[list[dict[str, Any]], int]:
        """List a page of all streams."""
        of = Page.of(query({"page": page, "perPage": size}, PAGING))
        shown, total = self.done(self.streams.page(wanted(), order, of, True))
        return [json.loads(one) for one in shown], total

    def test_pages(self) -> None:
        """The oldest stream is the first of the first page."""
        for number in range(25):
            self.begin(str(number))
        shown, total = self.page(page="2")
        self.assertEqual((ids(shown), total), ([str(n) for n in range(10, 20)], 25))
        self.assertEqual(self.page(page="4"), ([], 25))
        youngest, _ = self.page(Order("age", False), size="2")
        self.assertEqual(ids(youngest), ["24", "23"])

    def test_orders(self) -> None:
        """Every key sorts; among equals the oldest comes first."""
        for number, name in enumerate("abc"):
            one = self.begin(name)
            one.sends(number % 2, 10 * (number % 2))
            one.lags(number % 2, number % 2, number % 2)
            one.facts.unsent_bytes = number % 2
        self.clock.advance(1)
        for key in set(SORTS) - {"age"}:
            self.assertEqual(ids(self.page(Order(key, True))[0]), ["b", "a", "c"], key)
            self.assertEqual(ids(self.page(Order(key, False))[0]), ["a", "c", "b"], key)

    def test_what_is_shown(self) -> None:
        """All members; only administrators see the path."""
        one = self.begin("a", api_id="x", entrypoint="sse", endpoint="e")
        one.lags(2, 20, 30)
        one.facts.clocks = {"heartbeat": 5000}
        self.clock.advance(2)
        one.sends(10, 100)
        (shown,), _ = self.page()
        self.assertEqual(
            shown,
            {
                "id": "a",
                "transactionId": "",
                "apiId": "x",
                "planId": None,
                "applicationId": None,
                "subscriptionId": None,
                "listener": "default",
                "entrypoint": "sse",
                "protocol": "HTTP/1.1",
                "remoteAddress": "192.0.2.1",
                "method": "GET",
                "host": "h",
                "path": "/a",
                "startedAt": "2023-11-14T22:13:20.000Z",
                "phase": "stream",
                "endpoint": "e",
                "status": 200,
                "ageMs": 2000,
                "ttfbMs": 0,
                "events": 10,
                "bytesIn": 0,
                "bytesOut": 100,
                "rate": {
                    "eventsPerSecond": 5.0,
                    "bytesPerSecond": 50.0,
                    "windowMs": 2000,
                },
                "lag": {
                    "events": 2,
                    "ms": 30,
                    "bytes": 20,
                    "unsentBytes": 0,
                    "unacknowledgedBytes": None,
                },
                "position": {"eventId": "4-e", "place": 4, "head": 6},
                "state": {
                    "paused": False,
                    "paced": False,
                    "challenged": False,
                    "reader": "live",
                },
                "clocks": {"heartbeat": 5000},
            },
        )
        hidden = json.loads(self.streams.look(one).as_json(with_path=False))
        self.assertEqual(set(shown) - set(hidden), {"path"})

    @given(text=st.text(st.characters(max_codepoint=255)), event_id=st.text())
    def test_texts_are_escaped(self, text: str, event_id: str) -> None:
        """What a client chooses cannot break the JSON."""
        one = self.begin("a", path=text, host=text, transaction_id=text, method=text)
        one.facts.progress = Progress("live", None, event_id, 0, 0, 0, 0, None)
        shown = json.loads(self.streams.look(one).as_json())
        self.assertEqual([shown["path"], shown["host"]], [text, text])
        self.assertEqual(shown["transactionId"], text)
        self.assertEqual(shown["position"]["eventId"], event_id)
        self.assertIsNone(shown["position"]["place"])
        self.finish(one)

    def test_a_list_takes_turns(self) -> None:
        """
        No turn takes longer than its share and one slice; a stream that ends in the
        meantime is left out.
        """
        step_s = 0.0001
        begun = [self.begin(str(number)) for number in range(20 * SLICE)]
        look, spent = self.streams.look, 0

        def slow(exchange: Any) -> Any:
            nonlocal spent
            spent += 1
            self.clock.rightNow += step_s
            return look(exchange)

        self.patch(self.streams, "look", slow)
        page = Page.of(query({"perPage": "1000"}, PAGING))
        done = Deferred.fromCoroutine(
            self.streams.page(wanted(minAgeMs="0"), OLDEST_FIRST, page, True)
        )
        most = LISTING.share_s / step_s + SLICE
        turns, left_out = 0, begun[-1]
        while not done.called:
            spent, turns = 0, turns + 1
            if turns == 3:
                self.finish(left_out)
            self.turn()
            self.assertLessEqual(spent, most)
        shown, _ = self.successResultOf(done)
        self.assertGreaterEqual(turns, 5)
        self.assertEqual(len(shown), len(begun) - 1)
