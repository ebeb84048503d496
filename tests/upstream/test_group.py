"""An endpoint group: whose connections are shared, and which endpoint is next."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor as installed
from twisted.internet.interfaces import IReactorTime
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.definition import EndpointGroup
from relay.model.api.endpoints.health_check import HealthCheck
from relay.upstream.connection.response_rules import DEFAULT_LIMITS
from relay.upstream.group import ConnectorGroup
from relay.upstream.health import Health, Status


def endpoint(name: str, **members: Any) -> dict[str, Any]:
    """Define an endpoint."""
    return {
        "name": name,
        "type": "http-proxy",
        "inheritConfiguration": True,
        "configuration": {"target": f"http://{name}/"},
    } | members


def group(*endpoints: dict[str, Any], **members: Any) -> ConnectorGroup:
    """Make a group ready."""
    body = {"name": "g", "type": "http-proxy", "endpoints": list(endpoints)} | members
    return ConnectorGroup(
        IReactorTime(installed), EndpointGroup.read(body), DEFAULT_LIMITS
    )


class GroupTests(SynchronousTestCase):
    def names(self, made: ConnectorGroup, count: int) -> list[str]:
        """The endpoints that come up next."""
        return [one.name if (one := made.next()) else "-" for _ in range(count)]

    def test_balanced(self) -> None:
        """The load balancer selects primary endpoints before secondary ones."""
        made = group(endpoint("a"), endpoint("b"), endpoint("z", secondary=True))
        self.assertEqual(self.names(made, 4), ["a", "b", "a", "b"])
        self.assertEqual([one.name for one in made.connectors], ["a", "b", "z"])

    def test_the_next_endpoint(self) -> None:
        """The endpoint after another is the next one that is available, round again."""
        made = group(endpoint("a"), endpoint("z", secondary=True), endpoint("b"))
        a, b, z = made.connectors
        self.assertEqual([one.name for one in (a, b, z)], ["a", "b", "z"])
        self.assertEqual([made.next(one) for one in (a, b, z)], [b, z, a])
        self.assertIs(made.next(a.aimed(b.target)), b)
        b.health = Health("b", HealthCheck(schedule="* * * * * *", target="/"))
        b.health.status = Status.DOWN
        self.assertIs(made.next(a), z)
        z.health = b.health
        self.assertIs(made.next(a), a)

    def test_weights(self) -> None:
        """Weights reach the balancer."""
        made = group(
            endpoint("a", weight=3),
            endpoint("b"),
            loadBalancer={"type": "WEIGHTED_ROUND_ROBIN"},
        )
        self.assertEqual(self.names(made, 8).count("a"), 6)

    def test_empty(self) -> None:
        """A group without endpoints has none to give."""
        self.assertEqual(self.names(group(), 1), ["-"])

    def test_inherited(self) -> None:
        """Endpoints that inherit share options and pool."""
        made = group(
            endpoint("a"),
            endpoint("b"),
            sharedConfiguration={"http": {"idleTimeout": 70_000}},
        )
        first, second = made.connectors
        self.assertIs(first.pool, second.pool)
        self.assertEqual(first.idle_timeout_ms, 70_000)

    def test_overridden(self) -> None:
        """An endpoint that overrides the shared configuration has a pool of its own."""
        shared = {"http": {"idleTimeout": 70_000, "readTimeout": 1}}
        made = group(
            endpoint("a"),
            endpoint(
                "b",
                inheritConfiguration=False,
                sharedConfigurationOverride={"http": {"idleTimeout": 5_000}},
            ),
            endpoint("c", inheritConfiguration=False),
            sharedConfiguration=shared,
        )
        first, second, third = made.connectors
        self.assertEqual(len({id(one.pool) for one in made.connectors}), 3)
        self.assertEqual(
            [one.idle_timeout_ms for one in (first, second, third)],
            [70_000, 5_000, 60_000],
        )
        self.assertEqual(second.http.read_timeout, 10_000)

    def test_what_cannot_be_dialled(self) -> None:
        """A key that cannot be loaded fails the deployment, not the first call."""
        shared = {"ssl": {"trustStore": {"type": "PEM", "path": "/nowhere.pem"}}}
        self.assertRaises(ValueError, group, endpoint("a"), sharedConfiguration=shared)
