"""
The addresses of hosts: shared lookups, cached and limited.

The system's resolver blocks a thread for as long as a name server is silent. Theory of
operation: concurrent requests for a name share one lookup, whose result is cached. When
a cached result has expired and the name server is slow or down, the expired addresses
are used (RFC 8767). Each owner, such as an API, has a share of the threads, so that
lookups of one owner do not delay those of others. A request that waits too long fails.
A process that stops does not wait for the threads.
"""

from __future__ import annotations

import socket
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IHostnameResolver,
    IHostResolution,
    IResolutionReceiver,
)
from zope.interface import implementer

from relay.reactor.daemon_thread import run_in_thread

MOST_NAMES = 1000
"""The most names in the cache."""
MOST_WAITING = 1000
"""The most lookups that wait for a thread; more fail at once."""
MOST_OF_OWNER = 4
"""The most threads for the lookups of one owner."""
STALE_WAIT_S = 0.2
"""How long a renewal may take before the expired addresses are used."""
RECHECK_S = 5.0
"""How long they are used before the next renewal, if one was slow or failed."""
NEGATIVE_S = 1.0
"""How long a failure to resolve a name is cached."""

Place = tuple[Any, ...]
"""A socket address: host and port; with IPv6 also flow and scope."""


class Unresolved(NamedTuple):
    """
    Why there is no address.

    :param reason: the reason, in words.
    :param is_known: whether a name server has answered that the name does not exist.
    """

    reason: str
    is_known: bool


Found = Sequence[Place] | Unresolved


def look_up(name: str) -> Found:
    """
    Look a name up with the system's resolver, which blocks.

    :param name: a host's name.
    """
    try:
        found = socket.getaddrinfo(name, 0, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return Unresolved(
            error.strerror or str(error), error.errno == socket.EAI_NONAME
        )
    except (OSError, UnicodeError) as error:
        return Unresolved(str(error), is_known=False)
    families = (socket.AF_INET, socket.AF_INET6)
    places = [place for family, _, _, _, place in found if family in families]
    return places or Unresolved("the name has no address", is_known=True)


def in_thread(work: Callable[[], None]) -> None:
    """
    Run a lookup in a thread of its own.

    :param work: the lookup.
    """
    run_in_thread("look up", work)


class _Known:
    """The cached result for a name."""

    __slots__ = ("found", "fresh_until_s", "stale_until_s")

    def __init__(self, found: Found, fresh_until_s: float, stale_until_s: float):
        self.found = found
        self.fresh_until_s = fresh_until_s
        self.stale_until_s = stale_until_s


@implementer(IHostResolution)
class _Waiter:
    """A request that waits for the addresses of a name."""

    def __init__(
        self, name: str, receiver: IResolutionReceiver, port: int, types: Any
    ) -> None:
        self.name = name
        self._receiver = receiver
        self._port = port
        self._types = types
        self.timer: IDelayedCall | None = None
        self.over = False

    def cancel(self) -> None:
        """Cancel the request."""
        self.over = True
        timer, self.timer = self.timer, None
        if timer is not None:
            timer.cancel()

    def give(self, found: Found) -> None:
        """Report the result to the receiver."""
        if self.over:
            return
        self.cancel()
        receiver = self._receiver
        if isinstance(found, Unresolved):
            failed = getattr(receiver, "resolution_failed", None)
            if failed is not None:
                failed(found.reason)
        else:
            for address in map(self._address, found):
                if self._types is None or isinstance(address, tuple(self._types)):
                    receiver.addressResolved(address)
        receiver.resolutionComplete()

    def _address(self, place: Place) -> IAddress:
        if len(place) == 2:
            return IPv4Address("TCP", place[0], self._port)
        return IPv6Address("TCP", place[0], self._port, *place[2:])


@implementer(IHostnameResolver)
class Names:
    """
    Resolves the names of hosts.

    A receiver may have an ``owner``, whose share of the threads its lookup uses, and a
    method ``resolution_failed``, called with the reason if there is no address.

    :param reactor: the clock; threads hand their results to it.
    :param cache_ms: how long addresses are used before they are looked up again.
    :param stale_ms: how long after ``cache_ms`` they stay in use while they cannot be
        renewed.
    :param timeout_ms: how long a request waits.
    :param most: the most lookups at once.
    :param look_up: looks a name up, and may block.
    :param start: runs a function in a thread.
    """

    def __init__(
        self,
        reactor: Any,
        cache_ms: float,
        stale_ms: float,
        timeout_ms: float,
        most: int,
        look_up: Callable[[str], Found] = look_up,
        start: Callable[[Callable[[], None]], None] = in_thread,
    ) -> None:
        self._reactor = reactor
        self.limit(cache_ms, stale_ms, timeout_ms, most)
        self._look_up = look_up
        self._start = start
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._waiters: dict[str, list[_Waiter]] = {}
        """By name, the requests that wait for its lookup."""
        self._queue: deque[tuple[str, Hashable]] = deque()
        self._under_way: Counter[Hashable] = Counter()

    def limit(
        self, cache_ms: float, stale_ms: float, timeout_ms: float, most: int
    ) -> None:
        """
        Set the limits of lookups, for those that begin from now on.

        :param cache_ms: as above.
        :param stale_ms: as above.
        :param timeout_ms: as above.
        :param most: as above.
        """
        self._cache_s = cache_ms / 1000.0
        self._stale_s = stale_ms / 1000.0
        self._timeout_s = timeout_ms / 1000.0
        self._most = most

    def install(self) -> None:
        """Install this object as the resolver of the reactor."""
        self._reactor.installNameResolver(self)

    def resolveHostName(
        self,
        resolutionReceiver: IResolutionReceiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        """
        Find the addresses of a host.

        :param resolutionReceiver: receives the addresses, at once if they are cached.
        :param portNumber: the port of the addresses.
        :param addressTypes: the types that are wanted; None for all.
        :param transportSemantics: only ``TCP`` is supported.
        """
        name = hostName.lower().rstrip(".") or hostName
        waiter = _Waiter(name, resolutionReceiver, portNumber, addressTypes)
        resolutionReceiver.resolutionBegan(waiter)
        now_s = self._reactor.seconds()
        known = self._known.get(name)
        if known is not None and now_s < known.fresh_until_s:
            waiter.give(known.found)
            return waiter
        stale = None
        if known is not None and now_s < known.stale_until_s:
            stale = known
        owner = getattr(resolutionReceiver, "owner", None)
        if not self._join(waiter, owner):
            waiter.give(
                stale.found if stale else Unresolved("too many names at once", False)
            )
            return waiter
        if not waiter.over:
            wait_s = self._timeout_s if stale is None else STALE_WAIT_S
            waiter.timer = self._reactor.callLater(wait_s, self._expire, waiter, stale)
        return waiter

    def _join(self, waiter: _Waiter, owner: Hashable) -> bool:
        """Add a request to the lookup of its name, which is started if need be."""
        waiting = self._waiters.get(waiter.name)
        if waiting is not None:
            waiting[:] = [one for one in waiting if not one.over]
            waiting.append(waiter)
            return True
        if len(self._queue) >= MOST_WAITING:
            return False
        self._waiters[waiter.name] = [waiter]
        self._queue.append((waiter.name, owner))
        self._begin()
        return True

    def _begin(self) -> None:
        """Start waiting lookups while threads are available."""
        passed_over: deque[tuple[str, Hashable]] = deque()
        while self._queue and self._under_way.total() < self._most:
            name, owner = self._queue.popleft()
            if all(one.over for one in self._waiters[name]):
                del self._waiters[name]
            elif owner is not None and self._under_way[owner] >= MOST_OF_OWNER:
                passed_over.append((name, owner))
            else:
                self._under_way[owner] += 1
                self._start(lambda name=name, owner=owner: self._work(name, owner))  # type: ignore[misc]
        self._queue.extendleft(reversed(passed_over))

    def _work(self, name: str, owner: Hashable) -> None:
        """Look a name up; called in a thread."""
        try:
            found = self._look_up(name)
        except Exception as error:
            found = Unresolved(type(error).__name__, is_known=False)
        self._reactor.callFromThread(self._finish, name, owner, found)

    def _finish(self, name: str, owner: Hashable, found: Found) -> None:
        self._under_way[owner] -= 1
        if not self._under_way[owner]:
            del self._under_way[owner]
        found = self._remember(name, found)
        for waiter in self._waiters.pop(name, ()):
            waiter.give(found)
        self._begin()

    def _remember(self, name: str, found: Found) -> Found:
        """Cache a result, or keep the addresses before if the lookup failed."""
        now_s = self._reactor.seconds()
        known = self._known.pop(name, None)
        if isinstance(found, Unresolved):
            usable = (
                known is not None
                and now_s < known.stale_until_s
                and not isinstance(known.found, Unresolved)
            )
            if usable and not found.is_known:
                assert known is not None
                known.fresh_until_s = now_s + RECHECK_S
            else:
                known = _Known(found, now_s + NEGATIVE_S, now_s)
        else:
            fresh_until_s = now_s + self._cache_s
            known = _Known(found, fresh_until_s, fresh_until_s + self._stale_s)
        self._known[name] = known
        if len(self._known) > MOST_NAMES:
            self._known.popitem(last=False)
        return known.found

    def _expire(self, waiter: _Waiter, stale: _Known | None) -> None:
        waiter.timer = None
        if stale is None:
            waiter.give(Unresolved("the name server does not answer", is_known=False))
            return
        recheck_s = self._reactor.seconds() + RECHECK_S
        stale.fresh_until_s = max(stale.fresh_until_s, recheck_s)
        waiter.give(stale.found)
