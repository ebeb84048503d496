"""Leases of this node: alone, beside others, and while the store cannot be written."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet import reactor
from twisted.internet.defer import Deferred, fail, succeed
from twisted.trial.unittest import SynchronousTestCase

from relay.store.coalesced import Coalesced
from relay.store.errors import StoreError
from relay.store.store import Store
from relay.store.tables.delivery.channels import ChannelStore
from tests.store.databases import api
from tests.store.tables.delivery.test_channels import TwoStoresTestCase

LEASE_MS = 1_000


class NodeLeasesTests(TwoStoresTestCase):
    """Two processes at most."""

    async def own(self, side: int, api_id: str = "api-1") -> bool:
        """Ask for a lease."""
        return await (self.one, self.two)[side].own(api_id, LEASE_MS)

    def renewals(self) -> dict[str, int]:
        """Return the renewal counts of the table of nodes."""
        return dict(self.there.rows("SELECT name, renewals FROM nodes"))

    async def test_a_lone_node_renews_without_writing(self) -> None:
        """Time after time, once it has the lease."""
        self.assertTrue(await self.own(0))
        before = self.renewals()
        for _ in range(5):
            self.clock.advance(0.5)
            self.assertTrue(await self.own(0))
        self.assertEqual(self.renewals(), before)

    async def test_a_lone_node_needs_no_store_that_can_be_written(self) -> None:
        """A single node keeps its lease while another program holds the write lock."""
        self.assertTrue(await self.own(0))
        with self.there.locked():
            for _ in range(5):
                self.clock.advance(10)
                self.assertTrue(await self.own(0))

    async def test_a_lone_node_needs_no_store_that_answers(self) -> None:
        """It keeps its leases, and has those that it asks for."""
        self.assertTrue(await self.own(0))
        await self.stores[0].stopService()
        for _ in range(5):
            self.clock.advance(10)
            self.assertTrue(await self.own(0))
            self.assertTrue(await self.own(0, "api-2"))

    async def test_beside_others_a_store_that_does_not_answer_has_no_leases(
        self,
    ) -> None:
        """Another node could take them."""
        self.assertTrue(await self.own(0))
        await self.own(1)
        await self.own(0)
        await self.stores[0].stopService()
        with self.assertRaises(StoreError):
            await self.own(0)

    async def test_a_node_was_alone_in_an_earlier_process(self) -> None:
        """It has leases before the store has answered; one that is new has none."""
        store = Store(self.url, cast(Any, reactor), clock_ms=self.now_ms)
        alone = ChannelStore(store, "one", b"", self.clock.seconds, alone=True)
        self.assertTrue(await alone.own("api-1", LEASE_MS))
        new = ChannelStore(store, "two", b"", self.clock.seconds)
        with self.assertRaises(StoreError):
            await new.own("api-1", LEASE_MS)

    async def test_beside_others_each_term_takes_one_write(self) -> None:
        """A node renews all its leases with one write in each term."""
        await self.stores[0].write(lambda tx: tx.apis.add(api("api-2")))
        await self.own(1)
        names = ("api-1", "api-2")
        for name in names:
            await self.own(0, name)
        before = self.renewals()["one"]
        asked = [self.one.own(name, LEASE_MS) for name in names]
        for answer in asked:
            await answer
        self.assertLessEqual(self.renewals()["one"] - before, 2)

    async def test_a_node_that_renews_is_never_followed(self) -> None:
        """A node that renews its lease never loses it."""
        await self.own(0)
        for _ in range(20):
            self.clock.advance(0.4)
            self.assertFalse(await self.own(1))
            self.assertTrue(await self.own(0))

    async def test_a_node_that_does_not_renew_is_followed_after_a_term(self) -> None:
        """
        A node that does not renew loses its lease after a term of the other node's
        clock.
        """
        await self.own(0)
        self.assertFalse(await self.own(1))
        self.assertFalse(await self.own(1))
        self.clock.advance(0.9)
        self.assertFalse(await self.own(1))
        self.clock.advance(0.1)
        self.assertTrue(await self.own(1))
        self.assertFalse(await self.own(0))

    async def test_a_node_that_was_buried_observes_anew(self) -> None:
        """A buried node discards its earlier observations of other nodes."""
        await self.own(1)
        await self.own(0)
        await self.own(0)
        self.clock.advance(0.5)
        # The first one is held up; the second goes on, and is alone before long.
        for _ in range(4):
            self.assertTrue(await self.own(1))
            self.clock.advance(0.5)
        self.assertEqual(list(self.renewals()), ["two"])
        self.clock.advance(60)
        self.assertFalse(await self.own(0))
        self.assertFalse(await self.own(0))
        self.assertTrue(await self.own(1))

    async def test_given_back_and_asked_for_again_at_once(self) -> None:
        """A deployment takes over from the one before."""
        await self.own(0)
        given_back = self.one.disown("api-1")
        again = self.one.own("api-1", LEASE_MS)
        await given_back
        self.assertTrue(await again)
        self.assertFalse(await self.own(1))

    async def test_given_back_while_it_was_asked_for(self) -> None:
        """A lease that is given back during a request is free afterwards."""
        asked = self.one.own("api-1", LEASE_MS)
        await self.one.disown("api-1")
        self.assertFalse(await asked)
        self.assertTrue(await self.own(1))

    async def test_what_could_not_be_given_back_is_given_back_later(self) -> None:
        """A failed return of a lease is repeated with the node's next write."""
        await self.stores[0].write(lambda tx: tx.apis.add(api("api-2")))
        await self.own(0)
        write, self.stores[0].write = self.stores[0].write, _broken  # type: ignore[method-assign]
        try:
            await self.one.disown("api-1")
        except StoreError:
            pass
        self.stores[0].write = write  # type: ignore[method-assign]
        self.assertFalse(await self.own(1))
        await self.own(0, "api-2")
        self.assertTrue(await self.own(1))


def _broken(work: Any) -> Deferred[Any]:
    return fail(StoreError("broken"))


class CoalescedTests(SynchronousTestCase):
    """Batches."""

    def setUp(self) -> None:
        """Run nothing yet."""
        self.batches: list[list[str]] = []
        self.running: list[Deferred[dict[str, str]]] = []

    def run_batch(self, keys: list[str]) -> Deferred[dict[str, str]]:
        """Take note of a batch."""
        self.batches.append(keys)
        self.running.append(Deferred())
        return self.running[-1]

    def test_what_comes_meanwhile_is_the_next_batch(self) -> None:
        """Each key once, with an answer for each who asked."""
        coalesced = Coalesced(self.run_batch)
        answers = [coalesced.ask(key) for key in "abbc"]
        self.assertEqual(self.batches, [["a"]])
        self.running[0].callback({"a": "A"})
        self.assertEqual(self.batches, [["a"], ["b", "c"]])
        self.running[1].callback({"b": "B", "c": "C"})
        found = [self.successResultOf(answer) for answer in answers]
        self.assertEqual(found, ["A", "B", "B", "C"])

    def test_a_batch_that_fails(self) -> None:
        """Fails for those in it; the next one runs."""
        coalesced = Coalesced(self.run_batch)
        first, second = coalesced.ask("a"), coalesced.ask("b")
        self.running[0].errback(StoreError("x"))
        self.failureResultOf(first, StoreError)
        self.running[1].callback({"b": "B"})
        self.assertEqual(self.successResultOf(second), "B")

    def test_withdrawn(self) -> None:
        """Only keys that are in no batch yet are withdrawn."""
        coalesced = Coalesced(lambda keys: succeed(dict.fromkeys(keys, "x")))
        self.successResultOf(coalesced.ask("a"))
        coalesced = Coalesced(self.run_batch)
        running, waiting = coalesced.ask("a"), coalesced.ask("b")
        self.assertIn("a", coalesced)
        self.assertEqual(coalesced.withdraw("a"), [])
        self.assertEqual(coalesced.withdraw("b"), [waiting])
        self.running[0].callback({"a": "A"})
        self.assertEqual(self.successResultOf(running), "A")
        self.assertEqual(self.batches, [["a"]])
