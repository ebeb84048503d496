"""A member's session with a hub."""

from __future__ import annotations

from collections.abc import Sequence

from relay.cluster.link import ChannelName, Stored
from relay.cluster.local.messages import Message, Port


class Session:
    """
    What a hub knows of one connected member.

    :param port: the way to the member.
    """

    def __init__(self, port: Port) -> None:
        self.port = port
        self.member = ""
        """The name of the member; empty until it has told it."""
        self.missed = 0
        """How many signs of life were due since the last message."""
        self.ended = False
        self.paused = False
        """Whether the member takes no messages at present; entries wait in the logs."""
        self.channels: set[ChannelName] = set()
        """What the member follows."""
        self.behind: set[ChannelName] = set()
        """The channels of which the member lacks messages, because it was paused."""
        self.parts: dict[ChannelName, list[Stored]] = {}
        """The parts of copies that are not complete yet."""

    def send(self, message: Message) -> None:
        """Send the member a message, unless its session has ended."""
        if not self.ended:
            self.port.send(message)

    def add_part(self, channel: ChannelName, entries: Sequence[Stored]) -> None:
        """Keep a part of a copy until the copy is complete."""
        self.parts.setdefault(channel, []).extend(entries)

    def take_parts(self, channel: ChannelName) -> list[Stored]:
        """Return the kept parts of a copy, and drop them."""
        return self.parts.pop(channel, [])
