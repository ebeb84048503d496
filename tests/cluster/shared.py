"""Processes that share channels over links to one hub, in memory."""

from __future__ import annotations

from twisted.python.failure import Failure
from twisted.web.http_headers import Headers

from relay.channel.channel import Channel
from relay.channel.channels import Channels
from relay.channel.entry import GapReason
from relay.channel.message import Message
from relay.channel.source import OpenChannel, SourceConnection
from relay.channel.verdict import SourceRefusal
from relay.cluster.link import ChannelName
from relay.cluster.replica import Replica
from relay.http.fanout import FanoutWriter
from relay.model.api.messages.channel_options import ChannelOptions
from relay.model.schema.types.request_target import RequestTarget
from tests.channel.readers import Reader
from tests.cluster.direct import Machine, Member

SECRET = b"s" * 32
API = "an-api"


class Origin:
    """
    A source of numbered events, which resumes after an id that it knows.

    :param with_ids: whether its events have ids.
    """

    def __init__(self, *, with_ids: bool = True) -> None:
        self.with_ids = with_ids
        self.sent: list[str] = []
        self.connections: list[OriginSource] = []
        self.opened_at: list[str] = []
        """The ids that it was opened with."""

    def send(self, *texts: str) -> None:
        """Send events on all connections."""
        self.sent += texts
        for connection in list(self.connections):
            connection.read(list(texts))

    def after(self, event_id: str) -> list[str]:
        """Return the events after one."""
        return self.sent[self.sent.index(event_id) + 1 :] if event_id else []


class OriginSource:
    """A connection to the origin."""

    def __init__(self, origin: Origin, opened: OpenChannel) -> None:
        self._origin = origin
        self.opened = opened
        self.failed: list[str] = []
        """Why events were not added."""

    def start(self) -> None:
        """Connect, and read what was missed."""
        resume_at = self.opened.channel.resume_source_id
        self._origin.opened_at.append(resume_at)
        self._origin.connections.append(self)
        if self.opened.channel.options.source_refusal == "status":
            self.opened.channel.verdict.ask()
        self.opened.health = None
        self.opened.tell()
        missed = self._origin.after(resume_at)
        if missed:
            self.read(missed)

    def read(self, texts: list[str]) -> None:
        """Add events to the channel."""
        items = [
            Message(text, id=text if self._origin.with_ids else "") for text in texts
        ]
        done = self.opened.channel.feed(items)
        done.addErrback(self._not_added)

    def _not_added(self, failure: Failure) -> None:
        self.failed.append(str(failure.value))

    def gap(self) -> None:
        """Add a gap."""
        self.opened.channel.feed([GapReason.UPSTREAM_RECONNECT])

    def end(self) -> None:
        """The source has ended."""
        self.opened.end()

    def refuse(self) -> None:
        """The source refuses."""
        self.opened.health, self.opened.refused = "403", True
        self.opened.refuse(SourceRefusal(403, "no"))

    def heal(self) -> None:
        """The source sends events, or may send some later."""
        self.opened.health, self.opened.refused = None, False
        self.opened.channel.verdict.settle()
        self.opened.tell()

    def stop(self) -> None:
        """Disconnect."""
        if self in self._origin.connections:
            self._origin.connections.remove(self)

    def connections(self) -> list[SourceConnection]:
        """Describe nothing."""
        return []


class SharingProcess:
    """
    A process whose channels are shared.

    :param origin: the source of its channels; None for topics of publishers.
    :param options: the channel options, as in a definition.
    """

    def __init__(
        self,
        machine: Machine,
        name: str,
        origin: Origin | None,
        **options: object,
    ) -> None:
        self.machine = machine
        self.member: Member = machine.member(name)
        self._origin = origin
        self.channels = Channels(
            ChannelOptions.read(options),
            self.member.clock,
            machine.wall_ms,
            self._source,
            FanoutWriter,
            published=origin is None,
            api_id=API,
            secret=SECRET,
            join=self._join,
        )

    def _source(self, opened: OpenChannel) -> OriginSource:
        return OriginSource(self._origin or Origin(), opened)

    def _join(self, opened: OpenChannel, start: object) -> Replica:
        return Replica(
            self.member.link.channels,
            ChannelName(API, opened.key.digest),
            opened,
            start,  # type: ignore[arg-type]
            self.member.clock,
            self._origin is None,
        )

    def channel(self, path: bytes = b"/a") -> Channel:
        """Open a channel."""
        target = RequestTarget.parse(path, None)
        return self.channels.open(target, Headers(), "address")

    def reader(self, last_event_id: str | None = None) -> Reader:
        """Attach a reader."""
        return Reader(self.channel(), last_event_id).start()

    def publish(self, *texts: str) -> list[str]:
        """Publish, and return the ids once they are there."""
        ids: list[str] = []
        done = self.channel().submit([Message(text) for text in texts])
        done.addCallback(lambda entries: ids.extend(one.id for one in entries))
        done.addErrback(lambda failure: ids.append(str(failure.value)))
        self.machine.turn()
        return ids

    def kill(self) -> None:
        """End the process as SIGKILL does: its clients, too."""
        self.machine.kill(self.member)
        source = self._origin
        if source is not None:
            for one in list(source.connections):
                if one.opened in self.channels.opened:
                    one.stop()
