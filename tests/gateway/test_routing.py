"""Tests of :mod:`relay.gateway.routing`."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.gateway.routing import Destinations
from relay.model.api.definition import EndpointGroup
from relay.model.schema.types.request_target import RequestTarget
from relay.upstream.connection.response_rules import DEFAULT_LIMITS
from relay.upstream.group import ConnectorGroup


def group(name: str, *endpoints: str, balancer: str = "ROUND_ROBIN") -> ConnectorGroup:
    """Make a group whose endpoints' targets are named after them."""
    return ConnectorGroup(
        cast(Any, Clock()),
        EndpointGroup.read(
            {
                "name": name,
                "type": "http-proxy",
                "loadBalancer": {"type": balancer},
                "endpoints": [
                    {
                        "name": one,
                        "type": "http-proxy",
                        "configuration": {"target": f"http://{one}.example/base?t=1"},
                    }
                    for one in endpoints
                ],
            }
        ),
        DEFAULT_LIMITS,
    )


ASKED = RequestTarget.parse(b"/p", b"q=1")


class DestinationsTests(SynchronousTestCase):
    """The destinations of targets."""

    def setUp(self) -> None:
        """Make an API of two groups."""
        self.destinations = Destinations(
            [group("main", "a"), group("other", "b", "c"), group("empty")]
        )

    def url(self, target: str, origin: str | None = None) -> str | None:
        """Return the URL to which a call of /p?q=1 is forwarded."""
        found = self.destinations.find(target, origin, ASKED)
        if found is None:
            return None
        aim = found.connector.target
        asked = aim.request_target(found.target).decode()
        return f"{aim.origin.authority.decode()}{asked}"

    def test_calls_sent_elsewhere_count_for_their_endpoint(self) -> None:
        """LEAST_STREAMS sees them, whatever they are aimed at."""
        busy = group("busy", "x", "y", balancer="LEAST_STREAMS")
        self.destinations = Destinations([busy])
        sent = []
        for target in ("/p", "?k=v", "busy:/p?k=v", "http://x.example/elsewhere"):
            found = self.destinations.find(target, None, ASKED)
            assert found is not None
            found.connector.enter()
            sent.append(found.connector)
        self.assertEqual([one.exchanges for one in busy.connectors], [2, 2])
        for one in sent:
            one.leave()
        self.assertEqual([one.exchanges for one in busy.connectors], [0, 0])

    def test_names(self) -> None:
        """
        A target names an endpoint or a group; its path replaces the path of the call.
        """
        for target, url in (
            ("b:/x", "b.example/base/x?q=1&t=1"),
            ("b:", "b.example/base/p?q=1&t=1"),
            ("a:/x?q=2&u=3", "a.example/base/x?q=1&q=2&t=1&u=3"),
            ("nobody:/x", None),
            ("empty:/x", None),
        ):
            self.assertEqual(self.url(target), url, target)
        found = {self.url("other:/x") for _ in range(2)}
        self.assertEqual(
            found, {"b.example/base/x?q=1&t=1", "c.example/base/x?q=1&t=1"}
        )

    def test_relative(self) -> None:
        """Paths and queries are of the default group."""
        self.assertEqual(self.url("/x"), "a.example/base/x?q=1&t=1")
        self.assertEqual(self.url("?u=1"), "a.example/base/p?q=1&t=1&u=1")
        self.assertEqual(
            self.url("/é x\r\n"), "a.example/base/%C3%A9%20x%0D%0A?q=1&t=1"
        )

    def test_urls(self) -> None:
        """A URL must have a host that the definition names."""
        self.assertEqual(self.url("http://b.example/x?u=1"), "b.example/x?q=1&u=1")
        self.assertIsNone(self.url("http://evil.example/x"))
        named = "https://h.example:8443"
        self.assertEqual(self.url(f"{named}/x", named), "h.example:8443/x?q=1")
        for target in (
            "https://h.example:8443.evil.example/x",
            "https://h.example:8443@evil.example/x",
            "https://evil.example/x",
            "ftp://h.example/x",
            "http://",
            "http://[::1",
            "",
        ):
            self.assertIsNone(self.url(target, named), target)
