"""One end of a connection between a hub and a member: messages in frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.cluster.local.messages import Message
from relay.cluster.local.wire import (
    FrameReader,
    Malformed,
    Written,
    write_frame,
    write_message,
)
from relay.reactor.sending import send_now

FRAME_BYTES = 256 * 1024
"""The size from which a frame is sent before the end of the turn."""


class Writing:
    """
    Writes messages for the connections of a process, and ends its turns.

    A message that is sent to many is written once.

    :param clock: the reactor, or a clock of tests.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._message: Message | None = None
        self._written: Written | None = None
        self._waiting: list[Framed] = []

    def write(self, message: Message) -> Written:
        """Write a message."""
        if message is not self._message or self._written is None:
            self._message, self._written = message, write_message(message)
        return self._written

    def flush_later(self, connection: Framed) -> None:
        """Send what waits on a connection at the end of the turn."""
        if not self._waiting:
            self._clock.callLater(0, self._end_turn)
        self._waiting.append(connection)

    def _end_turn(self) -> None:
        self._message = self._written = None
        waiting, self._waiting = self._waiting, []
        for connection in waiting:
            connection.flush()


class Framed(Protocol):
    """
    Sends what is to be sent in one turn as one frame.

    :param writing: of the process.
    """

    transport: Any
    _log = Logger()

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._reader = FrameReader()
        self._waiting: list[Written] = []
        self._waiting_bytes = 0
        self._closed = False
        self.receive: Callable[[Message], None] = lambda message: None
        """Takes the messages of the other end."""

    def send(self, message: Message) -> None:
        """Send a message, at the end of the turn at the latest."""
        if self._closed:
            return
        written = self._writing.write(message)
        if not self._waiting:
            self._writing.flush_later(self)
        self._waiting.append(written)
        self._waiting_bytes += written.size
        if self._waiting_bytes >= FRAME_BYTES:
            self.flush()

    def flush(self) -> None:
        """Send what waits."""
        waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
        if waiting and not self._closed:
            send_now(self.transport, write_frame(waiting))

    def close(self) -> None:
        """Close the connection; what was not sent is lost."""
        if not self._closed:
            self._closed = True
            self.transport.abortConnection()

    def dataReceived(self, data: bytes) -> None:
        """Take bytes of the other end."""
        try:
            for message in self._reader.feed(data):
                self.receive(message)
                if self._closed:
                    return
        except Malformed as error:
            self._log.error(
                "the other end of a hub's connection has sent what is no frame: {why}",
                why=str(error),
            )
            self.close()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Send nothing more."""
        self._closed = True
        self._waiting = []
