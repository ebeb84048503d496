"""
Events from a source to a browser, with every connection cut at any byte.

A source with a log numbers its events. The upstream side reads it as the ``sse``
endpoint does, the client's side reads the channel as a browser does; either connection
may break after any byte, and comes back with the id that it holds. The client must see
each event once and in order, or be told of a gap where one is missing. While it holds
no id it begins anew with what is new.
"""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given, settings, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.channel import Channel
from relay.channel.entry import Gap, GapReason
from relay.channel.message import Message
from relay.channel.subscribers.filter import Filter
from relay.channel.subscribers.framing import SseFraming
from relay.channel.subscribers.subscriber import ByteSubscriber
from relay.channel.verdict import SourceRefusal
from relay.eventstream.continuity import Continuity, ResumeMode
from relay.eventstream.parser import EventParser
from relay.model.api.messages.channel_options import SlowConsumerOptions
from relay.model.outcome import Outcome
from tests.channel.readers import Moment

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.integers(1, 3)),
        st.tuples(st.just("upstream"), st.integers(0, 200)),
        st.tuples(st.just("client"), st.integers(0, 200)),
        st.tuples(st.just("restart"), st.just(0)),
        st.tuples(st.just("forget"), st.integers(0, 3)),
    ),
    max_size=40,
)
JSON_IDS = '{"topic":"t","offset":%d}'


class Source:
    """A source with a log."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.published = 0
        self.forgotten = 0

    def event_id(self, number: int) -> str:
        """The id that an event has of its own."""
        if self.kind == "ids":
            return f"id{number}"
        if self.kind == "json":
            return JSON_IDS % number
        if self.kind == "sticky" and number % 2 == 0:
            return f"id{number}"
        return ""

    def event(self, number: int) -> bytes:
        """Return the wire form of an event."""
        event_id = self.event_id(number)
        line = f"id: {event_id}\n" if event_id else ""
        return f"{line}data: {number}\n\n".encode()

    def place(self, last_event_id: str) -> int:
        """Where a connection that sends this id begins."""
        if self.kind != "none" and last_event_id:
            for number in range(self.published - 1, -1, -1):
                if self.event_id(number) == last_event_id:
                    if number >= self.forgotten:
                        return number + 1
                    return max(self.forgotten, number + 1)
        return self.published


class Start(NamedTuple):
    """A client without an id, which is due all later events."""

    number: int


class Client:
    """A browser: its parser, and the id that it holds over all connections."""

    def __init__(self) -> None:
        self.last_event_id = ""
        self.seen: list[int | Start | None] = []
        self.budget: int | None = None
        self.parser = EventParser()
        self.subscriber: ByteSubscriber | None = None

    def attach(self, channel: Channel, published: int) -> None:
        """Connect, or come back."""
        self.budget = None
        if not self.last_event_id:
            self.seen.append(Start(published))
        self.parser = EventParser(last_event_id=self.last_event_id)
        framing = SseFraming(False, False, True, 0)
        self.subscriber = ByteSubscriber(Filter(), framing, self, SlowConsumerOptions())
        channel.attach(self.subscriber, self.last_event_id or None)
        self.subscriber.resume()

    def deliver(self, data: bytes) -> None:
        """Take bytes, up to where the connection breaks."""
        if self.budget is not None:
            data, self.budget = data[: self.budget], max(0, self.budget - len(data))
        for event in self.parser.feed(data):
            gap = event.type == "relay.gap"
            self.seen.append(None if gap else int(event.data))
        self.last_event_id = self.parser.last_event_id

    def target(self) -> None:
        """Return None: each client's bytes are cut at a place of its own."""

    def missed(self, gap: Gap) -> None:
        """The gap is among the bytes."""

    def cut(self, outcome: Outcome, key: str) -> None:
        """Never in this test: nothing pauses it."""
        raise AssertionError(outcome)

    def refused(self, refusal: SourceRefusal) -> None:
        """Never in this test: the source does not refuse."""
        raise AssertionError(refusal)

    def finish(self) -> None:
        """Never in this test: the source does not end."""
        raise AssertionError("the channel ended")

    def fail(self, outcome: Outcome) -> None:
        """Raise: no reader fails here."""
        raise AssertionError

    def leave(self) -> None:
        """The channel is closed; the test comes back by itself."""


class Relay:
    """One process: a channel and its upstream."""

    def __init__(self, moment: Moment, source: Source) -> None:
        self.source = source
        self.channel = moment.channel(resumeWindowMs=0)
        self.continuity: Continuity | None = None
        self.at = 0
        self.parser = EventParser()

    def open(self, first: bool) -> None:
        """Open the upstream, as the endpoint does."""
        if self.continuity is None:
            resume_at = self.channel.resume_source_id
            self.continuity = Continuity(ResumeMode.VERIFY, resume_at)
        last_event_id = self.continuity.last_event_id
        self.at = self.source.place(last_event_id)
        self.parser = EventParser(last_event_id=last_event_id)
        if self.continuity.connected() and not first:
            self.channel.submit([GapReason.UPSTREAM_RECONNECT])
        self.read(None)

    def read(self, budget: int | None) -> None:
        """Read what the source has, up to where the connection breaks."""
        assert self.continuity is not None
        data = b"".join(map(self.source.event, range(self.at, self.source.published)))
        self.at = self.source.published
        taken = self.continuity.take(self.parser.feed(data[:budget]))
        items = [
            GapReason.UPSTREAM_RECONNECT
            if one is None
            else Message(one[0].data, id=one[1])
            for one in taken
        ]
        if items:
            self.channel.submit(items)


@settings(max_examples=500, deadline=None)
@given(kind=st.sampled_from(["ids", "json", "sticky", "none"]), steps=STEPS)
def _no_third_case(kind: str, steps: list[tuple[str, int]]) -> None:
    moment, source, client = Moment(), Source(kind), Client()
    relay = Relay(moment, source)
    client.attach(relay.channel, source.published)
    relay.open(first=True)
    for step, value in steps:
        if step == "publish":
            source.published += value
            relay.read(None)
        elif step == "upstream":
            # Some bytes of two more events come, then the connection breaks.
            source.published += 2
            relay.read(value)
            relay.open(first=False)
        elif step == "client":
            client.budget = value
            source.published += 2
            relay.read(None)
            assert client.subscriber is not None
            relay.channel.detach(client.subscriber)
            client.attach(relay.channel, source.published)
        elif step == "forget":
            source.forgotten = max(source.forgotten, source.published - value)
        else:
            relay = Relay(moment, source)
            client.attach(relay.channel, source.published)
            relay.open(first=True)
            moment.clock.advance(1)
    source.published += 1
    relay.read(None)
    expected: int | None = 0
    highest = -1
    for number in client.seen:
        if number is None:
            expected = None
            continue
        if isinstance(number, Start):
            expected = number.number
            continue
        assert number > highest or expected is None, (client.seen, "doubled")
        assert expected in (None, number), (client.seen, expected)
        highest, expected = number, number + 1
    assert client.seen and client.seen[-1] == source.published - 1, client.seen


class EndToEndTests(SynchronousTestCase):
    """Every event is seen, or a gap is reported."""

    def test_cuts_at_any_byte(self) -> None:
        """Sources with ids, JSON ids, sticky ids, and none."""
        _no_third_case()
