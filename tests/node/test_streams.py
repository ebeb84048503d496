"""The live streams of several workers."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, strategies as st
from twisted.internet import reactor
from twisted.trial.unittest import SynchronousTestCase

from relay.management.http.parameters import PAGING
from relay.management.http.query import Page
from relay.management.resources.gateway import NO_GATEWAY
from relay.node.peers import Unreachable
from relay.node.private import OwnGateway, OwnRoutes
from relay.node.streams import PeerStreams, first
from relay.observability.live import LiveExchanges
from relay.technical.gathered import Gathered
from relay.technical.streams.filters import SORTS
from relay.technical.streams.listing import OLDEST_FIRST, Order, Streams
from relay.technical.streams.resource import LiveStreams
from relay.technical.streams.view import Ended, LocalStreams
from relay.technical.streams.watch import Watches
from relay.technical.trail import NoTrail
from tests.node.case import PeersCase
from tests.technical.streams.exchanges import Exchange, View, ids, query, wanted


class FirstTests(SynchronousTestCase):
    """A page of several lists."""

    @given(
        st.lists(st.lists(st.tuples(st.integers(0, 5), st.text(max_size=3)))),
        st.integers(0, 20),
        st.integers(1, 20),
    )
    def test_as_one_list(
        self, parts: list[list[tuple[float, str]]], skipped: int, size: int
    ) -> None:
        """It is what a sorted list of all would have there."""
        parts = [sorted(one, key=lambda pair: pair[0]) for one in parts]
        every = sorted(
            [(pair, number) for number, one in enumerate(parts) for pair in one],
            key=lambda one: one[0][0],
        )
        self.assertEqual(
            first(parts, skipped, size),
            [(number, pair[1]) for pair, number in every][skipped : skipped + size],
        )


class Member:
    """A worker with streams, on the real clock."""

    def __init__(self) -> None:
        self.live, self.watches = LiveExchanges(), Watches()
        clock: Any = reactor
        self.streams = Streams(clock, self.live, View())
        self.evenly: list[int] = []
        self.local = LocalStreams(
            self.streams,
            self.watches,
            lambda found, over_s: self.evenly.append(len(found)),
        )

    def begin(self, name: str, age_s: float, **members: object) -> Exchange:
        """Begin a stream a while ago."""
        clock: Any = self.streams.clock
        exchange = Exchange(clock, self.live, name)
        exchange.record.begun_s -= age_s
        exchange.record.begun_ms -= round(age_s * 1000)
        for member, value in members.items():
            setattr(exchange.record, member, value)
        self.live.began(exchange)
        self.watches.began(exchange)
        return exchange

    def families(self) -> tuple[object, ...]:
        """Return its resources."""
        own: Any = OwnGateway(
            self.local,
            None,  # type: ignore[arg-type]
            None,
            None,  # type: ignore[arg-type]
            None,  # type: ignore[arg-type]
            None,  # type: ignore[arg-type]
            NO_GATEWAY,
            None,  # type: ignore[arg-type]
            None,  # type: ignore[arg-type]
        )
        return LiveStreams(self.local, NoTrail()), OwnRoutes(self.streams.clock, own)


class StreamsCase(PeersCase):
    """Two workers with two streams each."""

    def setUp(self) -> None:
        """Begin the streams: a1 is the oldest, then b1, a2 and b2."""
        super().setUp()
        self.of = [Member(), Member()]
        self.begun: dict[str, Exchange] = {}
        for number, (member, name) in enumerate(zip(self.of, "ab", strict=True)):
            for place in (1, 2):
                self.begun[f"{name}{place}"] = member.begin(
                    f"{name}{place}", 100 - 20 * place - 10 * number
                )
            self.worker(*member.families())
            self.addCleanup(member.streams.rates.stop)
        self.streams = PeerStreams(self.peers, reactor)


class PeerTests(StreamsCase):
    """Lists, single streams, and ends."""

    async def page(
        self, order: Order = OLDEST_FIRST, page: int = 1, size: int = 10, **only: str
    ) -> tuple[list[str], int, tuple[str, ...]]:
        """List a page."""
        of = Page.of(query({"page": str(page), "perPage": str(size)}, PAGING))
        shown, total = await self.streams.page(wanted(**only), order, of, True)
        assert isinstance(shown, Gathered)
        found = [json.loads(one) for one in shown]
        return ids(found), total, shown.unreachable

    async def test_pages(self) -> None:
        """As if the streams were those of one process."""
        self.assertEqual(await self.page(), (["a1", "b1", "a2", "b2"], 4, ()))
        self.assertEqual(await self.page(size=3), (["a1", "b1", "a2"], 4, ()))
        self.assertEqual(await self.page(page=2, size=3), (["b2"], 4, ()))
        self.assertEqual(await self.page(page=3, size=3), ([], 4, ()))
        self.assertEqual(
            await self.page(Order("age", False), size=2), (["b2", "a2"], 4, ())
        )

    async def test_orders(self) -> None:
        """Every key sorts over all workers."""
        for number, one in enumerate(self.begun.values()):
            one.sends(number + 1, 1000 * (number + 1))
            one.lags(number + 1, number + 1, number + 1)
            one.facts.unsent_bytes = number + 1
        for key in set(SORTS) - {"age"}:
            found, _, _ = await self.page(Order(key, True), size=3)
            if not key.endswith("PerSecond"):
                self.assertEqual(found, ["b2", "b1", "a2"], key)

    async def test_filters(self) -> None:
        """They are those of the query."""
        self.assertEqual(await self.page(ids="b1,a2"), (["b1", "a2"], 2, ()))
        self.assertEqual(await self.page(apiIds="x&y=z"), ([], 0, ()))

    async def test_paths(self) -> None:
        """Only administrators see them."""
        shown = await self.streams.one("a1", with_path=False)
        assert shown is not None
        self.assertNotIn("path", json.loads(shown))
        shown = await self.streams.one("b1", with_path=True)
        assert shown is not None
        self.assertEqual(json.loads(shown)["path"], "/b1")

    async def test_one(self) -> None:
        """A stream that is not found may be one of a worker that does not answer."""
        self.assertIsNone(await self.streams.one("c1", True))
        self.absent()
        self.assertIsNotNone(await self.streams.one("a1", True))
        with self.assertRaises(Unreachable):
            await self.streams.one("c1", True)
        self.assertEqual((await self.page(size=1)), (["a1"], 4, ("node/3",)))

    async def test_end_one(self) -> None:
        """The worker that has it ends it; a dry run does not."""
        self.assertTrue(await self.streams.end_one("b2", dry_run=True))
        self.assertEqual(self.begun["b2"].ends, [])
        self.assertTrue(await self.streams.end_one("b2", dry_run=False))
        self.assertEqual(len(self.begun["b2"].ends), 1)
        self.assertFalse(await self.streams.end_one("b2", dry_run=False))

    async def test_end(self) -> None:
        """All workers end those that pass the filter."""
        some = wanted(ids="a1,b1")
        self.assertEqual(await self.streams.end(some, 0.0, True), Ended(2, []))
        self.assertEqual(self.begun["a1"].ends, [])
        self.assertEqual(await self.streams.end(some, 0.0, False), Ended(2, []))
        self.assertEqual([len(one.ends) for one in self.begun.values()], [1, 0, 1, 0])
        self.absent()
        rest = wanted(minAgeMs="0")
        ended = await self.streams.end(rest, 1.5, False)
        self.assertEqual(ended, Ended(2, ["node/3"]))
        self.assertEqual([one.evenly for one in self.of], [[1], [1]])
