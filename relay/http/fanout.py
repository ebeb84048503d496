"""The connections that a group of subscribers is written to through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from twisted.logger import Logger

from relay.http.chunks import http_chunk
from relay.reactor.sending import Send, send_all


class FanoutTarget(Protocol):
    """A client's connection that takes bytes which were made for many."""

    chunked: bool
    """Whether it takes them as chunks of HTTP/1.1."""
    socket_send: Send | None
    """Sends to its socket, past all queues; None where that cannot be."""
    audience: FanoutWriter | None
    """Told when what was written has to wait."""

    def waits(self) -> bool:
        """Whether something that was written has still to be sent."""

    def queue(self, framed: bytes) -> None:
        """
        Write what the socket did not take.

        :param framed: what goes out as it is.
        """

    def write_shared(self, data: bytes, chunk: bytes) -> None:
        """
        Write to the client, without counting it.

        :param data: whole events, or a heartbeat.
        :param chunk: the same as a chunk of HTTP/1.1.
        """

    def count(self, events: int, size_bytes: int) -> None:
        """
        Note what was written so.

        :param events: how many events.
        :param size_bytes: how many bytes of body.
        """


class FanoutWriter:
    """
    Writes the same to many connections.

    Those that have taken everything are *swift*: all that is known of them here is
    what sends to their sockets, and each costs a call of it and nothing else. One that
    did not take all is written to singly, through what it has queued, until it has
    caught up.
    """

    _log = Logger()

    __slots__ = ("_chunked", "_plain", "_singly")

    def __init__(self) -> None:
        self._chunked: dict[Send, FanoutTarget] = {}
        self._plain: dict[Send, FanoutTarget] = {}
        self._singly: dict[FanoutTarget, None] = {}

    def add(self, outlet: FanoutTarget) -> None:
        """
        Write to one more.

        :param outlet: the connection.
        """
        outlet.audience = self
        if outlet.socket_send is None or outlet.waits():
            self._singly[outlet] = None
        else:
            self._swift(outlet)[outlet.socket_send] = outlet

    def remove(self, outlet: FanoutTarget) -> None:
        """
        Write to it no more.

        :param outlet: one that was added.
        """
        outlet.audience = None
        self._singly.pop(outlet, None)
        if outlet.socket_send is not None:
            self._swift(outlet).pop(outlet.socket_send, None)

    def slow_down(self, outlet: FanoutTarget) -> None:
        """
        Something that somebody else has written to it has to wait.

        :param outlet: one that was added.
        """
        if outlet.socket_send is not None and (
            self._swift(outlet).pop(outlet.socket_send, None) is not None
        ):
            self._singly[outlet] = None

    def give(self, data: bytes) -> Sequence[FanoutTarget]:
        """
        Write to all connections.

        :param data: whole events, or a heartbeat.
        :return: the connections that failed.
        """
        singly = tuple(self._singly)
        chunk = http_chunk(data)
        failed: list[FanoutTarget] = []
        for swift, framed in ((self._chunked, chunk), (self._plain, data)):
            short = send_all(swift, framed)
            for outlet, sent in [(swift.pop(send), sent) for send, sent in short]:
                # Added first: it may be too much for the client, which then leaves.
                self._singly[outlet] = None
                try:
                    outlet.queue(framed[sent:])
                except Exception:
                    self._fail(outlet, failed)
        for outlet in singly:
            try:
                outlet.write_shared(data, chunk)
                if (
                    outlet.socket_send is not None
                    and outlet in self._singly
                    and not outlet.waits()
                ):
                    del self._singly[outlet]
                    self.add(outlet)
            except Exception:
                self._fail(outlet, failed)
        return failed

    def _fail(self, outlet: FanoutTarget, failed: list[FanoutTarget]) -> None:
        self._log.failure("a connection of a channel's audience failed")
        failed.append(outlet)

    def _swift(self, outlet: FanoutTarget) -> dict[Send, FanoutTarget]:
        return self._chunked if outlet.chunked else self._plain
