"""Tests of :mod:`relay.store.tables.identified`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from relay.store.errors import StoreError
from relay.store.transaction import Transaction
from tests.store.databases import DatabaseTestCase, api, application, plan, subscription

Work = Callable[[Transaction], Any]


class IdentifiedTests(DatabaseTestCase):
    """Human-readable ids of the records of a table."""

    def fill(self) -> None:
        """Add an API with a plan, a consumer and its subscription."""

        def work(tx: Transaction) -> None:
            tx.apis.add(api(hrid="events"))
            tx.plans.add(plan(hrid="gold"))
            tx.applications.add(application(hrid="app"))
            tx.subscriptions.add(subscription(hrid="app-gold"))

        self.write(work)

    def found(self, work: Work) -> str | None:
        """Return the id of a record."""
        record = self.read(work)
        return None if record is None else str(record.id)

    def test_found(self) -> None:
        """By the hrid, within the parent."""
        self.fill()
        cases: tuple[tuple[Work, str | None], ...] = (
            (lambda tx: tx.apis.with_hrid("events"), "api-1"),
            (lambda tx: tx.apis.with_hrid("Events"), None),
            (lambda tx: tx.plans.with_hrid("gold", "api-1"), "plan-1"),
            (lambda tx: tx.plans.with_hrid("gold", "api-2"), None),
            (lambda tx: tx.applications.with_hrid("app"), "app-1"),
            (lambda tx: tx.subscriptions.with_hrid("app-gold", "api-1"), "sub-1"),
            (lambda tx: tx.policy_groups.with_hrid("group"), None),
        )
        for work, id in cases:
            self.assertEqual(self.found(work), id)

    def test_unused(self) -> None:
        """A derived one is no other record's, within the parent."""
        self.fill()
        self.write(lambda tx: tx.apis.add(api("api-2", hrid="events-2")))
        cases: tuple[tuple[Work, str], ...] = (
            (lambda tx: tx.apis.unused_hrid("Events"), "events-3"),
            (lambda tx: tx.apis.unused_hrid("Event"), "event"),
            (lambda tx: tx.apis.unused_hrid(""), "api"),
            (lambda tx: tx.plans.unused_hrid("Gold", "api-1"), "gold-2"),
            (lambda tx: tx.plans.unused_hrid("Gold", "api-2"), "gold"),
        )
        for work, hrid in cases:
            self.assertEqual(self.read(work), hrid)

    def test_unique(self) -> None:
        """No two records hold one hrid within their parent."""
        self.fill()
        cases: tuple[Work, ...] = (
            lambda tx: tx.apis.add(api("api-2", hrid="events")),
            lambda tx: tx.plans.add(plan("plan-2", hrid="gold")),
            lambda tx: tx.applications.add(application("app-2", hrid="app")),
            lambda tx: tx.subscriptions.add(subscription("s", hrid="app-gold")),
        )
        for work in cases:
            with self.assertRaises(StoreError):
                self.write(work)
        self.write(lambda tx: tx.apis.add(api("api-2", hrid="other")))
        self.write(lambda tx: tx.plans.add(plan("plan-2", "api-2", hrid="gold")))

    def test_released(self) -> None:
        """What is closed or archived holds its hrid no longer."""
        self.fill()

        def over(tx: Transaction) -> None:
            tx.plans.save(plan(hrid="gold", status="CLOSED"))
            tx.subscriptions.save(subscription(hrid="app-gold", status="CLOSED"))
            tx.applications.save(application(hrid="app", status="ARCHIVED"))

        self.write(over)
        cases: tuple[Work, ...] = (
            lambda tx: tx.plans.with_hrid("gold", "api-1"),
            lambda tx: tx.applications.with_hrid("app"),
            lambda tx: tx.subscriptions.with_hrid("app-gold", "api-1"),
        )
        for work in cases:
            self.assertIsNone(self.found(work))
        self.assertEqual(
            self.read(lambda tx: tx.plans.unused_hrid("gold", "api-1")), "gold-2"
        )

        def again(tx: Transaction) -> None:
            tx.plans.add(plan("plan-2", hrid="gold"))
            tx.applications.add(application("app-2", hrid="app"))
            tx.subscriptions.add(subscription("sub-2", hrid="app-gold"))

        self.write(again)
        self.assertEqual(self.found(cases[0]), "plan-2")

    def test_audited(self) -> None:
        """A changed hrid is in the audit trail."""
        self.fill()
        self.write(lambda tx: tx.apis.save(replace(api(), hrid="renamed")))
        entries, _ = self.read(
            lambda tx: tx.audits.list("api-1", ("API_UPDATED",), None, None, 0, 10)
        )
        (change,) = entries[0].changes
        self.assertEqual(
            (change["path"], change["before"], change["after"]),
            ("/hrid", "events", "renamed"),
        )
