"""A source of numbered events in memory, and the connections of processes to it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Literal

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.web.http_headers import Headers

from relay.upstream.counts import UpstreamCounts
from relay.upstream.target import Target
from tests.cluster.sequence import Sequence, Witness

Kind = Literal["resumes", "ignores", "plain"]
"""A source that goes on after ``Last-Event-ID``; one that has ids and ignores the
header; one without ids."""


class Origin:
    """
    A source whose events are the publications of a sequence.

    :param kept: how many events a source that resumes goes back at most.
    """

    def __init__(self, sequence: Sequence, kind: Kind, kept: int = 10_000) -> None:
        self.sequence = sequence
        self.kind = kind
        self.kept = kept
        self.open: list[Connection] = []
        """The connections that are not closed."""
        self.accepted = 0
        """How many connections there were."""
        self.unread: dict[Witness, int | None] = {}
        """Clients that came while nobody read the source, and the number of the first
        event that it could send afterwards; None while nobody does."""

    def is_unread(self, any_reader: bool) -> bool:
        """
        Whether what it sends now reaches nobody.

        :param any_reader: whether the channel has a client.
        """
        return not self.open and not (self.accepted and any_reader)

    def emit(self, size: int) -> None:
        """Send the next events on all connections."""
        for number in self.sequence.take(size):
            for connection in self.open[:]:
                connection.send(self.written(number))

    def cut(self) -> None:
        """Cut all connections."""
        for connection in self.open[:]:
            connection.cut()

    def written(self, number: int) -> bytes:
        """Write an event."""
        own_id = "" if self.kind == "plain" else f"id: {number}\n"
        return f"{own_id}data: {number}\n\n".encode()

    def accept(self, connection: Connection, last_event_id: str) -> None:
        """Answer a call with the event stream."""
        self.accepted += 1
        self.open.append(connection)
        for witness, first in self.unread.items():
            if first is None:
                self.unread[witness] = self.sequence.next
        end = self.sequence.next
        if self.kind == "resumes" and last_event_id:
            after = int(last_event_id) + 1
            first = after if end - after <= self.kept else end
            connection.send(b"".join(map(self.written, range(first, end))))


class Connector:
    """
    An endpoint as a process calls it; stands for ``relay.upstream.connector``.

    :param later: has the process act, at once or when it is not stopped any more.
    """

    name = "origin"
    target = Target.parse("http://192.0.2.7/events")
    idle_timeout_ms = 0

    def __init__(
        self,
        origin: Origin,
        reactor: IReactorTime,
        later: Callable[[Callable[[], object]], None],
    ) -> None:
        self.origin = origin
        self.reactor = reactor
        self.later = later
        self.counts = UpstreamCounts()

    def call(self, request: Any) -> Any:
        """Prepare a call."""
        connection = Connection(self, request)
        return SimpleNamespace(
            start=connection.connect, cancel=connection.abort, clocks=dict
        )


class Connection:
    """A call, and the response to it."""

    code = 200
    headers = Headers()
    is_event_stream = True
    idle_left_s = None

    def __init__(self, connector: Connector, request: Any) -> None:
        self._connector = connector
        self.reactor = connector.reactor
        (asked,) = request.headers.getRawHeaders(b"last-event-id", [b""])
        self._last_event_id = asked.decode()
        self._receiver: Any = None
        self._closed = False
        self._held: list[bytes] = []

    def connect(self) -> Deferred[Connection]:
        """Call; the answer comes in a later turn."""
        answered: Deferred[Connection] = Deferred()

        def answer() -> None:
            if not self._closed:
                self._connector.origin.accept(self, self._last_event_id)
                answered.callback(self)

        self._connector.later(answer)
        return answered

    def deliver(self, receiver: object, idle_ms: int, expired: object) -> None:
        """Begin to deliver the body."""
        self._receiver = receiver
        held, self._held = self._held, []
        for data in held:
            self.send(data)

    def send(self, data: bytes) -> None:
        """Send a part of the body."""
        self._connector.later(lambda: self._received(data))

    def _received(self, data: bytes) -> None:
        if self._closed or not data:
            return
        if self._receiver is None:
            self._held.append(data)
        else:
            self._receiver.body_received(data)

    def cut(self) -> None:
        """Cut the connection at the source."""
        if self in self._connector.origin.open:
            self._connector.origin.open.remove(self)
            self._connector.later(self._is_cut)

    def _is_cut(self) -> None:
        if not self._closed and self._receiver is not None:
            self._closed = True
            self._receiver.body_ended([])

    def pause(self) -> None:
        """Nothing: what was sent is delivered all the same."""

    def resume(self) -> None:
        """Nothing, as above."""

    def abort(self) -> None:
        """Close the connection."""
        self._closed = True
        if self in self._connector.origin.open:
            self._connector.origin.open.remove(self)
