"""How a client's connection is closed: after, during or without a response."""

from __future__ import annotations

from typing import Any

from twisted.internet.error import ConnectionAborted
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import connectionDone
from twisted.internet.tcp import Connection
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.http.http1.framing import StrictChannel
from relay.http.http1.hangup import WatchedReading
from relay.http.http1.stream import Http1Stream
from relay.http.listener.peer import (
    LINGER_BYTES,
    bottom,
    bytes_taken,
    has_taken_all,
    push,
)
from relay.http.listener.site import ClientSite
from relay.reactor.deadline import Deadline
from relay.reactor.sending import has_unsent

LINGER_MS = 2000
"""How long a client may still send after its response is complete."""
HEAD_START = b"HTTP/1."
"""What every head begins with."""


@implementer(IHalfCloseableProtocol)
class EndingChannel(StrictChannel):
    """Closes a connection of HTTP/1.1 or 1.0."""

    site: ClientSite
    requests: list[Http1Stream]
    transport: Any
    _reading: WatchedReading

    def __init__(self) -> None:
        super().__init__()
        self._ending: Deadline | None = None
        self._ahead: list[bytes] = []
        """Bytes of further requests that arrived while one is answered."""
        self._taken: int | None = None
        self._checks_left = 0
        self._unwanted_bytes = 0
        self._half_closed = False
        """Whether the client has ended its side, and waits for answers."""
        self._head_started = False
        """Whether the first bytes of the next head have been sent."""

    def readConnectionLost(self) -> None:
        """
        The client has closed its connection, or only its side of it.

        TCP shows the same for both. A client whose request is complete is sent some
        bytes of its response at once: one that has left answers them with a reset, and
        one that waits is answered in full.
        """
        self._half_closed = True
        transport = bottom(self.transport)
        if self._is_answering() and self.requests[0].reach_client():
            if not self._ahead:
                self.persistent = False
                self.requests[0].asked_to_close = True
            self._reading.end()
        elif self.requests or not (
            isinstance(transport, Connection) and has_unsent(transport)
        ):
            transport.connectionLost(connectionDone)
        elif self._ending is None:
            # The rest of a complete response goes out first.
            self.loseConnection()

    def writeConnectionLost(self) -> None:
        """This side has been ended after a response; so has the client's, perhaps."""
        if self._half_closed:
            self.transport.loseConnection()

    def start_head(self) -> None:
        """Send the first bytes of the next head."""
        if not self._head_started:
            self._head_started = True
            self.transport.write(HEAD_START)

    def _is_answering(self) -> bool:
        """Whether a request is complete, and its response is not."""
        raise NotImplementedError

    def loseConnection(self) -> None:
        """Close; reset a client that does not take the rest or the close_notify."""
        super().loseConnection()
        self._end_within(self.site.settings.stall_timeout_ms)

    def abort(self) -> None:
        """
        Reset the connection (TCP RST), so that the response cannot look finished.

        Buffered output is given to the kernel first. A client that has not read it by
        then may lose it to the reset.
        """
        push(self.transport)
        # Not through TLS, whose close_notify would make the response look finished.
        bottom(self.transport).abortConnection()

    def cut_short(self) -> None:
        """
        End within a response whose framing shows that it is incomplete.

        All that was written arrives, then the connection ends. As the last chunk is
        missing, or the body is shorter than ``Content-Length``, and TLS sends no
        close_notify, the client knows that the response was cut (RFC 9112, 8). A client
        that reads nothing for ``stall_timeout_ms`` is reset.
        """
        transport = bottom(self.transport)
        if not hasattr(transport, "loseWriteConnection"):
            self.abort()
            return
        requests, self.requests = self.requests, []
        for request in requests:
            request.connectionLost(Failure(ConnectionAborted()))
        self._read_on()
        self._checks_left = self.site.settings.stall_timeout_ms // LINGER_MS
        transport.unregisterProducer()
        transport.loseWriteConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The client is gone."""
        if self._ending is not None:
            self._ending.stop()
        super().connectionLost(reason)

    def _drop_unwanted(self, data: bytes) -> None:
        """Discard the client's data on a connection that is being closed."""
        self._unwanted_bytes += len(data)
        if self._unwanted_bytes > LINGER_BYTES:
            self.transport.abortConnection()

    def _linger(self) -> None:
        """
        Close, but read on for a while, so that the response is not lost to a reset.

        Closing a socket with unread bytes makes the kernel send a reset, which can
        overtake the response (RFC 9112, 9.6).
        """
        self._read_on()
        if self.isSecure() or not hasattr(self.transport, "loseWriteConnection"):
            self.transport.loseConnection()
        else:
            self.transport.loseWriteConnection()

    def _read_on(self) -> None:
        self.setTimeout(None)
        self.clearLineBuffer()
        self.setRawMode()
        self._reading.resumeProducing()
        self.transport.unregisterProducer()
        self._ahead = []
        self._end_within(LINGER_MS)

    def _end_within(self, timeout_ms: int) -> None:
        self._ending = Deadline(self.site.reactor, timeout_ms)
        self._ending.start(self._ending_expired)
        self._taken = bytes_taken(self.transport)

    def _ending_expired(self) -> None:
        before, self._taken = self._taken, bytes_taken(self.transport)
        if has_taken_all(self.transport):
            # The client may not have read the response, and would lose it to a reset.
            bottom(self.transport).loseConnection()
        elif self._ending is not None and (
            self._taken != before or self._checks_left > 0
        ):
            # The client is still reading the response, or has time left to do so.
            self._checks_left -= self._taken == before
            self._ending.start(self._ending_expired)
        else:
            self.transport.abortConnection()
