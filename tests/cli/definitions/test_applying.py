"""Carrying out a plan, to its end or until the client is killed."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from relay.cli.definitions.applying import Applied, apply_plan, shown_once
from relay.cli.definitions.definition import Key
from relay.cli.definitions.kinds import SUBSCRIPTION
from relay.cli.definitions.planning import Plan, Step, list_existing, make_plan
from relay.cli.definitions.reading import Definitions
from relay.cli.errors import Failed
from tests.cli.definitions.automation import Automation
from tests.cli.definitions.made import (
    api,
    application,
    policy_group,
    read,
    subscription,
)

OLD = (Key("application", "old"), Key("api", "old"))
ALL = (
    policy_group("limits"),
    application("shop"),
    application("office"),
    api("orders"),
    api("stock"),
    subscription("a", "orders", "shop", "open"),
    subscription("b", "stock", "office", "open"),
)


async def applied(server: Automation, definitions: Definitions) -> Applied:
    """Plan and apply definitions, and delete what is old."""
    client = server.client()
    existing = await list_existing(client, (SUBSCRIPTION,))
    pruned = set(OLD) & set(existing.items)
    plan = await make_plan(client, definitions, existing, pruned)
    return await apply_plan(client, plan, lambda step, answer: None)


class ApplyingTests(SynchronousTestCase):
    """The order of calls, interruptions and failures."""

    def server(self, most: int | None = None) -> Automation:
        """Return a server with objects that are deleted."""
        server = Automation(most)
        server.items = {key: {"hrid": key.hrid} for key in OLD}
        return server

    def apply(self, server: Automation) -> Applied:
        """Apply all definitions."""
        return self.successResultOf(Deferred.fromCoroutine(applied(server, read(*ALL))))

    def test_order(self) -> None:
        """Kinds that others refer to are created first, and deleted last."""
        server = self.server()
        done = self.apply(server)
        self.assertEqual(len(done.done), 9)
        kinds = [line.split()[1] for line in server.changed[:7]]
        self.assertEqual(
            kinds,
            [
                "shared-policy-group",
                "application",
                "application",
                "api",
                "api",
                "subscription",
                "subscription",
            ],
        )
        self.assertEqual(
            server.changed[7:], ["DELETE /apis/old", "DELETE /applications/old"]
        )

    def test_again(self) -> None:
        """The second time there is nothing to do."""
        server = self.server()
        self.apply(server)
        count = len(server.changed)
        self.assertEqual(self.apply(server).done, [])
        self.assertEqual(len(server.changed), count)

    def test_interrupted_at_every_step(self) -> None:
        """Another run comes to the same end."""
        whole = self.server()
        self.apply(whole)
        for number in range(1, len(whole.changed) + 1):
            server = self.server(number)
            killed = Deferred.fromCoroutine(applied(server, read(*ALL)))
            self.assertNoResult(killed)
            self.assertEqual(len(server.changed), number)
            server.most = None
            self.apply(server)
            self.assertEqual(server.items, whole.items, number)

    def test_failures(self) -> None:
        """Others go on, except those that refer to what has failed; none is deleted."""
        server = self.server()
        definitions = read(*ALL)
        steps = [Step("create", one.key, one) for one in definitions.found]
        plan = Plan([*steps, *(Step("delete", key) for key in OLD)])
        server.refused = {"shop": "is refused"}
        answered: list[Step] = []

        def ended(step: Step, answer: Any) -> None:
            answered.append(step)

        done = self.successResultOf(
            Deferred.fromCoroutine(apply_plan(server.client(), plan, ended))
        )
        ((failed, error),) = done.failed
        self.assertEqual(str(failed.key), "application shop")
        self.assertIsInstance(error, Failed)
        self.flushLoggedErrors(AssertionError)
        self.assertEqual(
            [str(one.key) for one in done.skipped],
            ["subscription orders/a", "application old", "api old"],
        )
        self.assertEqual(len(done.done), 5)
        self.assertEqual(len(answered), 7)

    def test_shown_once(self) -> None:
        """Only keys and passwords that were created."""
        self.assertEqual(shown_once({"hrid": "a", "apiKey": "b"}), {"apiKey": "b"})
        self.assertEqual(shown_once({"hrid": "a"}), {})
