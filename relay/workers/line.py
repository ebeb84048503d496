"""
The line between the control process and a worker: a pair of connected Unix sockets.

A message is a JSON object on a line of its own. Sockets may travel with a message:
``sockets`` in the message is their number. The system passes a descriptor with a byte
of the stream, at the latest with the first byte that is written after it; descriptors
therefore arrive in the order of the messages, and never after their message.
"""

from __future__ import annotations

import json
import os
import socket
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.interfaces import IFileDescriptorReceiver
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.reactor.sending import unsent_bytes

Message = dict[str, Any]
Received = Callable[[Message, list[int]], None]
"""Takes a message, and the descriptors that came with it, which are the receiver's."""

MOST_WAITING_BYTES = 4_194_304
"""How much may wait for the other side before messages of the log are dropped."""


@implementer(IFileDescriptorReceiver)
class Line(Protocol):
    """
    One end of the line.

    :param received: takes each message.
    :param lost: called once, when the other side has closed its end.
    """

    def __init__(self, received: Received, lost: Callable[[], None]) -> None:
        self._received = received
        self._lost = lost
        self._text = b""
        self._descriptors: deque[int] = deque()
        self._closed = False

    def send(self, message: Message, sockets: Sequence[int] = ()) -> None:
        """
        Send a message; nothing once the line is closed.

        :param sockets: descriptors, which stay open on this side until they are sent.
        """
        if self._closed:
            return
        transport: Any = self.transport
        for one in sockets:
            transport.sendFileDescriptor(one)
        text = json.dumps({**message, "sockets": len(sockets)})
        transport.write(text.encode("ascii") + b"\n")

    @property
    def is_behind(self) -> bool:
        """Whether the other side has not read for long."""
        return unsent_bytes(self.transport) > MOST_WAITING_BYTES

    def fileDescriptorReceived(self, descriptor: int) -> None:
        """Keep a descriptor for the message that it belongs to."""
        os.set_inheritable(descriptor, False)
        self._descriptors.append(descriptor)

    def dataReceived(self, data: bytes) -> None:
        """Pass whole messages on."""
        *lines, self._text = (self._text + data).split(b"\n")
        for line in lines:
            message: Message = json.loads(line)
            count = message.pop("sockets")
            taken = [self._descriptors.popleft() for _ in range(count)]
            self._received(message, taken)

    def close(self) -> None:
        """Close this end; what was sent before still arrives."""
        if not self._closed:
            transport: Any = self.transport
            transport.loseConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Close the descriptors that nobody took."""
        self._closed = True
        for one in self._descriptors:
            os.close(one)
        self._descriptors.clear()
        self._lost()


class _LineFactory(Factory):
    noisy = False

    def __init__(self, line: Line) -> None:
        self._line = line

    def buildProtocol(self, addr: object) -> Protocol:
        return self._line


def connect(reactor: Any, end: socket.socket, line: Line) -> None:
    """
    Connect a line.

    :param end: one of the pair; it is closed, since the reactor has a copy.
    """
    end.setblocking(False)
    factory = _LineFactory(line)
    reactor.adoptStreamConnection(end.fileno(), socket.AF_UNIX, factory)
    end.close()
