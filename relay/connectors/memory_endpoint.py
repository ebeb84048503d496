"""The ``memory`` endpoint: topics without a source; what is published is read."""

from __future__ import annotations

from typing import Any

from zope.interface import implementer

from relay.channel.channels import OpenChannel
from relay.connectors.interfaces import IEndpoint
from relay.model.api.definition import EndpointGroup
from relay.model.api.message_kinds import MEMORY_ENDPOINT


@implementer(IEndpoint)
class MemoryEndpointType:
    """Makes ``memory`` endpoint groups."""

    kind = MEMORY_ENDPOINT

    def open(self, reactor: Any, group: EndpointGroup) -> MemorySources:
        """Make a group ready."""
        return MemorySources()


class MemorySources:
    """Makes the sources of one group, which do nothing: publishers feed the channel."""

    published = True

    def make(self, opened: OpenChannel) -> MemorySource:
        """Make the source of one topic."""
        opened.health = None
        return MemorySource()

    def close(self) -> None:
        """There is nothing to close."""


class MemorySource:
    """A topic's source."""

    def start(self) -> None:
        """Somebody reads the topic."""

    def stop(self) -> None:
        """Nobody reads the topic any more."""


memory_endpoint = MemoryEndpointType()
