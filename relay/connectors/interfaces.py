"""The interfaces that plugins with connectors of MESSAGE APIs provide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from twisted.plugin import IPlugin
from zope.interface import Attribute

from relay.channel.channels import Channels
from relay.channel.entry import GapReason
from relay.channel.message import Message
from relay.channel.source import OpenChannel, Source
from relay.gateway.message import Entrypoint
from relay.model.api.definition import EndpointGroup
from relay.upstream.connection.response_rules import HeadLimits


class Sources(Protocol):
    """Makes the sources of the channels of one endpoint group."""

    published: bool
    """Whether events come from publishers, through an entrypoint."""

    def make(self, opened: OpenChannel) -> Source:
        """
        Make the source of one channel; it is started when the channel is read.

        :param opened: the channel, with its key and its health.
        """

    def close(self) -> None:
        """Close the resources that the sources share: the group is no longer served."""


@runtime_checkable
class PublicationReceiver(Protocol):
    """Sources that take publications themselves: their channels do not get them."""

    def receive(self, items: Sequence[Message | GapReason]) -> None:
        """Take published events, in order."""


@dataclass(frozen=True)
class EntrypointContext:
    """
    The services that an entrypoint is built with.

    :param reactor: the clock of its timers.
    :param siblings: the ids of all entrypoints of the API.
    """

    reactor: Any
    channels: Channels
    siblings: frozenset[str]


class IEndpoint(IPlugin):
    """A type of endpoint."""

    kind = Attribute("its :class:`relay.model.api.kinds.EndpointType`")

    def open(reactor: Any, group: EndpointGroup) -> Sources:
        """
        Build the sources of one endpoint group.

        :param group: the definition, checked.
        :raises ValueError: when something in it cannot be used.
        """


class IHttpEndpoint(IEndpoint):
    """A type of endpoint that is called over HTTP."""

    def limited_to(limits: HeadLimits) -> IEndpoint:
        """
        Return the type with the gateway's limits of response heads.
        """


class IEntrypoint(IPlugin):
    """A type of entrypoint."""

    kind = Attribute("its :class:`relay.model.api.kinds.EntrypointType`")
    order = Attribute("its place among those that are asked; lower is sooner")

    def build(configuration: dict[str, Any], context: EntrypointContext) -> Entrypoint:
        """Build the entrypoint of one API; the configuration is checked."""
