"""The rules that hold for the records of every table."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from relay.store.errors import StoreError
from relay.store.transaction import Transaction
from tests.store.databases import (
    DatabaseTestCase,
    api,
    api_key,
    application,
    plan,
    subscription,
    user,
)

Make = Callable[[], Any]
Of = Callable[[Transaction], Any]

TABLES: dict[str, tuple[Make, Of]] = {
    "API": (api, lambda tx: tx.apis),
    "PLAN": (plan, lambda tx: tx.plans),
    "APPLICATION": (application, lambda tx: tx.applications),
    "SUBSCRIPTION": (subscription, lambda tx: tx.subscriptions),
    "APIKEY": (api_key, lambda tx: tx.api_keys),
    "USER": (user, lambda tx: tx.users),
}
"""By the name of its events, a record of each table; the earlier own the later."""


def _add(make: Make, table: Of, tx: Transaction) -> None:
    table(tx).add(make())


def _save(make: Make, table: Of, tx: Transaction, name: str | None = None) -> Any:
    records = table(tx)
    changes = {} if name is None else {records.key[-1]: name}
    return records.save(replace(make(), **changes))


class VersionedTableTests(DatabaseTestCase):
    """Records are added, replaced and noted alike."""

    def setUp(self) -> None:
        """Add one record to each table."""
        super().setUp()
        for make, table in TABLES.values():
            self.write(partial(_add, make, table))

    def test_a_version_is_later_than_the_one_before(self) -> None:
        """The clock of the transaction sets it, unless that is behind."""
        for now_ms, expected_ms in [(7_000, 7_000), (7_000, 7_001), (12, 7_002)]:
            self.now_ms = now_ms
            for event, (make, table) in TABLES.items():
                saved = self.write(partial(_save, make, table))
                self.assertEqual(saved.updated_at_ms, expected_ms, event)

    def test_a_record_that_is_not_there_is_not_saved(self) -> None:
        """The error names it."""
        for make, table in TABLES.values():
            with self.assertRaisesRegex(StoreError, "another is not in the store"):
                self.write(partial(_save, make, table, name="another"))

    def test_the_audit_trail(self) -> None:
        """Has one entry for each record that was added."""
        events = self.read(lambda tx: tx.audits.events(None))
        self.assertEqual(events, sorted(f"{event}_CREATED" for event in TABLES))
