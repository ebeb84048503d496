"""What adds to the log of a channel in the place of the channel itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from twisted.internet.defer import Deferred

from relay.channel.entry import Entry, GapReason
from relay.channel.log import Log
from relay.channel.message import Message
from relay.channel.verdict import SourceRefusal
from relay.model.api.messages.channel_options import ChannelOptions

Receiver = Callable[[Sequence[Message | GapReason]], None]
"""Takes publications that are not added to a channel."""


class ArchiveClosed(Exception):
    """The channel is served elsewhere now."""

    def __init__(self) -> None:
        super().__init__("the channel is served elsewhere now")


class NotKept(Exception):
    """Events cannot be kept now; the writer has logged why."""

    def __init__(self) -> None:
        super().__init__("the event could not be kept")


class IdempotencyKey(NamedTuple):
    """Under which a publication is remembered."""

    topic: str
    key: str


class WrittenChannel(Protocol):
    """The parts of a channel that a writer uses; see ``channel/channel.py``."""

    options: ChannelOptions
    log: Log
    digest: str
    """The digest of its key."""

    def add(self, entries: list[Entry]) -> None:
        """Add entries that are safe, and deliver them."""


class Writer(Protocol):
    """Adds to the log of a channel, once that is safe."""

    def submit(
        self,
        channel: WrittenChannel,
        items: Sequence[Message | GapReason],
        key: IdempotencyKey | None = None,
    ) -> Deferred[list[Entry]]:
        """
        Add some items to the log of a channel.

        :param items: in order.
        :param key: under which the ids are to be remembered.
        :return: fires with the entries once they are safe. Fails with
            :class:`NotKept`, or with :class:`ArchiveClosed` when the channel is served
            elsewhere now.
        """


class Member(Writer, Protocol):
    """
    This process's part in a channel that several processes share.

    It fills the log of the channel, and decides which process runs the source.
    """

    def read(self) -> None:
        """The channel has a reader: run the source, unless another process does."""

    def may_close(self) -> Deferred[bool]:
        """
        Return what this process alone has of the channel, which nobody reads here.

        :return: fires with whether the channel can be closed; it cannot while this
            process runs a source that others read.
        """

    def tell(self) -> None:
        """The state of the source has changed: pass it to the other processes."""

    def end(self) -> None:
        """The source has ended: end the channel in all processes."""

    def refuse(self, refusal: SourceRefusal) -> None:
        """The source refuses: refuse the readers in all processes."""

    def close(self) -> None:
        """Take no part any more."""
