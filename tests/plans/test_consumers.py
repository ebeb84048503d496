"""The subscriptions in force, in memory."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.records import Entitlement, KeyState
from relay.plans.consumers import Consumers, in_force
from relay.plans.verdict import Grant

KEY = KeyState("k1", None, False)
ONE = Entitlement("s1", "a1", "p1", "app", None, None, (KEY,), "client")


class Watching:
    """Records its notifications."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def revoked(self, key: str) -> None:
        """Take note."""
        self.told.append(key)

    def moved(self, grant: Grant) -> None:
        """Take note."""
        self.told.append(grant)

    def plan_closed(self, plan_id: str) -> None:
        """Take note."""
        self.told.append(("closed", plan_id))


class LookupTests(SynchronousTestCase):
    def setUp(self) -> None:
        """Know one subscription."""
        self.consumers = Consumers()
        self.consumers.apply({"s1": ONE})

    def test_found(self) -> None:
        """A subscription is found by key and by client."""
        self.assertEqual(self.consumers.with_key("p1", "k1"), (ONE, KEY))
        self.assertIsNone(self.consumers.with_key("p2", "k1"))
        self.assertIsNone(self.consumers.with_key("p1", "k2"))
        self.assertIs(self.consumers.with_client("p1", "client"), ONE)
        self.assertIsNone(self.consumers.with_client("p2", "client"))

    def test_gone(self) -> None:
        """A subscription that has ended is not found."""
        self.consumers.apply({"s1": None, "s2": None})
        self.assertEqual(len(self.consumers), 0)
        self.assertIsNone(self.consumers.with_key("p1", "k1"))
        self.assertIsNone(self.consumers.with_client("p1", "client"))

    def test_one_of_two_that_goes_leaves_the_other(self) -> None:
        """Two subscriptions of one application to one plan, in whatever order."""
        one = replace(ONE, certificate="c1")
        other = replace(one, subscription_id="s2")
        for first, second in ((one, other), (other, one)):
            for gone, left in ((first, second), (second, first)):
                consumers = Consumers()
                for each in (first, second):
                    consumers.apply({each.subscription_id: each})
                consumers.apply({gone.subscription_id: None})
                self.assertEqual(consumers.with_client("p1", "client"), left)
                self.assertEqual(consumers.with_certificate("p1", "c1"), left)
                self.assertEqual(consumers.with_key("p1", "k1"), (left, KEY))
                consumers.apply({left.subscription_id: None})
                self.assertIsNone(consumers.with_client("p1", "client"))

    def test_replaced(self) -> None:
        """Exactly what there is is known, and nothing of before."""
        other = Entitlement("s2", "a1", "p1", "app", None, None, ())
        self.consumers.replace_all({"s2": other})
        self.assertEqual(len(self.consumers), 1)
        self.assertIsNone(self.consumers.with_key("p1", "k1"))

    def test_a_key_that_moves(self) -> None:
        """A shared key goes on with a new subscription, in whatever order they come."""
        new = replace(ONE, subscription_id="s2")
        for changes in ({"s2": new, "s1": None}, {"s1": None, "s2": new}):
            consumers = Consumers()
            consumers.apply({"s1": ONE})
            consumers.apply(changes)
            self.assertEqual(consumers.with_key("p1", "k1"), (new, KEY))
            self.assertIs(consumers.with_client("p1", "client"), new)

    def test_nothing_is_shown(self) -> None:
        """A digest stays where it is."""
        self.assertNotIn("k1", repr(ONE))


class WatcherTests(SynchronousTestCase):
    def told(self, after: Entitlement | None) -> list[object]:
        """Return the reports of a change from one subscription to another."""
        consumers, watching = Consumers(), Watching()
        consumers.watchers.append(watching)
        consumers.apply({"s1": replace(ONE, ends_at_ms=9)})
        self.assertEqual(watching.told, [])
        consumers.apply({"s1": after})
        return watching.told

    def test_revoked(self) -> None:
        """A subscription with its keys, or one key of it."""
        everything = ["subscription:s1:p1", "client:s1:client", "key:s1:k1"]
        self.assertEqual(self.told(None), everything)
        other = replace(ONE, ends_at_ms=9, client_id="other")
        self.assertEqual(self.told(other), ["client:s1:client"])
        revoked = replace(ONE, ends_at_ms=9, keys=(KeyState("k1", None, True),))
        self.assertEqual(self.told(revoked), ["key:s1:k1"])
        self.assertEqual(self.told(replace(revoked, keys=())), ["key:s1:k1"])

    def test_transferred(self) -> None:
        """Under another plan it is another right; the key is still the same."""
        self.assertEqual(
            self.told(replace(ONE, ends_at_ms=9, plan_id="p2")), ["subscription:s1:p1"]
        )

    def test_moved(self) -> None:
        """A changed end is reported with its grant."""
        self.assertEqual(self.told(ONE), [Grant("subscription:s1:p1", None)])
        renewed = replace(ONE, ends_at_ms=9, keys=(KeyState("k1", 7, False),))
        self.assertEqual(self.told(renewed), [Grant("key:s1:k1", 7)])

    def test_unchanged(self) -> None:
        """A change that does not affect a grant is not reported."""
        self.assertEqual(self.told(replace(ONE, ends_at_ms=9)), [])
        more = (KEY, KeyState("k2", None, False))
        self.assertEqual(self.told(replace(ONE, ends_at_ms=9, keys=more)), [])

    def test_closed_plans(self) -> None:
        """A closed plan is reported once, and stays closed."""
        consumers, watching = Consumers(), Watching()
        consumers.watchers.append(watching)
        consumers.close_plans(["p1"])
        consumers.close_plans(["p1", "p2"])
        consumers.close_plans([])
        self.assertEqual(watching.told, [("closed", "p1"), ("closed", "p2")])
        self.assertEqual(consumers.closed_plans, {"p1", "p2"})


class DateTests(SynchronousTestCase):
    def test_in_force(self) -> None:
        """A subscription is in force from its start until just before its end."""
        dated = replace(ONE, starts_at_ms=10, ends_at_ms=20)
        self.assertEqual(
            [in_force(dated, now) for now in (9, 10, 19, 20)],
            [False, True, True, False],
        )
        self.assertTrue(in_force(ONE, 0))
