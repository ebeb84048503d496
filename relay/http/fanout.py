"""
Writes the same bytes to many connections, a few of them at a time.

The connections are divided into *lanes*. A write goes from lane to lane, and its caller
decides how many lanes are written to in one turn of the reactor. A lane counts what it
was given; what a connection was given is the difference between the counts when it
leaves the lane and when it came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol

from twisted.logger import Logger

from relay.http.chunks import http_chunk
from relay.reactor.sending import Send, send_all

LANE = 32
"""The most connections of a lane. To send 60 kB to one of them takes 0.1 ms."""
STEP_BYTES = 1 << 20
"""About how much is sent in one step of a write."""
SEND_BYTES = 4096
"""As much as can be sent in the time that one call takes beside its bytes."""


class FanoutTarget(Protocol):
    """A client's connection that takes bytes which were made for many."""

    chunked: bool
    """Whether it takes them as chunks of HTTP/1.1."""
    socket_send: Send | None
    """Sends to its socket, past all queues; None where that cannot be."""
    lane: Lane | None
    """Where it is written to with others; told when what was written has to wait."""

    def waits(self) -> bool:
        """Whether something that was written has still to be sent."""

    def queue(self, framed: bytes) -> None:
        """
        Write the bytes that the socket did not take.

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
        Count the bytes that were written in this way.

        :param size_bytes: how many bytes of body.
        """


class FanoutWriter:
    """The connections of the clients that get the same bytes."""

    __slots__ = ("_lanes", "_with_room", "_writes")

    def __init__(self) -> None:
        self._lanes: dict[Lane, None] = {}
        self._with_room: dict[Lane, None] = {}
        self._writes = 0
        """How many writes have begun."""

    def add(self, target: FanoutTarget) -> None:
        """
        Write to one more connection.

        :param target: the connection. A write that has begun goes past it.
        """
        for lane in self._with_room:
            if lane.writes == self._writes:
                break
        else:
            lane = Lane(self._writes)
            self._lanes[lane] = self._with_room[lane] = None
        lane.add(target)
        if len(lane) >= LANE:
            del self._with_room[lane]

    def has_given(self, target: FanoutTarget) -> bool:
        """
        Whether a connection was given the last write that has begun.

        :param target: one that was added.
        """
        assert target.lane is not None
        return target.lane.writes == self._writes

    def remove(self, target: FanoutTarget) -> None:
        """
        Stop writing to a connection, and let it count its bytes.

        :param target: one that was added.
        """
        lane = target.lane
        assert lane is not None
        lane.remove(target)
        if len(lane):
            self._with_room[lane] = None
        else:
            del self._lanes[lane]
            self._with_room.pop(lane, None)

    def write(self, data: bytes, events: int) -> Iterator[Collection[FanoutTarget]]:
        """
        Begin a write to all connections. The write before has to be over.

        :param data: whole events, or a heartbeat; not empty.
        :return: writes to some lanes with each step, which returns the connections that
            failed. The last lanes may be written to with the end of the iteration.
        """
        self._writes += 1
        return self._write(data, events, tuple(self._lanes), self._writes)

    def _write(
        self, data: bytes, events: int, lanes: tuple[Lane, ...], write: int
    ) -> Iterator[Collection[FanoutTarget]]:
        chunk = http_chunk(data)
        failed: list[FanoutTarget] = []
        left = STEP_BYTES
        for lane in lanes:
            lane.writes = write
            left -= len(lane) * (len(data) + SEND_BYTES)
            failed += lane.give(data, chunk, events)
            if left <= 0:
                yield failed
                failed, left = [], STEP_BYTES
        if failed:
            yield failed


class Lane:
    """
    Connections that are written to in one go.

    Those that have taken everything are *swift*: all that is known of them here is
    what sends to their sockets, and each costs a call of it and nothing else. One that
    did not take all is written to singly, through what it has queued, until it has
    caught up.

    :param writes: how many writes of the writer it has been given.
    """

    _log = Logger()

    __slots__ = (
        "_bytes",
        "_chunked",
        "_events",
        "_members",
        "_plain",
        "_singly",
        "writes",
    )

    def __init__(self, writes: int) -> None:
        self.writes = writes
        self._members: dict[FanoutTarget, tuple[int, int]] = {}
        """Each with the events and bytes that the lane was given before it came."""
        self._chunked: dict[Send, FanoutTarget] = {}
        self._plain: dict[Send, FanoutTarget] = {}
        self._singly: dict[FanoutTarget, None] = {}
        self._events = 0
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._members)

    def add(self, target: FanoutTarget) -> None:
        """
        Write to one more.
        """
        target.lane = self
        self._members[target] = (self._events, self._bytes)
        if target.waits():
            self._singly[target] = None
        else:
            self._speed_up(target)

    def remove(self, target: FanoutTarget) -> None:
        """
        Stop writing to a connection, and let it count its bytes.

        :param target: one that was added.
        """
        target.lane = None
        self._singly.pop(target, None)
        if target.socket_send is not None:
            self._swift(target).pop(target.socket_send, None)
        events, size_bytes = self._members.pop(target)
        target.count(self._events - events, self._bytes - size_bytes)

    def settle(self, target: FanoutTarget) -> None:
        """
        Let a connection count what it has been given so far.

        :param target: one that was added.
        """
        events, size_bytes = self._members[target]
        self._members[target] = (self._events, self._bytes)
        target.count(self._events - events, self._bytes - size_bytes)

    def slow_down(self, target: FanoutTarget) -> None:
        """
        Data that was written to it by another writer has to wait.

        :param target: one that was added.
        """
        if target.socket_send is not None and (
            self._swift(target).pop(target.socket_send, None) is not None
        ):
            self._singly[target] = None

    def give(self, data: bytes, chunk: bytes, events: int) -> Collection[FanoutTarget]:
        """
        Write to all of them.

        :param data: whole events, or a heartbeat.
        :param chunk: the same as a chunk of HTTP/1.1.
        :return: the connections that failed.
        """
        # Count first: a client that is full with this write has been given it.
        self._events += events
        self._bytes += len(data)
        singly = tuple(self._singly)
        failed: list[FanoutTarget] = []
        if self._chunked:
            self._send(self._chunked, chunk, failed)
        if self._plain:
            self._send(self._plain, data, failed)
        for target in singly:
            if target not in self._singly:
                continue
            try:
                target.write_shared(data, chunk)
                if (
                    target.socket_send is not None
                    and target in self._singly
                    and not target.waits()
                ):
                    self._speed_up(target)
            except Exception:
                self._fail(target, failed)
        return failed

    def _send(
        self,
        swift: dict[Send, FanoutTarget],
        framed: bytes,
        failed: list[FanoutTarget],
    ) -> None:
        short = send_all(swift, framed)
        for target, sent in [(swift.pop(send), sent) for send, sent in short]:
            # Added first: it may be too much for the client, which then leaves.
            self._singly[target] = None
            try:
                target.queue(framed[sent:])
            except Exception:
                self._fail(target, failed)

    def _speed_up(self, target: FanoutTarget) -> None:
        """Send past all queues from now on, where the connection can be sent to so."""
        if target.socket_send is None:
            self._singly[target] = None
        else:
            self._singly.pop(target, None)
            self._swift(target)[target.socket_send] = target

    def _fail(self, target: FanoutTarget, failed: list[FanoutTarget]) -> None:
        self._log.failure("a connection of a channel's clients failed")
        failed.append(target)

    def _swift(self, target: FanoutTarget) -> dict[Send, FanoutTarget]:
        return self._chunked if target.chunked else self._plain
