"""
Sending to a socket at once, instead of on the next turn of the reactor.

Twisted queues what is written and asks the reactor to tell it when the socket takes
bytes: two ``epoll_ctl`` calls and a turn of the reactor for each event of each stream.
While nothing is queued, and a peer that keeps up never has anything queued, the bytes
can go right away. Measured on a fan-out to 1,000 clients: 24 µs of CPU for each
delivered event become 10.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Send = Callable[[bytes], int]
"""What sends to one socket: its bound ``send``."""


def send_now(transport: Any, data: bytes) -> bool:
    """
    Send what the socket takes, and let the transport queue the rest.

    What is queued is governed by the transport as ever: it pauses its producer. An
    error of the socket shows again when the reactor tries, and is told as ever.

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


def send_all(sends: Iterable[Send], data: bytes) -> list[tuple[Send, int]]:
    """
    Send the same to many sockets, for which nothing is queued.

    Between two of them the kernel has used up the processor's caches, and each object
    that has to be looked at comes from memory again. So nothing is looked at here but
    what sends. Measured with 1,000 clients, 100 events a second: of 1.6 µs that a
    client cost outside of the kernel 0.8 are left.

    :param sends: what sends to each.
    :param data: not empty.
    :return: those that did not take all, and how many bytes they took.
    """
    size = len(data)
    short = []
    for send in sends:
        try:
            sent = send(data)
        except OSError:
            # It shows again when the reactor tries to send the rest.
            sent = 0
        if sent != size:
            short.append((send, sent))
    return short
