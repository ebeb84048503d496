"""
Writing a response body past twisted.web's own layers.

What a body needs of them is one chunk header. So it goes straight to the connection,
and from there to the socket: see ``relay/reactor/sending.py`` for what that gains, and
``relay/reactor/direct_tls.py`` for TLS.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.tcp import Connection

from relay.http.chunks import http_chunk
from relay.http.client_stream import Ledger
from relay.http.fanout import Lane
from relay.reactor.sending import Send, has_unsent, send_now


class DirectWriter:
    """
    Writes the body of one response to its connection, one over TLS for example, which
    sends at once itself.

    :param chunked: whether the body is framed in chunks.
    :param ledger: counts the bytes that are shared.
    """

    __slots__ = (
        "_ledger",
        "_transport",
        "chunked",
        "lane",
        "socket_send",
    )

    def __init__(self, transport: Any, chunked: bool, ledger: Ledger) -> None:
        self._transport = transport
        self._ledger = ledger
        self.chunked = chunked
        self.socket_send: Send | None = None
        """Sends to the socket; None where a transport has to process the bytes."""
        self.lane: Lane | None = None
        """The group that is written the same; None outside of a fan-out."""

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
        Write bytes that the socket has no room for.

        :param framed: what goes out as it is, not empty.
        """
        self._transport.write(framed)

    def waits(self) -> bool:
        """Whether bytes wait to be sent, as far as that is known."""
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
        Count the bytes that were shared.

        :param size_bytes: how many bytes of body.
        """
        self._ledger.events += events
        self._ledger.bytes += size_bytes


class SocketWriter(DirectWriter):
    """
    Writes the body of one response to a TCP connection.

    :param transport: a :class:`twisted.internet.tcp.Connection`.
    :param chunked: whether the body is framed in chunks.
    :param ledger: counts the bytes that are shared.
    """

    __slots__ = ()

    def __init__(self, transport: Connection, chunked: bool, ledger: Ledger) -> None:
        super().__init__(transport, chunked, ledger)
        self.socket_send = transport.socket.send

    def send(self, framed: bytes) -> None:
        """Send what the socket takes; the transport queues the rest."""
        if not send_now(self._transport, framed) and self.lane is not None:
            self.lane.slow_down(self)

    def waits(self) -> bool:
        """Whether the transport has queued something."""
        return has_unsent(self._transport)


def direct_writer(transport: Any, chunked: bool, ledger: Ledger) -> DirectWriter:
    """
    Make a direct writer for a response whose head has been written.

    :param chunked: whether the body is framed in chunks.
    :param ledger: counts the bytes that are shared.
    """
    if isinstance(transport, Connection) and not transport.TLS:
        return SocketWriter(transport, chunked, ledger)
    return DirectWriter(transport, chunked, ledger)
