"""What has to be created, updated and deleted."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from relay.cli.definitions.definition import Key
from relay.cli.definitions.planning import Plan, list_existing, make_plan
from relay.cli.definitions.reading import Definitions, Invalids
from relay.cli.definitions.selection import Selection
from relay.cli.errors import Failed
from tests.cli.definitions.automation import Automation
from tests.cli.definitions.made import (
    api,
    application,
    policy_group,
    read,
    subscription,
)

GROUP = {
    "policy": "shared-policy-group-policy",
    "configuration": {"sharedPolicyGroupId": "limits"},
}
ALL = (
    policy_group("limits"),
    application("shop"),
    api("orders", flows=[{"name": "a", "request": [GROUP]}]),
    api("stock"),
    subscription("shop-orders", "orders", "shop", "open"),
)


class PlanningTests(SynchronousTestCase):
    """Plans, and the calls for them."""

    def setUp(self) -> None:
        """Begin with a server without objects."""
        self.server = Automation()

    def plan(self, definitions: Definitions, *pruned: Key) -> Plan:
        """Make a plan."""

        async def made() -> Plan:
            client = self.server.client()
            kinds = {one.key.kind for one in definitions.found}
            existing = await list_existing(client, kinds)
            return await make_plan(client, definitions, existing, set(pruned))

        return self.successResultOf(Deferred.fromCoroutine(made()))

    def test_new(self) -> None:
        """What refers to a new object is not tried; nothing is changed."""
        plan = self.plan(read(*ALL))
        self.assertEqual({one.action for one in plan.steps}, {"create"})
        self.assertEqual(plan.counts()["created"], 5)
        tried = [call.body["hrid"] for call in self.server.calls if call.body]
        self.assertEqual(sorted(tried), ["limits", "shop", "stock"])
        self.assertEqual(self.server.changed, [])
        self.assertTrue(plan.differs)

    def test_the_same_and_updated(self) -> None:
        """The server decides what differs."""
        definitions = read(*ALL)
        for one in definitions.found:
            self.server.items[one.key] = dict(one.request())
        self.assertFalse(self.plan(definitions).differs)
        self.server.items[Key("application", "shop")]["name"] = "Other"
        plan = self.plan(definitions)
        self.assertEqual(plan.counts()["updated"], 1)
        self.assertEqual(plan.steps[1].action, "update")
        self.assertEqual(plan.steps[1].changes, ({"event": "CHANGED"},))

    def test_deleted_last(self) -> None:
        """In the opposite order: what refers to others first."""
        keys = [
            Key("application", "shop"),
            Key("subscription", "shop-orders", "orders"),
            Key("shared-policy-group", "limits"),
        ]
        plan = self.plan(read(api("stock")), *keys)
        self.assertEqual(
            [str(one.key) for one in plan.steps],
            [
                "api stock",
                "subscription orders/shop-orders",
                "application shop",
                "shared-policy-group limits",
            ],
        )

    def test_problems_of_the_server(self) -> None:
        """All of them, each with the file and the line of its definition."""
        self.server.refused = {"shop": "name: is taken", "stock": "path: is taken"}
        error = self.failureResultOf(
            Deferred.fromCoroutine(self._made(read(*ALL))), Invalids
        ).value
        self.assertEqual(
            sorted(error.lines),
            [
                "1.json:7: application shop: name: is taken",
                "3.json:1: api stock: path: is taken",
            ],
        )

    async def _made(self, definitions: Definitions) -> Plan:
        client = self.server.client()
        existing = await list_existing(client, ())
        return await make_plan(client, definitions, existing, set())

    def test_existing(self) -> None:
        """Subscriptions are listed with their APIs, when they are asked for."""
        for one in read(*ALL).found:
            self.server.items[one.key] = dict(one.request())
        self.server.items[Key("api", "stock")]["labels"] = ["internal"]

        def listed(*kinds: str) -> set[str]:
            listing = list_existing(self.server.client(), kinds)
            found = self.successResultOf(Deferred.fromCoroutine(listing))
            self.assertEqual(
                found.selected(Selection(labels=("in*",))), {Key("api", "stock")}
            )
            return {str(key) for key in found.items}

        without = {
            "shared-policy-group limits",
            "application shop",
            "api orders",
            "api stock",
        }
        self.assertEqual(listed("api"), without)
        self.assertEqual(
            listed("subscription"), without | {"subscription orders/shop-orders"}
        )

    def test_names_that_are_no_hrids_are_refused(self) -> None:
        """A server cannot list what would be another path."""
        for kind in ("application", "api", "shared-policy-group"):
            server = Automation()
            server.items[Key(kind, "../../x")] = {"hrid": "../../x"}
            listing = Deferred.fromCoroutine(list_existing(server.client(), ()))
            error = self.failureResultOf(listing, Failed).value
            self.assertIn("'../../x', which is no hrid", error.message)

    def test_json(self) -> None:
        """A step has its file; what is deleted has none."""
        plan = self.plan(read(api("stock")), Key("subscription", "a", "b"))
        shapes: list[dict[str, Any]] = [one.to_json() for one in plan.steps]
        self.assertEqual(shapes[0]["file"], "0.json")
        self.assertEqual(
            shapes[1],
            {
                "action": "delete",
                "kind": "subscription",
                "hrid": "a",
                "api": "b",
                "changes": [],
            },
        )
