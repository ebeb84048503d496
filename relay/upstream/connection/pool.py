"""The connections of one endpoint group: how many, who waits, which are kept."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from relay.model.api.endpoints.http_proxy import HttpOptions
from relay.upstream.connection.connection import UpstreamConnection
from relay.upstream.dial.dialer import Dial, Origin
from relay.upstream.errors import pool_exhausted

REST_S = 0.001
"""
How long a connection rests, in seconds, before a call that has waited gets it.

A faulty source may send bytes behind its response. If the connection were handed to the
next call in the same turn of the reactor, this call would read them as its response. On
a connection that has rested they have arrived, and are found by the check for unread
bytes.
"""


class PoolSlot:
    """
    The right to use one connection of the pool, and the connection.

    :param free: returns the slot to the pool.
    :param handed_over: whether the slot comes directly from another call.
    """

    __slots__ = ("_free", "connection", "handed_over")

    def __init__(self, free: Callable[[], None], handed_over: bool = False) -> None:
        self._free: Callable[[], None] | None = free
        self.handed_over = handed_over
        self.connection: UpstreamConnection | None = None

    def release(self) -> None:
        """
        Return the slot; harmless the second time.

        An open event stream does this at its head: it would hold a slot for hours,
        and a pool of 100 would be a hard limit of 100 listeners.
        """
        free, self._free = self._free, None
        if free is not None:
            free()


class Pool:
    """
    Bounds, queues and reuses connections according to ``http`` of a group.

    A pool belongs to one group of one deployment, so that connections with different
    client certificates or trust never mix.

    :param reactor: for the time that unused connections are kept.
    :param http: the group's ``http`` options.
    :param dial: opens a connection.
    """

    def __init__(self, reactor: IReactorTime, http: HttpOptions, dial: Dial) -> None:
        self._reactor = reactor
        self._http = http
        self._dial = dial
        self._taken = 0
        self._waiting: deque[Deferred[None]] = deque()
        self._idle: dict[Origin, list[_Kept]] = {}
        self._closed = False

    @property
    def limit(self) -> int:
        """How many slots there are."""
        return self._http.max_concurrent_connections

    @property
    def taken(self) -> int:
        """How many slots are in use."""
        return self._taken

    @property
    def waiting(self) -> int:
        """How many requests wait for a slot."""
        return len(self._waiting)

    @property
    def kept(self) -> int:
        """How many unused connections are kept open."""
        return sum(map(len, self._idle.values()))

    def slot(self) -> PoolSlot | Deferred[PoolSlot]:
        """
        Take one of ``maxConcurrentConnections`` slots, or wait for one.

        :return: a slot without a connection. Cancelling the Deferred leaves the queue.
            It fails with :class:`UpstreamError` when the queue is full.
        """
        if self._taken < self._http.max_concurrent_connections:
            self._taken += 1
            return PoolSlot(self._free)
        if 0 <= self._http.max_wait_queue_size <= len(self._waiting):
            return fail(pool_exhausted())
        turn: Deferred[None] = Deferred(self._leave_queue)
        self._waiting.append(turn)
        return turn.addCallback(lambda _: PoolSlot(self._free, handed_over=True))

    def connect(
        self, slot: PoolSlot, origin: Origin, fresh: bool
    ) -> UpstreamConnection | Deferred[UpstreamConnection]:
        """
        Take a kept connection, or open one.

        :param slot: the call that the connection is for; it is also in the slot once it
            is there.
        :param origin: where to.
        :param fresh: open a new connection even when one is kept.
        """
        connected = None if fresh else self._take(origin, slot.handed_over)
        if connected is None:
            dialled = self._dial(
                origin, lambda connection: self._keep(origin, connection)
            )
            if isinstance(dialled, Deferred):
                return dialled.addCallback(self._use, slot)
            connected = dialled
        return self._use(connected, slot)

    def _use(
        self, connection: UpstreamConnection, slot: PoolSlot
    ) -> UpstreamConnection:
        slot.connection = connection
        connection.used += 1
        return connection

    def close(self) -> None:
        """Close unused connections, and keep none from now on."""
        self._closed = True
        for origin, some in list(self._idle.items()):
            for kept in list(some):
                self._drop(origin, kept.connection)

    def _free(self) -> None:
        if self._waiting:
            self._waiting.popleft().callback(None)
        else:
            self._taken -= 1

    def _leave_queue(self, turn: Deferred[None]) -> None:
        self._waiting.remove(turn)

    def _take(self, origin: Origin, rested: bool) -> UpstreamConnection | None:
        """
        Take the connection that was used last.

        A connection with unread bytes is closed: the next call would read them as its
        response.

        :param origin: the origin of the connection.
        :param rested: whether it must have been unused for :data:`REST_S`.
        """
        until_s = self._reactor.seconds() - REST_S
        for kept in reversed(self._idle.get(origin, ())):
            if rested and kept.since_s > until_s:
                continue
            if _has_unread(kept.connection.transport):
                self._drop(origin, kept.connection)
                return self._take(origin, rested)
            self._forget(origin, kept.connection)
            return kept.connection
        return None

    def _keep(self, origin: Origin, connection: UpstreamConnection) -> None:
        keep_ms = self._keep_ms(connection)
        if self._closed or (keep_ms is not None and keep_ms <= 0):
            connection.abort()
            return
        connection.on_lost = lambda connection: self._forget(origin, connection)
        expiry = None
        if keep_ms is not None:
            expiry = self._reactor.callLater(
                keep_ms / 1000.0, self._drop, origin, connection
            )
        self._idle.setdefault(origin, []).append(
            _Kept(connection, expiry, self._reactor.seconds())
        )

    def _keep_ms(self, connection: UpstreamConnection) -> int | None:
        """
        ``keepAliveTimeout``, or the timeout in the source's ``Keep-Alive`` header.

        :return: milliseconds; None for as long as the source keeps the connection.
        """
        keep_ms = self._http.keep_alive_timeout or None
        if connection.keep_alive_s is not None:
            keep_ms = connection.keep_alive_s * 1000
        lifetime_ms = self._http.max_connection_lifetime
        if lifetime_ms > 0:
            age_ms = int((self._reactor.seconds() - connection.born_s) * 1000)
            left_ms = lifetime_ms - age_ms
            keep_ms = left_ms if keep_ms is None else min(keep_ms, left_ms)
        return keep_ms

    def _drop(self, origin: Origin, connection: UpstreamConnection) -> None:
        # Forgotten first: an aborted connection ends a turn of the reactor later, and
        # must not be given to a call until then.
        self._forget(origin, connection)
        connection.abort()

    def _forget(self, origin: Origin, connection: UpstreamConnection) -> None:
        connection.on_lost = None
        some = self._idle[origin]
        for kept in some:
            if kept.connection is connection:
                some.remove(kept)
                if kept.expiry is not None and kept.expiry.active():
                    kept.expiry.cancel()
                break
        if not some:
            del self._idle[origin]


class _Kept:
    """A connection that waits for its next request."""

    __slots__ = ("connection", "expiry", "since_s")

    def __init__(
        self,
        connection: UpstreamConnection,
        expiry: IDelayedCall | None,
        since_s: float,
    ) -> None:
        self.connection = connection
        self.expiry = expiry
        self.since_s = since_s


def _has_unread(transport: Any) -> bool:
    """
    Whether the socket of a connection has unread bytes, or its end of file.

    The reactor reports them a turn later. A request that is sent before would take
    these bytes for its response.
    """
    while getattr(transport, "wrappedProtocol", None) is not None:
        transport = transport.transport
    handle = getattr(transport, "socket", None)
    if not isinstance(handle, socket.socket):
        return False
    try:
        handle.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        pass  # A reset is an end.
    return True
