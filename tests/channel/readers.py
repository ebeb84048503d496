"""Readers of a channel in memory, and what a client makes of their bytes."""

from __future__ import annotations

import json

from twisted.internet.task import Clock

from relay.channel.channel import Attached, Channel
from relay.channel.entry import Entry, Gap
from relay.channel.message import Message
from relay.channel.subscribers.filter import Filter
from relay.channel.subscribers.framing import SseFraming
from relay.channel.subscribers.subscriber import ByteSubscriber
from relay.channel.verdict import SourceRefusal
from relay.eventstream.parser import EventParser
from relay.http.fanout import FanoutWriter, Lane
from relay.model.api.messages.channel_options import ChannelOptions, SlowConsumerOptions
from relay.model.outcome import Outcome

GAP = "GAP"


def messages(*texts: str, source_ids: bool = False) -> list[Message]:
    """Make events; with ``source_ids`` each has its text as its id."""
    return [Message(text, id=text if source_ids else "") for text in texts]


class PromptChannel(Channel):
    """A channel for which each addition is a turn of the reactor."""

    def add(self, entries: list[Entry], *, counted: bool = False) -> None:
        """Add, and deliver at once."""
        super().add(entries, counted=counted)
        self.flush()


class Moment:
    """A clock, and the time of day that goes with it."""

    def __init__(self) -> None:
        self.clock = Clock()

    def wall_ms(self) -> int:
        """The time of day."""
        return 1_700_000_000_000 + round(self.clock.seconds() * 1000)

    def turn(self) -> float:
        """Run one turn of the reactor, and return its duration in seconds."""
        begun_s = self.clock.seconds()
        for call in [one for one in self.clock.calls if one.getTime() <= begun_s]:
            if call.active():
                self.clock.calls.remove(call)
                call.called = 1
                call.func(*call.args, **call.kw)
        return self.clock.seconds() - begun_s

    def channel(self, **options: object) -> Channel:
        """Make a channel that delivers at once; options as in a definition."""
        return PromptChannel(
            ChannelOptions.read(options), self.clock, self.wall_ms, FanoutWriter
        )

    def joining_channel(self, **options: object) -> Channel:
        """Make one that delivers when the clock is advanced, even by nothing."""
        return Channel(
            ChannelOptions.read(options), self.clock, self.wall_ms, FanoutWriter
        )


class Reader:
    """
    A client that parses its stream and remembers the last event id, as a browser does.

    :param channel: what it reads.
    :param last_event_id: what it holds already.
    """

    def __init__(
        self,
        channel: Channel,
        last_event_id: str | None = None,
        *,
        wanted: Filter | None = None,
        slow: dict[str, object] | None = None,
        heartbeat_ms: int = 0,
        full_after: int | None = None,
        shares: bool = False,
        client: str = "",
    ) -> None:
        framing = SseFraming(False, False, True, heartbeat_ms)
        self.subscriber = ByteSubscriber(
            wanted or Filter(),
            framing,
            self,
            SlowConsumerOptions.read(slow or {}),
            client,
        )
        self.channel = channel
        self.parser = EventParser(last_event_id=last_event_id or "")
        self.seen: list[str] = []
        self.gaps: list[dict[str, object]] = []
        self.missed_alone: list[str] = []
        """The reasons of gaps that this reader alone has."""
        self.writes: list[bytes] = []
        self.ended: str | None = None
        self.full_after = full_after
        self.shares = shares
        self.shared_events = 0
        self.shared_bytes = 0
        self.shared_writes: list[bytes] = []
        self.attached: Attached = channel.attach(self.subscriber, last_event_id)

    @property
    def last_event_id(self) -> str | None:
        """The ``Last-Event-ID`` that the client sends when it reconnects."""
        return self.parser.last_event_id or None

    def start(self) -> Reader:
        """Start the delivery."""
        self.subscriber.resume()
        return self

    def deliver(self, data: bytes) -> None:
        """Parse the bytes, and become full after ``full_after`` writes."""
        self.writes.append(data)
        for event in self.parser.feed(data):
            if event.type == "relay.gap":
                self.seen.append(GAP)
                self.gaps.append(json.loads(event.data))
            else:
                self.seen.append(event.data)
        if self.full_after is not None:
            self.full_after -= 1
            if self.full_after <= 0:
                self.full_after = None
                self.subscriber.pause()

    def target(self) -> Reader | None:
        """Return the reader itself if it accepts shared bytes."""
        return self if self.shares else None

    def missed(self, gap: Gap) -> None:
        """Take note of a gap of its own."""
        self.missed_alone.append(gap.reason)

    chunked = False
    socket_send = None
    lane: Lane | None = None

    def waits(self) -> bool:
        """Keep nothing for later."""
        return False

    def queue(self, framed: bytes) -> None:
        """Take what a socket did not."""
        self.deliver(framed)

    def write_shared(self, data: bytes, chunk: bytes) -> None:
        """Take such bytes."""
        self.shared_writes.append(data)
        self.deliver(data)

    def count(self, events: int, size_bytes: int) -> None:
        """Note how much it was given so."""
        self.shared_events += events
        self.shared_bytes += size_bytes

    def cut(self, outcome: Outcome, key: str) -> None:
        """Record the outcome, and detach."""
        self.ended = outcome.value
        self.channel.detach(self.subscriber)

    def fail(self, outcome: Outcome) -> None:
        """Record the failure, and detach."""
        self.ended = f"failed: {outcome}"
        self.channel.detach(self.subscriber)

    def refused(self, refusal: SourceRefusal) -> None:
        """Record the status of the source's refusal, and detach."""
        self.ended = f"refused {refusal.status}"
        self.channel.detach(self.subscriber)

    def finish(self) -> None:
        """Come to the end."""
        self.ended = "finished"
        self.channel.detach(self.subscriber)

    def leave(self) -> None:
        """Record that the channel was closed, and detach."""
        self.ended = "left"
        self.channel.detach(self.subscriber)
