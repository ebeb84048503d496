"""What a connector of MESSAGE APIs provides, as a twisted plugin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from twisted.plugin import IPlugin
from zope.interface import Attribute

from relay.channel.channels import Channels, OpenChannel, Source
from relay.gateway.message import Entrypoint
from relay.model.api.definition import EndpointGroup
from relay.upstream.connection.response_rules import HeadLimits


class Sources(Protocol):
    """Makes what feeds the channels of one endpoint group."""

    published: bool
    """Whether the events come from publishers, by another entrypoint."""

    def make(self, opened: OpenChannel) -> Source:
        """
        Make the source of one channel; it is started later.

        :param opened: the channel, with its key and its health.
        """

    def close(self) -> None:
        """The group is gone: close what its sources shared."""


@dataclass(frozen=True)
class EntrypointContext:
    """
    What an entrypoint is built in.

    :param channels: the API's channels.
    :param siblings: ids of all entrypoints of the API.
    """

    reactor: Any
    channels: Channels
    siblings: frozenset[str]


class IEndpoint(IPlugin):
    """A type of endpoint."""

    kind = Attribute("its :class:`relay.model.api.kinds.EndpointType`")

    def open(reactor: Any, group: EndpointGroup) -> Sources:
        """
        Make a group of such endpoints ready.

        :param reactor: what connects and tells the time.
        :raises ValueError: when something in it cannot be used.
        """


class IHttpEndpoint(IEndpoint):
    """A type of endpoint that is called over HTTP."""

    def limited_to(limits: HeadLimits) -> IEndpoint:
        """
        Apply the gateway's limits of response heads.

        :param limits: the size limits of a response head.
        """


class IEntrypoint(IPlugin):
    """A type of entrypoint."""

    kind = Attribute("its :class:`relay.model.api.kinds.EntrypointType`")
    order = Attribute("when it is asked whether it takes a call; lower is sooner")

    def build(configuration: dict[str, Any], context: EntrypointContext) -> Entrypoint:
        """Make the entrypoint of one API."""
