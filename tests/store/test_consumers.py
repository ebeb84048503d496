"""How applications, subscriptions and API keys are kept, and what gateways see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from relay.model.consumers.records import Entitlement, KeyState, SubscriptionRecord
from relay.model.records import PlanRecord
from relay.store.errors import StoreError
from relay.store.transaction import Transaction
from tests.store.databases import (
    DatabaseTestCase,
    api,
    api_key,
    application,
    plan,
    subscription,
)


def taken(digest: str, tx: Transaction) -> bool:
    """Whether a key is taken."""
    return tx.api_keys.taken(digest)


def having(digest: str, tx: Transaction) -> frozenset[str]:
    """Return the subscriptions that have a key."""
    return tx.api_keys.subscriptions_with(digest)


def save(record: SubscriptionRecord, tx: Transaction) -> None:
    """Save a subscription."""
    tx.subscriptions.save(record)


def served(api_ids: list[str] | None, tx: Transaction) -> frozenset[str]:
    """Return the plans that are served."""
    return tx.plans.served(api_ids)


class ConsumerCase(DatabaseTestCase):
    """A test with an API, its plan, an application, its subscription and a key."""

    def setUp(self) -> None:
        """Put them in."""
        super().setUp()

        def fill(tx: Transaction) -> None:
            tx.apis.add(api())
            tx.plans.add(plan())
            tx.applications.add(application())
            tx.subscriptions.add(subscription())
            tx.api_keys.add(api_key())

        self.write(fill)

    def told(self, work: Callable[[Transaction], Any]) -> list[str]:
        """Return the changes that a transaction reports to the gateways."""
        before = len(self.changed())
        self.write(work)
        return self.changed()[before:]


class ApplicationsTests(ConsumerCase):
    def test_round_trip(self) -> None:
        """All fields come back, in the order of creation."""
        other = application("app-2", status="ARCHIVED", api_key_mode="SHARED")
        self.write(lambda tx: tx.applications.add(other))
        self.assertEqual(
            self.read(lambda tx: tx.applications.list()), [application(), other]
        )
        self.assertEqual(self.read(lambda tx: tx.applications.get("app-2")), other)
        self.assertIsNone(self.read(lambda tx: tx.applications.get("none")))

    def test_save(self) -> None:
        """
        Saving an application announces its subscriptions, since its client id may have
        changed.
        """
        changed = application(definition={"name": "new"})
        told = self.told(lambda tx: tx.applications.save(changed))
        self.assertEqual(told, ["subscription:sub-1"])
        self.assertEqual(
            self.read(lambda tx: tx.applications.get("app-1")),
            replace(changed, updated_at_ms=5_000),
        )

    def test_save_what_is_not_there(self) -> None:
        """Saving an unknown application is an error."""
        self.assertRaises(
            StoreError,
            self.write,
            lambda tx: tx.applications.save(application("none")),
        )


class SubscriptionsTests(ConsumerCase):
    def test_round_trip(self) -> None:
        """All fields come back, by each way to find it, the newest first."""
        other = subscription(
            "sub-2",
            status="CLOSED",
            metadata={"a": "é"},
            consumer_message="please",
            publisher_message="no",
            ending_at_ms=9_000,
            closed_at_ms=8_000,
        )
        self.assertEqual(
            self.told(lambda tx: tx.subscriptions.add(other)), ["subscription:sub-2"]
        )
        both = [other, subscription()]
        self.assertEqual(self.read(lambda tx: tx.subscriptions.of_api("api-1")), both)
        self.assertEqual(
            self.read(lambda tx: tx.subscriptions.of_application("app-1")), both
        )
        self.assertEqual(
            self.read(lambda tx: tx.subscriptions.open_of_plan("plan-1")), both[1:]
        )
        self.assertIsNone(self.read(lambda tx: tx.subscriptions.get("api-2", "sub-1")))

    def test_save(self) -> None:
        """
        A saved subscription is returned with a later time for each save, and is
        announced.
        """
        paused = subscription(status="PAUSED")
        told = self.told(lambda tx: tx.subscriptions.save(paused))
        self.assertEqual(told, ["subscription:sub-1"])
        self.now_ms = 3
        saved = self.write(lambda tx: tx.subscriptions.save(paused))
        self.assertEqual(saved.updated_at_ms, 5_001)
        with self.assertRaises(StoreError):
            self.write(lambda tx: tx.subscriptions.save(replace(paused, api_id="x")))

    def test_goes_with_its_api(self) -> None:
        """
        Subscriptions are deleted with their API or plan; the caller announces them.
        """
        records = self.read(lambda tx: tx.subscriptions.of_api("api-1"))
        told = self.told(lambda tx: tx.subscriptions.announce(records))
        self.assertEqual(told, ["subscription:sub-1"])
        self.write(lambda tx: tx.apis.delete("api-1"))
        self.assertEqual(self.read(lambda tx: tx.subscriptions.of_api("api-1")), [])
        self.assertFalse(self.read(lambda tx: tx.api_keys.taken("digest of key-1")))


class ApiKeysTests(ConsumerCase):
    def test_own_and_shared(self) -> None:
        """A key is of one subscription, or of all of its application's."""
        shared = api_key("key-2", subscription_id=None, revoked_at_ms=7)
        told = self.told(lambda tx: tx.api_keys.add(shared))
        self.assertEqual(told, ["subscription:sub-1"])
        self.assertEqual(
            self.read(lambda tx: tx.api_keys.of_subscription("sub-1")), [api_key()]
        )
        self.assertEqual(self.read(lambda tx: tx.api_keys.shared("app-1")), [shared])
        for digest in (api_key().digest, shared.digest):
            self.assertTrue(self.read(partial(taken, digest)))
            self.assertEqual(self.read(partial(having, digest)), {"sub-1"})
        self.assertEqual(
            self.read(lambda tx: tx.api_keys.subscriptions_with("none")), frozenset()
        )

    def test_save(self) -> None:
        """Saving a key announces its subscription."""
        revoked = api_key(revoked_at_ms=5_000)
        told = self.told(lambda tx: tx.api_keys.save(revoked))
        self.assertEqual(told, ["subscription:sub-1"])
        with self.assertRaises(StoreError):
            self.write(lambda tx: tx.api_keys.save(api_key("none")))

    def test_share(self) -> None:
        """An own key becomes that of all."""
        told = self.told(lambda tx: tx.api_keys.share(subscription()))
        self.assertEqual(told, ["subscription:sub-1"])
        (shared,) = self.read(lambda tx: tx.api_keys.shared("app-1"))
        self.assertEqual(shared, api_key(subscription_id=None))


def save_plan(record: PlanRecord, tx: Transaction) -> None:
    """Save a plan."""
    tx.plans.save(record)


class EntitlementsTests(ConsumerCase):
    IN_FORCE = Entitlement(
        "sub-1",
        "api-1",
        "plan-1",
        "app-1",
        1_000,
        None,
        (KeyState("digest of key-1", None, False),),
        application_name="app-1",
    )

    def test_in_force(self) -> None:
        """
        An accepted subscription has its valid keys, and the shared keys of its
        application.
        """

        def more(tx: Transaction) -> None:
            security = {"security": {"type": "API_KEY"}}
            tx.plans.save(plan(definition=security))
            tx.api_keys.add(api_key("key-2", expire_at_ms=9, revoked_at_ms=7))
            tx.api_keys.add(api_key("key-3", subscription_id=None))

        self.write(more)
        keys = (
            KeyState("digest of key-1", None, False),
            KeyState("digest of key-2", 9, True),
            KeyState("digest of key-3", None, False),
        )
        self.assertEqual(
            self.read(lambda tx: tx.entitlements.all()),
            {"sub-1": replace(self.IN_FORCE, keys=keys)},
        )

    def test_shared_keys(self) -> None:
        """Shared keys are valid only for plans of the type API_KEY."""
        self.write(lambda tx: tx.api_keys.add(api_key("key-2", subscription_id=None)))
        for security in ("BASIC", "JWT"):
            changed = plan(definition={"security": {"type": security}})
            self.write(partial(save_plan, changed))
            self.assertEqual(
                self.read(lambda tx: tx.entitlements.all()), {"sub-1": self.IN_FORCE}
            )

    def test_client(self) -> None:
        """The names of the application, and the subscription's metadata come along."""
        settings = {"app": {"clientId": "me"}}
        definition = {"name": "a", "settings": settings}
        self.write(lambda tx: tx.applications.save(application(definition=definition)))
        tiers = {"tier": "gold"}
        self.write(partial(save, subscription(metadata=tiers)))
        known = replace(
            self.IN_FORCE,
            client_id="me",
            settings=settings,
            application_name="a",
            metadata=tiers,
        )
        self.assertEqual(
            self.read(lambda tx: tx.entitlements.of(["sub-1"])), {"sub-1": known}
        )

    def test_not_in_force(self) -> None:
        """A subscription that is not accepted, or missing, admits no caller."""
        for status in ("PENDING", "REJECTED", "PAUSED", "CLOSED"):
            self.write(partial(save, subscription(status=status)))
            self.assertEqual(self.read(lambda tx: tx.entitlements.all()), {}, status)
            self.assertEqual(
                self.read(lambda tx: tx.entitlements.of(["sub-1", "none"])),
                {"sub-1": None, "none": None},
            )
        self.write(lambda tx: tx.subscriptions.save(subscription()))
        self.write(lambda tx: tx.applications.save(application(status="ARCHIVED")))
        self.assertEqual(self.read(lambda tx: tx.entitlements.all()), {})

    def test_many(self) -> None:
        """More than one statement can name."""

        def fill(tx: Transaction) -> None:
            for number in range(1_203):
                tx.subscriptions.add(subscription(f"n{number}"))

        self.write(fill)
        wanted = [f"n{number}" for number in range(1_203)]
        found = self.read(lambda tx: tx.entitlements.of(wanted))
        self.assertEqual(len(found), 1_203)
        self.assertNotIn(None, found.values())

    def test_served_plans(self) -> None:
        """The served plans of some APIs, or of all."""

        def fill(tx: Transaction) -> None:
            tx.plans.add(plan("open", status="PUBLISHED"))
            tx.plans.add(plan("closed", status="CLOSED"))
            tx.apis.add(api("api-2"))
            tx.plans.add(plan("other", "api-2", status="DEPRECATED"))

        self.write(fill)
        for ids, expected in (
            (None, {"open", "other"}),
            (["api-1", "none"], {"open"}),
            ([], set()),
        ):
            self.assertEqual(self.read(partial(served, ids)), expected, ids)
        found = self.read(lambda tx: tx.plans.find("other"))
        self.assertEqual(found and found.api_id, "api-2")
        self.assertIsNone(self.read(lambda tx: tx.plans.find("none")))
