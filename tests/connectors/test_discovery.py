"""The connectors that are found, and those that can be used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twisted.internet.task import Clock
from twisted.logger import capturedLogs, formatEvent
from twisted.plugin import IPlugin
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from relay.connectors.discovery import OWN, find_connectors, sort_out
from relay.connectors.interfaces import IEndpoint, IEntrypoint
from relay.model.api.kinds import EndpointType, EntrypointType
from relay.model.schema.base import Options
from tests.installed import CATALOG
from tests.model.message_bodies import message_api


@implementer(IEndpoint)
class One:
    """An endpoint of another distribution."""

    def __init__(self, kind: Any) -> None:
        self.kind = kind

    def open(self, reactor: Any, group: Any) -> Any:
        """Make a group ready."""


@implementer(IEntrypoint)
class Entry:
    """An entrypoint of another distribution."""

    order = 1

    def __init__(self, kind: Any) -> None:
        self.kind = kind

    def build(self, configuration: Any, context: Any) -> Any:
        """Make the entrypoint of one API."""


def endpoint(name: str, api_type: str = "MESSAGE") -> EndpointType:
    """A kind of endpoint."""
    return EndpointType(name, "", api_type, Options, None)


class SortTests(SynchronousTestCase):
    """A connector is used, or reported."""

    def assert_left_out(self, plugins: Sequence[object], *said: str) -> list[str]:
        """
        Assert the log lines about the plugins that are left out, and return the ids of
        the others.
        """
        with capturedLogs() as events:
            found = sort_out(plugins)
        told = [formatEvent(event) for event in events]
        self.assertEqual(len(told), len(said), told)
        for text, words in zip(told, said, strict=True):
            self.assertIn(words, text)
        return [*found.endpoints, *found.entrypoints]

    def test_all_that_is_well(self) -> None:
        """Both kinds of connectors are found among other plugins."""
        pull = Entry(EntrypointType("pull", "", "MESSAGE", Options))
        plugins = [pull, One(endpoint("a")), One(endpoint("b")), object()]
        self.assertEqual(self.assert_left_out(plugins), ["a", "b", "pull"])

    def test_what_is_broken(self) -> None:
        """A broken plugin is logged with its problem, and the others can be used."""
        plugins = [
            One("ticks"),
            One(EntrypointType("a", "", "MESSAGE", Options)),
            One(endpoint("a", "PROXY")),
            One(endpoint("b")),
            One(endpoint("http-proxy")),
            Entry(EntrypointType("webhook", "", "MESSAGE", Options)),
        ]
        names = self.assert_left_out(
            plugins,
            "its kind is no EndpointType",
            "its kind is no EndpointType",
            "it is not for MESSAGE APIs",
            "[http-proxy] is Relay's own",
            "[webhook] is Relay's own",
        )
        self.assertEqual(names, ["b"])


class FindTests(SynchronousTestCase):
    """The connectors of this installation."""

    def test_own(self) -> None:
        """Each connector that Relay brings along is there to be used."""
        found = find_connectors()
        self.assertEqual(list(found.endpoints), ["sse", "memory", "mock"])
        self.assertEqual(
            list(found.entrypoints), ["sse", "http-get", "http-post", "websocket"]
        )
        plugins = [*found.endpoints.values(), *found.entrypoints.values()]
        self.assertEqual({type(one).__module__ for one in plugins}, {*OWN})
        for plugin in plugins:
            self.assertTrue(IPlugin.providedBy(plugin))

    def test_published(self) -> None:
        """The kind of an endpoint states correctly whether its events are published."""
        found = find_connectors()
        for kind in found.endpoints.kinds:
            definition = CATALOG.parse_api(message_api(kind.id))
            group = definition.endpoint_groups[0]
            sources = found.endpoints[kind.id].open(Clock(), group)
            self.assertIs(sources.published, kind.published, kind.id)
            sources.close()
