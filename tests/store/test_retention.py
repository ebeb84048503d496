"""How long the audit trail and flight records are kept."""

from __future__ import annotations

from functools import partial
from typing import cast
from unittest.mock import patch

from twisted.internet import reactor
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.task import Clock
from twisted.logger import capturedLogs

from relay.model.flights import FlightFilter
from relay.model.records import SessionRecord
from relay.store import Store, Transaction, retention
from relay.store.retention import (
    AUDITS_EVERY_S as EVERY_S,
    DAY_MS,
    HOUR_MS,
    SESSIONS_EVERY_S,
    Retention,
    audit_retention,
    forget_audits,
    record_retention,
    session_retention,
)
from tests.store.databases import api, user
from tests.store.tables.flights.flights import flight
from tests.store.test_store import StoreTestCase


def begin(session: SessionRecord, tx: Transaction) -> None:
    """Store a session."""
    tx.sessions.add(session)


class RetentionTests(StoreTestCase):
    """A trail on a real store, whose time of day the test sets."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Keep what happened on each of the days 1 to 5."""
        super().setUp()
        self.day = 0
        self.clock = Clock()
        self.store = Store(
            self.there.url,
            cast(IReactorFromThreads, reactor),
            threads=1,
            clock_ms=lambda: self.day * DAY_MS,
        )
        self.addCleanup(self.store.stopService)
        self.store.startService()
        for self.day in range(1, 6):
            await self.store.write(lambda tx: tx.apis.add(api(f"api-{self.day}")))

    def begin(self, days: int) -> Retention:
        """Keep the trail for so long."""
        kept = audit_retention(self.store, self.clock, days)
        self.addCleanup(kept.stopService)
        kept.startService()
        return kept

    async def days(self) -> list[int]:
        """Return the days of the entries in the trail, the newest first."""

        def read(tx: Transaction) -> list[int]:
            found, _ = tx.audits.list(None, (), None, None, 0, 100)
            return [one.at_ms // DAY_MS for one in found]

        # One thread writes: whoever asks has waited for what was asked for before.
        await self.store.write(lambda tx: None)
        return await self.store.read(read)

    async def test_kept(self) -> None:
        """Old entries are removed at the start and every hour."""
        self.begin(3)
        self.assertEqual(await self.days(), [5, 4, 3, 2, 1], "not before it runs")
        self.clock.advance(0)
        self.assertEqual(await self.days(), [5, 4, 3, 2])
        self.day = 7
        await self.days()
        self.clock.advance(EVERY_S)
        self.assertEqual(await self.days(), [5, 4])

    async def test_sessions(self) -> None:
        """Expired sessions are removed at the start and every ten minutes."""
        await self.store.write(lambda tx: tx.users.put(user()))
        for day in (3, 5):
            session = SessionRecord(f"s-{day}", "admin", f"{day}", 0, day * DAY_MS)
            await self.store.write(partial(begin, session))
        kept = session_retention(self.store, self.clock, 2 * DAY_MS, 9 * DAY_MS)
        self.addCleanup(kept.stopService)
        kept.startService()
        for day, left in ((5, ["s-5"]), (6, ["s-5"]), (7, [])):
            self.day = day
            self.clock.advance(SESSIONS_EVERY_S)
            await self.store.write(lambda tx: None)
            found = await self.store.read(lambda tx: tx.sessions.list("admin"))
            self.assertEqual([one.id for one in found], left, day)

    async def test_for_good(self) -> None:
        """With 0 days nothing is removed, and no timer is set."""
        self.begin(0)
        self.day = 1_000
        self.clock.advance(10 * EVERY_S)
        self.assertEqual(len(await self.days()), 5)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    async def test_other_rules(self) -> None:
        """They apply at once; the trail may be kept permanently from then on."""
        kept = self.begin(0)
        kept.change(forget_audits(3))
        self.clock.advance(0)
        self.assertEqual(await self.days(), [5, 4, 3, 2])
        kept.change(forget_audits(1))
        self.clock.advance(0)
        self.assertEqual(await self.days(), [5, 4])
        kept.change(forget_audits(0))
        self.day = 1_000
        self.clock.advance(10 * EVERY_S)
        self.assertEqual(await self.days(), [5, 4])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    async def test_rules_change_while_entries_are_deleted(self) -> None:
        """There is one timer afterwards."""
        kept = self.begin(3)
        self.clock.advance(0)
        kept.change(forget_audits(1))
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertEqual(await self.days(), [5, 4, 3, 2])
        await self.days()
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        self.clock.advance(EVERY_S)
        self.assertEqual(await self.days(), [5, 4])

    async def test_in_pieces(self) -> None:
        """Much of it goes by several transactions, one after the other."""
        with patch.object(retention, "AT_ONCE", 2):
            self.day = 100
            self.begin(1)
            self.clock.advance(0)
            while await self.days():
                pass
            await self.days()
        self.assertEqual(await self.days(), [])

    async def test_stopped(self) -> None:
        """A stopped service removes nothing."""
        kept = self.begin(1)
        kept.stopService()
        self.clock.advance(EVERY_S)
        self.assertEqual(len(await self.days()), 5)
        kept.stopService()

    async def test_a_store_that_fails(self) -> None:
        """Failures are logged once, and the removal is repeated every hour."""
        self.begin(3)
        await self.store.stopService()
        with capturedLogs() as told:
            self.clock.advance(0)
            self.clock.advance(EVERY_S)
        self.assertEqual(len(told), 1)
        self.assertIn("cannot be shortened", told[0]["log_format"])
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)


class RecordRetentionTests(StoreTestCase):
    """Flight records on a real store."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Keep records of the hours 1 to 5."""
        super().setUp()
        self.clock = Clock()
        self.store = Store(
            self.there.url,
            cast(IReactorFromThreads, reactor),
            threads=1,
            clock_ms=lambda: 6 * HOUR_MS,
        )
        self.addCleanup(self.store.stopService)
        self.store.startService()
        records = [flight(hour * HOUR_MS) for hour in range(1, 6)]
        await self.store.write(lambda tx: tx.flights.save(records))

    async def left(self, hours: int, max_rows: int, max_bytes: int) -> list[int]:
        """Delete once, a record at a time, and return the hours that are left."""
        with patch.object(retention, "RECORDS_AT_ONCE", 1):
            kept = record_retention(self.store, self.clock, hours, max_rows, max_bytes)
            self.addCleanup(kept.stopService)
            kept.startService()
            self.clock.advance(0)
            while not self.clock.getDelayedCalls():
                await self.store.write(lambda tx: None)

        def read(tx: Transaction) -> list[int]:
            found, _ = tx.flights.page(FlightFilter("api-1"), 0, 100)
            return sorted(one.at_ms // HOUR_MS for one in found)

        return await self.store.read(read)

    async def test_age(self) -> None:
        """Records that were written last more than some hours ago are deleted."""
        self.assertEqual(await self.left(3, 0, 0), [3, 4, 5])

    async def test_number(self) -> None:
        """The newest are kept."""
        self.assertEqual(await self.left(24, 2, 0), [4, 5])

    async def test_size(self) -> None:
        """As many as fit."""
        self.assertEqual(await self.left(24, 0, 3500), [3, 4, 5])

    async def test_switched_off(self) -> None:
        """With 0 hours all are deleted."""
        self.assertEqual(await self.left(0, 100, 10_000), [])
