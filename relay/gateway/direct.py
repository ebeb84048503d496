"""
Writing to a client's socket at once, instead of on the next turn of the reactor.

Twisted queues what is written and asks the reactor to tell it when the socket takes
bytes: two ``epoll_ctl`` calls and a turn of the reactor for each event of each stream.
While nothing is queued, and a client that keeps up never has anything queued, the bytes
can go right away. Measured on a fan-out to 1,000 clients: 24 µs of CPU for each
delivered event become 10.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.tcp import Connection
from twisted.web.http import NO_BODY_CODES

from relay.gateway.site import RelayRequest
from relay.plain_path import PLAIN_PATH


class DirectWriter:
    """
    Writes a response body past twisted.web's own queue.

    :param transport: a TCP connection.
    :param chunked: whether the body is framed in chunks.
    """

    __slots__ = ("_chunked", "_transport")

    def __init__(self, transport: Connection, chunked: bool) -> None:
        self._transport: Any = transport
        self._chunked = chunked

    def write(self, data: bytes) -> None:
        """
        Frame some of the body, and send it.

        :param data: not empty.
        """
        if self._chunked:
            data = b"%x\r\n%b\r\n" % (len(data), data)
        self.send(data)

    def send(self, framed: bytes) -> None:
        """
        Send what the socket takes, and queue the rest.

        :param framed: what goes out as it is, not empty.
        """
        transport = self._transport
        if (
            transport.dataBuffer
            or transport._tempDataBuffer
            or transport.disconnecting
            or not transport.connected
        ):
            transport.write(framed)
            return
        try:
            sent = transport.socket.send(framed)
        except OSError:
            # It shows again when the reactor tries, and is told in the usual way.
            sent = 0
        if sent < len(framed):
            transport.write(framed[sent:])


def direct_writer(request: RelayRequest) -> DirectWriter | None:
    """
    Make a direct writer for a response whose head has been written.

    :param request: the request.
    :return: None when the plain way must do: over TLS, and for responses without body.
    """
    transport = request.channel.transport
    if (
        PLAIN_PATH
        or not isinstance(transport, Connection)
        or transport.TLS
        or request.method == b"HEAD"
        or request.code in NO_BODY_CODES
    ):
        return None
    return DirectWriter(transport, bool(request.chunked))
