"""Leases and histories of channels, between two stores on one database."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet import reactor
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.task import Clock
from twisted.trial.unittest import TestCase

from relay.channel.ownership import LEASE_MS, RENEW_S, ChannelLease
from relay.model.records import HistoryEntry, Publication
from relay.store.store import Store
from relay.store.tables.delivery.channels import (
    SECRET_BYTES,
    ChannelStore,
    HistoryKeeper,
    NotOwner,
    event_id_secret,
)
from tests.store.databases import FileDatabase, Kind, api


def entry(seq: int, epoch: str = "aaaaaaaa") -> HistoryEntry:
    """Make a row."""
    return HistoryEntry("c", epoch, seq, 5_000, {"id": f"{epoch}-{seq}"})


class TwoStoresTestCase(TestCase):
    """Two stores on one database, as in two processes, with one clock."""

    timeout = 30
    kind: Kind = FileDatabase

    def setUp(self) -> Deferred[None]:  # type: ignore[override]
        """Start both, and add an API."""
        return Deferred.fromCoroutine(self._set_up())

    async def _set_up(self) -> None:
        self.there = self.kind(created=True)
        self.addCleanup(self.there.remove)
        self.url = self.there.url
        self.clock = Clock()
        self.stores = [self.start(), self.start()]
        await self.stores[0].write(lambda tx: tx.apis.add(api()))
        self.one = ChannelStore(self.stores[0], "one", b"", self.clock.seconds)
        self.two = ChannelStore(self.stores[1], "two", b"", self.clock.seconds)

    def now_ms(self) -> int:
        """The time of day."""
        return 1_000_000 + round(self.clock.seconds() * 1000)

    def start(self) -> Store:
        """Start a store."""
        # One thread: what was asked first is answered first.
        store = Store(
            self.url,
            cast(IReactorFromThreads, reactor),
            threads=1,
            clock_ms=self.now_ms,
        )
        self.addCleanup(store.stopService)
        store.startService()
        return store

    async def take_over(self) -> None:
        """Move the lease to the second process."""
        for wait_s in (0.0, 0.0, 1.0):
            self.clock.advance(wait_s)
            taken = await self.two.own("api-1", 1_000)
        self.assertTrue(taken)


class SecretTests(TwoStoresTestCase):
    """The key of the ids that clients get."""

    async def test_all_processes_on_a_store_have_one_secret(self) -> None:
        """Also the one that comes after a restart."""
        one, two = map(event_id_secret, self.stores)
        self.assertEqual(len(one), SECRET_BYTES)
        self.assertEqual(two, one)


class LeaseTests(TwoStoresTestCase):
    """The lease decides which process may write histories."""

    async def fails(self, waiting: Deferred[Any]) -> None:
        """Await a refusal."""
        try:
            await waiting
        except NotOwner:
            return
        self.fail("was let")

    async def test_one_at_a_time(self) -> None:
        """One process holds the lease until it expires or is given back."""
        self.assertTrue(await self.one.own("api-1", 1_000))
        self.assertFalse(await self.two.own("api-1", 1_000))
        await self.take_over()
        self.assertFalse(await self.one.own("api-1", 1_000))
        await self.two.disown("api-1")
        self.assertTrue(await self.one.own("api-1", 1_000))

    async def test_an_api_that_is_gone(self) -> None:
        """Has no owner."""
        self.assertFalse(await self.one.own("api-2", 1_000))

    async def test_the_next_owner_goes_on(self) -> None:
        """The next owner loads every entry and idempotency key of the previous one."""
        await self.one.own("api-1", 1_000)
        publication = Publication("t", "k", ("aaaaaaaa-1",), self.now_ms())
        rows = [entry(1), entry(2)]
        await self.one.keeper("api-1").keep(rows, {}, [publication])
        await self.take_over()
        loaded = await self.two.keeper("api-1").load()
        self.assertEqual(loaded, (rows, [publication]))

    async def test_a_history_has_what_was_under_way_when_it_was_asked_for(self) -> None:
        """A history includes the batch under way, so that no number is used twice."""
        await self.one.own("api-1", 1_000)
        keeper = self.one.keeper("api-1")
        kept = [keeper.keep([entry(seq)], {}, []) for seq in (1, 2, 3)]
        rows, _ = await keeper.load()
        self.assertEqual(rows, [entry(1), entry(2), entry(3)])
        for one in kept:
            self.assertTrue(one.called)

    async def test_who_was_held_up_writes_nothing(self) -> None:
        """A process that was suspended cannot write after another has taken over."""
        await self.one.own("api-1", 1_000)
        late = self.one.keeper("api-1")
        await late.keep([entry(1)], {}, [])
        await self.take_over()
        keeper: HistoryKeeper = self.two.keeper("api-1")
        await keeper.load()
        await self.fails(late.keep([entry(2)], {"c": 2}, []))
        await self.fails(late.load())
        await keeper.keep([entry(2)], {}, [])
        rows, _ = await keeper.load()
        self.assertEqual(rows, [entry(1), entry(2)])

    async def test_who_is_late_but_not_followed(self) -> None:
        """
        A process whose lease has expired may write if no other has read the history
        since.
        """
        await self.one.own("api-1", 1_000)
        self.clock.advance(5)
        await self.one.keeper("api-1").keep([entry(1)], {}, [])
        rows, _ = await self.one.keeper("api-1").load()
        self.assertEqual(rows, [entry(1)])


class Served:
    """One process, which serves the channels or not."""

    def __init__(self, clock: Clock, owners: ChannelStore) -> None:
        self.lost = 0
        self.lease = ChannelLease(clock, owners, "api-1", self._load, self._lose)

    def _load(self) -> Deferred[None]:
        return succeed(None)

    def _lose(self) -> None:
        self.lost += 1


class ChannelLeaseTests(TwoStoresTestCase):
    """Two custodies on two stores: never both at once."""

    async def settle(self) -> None:
        """Wait until both stores have answered."""
        for store in self.stores:
            await store.read(lambda tx: None)
            await store.write(lambda tx: None)

    async def pass_time(self, served: list[Served], until_s: float) -> list[float]:
        """
        Advance the clock in steps, and return the times at which the second process had
        the channels.
        """
        had: list[float] = []
        begun_s = self.clock.seconds()
        while self.clock.seconds() - begun_s < until_s:
            self.clock.advance(0.25)
            await self.settle()
            here = [one.lease.here for one in served]
            self.assertNotEqual(here, [True, True], "a split brain")
            if here[1]:
                had.append(self.clock.seconds() - begun_s)
        return had

    async def begin(self) -> list[Served]:
        """Start both processes; the first one has the channels."""
        first = Served(self.clock, self.one)
        await self.settle()
        served = [first, Served(self.clock, self.two)]
        self.addCleanup(self.settle)
        for one in served:
            self.addCleanup(one.lease.close)
        await self.settle()
        self.assertEqual([one.lease.here for one in served], [True, False])
        return served

    async def test_an_owner_that_stops(self) -> None:
        """
        When the owner stops, the other process has the channels after its next request.
        """
        served = await self.begin()
        self.assertEqual(await self.pass_time(served, 30), [])
        served[0].lease.close()
        had = await self.pass_time(served, 5)
        self.assertLessEqual(had[0], RENEW_S + 0.25)

    async def test_an_owner_whose_store_is_gone(self) -> None:
        """It lets go first, since it knows of the other, which follows within a lease
        and one question."""
        served = await self.begin()
        self.assertEqual(await self.pass_time(served, RENEW_S + 0.25), [])
        await self.stores[0].stopService()
        self.stores.pop(0)
        had = await self.pass_time(served, 20)
        self.assertEqual(served[0].lost, 1)
        self.assertLessEqual(had[0], LEASE_MS / 1000 + RENEW_S + 0.25)
