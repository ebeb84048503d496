"""
The ``mock`` endpoint: a source that generates events, for trials and tests.

It takes publications, too, and drops them: they run through flows, and are answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, Strict, model_validator
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from zope.interface import implementer

from relay.channel.entry import GapReason
from relay.channel.message import Message
from relay.channel.source import OpenChannel
from relay.connectors.interfaces import IEndpoint
from relay.model.api.definition import EndpointGroup
from relay.model.api.kinds import EndpointType
from relay.model.api.messages.channel_options import ChannelOptions
from relay.model.api.messages.message_options import LocalChannelOptions
from relay.model.marks import Mark
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.spellings import respelled
from relay.model.schema.types.keywords import MULTILINE
from relay.model.schema.types.scalars import Integral, MillisecondsOrOff, Name

COUNTER = "{counter}"
"""The placeholder for the event's number in the content."""


_Count = Annotated[int, Strict(), Field(ge=0, le=2**31 - 1), Integral]


def _one_line(text: str) -> str:
    if len(text.splitlines()) > 1 or text[-1:] in ("\r", "\n"):
        raise ValueError("must be one line")
    return text


class MockPair(Options):
    """A header, or a metadata entry, of the events."""

    name: Annotated[Name, AfterValidator(_one_line)]
    """The name."""
    value: Annotated[str, AfterValidator(_one_line)] = ""
    """The value."""


class MockEndpoint(Options):
    """A source that makes its events itself."""

    message_interval: MillisecondsOrOff = 1000
    """Milliseconds between two events; 0 for one in each turn of the reactor."""
    message_content: Annotated[str, MULTILINE] = "mock message"
    """The data; ``{counter}`` stands for the event's number, from 0."""
    message_count: _Count | None = None
    """How many, after which the source has ended; endless when absent."""
    headers: tuple[MockPair, ...] = ()
    """Of each event; of two with one name the last stays."""
    metadata: tuple[MockPair, ...] = ()
    """The same of metadata."""

    @model_validator(mode="before")
    @classmethod
    def _of_examples(cls, body: Any) -> Any:
        return respelled(body, {"messagesCount": "messageCount"})

    @model_validator(mode="after")
    def _has_an_interval_or_an_end(self) -> Self:
        if self.message_interval == 0 and self.message_count is None:
            reason = "0 needs a messageCount: events without end would come at once"
            raise refusal([(("messageInterval",), reason)])
        return self


def _not_durable(channel: ChannelOptions) -> ChannelOptions:
    if channel.history.durable:
        reason = "is for groups of type sse and memory"
        raise refusal([(("history", "durable"), reason)])
    return channel


class MockShared(Options):
    """The channels of a ``mock`` group."""

    channel: Annotated[LocalChannelOptions, AfterValidator(_not_durable)] = (
        ChannelOptions()
    )


MOCK_ENDPOINT = EndpointType(
    "mock",
    "Mock",
    "MESSAGE",
    MockEndpoint,
    MockShared,
    alone=True,
    takes_publications=True,
    description="A source that makes its events itself.",
)


@implementer(IEndpoint)
class MockEndpointType:
    """Makes ``mock`` endpoint groups."""

    kind = MOCK_ENDPOINT

    def open(self, reactor: Any, group: EndpointGroup) -> MockSources:
        """Build the sources of one group, from its first endpoint."""
        return MockSources(reactor, MockEndpoint.read(group.endpoints[0].configuration))


class MockSources:
    """
    Makes the sources of one group.
    """

    published = False
    log = Logger()

    def __init__(self, reactor: Any, options: MockEndpoint) -> None:
        self._reactor = reactor
        self._options = options

    def receive(self, items: Sequence[Message | GapReason]) -> None:
        """Drop published events, with a line in the log at the level debug."""
        self.log.debug("a mock endpoint drops {count} events", count=len(items))

    def make(self, opened: OpenChannel) -> MockSource:
        """Make the source of one channel."""
        opened.health = None
        opened.channel.journal.note(Mark.SOURCE_CONNECTED, None, None)
        return MockSource(self._reactor, self._options, opened)

    def close(self) -> None:
        """There is nothing to close."""


class MockSource:
    """
    Generates an event at every interval, as long as the channel is read.

    The id of an event is its number. A channel that is opened for a reconnecting client
    continues with the next number.
    """

    def __init__(
        self, reactor: Any, options: MockEndpoint, opened: OpenChannel
    ) -> None:
        self._options = options
        self._opened, self._channel = opened, opened.channel
        self._number = 0
        """The number of the next event."""
        self._headers = {pair.name: pair.value for pair in options.headers}
        self._metadata = {pair.name: pair.value for pair in options.metadata}
        self._loop = LoopingCall(self._make)
        self._loop.clock = reactor

    def start(self) -> None:
        """Start, with the first event after one interval."""
        last = self._channel.resume_source_id
        if last.isascii() and last.isdecimal():
            self._number = int(last) + 1
        elif last:
            # The id is not one of this source: what followed it is not known.
            self._add(GapReason.UPSTREAM_RECONNECT)
        self._loop.start(self._options.message_interval / 1000.0, now=False)

    def stop(self) -> None:
        """Generate no more events."""
        if self._loop.running:
            self._loop.stop()

    def connections(self) -> tuple[()]:
        """It has none: it makes the events itself."""
        return ()

    def _make(self) -> None:
        count = self._options.message_count
        if count is None or self._number < count:
            self._add(self._next())
        if count is not None and self._number >= count:
            self.stop()
            self._opened.end()

    def _add(self, item: Message | GapReason) -> None:
        """Add an event or a gap; it is lost when another process makes the events
        now."""
        self._channel.feed([item]).addErrback(lambda _: None)

    def _next(self) -> Message:
        number = str(self._number)
        self._number += 1
        return Message(
            self._options.message_content.replace(COUNTER, number),
            id=number,
            headers=self._headers or None,
            metadata=self._metadata or None,
        )


mock_endpoint = MockEndpointType()
