"""
Send to a socket at once, instead of in the next turn of the reactor.

Twisted queues written bytes and waits until the socket is writable: two ``epoll_ctl``
calls and a turn of the reactor for each event of each stream. While nothing is queued,
as for every peer that keeps up, the bytes can be sent at once. Measured on a fan-out to
1,000 clients: 24 µs of CPU for each delivered event become 10.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from twisted.internet.abstract import FileDescriptor

Send = Callable[[bytes], int]
"""The bound ``send`` of a socket."""


def send_now(transport: Any, data: bytes) -> bool:
    """
    Send the bytes that the socket takes, and let the transport queue the rest.

    The transport handles the queue as usual and pauses its producer. An error of the
    socket occurs again when the reactor writes, and is reported then.

    :param transport: a :class:`twisted.internet.tcp.Connection`.
    :param data: not empty.
    :return: whether all of it was sent.
    """
    if transport._tempDataBuffer or transport.dataBuffer or not transport.connected:
        transport.write(data)
        return False
    try:
        sent = transport.socket.send(data)
    except OSError:
        sent = 0
    if sent == len(data):
        return True
    transport.write(data[sent:])
    return False


def has_unsent(transport: Any) -> bool:
    """
    Whether a transport has queued something.

    :param transport: a :class:`twisted.internet.tcp.Connection`.
    """
    return bool(transport._tempDataBuffer or transport.dataBuffer)


def unsent_bytes(transport: Any) -> int:
    """
    Count the bytes that a transport has queued.

    :param transport: of a connection, over TLS too; one without a queue has none.
    """
    queued = 0
    while transport is not None and not isinstance(transport, FileDescriptor):
        queued += sum(map(len, getattr(transport, "_appSendBuffer", ())))
        transport = getattr(transport, "transport", None)
    if transport is not None:
        queued += len(transport.dataBuffer) - transport.offset + transport._tempDataLen
    return queued


def send_all(sends: Iterable[Send], data: bytes) -> list[tuple[Send, int]]:
    """
    Send the same bytes to many sockets without queued output.

    Between two sockets the kernel replaces the contents of the CPU caches, and each
    object that is used must be read from memory again. The loop therefore uses only the
    bound ``send`` of each socket. Measured with 1,000 clients, 100 events a second: 0.8
    of 1.6 µs for a client outside the kernel remain.

    :param sends: of the sockets.
    :param data: not empty.
    :return: the sockets that did not take all bytes, and the number that they took.
    """
    size = len(data)
    short = []
    for send in sends:
        try:
            sent = send(data)
        except OSError:
            # The error occurs again when the reactor sends the rest.
            sent = 0
        if sent != size:
            short.append((send, sent))
    return short
