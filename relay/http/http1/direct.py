"""
Writing a response body past twisted.web's own layers.

What a body needs of them is one chunk header. So it goes straight to the connection,
and from there to the socket: see ``relay/reactor/sending.py`` for what that gains, and
``relay/tls/direct.py`` for TLS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.tcp import Connection
from twisted.web.http import NO_BODY_CODES, HTTPChannel

from relay.http.chunks import http_chunk
from relay.http.http1.request import RelayRequest
from relay.reactor.sending import Send
from relay.tls.direct import DirectTLS

if TYPE_CHECKING:
    from relay.http.fanout import FanoutWriter


class DirectWriter:
    """
    Writes the body of one response to a connection that sends at once itself.

    :param transport: the connection.
    :param chunked: whether the body is framed in chunks.
    """

    __slots__ = (
        "_transport",
        "audience",
        "chunked",
        "shared_bytes",
        "shared_events",
        "socket_send",
    )

    def __init__(self, transport: Any, chunked: bool) -> None:
        self._transport = transport
        self.chunked = chunked
        self.socket_send: Send | None = None
        """What sends to the socket, if nothing else is to be done for it."""
        self.audience: FanoutWriter | None = None
        """With whom it is written to; told when what was written has to wait."""
        self.shared_events = 0
        """How many events were written by :meth:`write_shared`, as far as counted."""
        self.shared_bytes = 0
        """How many bytes."""

    def write(self, data: bytes) -> None:
        """
        Frame some of the body, and send it.

        :param data: not empty.
        """
        self.send(http_chunk(data) if self.chunked else data)

    def send(self, framed: bytes) -> None:
        """
        Send some of the body.

        :param framed: what goes out as it is, not empty.
        """
        self._transport.write(framed)

    def queue(self, framed: bytes) -> None:
        """
        Write what the socket has no room for.

        :param framed: what goes out as it is, not empty.
        """
        self._transport.write(framed)

    def waits(self) -> bool:
        """Whether something that was written has still to be sent, if that is known."""
        return False

    def write_shared(self, data: bytes, chunk: bytes) -> None:
        """
        Send what others are given, too; who gives it counts it.

        :param data: some of the body, not empty.
        :param chunk: the same, framed as a chunk.
        """
        self.send(chunk if self.chunked else data)

    def count(self, events: int, size_bytes: int) -> None:
        """
        Note what was shared.

        :param events: how many events.
        :param size_bytes: how many bytes of body.
        """
        self.shared_events += events
        self.shared_bytes += size_bytes


class SocketWriter(DirectWriter):
    """
    Writes the body of one response to a TCP connection.

    :param transport: a :class:`twisted.internet.tcp.Connection`.
    :param chunked: whether the body is framed in chunks.
    """

    __slots__ = ()

    def __init__(self, transport: Connection, chunked: bool) -> None:
        super().__init__(transport, chunked)
        self.socket_send = transport.socket.send

    def send(self, framed: bytes) -> None:
        """Send what the socket takes; the transport queues the rest."""
        # As send_now does, with a call less.
        transport = self._transport
        if transport._tempDataBuffer or transport.dataBuffer or not transport.connected:
            transport.write(framed)
            return
        try:
            sent = transport.socket.send(framed)
        except OSError:
            sent = 0
        if sent != len(framed):
            transport.write(framed[sent:])
            if self.audience is not None:
                self.audience.slow_down(self)

    def waits(self) -> bool:
        """Whether the transport has queued something."""
        transport = self._transport
        return bool(transport._tempDataBuffer or transport.dataBuffer)


def direct_writer(request: RelayRequest) -> DirectWriter | None:
    """
    Make a direct writer for a response whose head has been written.

    :param request: the request.
    :return: None when the plain way must do: where a connection carries several
        responses at once, for transports that are none of ours, and for responses
        without body.
    """
    if request.method == b"HEAD" or request.code in NO_BODY_CODES:
        return None
    if not isinstance(request.channel, HTTPChannel):
        return None
    transport: Any = request.channel.transport
    if isinstance(transport, DirectTLS):
        return DirectWriter(transport, bool(request.chunked))
    if isinstance(transport, Connection) and not transport.TLS:
        return SocketWriter(transport, bool(request.chunked))
    return None
