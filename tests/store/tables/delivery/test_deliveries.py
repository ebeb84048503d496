"""
The state of deliveries and the dead letters, which only the owner of the lease may
write.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred

from relay.model.consumers.deliveries import DeadLetter, DeliveryState
from relay.store.tables.delivery.channels import NotOwner
from relay.store.tables.delivery.delivery_store import DeliveryStore
from tests.store.databases import application, plan, subscription
from tests.store.tables.delivery.test_channels import TwoStoresTestCase

STATE = DeliveryState("sub-1", "api-1", "/news", "abc-1", 3, 2, 1)
GAP = {"reason": "evicted", "after": None, "atMs": 5}


def letter(id: str, text: str = "x") -> DeadLetter:
    """Make a dead letter."""
    event = {"id": id, "type": "message", "data": text, "contentType": "text/plain"}
    return DeadLetter(id, "sub-1", f"event {id}", 5_000, 2, 503, "answered 503", event)


class LedgerTests(TwoStoresTestCase):
    """Two processes, one of which owns the API."""

    async def _set_up(self) -> None:
        await super()._set_up()
        store = self.stores[0]
        await store.write(lambda tx: tx.plans.add(plan()))
        await store.write(lambda tx: tx.applications.add(application()))
        await store.write(lambda tx: tx.subscriptions.add(subscription()))
        self.first = DeliveryStore(self.stores[0], "one")
        self.second = DeliveryStore(self.stores[1], "two")
        self.assertTrue(await self.one.own("api-1", 10_000))

    async def refused(self, waited: Deferred[Any]) -> None:
        """Expect that who asks is not the owner."""
        try:
            await waited
        except NotOwner:
            return
        self.fail("it was let do that")

    async def test_a_place(self) -> None:
        """The place of a delivery is stored, and the next process loads it."""
        self.assertIsNone(await self.first.load("sub-1"))
        await self.first.keep([STATE])
        await self.first.keep([replace(STATE, position="abc-2", last_gap=GAP)])
        found = await self.second.load("sub-1")
        expected = replace(
            STATE, position="abc-2", last_gap=GAP, updated_at_ms=self.now_ms()
        )
        self.assertEqual(found, expected)

    async def test_only_the_owner_writes(self) -> None:
        """A process without the lease cannot overwrite the state of the owner."""
        await self.first.keep([STATE])
        await self.second.keep([replace(STATE, position="old")])
        await self.refused(self.second.dead_letter(STATE, letter("1"), 10))
        await self.refused(self.second.settle(STATE, letter("1"), True))
        await self.refused(self.second.fail(STATE, "x"))
        found = await self.first.load("sub-1")
        assert found is not None
        self.assertEqual(found.position, "abc-1")

    async def test_a_subscription_that_is_gone(self) -> None:
        """Has no place; others of the same batch keep theirs."""
        await self.first.keep([replace(STATE, subscription_id="gone"), STATE])
        self.assertIsNone(await self.first.load("gone"))
        self.assertIsNotNone(await self.first.load("sub-1"))
        await self.stores[0].write(lambda tx: tx.apis.delete("api-1"))
        self.assertIsNone(await self.first.load("sub-1"))

    async def test_dead_letters(self) -> None:
        """
        The list is bounded; a letter and the place of the delivery are stored in one
        transaction.
        """
        self.assertTrue(await self.first.dead_letter(STATE, letter("1"), 2))
        moved = replace(STATE, position="abc-2")
        self.assertTrue(await self.first.dead_letter(moved, letter("2"), 2))
        further = replace(STATE, position="abc-3")
        self.assertFalse(await self.first.dead_letter(further, letter("3"), 2))
        found = await self.first.load("sub-1")
        assert found is not None
        self.assertEqual(found.position, "abc-2")
        read = self.stores[1].read
        letters, total = await read(lambda tx: tx.deliveries.letters("sub-1", 1, 5))
        self.assertEqual((letters, total), ([letter("2")], 2))

    async def test_replays(self) -> None:
        """
        Letters are replayed in order; delivered ones are removed, others keep their
        place.
        """
        for id in ("1", "2", "3"):
            await self.first.dead_letter(STATE, letter(id), 9)
        self.assertIsNone(await self.first.next_replay("sub-1"))
        write = self.stores[1].write
        self.assertEqual(await write(lambda tx: tx.deliveries.replay("sub-1")), 3)
        for taken in (True, False):
            found = await self.first.next_replay("sub-1")
            assert found is not None
            await self.first.settle(STATE, replace(found, attempts=9), taken)
        found = await self.first.next_replay("sub-1")
        assert found is not None
        self.assertEqual(found.id, "3")
        await write(lambda tx: tx.deliveries.delete("sub-1", "3"))
        await self.first.settle(STATE, found, False)
        read = self.stores[0].read
        letters, _ = await read(lambda tx: tx.deliveries.letters("sub-1", 0, 5))
        self.assertEqual(
            [(one.id, one.attempts, one.replay) for one in letters], [("2", 9, False)]
        )

    async def test_failure(self) -> None:
        """
        The subscription has the state FAILED with the first reason, and the change is
        announced.
        """
        position = await self.stores[1].read(lambda tx: tx.changes.position())
        await self.first.fail(STATE, "it is gone")
        await self.first.fail(STATE, "something else")
        read = self.stores[1].read
        record = await read(lambda tx: tx.subscriptions.get("api-1", "sub-1"))
        assert record is not None
        self.assertEqual(
            (record.consumer_status, record.failure_cause), ("FAILURE", "it is gone")
        )
        since = await read(lambda tx: tx.changes.since(position))
        self.assertEqual(since.subjects, {"subscription:sub-1"})
        known = (await read(lambda tx: tx.entitlements.all()))["sub-1"]
        assert known is not None
        self.assertTrue(known.failed)
        events = await read(lambda tx: tx.audits.events("api-1"))
        self.assertIn("SUBSCRIPTION_FAILED", events)
