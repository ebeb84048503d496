"""Tests of :mod:`relay.gateway.flows.selection`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.gateway.flows.selection import Asked, Selection
from relay.model.api.flow import Flow
from relay.model.schema.types.request_target import RequestTarget


def asked(path: bytes = b"/a", **members: Any) -> Asked:
    """Describe a call."""
    given: dict[str, Any] = {"method": "GET", "operations": frozenset(["SUBSCRIBE"])}
    given |= {"entrypoint": "sse", **members}
    return Asked(path=RequestTarget.parse(path).segments, **given)


def selection(*selectors: dict[str, Any]) -> Selection:
    """Make a flow's selection."""
    return Selection(Flow.read({"selectors": list(selectors)}))


class SelectionTests(SynchronousTestCase):
    """All selectors of a flow together."""

    def test_without_selectors(self) -> None:
        """A flow is for every call."""
        self.assertEqual(selection().match(asked()), {})

    def test_methods(self) -> None:
        """Unknown methods are OTHER."""
        one = selection({"type": "HTTP", "methods": ["GET", "OTHER"]})
        for method, found in (("GET", {}), ("BREW", {}), ("PUT", None)):
            self.assertEqual(one.match(asked(method=method)), found)

    def test_channel(self) -> None:
        """Topic, direction and entrypoint."""
        one = selection(
            {
                "type": "CHANNEL",
                "channel": "/orders/:who",
                "channelOperator": "EQUALS",
                "operations": ["PUBLISH"],
                "entrypoints": ["http-post"],
            }
        )
        publishing = {"operations": frozenset(["PUBLISH"]), "entrypoint": "http-post"}
        self.assertEqual(one.match(asked(b"/orders/ann", **publishing)), {"who": "ann"})
        self.assertIsNone(one.match(asked(b"/orders", **publishing)))
        self.assertIsNone(one.match(asked(b"/orders/ann")))
        publishing["entrypoint"] = "websocket"
        self.assertIsNone(one.match(asked(b"/orders/ann", **publishing)))

    def test_conditions(self) -> None:
        """Conditions are evaluated apart from the other selectors."""
        one = selection({"type": "CONDITION", "condition": "{#group == 'a'}"})
        self.assertEqual(one.match(asked()), {})
        self.assertTrue(one.holds({"group": "a"}))
        self.assertFalse(one.holds({"group": "b"}))
