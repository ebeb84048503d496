"""The ``memory`` endpoint: topics whose events are published by clients."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator
from zope.interface import implementer

from relay.channel.source import OpenChannel
from relay.connectors.interfaces import IEndpoint
from relay.model.api.definition import EndpointGroup
from relay.model.api.kinds import EndpointType
from relay.model.api.messages.channel_options import ChannelOptions
from relay.model.api.messages.message_options import LocalChannelOptions
from relay.model.marks import Mark
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal


class MemoryEndpoint(Options):
    """Topics without a source: clients read what clients publish."""


def _told_apart_by_path(channel: ChannelOptions) -> ChannelOptions:
    # Refuse it: a header in the key would suggest that it separates users.
    if "key" in channel.model_fields_set:
        reason = "has no effect in a group of type memory: a topic is its path alone"
        raise refusal([(("key",), reason)])
    return channel


class MemoryShared(Options):
    """The channels of a ``memory`` group."""

    channel: Annotated[LocalChannelOptions, AfterValidator(_told_apart_by_path)] = (
        ChannelOptions()
    )


MEMORY_ENDPOINT = EndpointType(
    "memory",
    "Memory",
    "MESSAGE",
    MemoryEndpoint,
    MemoryShared,
    published=True,
    alone=True,
    description="Topics without a source: clients read what clients publish.",
)


@implementer(IEndpoint)
class MemoryEndpointType:
    """Makes ``memory`` endpoint groups."""

    kind = MEMORY_ENDPOINT

    def open(self, reactor: Any, group: EndpointGroup) -> MemorySources:
        """Build the sources of one group."""
        return MemorySources()


class MemorySources:
    """Makes the sources of one group, which do nothing: clients publish the events."""

    published = True

    def make(self, opened: OpenChannel) -> MemorySource:
        """Make the source of one topic."""
        opened.health = None
        opened.channel.journal.note(Mark.SOURCE_CONNECTED, None, None)
        return MemorySource()

    def close(self) -> None:
        """There is nothing to close."""


class MemorySource:
    """The source of a topic, which does nothing."""

    def start(self) -> None:
        """Do nothing: events come from publishers."""

    def stop(self) -> None:
        """Do nothing, as above."""

    def connections(self) -> tuple[()]:
        """It has none: publishers call the gateway."""
        return ()


memory_endpoint = MemoryEndpointType()
