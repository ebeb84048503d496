"""The entries of the audit trail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from relay.model.records import AuditRecord, TokenRecord
from relay.store.tables.audits import Actor
from relay.store.transaction import Transaction
from tests.store.databases import DatabaseTestCase, api, plan, user


class AuditsTests(DatabaseTestCase):
    """Every change of a document has an entry, written in its transaction."""

    def trail(self, **filters: Any) -> list[AuditRecord]:
        """
        :returns: the trail, the oldest first.
        """
        chosen = {"api_id": None, "events": (), "from_ms": None, "to_ms": None}
        found, _ = self.read(
            lambda tx: tx.audits.list(**{**chosen, **filters}, skip=0, most=100)
        )
        return found[::-1]

    def by(self, name: str, work: Callable[[Transaction], Any]) -> None:
        """Write on behalf of a user."""
        self.database.write(work, Actor(name, "token-1"))

    def test_a_life(self) -> None:
        """An API with its plan and deployments, from first to last."""
        first, draft = api(), plan()
        self.write(lambda tx: tx.apis.add(first))
        self.write(lambda tx: tx.plans.add(draft))
        self.write(lambda tx: tx.plans.save(replace(draft, status="PUBLISHED")))
        self.write(lambda tx: tx.deployments.add("api-1", {"name": "n"}, [], "v1"))
        self.write(lambda tx: tx.apis.save(replace(first, state="STARTED")))
        changed = replace(first, state="STARTED", definition={"name": "other"})
        self.write(lambda tx: tx.apis.save(changed))
        self.write(lambda tx: tx.plans.save(replace(draft, order=1)))
        self.write(lambda tx: tx.plans.delete("api-1", "plan-1"))
        self.write(lambda tx: tx.apis.delete("api-1"))
        trail = self.trail(api_id="api-1")
        self.assertEqual(
            [one.event for one in trail],
            [
                "API_CREATED",
                "PLAN_CREATED",
                "PLAN_PUBLISHED",
                "API_DEPLOYED",
                "API_STARTED",
                "API_UPDATED",
                "PLAN_STAGING",
                "PLAN_DELETED",
                "API_DELETED",
            ],
        )
        self.assertEqual({one.actor for one in trail}, {"system"})
        self.assertEqual(
            trail[5].changes[0],
            {"path": "/name", "op": "replace", "before": "api-1", "after": "other"},
        )

    def test_who(self) -> None:
        """An entry names the user and the token."""
        self.by("alice", lambda tx: tx.apis.add(api()))
        (told,) = self.trail()
        self.assertEqual((told.actor, told.token), ("alice", "token-1"))
        self.assertEqual(told.target, {"type": "API", "id": "api-1", "name": "api-1"})

    def test_nothing_changed(self) -> None:
        """Saving what was there already is no change."""
        self.write(lambda tx: tx.apis.add(api()))
        self.write(lambda tx: tx.apis.save(api(deployed_at_ms=7)))
        self.write(lambda tx: tx.apis.delete("none"))
        self.write(lambda tx: tx.plans.delete("api-1", "none"))
        self.assertEqual([one.event for one in self.trail()], ["API_CREATED"])

    def test_what_did_not_happen(self) -> None:
        """A change that is rolled back has no entry."""

        def work(tx: Transaction) -> None:
            tx.apis.add(api())
            raise LookupError

        self.assertRaises(LookupError, self.write, work)
        self.assertEqual(self.trail(), [])

    def test_no_secret_is_stored(self) -> None:
        """Passwords, hashes and tokens are nowhere in the trail."""
        definition = {"name": "n", "proxy": {"password": "s3cr3t"}}
        token = TokenRecord("t", "admin", "ci", "s3cr3t-hash", None, 1, None, None)
        self.write(lambda tx: tx.apis.add(api(definition=definition)))
        self.write(lambda tx: tx.users.put(user(password_hash="s3cr3t")))
        self.write(lambda tx: tx.users.put(user(password_hash="s3cr3t2")))
        self.write(lambda tx: tx.tokens.add(token))
        self.write(lambda tx: tx.tokens.delete(token))
        self.write(lambda tx: tx.users.delete(user()))
        stored = repr(self.there.rows("SELECT * FROM audits"))
        self.assertNotIn("s3cr3t", stored)
        self.assertEqual(
            [one.event for one in self.trail()],
            [
                "API_CREATED",
                "USER_CREATED",
                "USER_UPDATED",
                "TOKEN_CREATED",
                "TOKEN_REVOKED",
                "USER_DELETED",
            ],
        )

    def test_filters(self) -> None:
        """Entries are filtered by API, event and time, and listed in pages."""
        for number in range(5):
            self.now_ms = number
            name = f"api-{number}"
            self.write(lambda tx, name=name: tx.apis.add(api(name)))  # type: ignore[misc]
        self.write(lambda tx: tx.apis.delete("api-0"))
        self.assertEqual(len(self.trail(api_id="api-0")), 2)
        self.assertEqual(len(self.trail(events=["API_DELETED"])), 1)
        between = self.trail(from_ms=1, to_ms=3, events=["API_CREATED"])
        self.assertEqual([one.at_ms for one in between], [1, 2, 3])
        page, total = self.read(
            lambda tx: tx.audits.list(None, ["API_CREATED"], None, None, 2, 2)
        )
        self.assertEqual([one.api_id for one in page], ["api-2", "api-1"])
        self.assertEqual(total, 5)
        self.assertEqual(
            self.read(lambda tx: tx.audits.events("api-0")),
            ["API_CREATED", "API_DELETED"],
        )
