"""The connections of one endpoint group: how many, who waits, which are kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.web._newclient import HTTP11ClientProtocol

from relay.model.api.http_proxy import HttpOptions
from relay.upstream.connection.leash import Leash
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


class Lease:
    """
    The right to use one connection of the pool, and the connection.

    :param free: returns the slot to the pool.
    :param handed_over: whether the slot comes directly from another call.
    """

    __slots__ = ("_free", "handed_over", "leash")

    def __init__(self, free: Callable[[], None], handed_over: bool = False) -> None:
        self._free: Callable[[], None] | None = free
        self.handed_over = handed_over
        self.leash: Leash | None = None

    def release(self) -> None:
        """
        Give the slot back; harmless the second time.

        An open event stream does this at its head: it would hold a slot for hours,
        and a pool of 100 would be a hard limit of 100 listeners.
        """
        free, self._free = self._free, None
        if free is not None:
            free()


class Pool:
    """
    Bounds, queues and reuses connections, as ``http`` of a group says.

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

    def free_slot(self) -> Lease | None:
        """Take one of ``maxConcurrentConnections`` slots; None when none is free."""
        if self._taken >= self._http.max_concurrent_connections:
            return None
        self._taken += 1
        return Lease(self._free)

    def slot(self) -> Deferred[Lease]:
        """
        Take a slot, or wait for one.

        :return: fires with a lease without a connection. Cancelling leaves the queue.
        :raises UpstreamError: (as a failure) when the queue is full.
        """
        free = self.free_slot()
        if free is not None:
            return succeed(free)
        if 0 <= self._http.max_wait_queue_size <= len(self._waiting):
            refused: Deferred[Lease] = Deferred()
            refused.errback(pool_exhausted())
            return refused
        turn: Deferred[None] = Deferred(self._leave_queue)
        self._waiting.append(turn)
        return turn.addCallback(lambda _: Lease(self._free, handed_over=True))

    def connect(self, lease: Lease, origin: Origin, fresh: bool) -> Deferred[Leash]:
        """
        Take a kept connection, or open one.

        :param lease: what the connection is for.
        :param origin: where to.
        :param fresh: open a new connection even when one is kept.
        :return: fires with the connection, which is also in the lease.
        """
        kept = None if fresh else self._take(origin, lease.handed_over)
        connected = (
            succeed(kept)
            if kept is not None
            else self._dial(origin, lambda http: self._keep(origin, http))
        )

        def use(leash: Leash) -> Leash:
            lease.leash = leash
            leash.used += 1
            return leash

        return connected.addCallback(use)

    def close(self) -> None:
        """Close what is unused, and keep nothing from now on."""
        self._closed = True
        for origin, some in list(self._idle.items()):
            for kept in list(some):
                self._drop(origin, kept.leash)

    def _free(self) -> None:
        if self._waiting:
            self._waiting.popleft().callback(None)
        else:
            self._taken -= 1

    def _leave_queue(self, turn: Deferred[None]) -> None:
        self._waiting.remove(turn)

    def _take(self, origin: Origin, rested: bool) -> Leash | None:
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
            if kept.leash.has_unread():
                self._drop(origin, kept.leash)
                return self._take(origin, rested)
            self._forget(origin, kept.leash)
            return kept.leash
        return None

    def _keep(self, origin: Origin, http: HTTP11ClientProtocol) -> None:
        leash: Leash = http.transport  # type: ignore[assignment]
        leash.unwatch()
        keep_ms = self._keep_ms(leash)
        if self._closed or (keep_ms is not None and keep_ms <= 0):
            leash.abort()
            return
        leash.on_lost = lambda leash: self._forget(origin, leash)
        expiry = None
        if keep_ms is not None:
            expiry = self._reactor.callLater(
                keep_ms / 1000.0, self._drop, origin, leash
            )
        self._idle.setdefault(origin, []).append(
            _Kept(leash, expiry, self._reactor.seconds())
        )

    def _keep_ms(self, leash: Leash) -> int | None:
        """
        ``keepAliveTimeout``, or what the source's ``Keep-Alive`` header says.

        :return: milliseconds; None for as long as the source keeps the connection.
        """
        keep_ms = self._http.keep_alive_timeout or None
        if leash.keep_alive_s is not None:
            keep_ms = leash.keep_alive_s * 1000
        lifetime_ms = self._http.max_connection_lifetime
        if lifetime_ms > 0:
            age_ms = int((self._reactor.seconds() - leash.born_s) * 1000)
            left_ms = lifetime_ms - age_ms
            keep_ms = left_ms if keep_ms is None else min(keep_ms, left_ms)
        return keep_ms

    def _drop(self, origin: Origin, leash: Leash) -> None:
        # Forgotten first: an aborted connection ends a turn of the reactor later, and
        # must not be given to a call until then.
        self._forget(origin, leash)
        leash.abort()

    def _forget(self, origin: Origin, leash: Leash) -> None:
        leash.on_lost = None
        some = self._idle[origin]
        for kept in some:
            if kept.leash is leash:
                some.remove(kept)
                if kept.expiry is not None and kept.expiry.active():
                    kept.expiry.cancel()
                break
        if not some:
            del self._idle[origin]


class _Kept:
    """A connection that waits for its next request."""

    __slots__ = ("expiry", "leash", "since_s")

    def __init__(
        self, leash: Leash, expiry: IDelayedCall | None, since_s: float
    ) -> None:
        self.leash = leash
        self.expiry = expiry
        self.since_s = since_s
