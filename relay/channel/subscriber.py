"""One reader of a channel: a position, and a way to the client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from relay.channel.entry import Gap
from relay.channel.framing import Framing
from relay.channel.verdict import SourceRefusal
from relay.http.fanout import FanoutTarget
from relay.model.api.channel_options import SlowConsumerOptions
from relay.model.outcome import Outcome

if TYPE_CHECKING:
    from relay.channel.channel import Channel

PIECE_BYTES = 65536
"""About how much a subscriber that catches up is given in one write."""


class Sink(Protocol):
    """Where a subscriber's bytes go: an exchange."""

    def deliver(self, data: bytes) -> None:
        """Write to the client."""

    def outlet(self) -> FanoutTarget | None:
        """
        Give the client's connection, from when on it may be written to directly.

        :return: None while it may not, or never may.
        """

    def cut(self, outcome: Outcome, key: str) -> None:
        """End the client's connection: it is too slow."""

    def fail(self, outcome: Outcome) -> None:
        """
        End the client's connection, since delivery to the client has failed.

        :param outcome: ``internal_error``, or ``limit_reached`` when the client's
            filter takes too many steps.
        """

    def refused(self, refusal: SourceRefusal) -> None:
        """The source of the channel refuses to be read."""

    def finish(self) -> None:
        """The channel has ended, and all of it was delivered."""

    def leave(self) -> None:
        """The channel is closed before its end."""


class Nobody:
    """The sink of a subscriber that has left: it sends nothing."""

    def deliver(self, data: bytes) -> None:
        """Drop the data."""

    def outlet(self) -> None:
        """There is no connection."""

    def cut(self, outcome: Outcome, key: str) -> None:
        """It is over."""

    def fail(self, outcome: Outcome) -> None:
        """It is over."""

    def refused(self, refusal: SourceRefusal) -> None:
        """It is over."""

    def finish(self) -> None:
        """It is over."""

    def leave(self) -> None:
        """It is over."""


NOBODY = Nobody()


class Subscriber:
    """
    Reads a channel at its client's pace.

    It holds no queue. While it keeps up it is one of a group's ``live`` and has not
    even a position of its own; when its client is full it falls behind in the log.

    :param framing: what entries look like to it.
    :param sink: where its bytes go.
    :param slow: what to do when it falls too far behind.
    :param client: whose share of the channel's groups it counts for.
    """

    __slots__ = (
        "behind_since_s",
        "channel",
        "client",
        "condemned",
        "counted_from",
        "framing",
        "paused",
        "piece_bytes",
        "position",
        "postponed",
        "prefix",
        "sink",
        "skipping",
        "slow",
        "waiting_for",
    )

    def __init__(
        self,
        framing: Framing,
        sink: Sink,
        slow: SlowConsumerOptions,
        client: str = "",
    ) -> None:
        self.framing = framing
        self.sink: Sink = sink
        self.slow = slow
        self.client = client
        self.channel: Channel | None = None
        self.condemned = False
        """Whether the subscriber is ended in a later turn of the reactor, if it is
        still too slow then."""
        self.piece_bytes = PIECE_BYTES
        """How much it is given at once, at least one event, while it is not live."""
        self.position = 0
        """The place that it reads next, while it is not live."""
        self.postponed = False
        """Whether the subscriber reads on in a later turn of the reactor."""
        self.prefix: Gap | None = None
        """A gap to tell before anything else."""
        self.paused = True
        """Until :meth:`resume` is called the first time, too."""
        self.behind_since_s = 0.0
        self.counted_from = (0, 0)
        """Events and bytes that its group had given to all when it joined."""
        self.skipping = False
        """Whether it fell too far behind and goes on at the newest event."""
        self.waiting_for: str | None = None
        """The source id that it is to be attached after."""

    def leave(self) -> None:
        """Detach, and drop the references to the client; may be called again."""
        if self.channel is not None:
            self.channel.detach(self)
        self.sink = NOBODY

    def pause(self) -> None:
        """The client takes no more for now."""
        if self.channel is not None:
            self.channel.pause(self)

    def resume(self) -> None:
        """The client takes more; the first time, delivery begins."""
        if self.channel is not None:
            self.channel.resume(self)
