"""
A shorter path from ``epoll_wait`` to the transports.

Twisted's epoll reactor enters a logging context for each event, so that old-style log
lines name their connection, and allocates space for as many events as it has
descriptors. Relay does not log in the old style, and the context costs 2.9 µs per
event. Its public ``doPoll`` has no way around the context, so that three private names
are used: the ``epoll`` object, the descriptors by their numbers, and what is done with
events other than readable sockets.
"""

from __future__ import annotations

import select
from collections import deque
from collections.abc import Callable
from typing import Any

from twisted.internet.epollreactor import EPollReactor
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IHalfCloseableDescriptor
from twisted.logger import Logger
from twisted.python.failure import Failure

MOST_EVENTS = 2048
"""Events that are taken in one turn; the others are taken in the next one."""
ENDS_S = 0.005
"""Time for ending connections in one turn that their peers have closed or reset. Ending
one takes 0.1 to 0.3 ms, and thousands of clients may leave at once; the remaining ones
are ended in the next turns, and peers that have sent data are served in each turn."""

_log = Logger()


def poll_lean(reactor: Any) -> None:
    """
    Replace the polling of an epoll reactor; other reactors are not changed.
    """
    if type(reactor) is EPollReactor:
        setattr(reactor, "doIteration", lean_iteration(reactor))  # noqa: B010


def end_read(reactor: Any, descriptor: Any, why: BaseException) -> None:
    """
    End a descriptor, or its reading side only, if it is one that can be half closed.

    :param why: what its ``doRead`` has returned or raised.
    """
    reactor.removeReader(descriptor)
    reason = Failure(why)  # type: ignore[no-untyped-call]
    if isinstance(why, ConnectionDone) and IHalfCloseableDescriptor.providedBy(
        descriptor
    ):
        descriptor.readConnectionLost(reason)
    else:
        reactor.removeWriter(descriptor)
        descriptor.connectionLost(reason)


def lean_iteration(reactor: Any) -> Callable[[float | None], None]:
    """
    Return a replacement for ``EPollReactor.doPoll``.

    :param reactor: an epoll reactor. Events other than readable sockets are passed to
        its own ``_doReadOrWrite``.
    """
    poll = reactor._poller.poll
    descriptor_of = reactor._selectables.get
    act = reactor._doReadOrWrite
    readable = select.EPOLLIN
    gone = select.EPOLLHUP | select.EPOLLERR
    seconds = reactor.seconds

    ended: deque[tuple[Any, Any]] = deque()

    def end_some(until_s: float) -> None:
        """End connections that remain from earlier turns."""
        while ended and seconds() < until_s:
            descriptor, why = ended.popleft()
            # The connection may have ended meanwhile.
            if not descriptor.disconnected:
                end_read(reactor, descriptor, why)

    def iterate(timeout: float | None) -> None:
        ends_until_s = 0.0
        if ended:
            timeout, ends_until_s = 0.0, seconds() + ENDS_S
            end_some(ends_until_s)
        for number, event in poll(-1 if timeout is None else timeout, MOST_EVENTS):
            # An earlier event of this turn may have closed the descriptor.
            descriptor = descriptor_of(number)
            if descriptor is None:
                continue
            if event != readable:
                if event & gone:
                    ends_until_s = ends_until_s or seconds() + ENDS_S
                    if seconds() >= ends_until_s:
                        continue
                act(descriptor, number, event)
                continue
            try:
                why = descriptor.doRead()
            except BaseException as mistake:
                _log.failure("reading from a connection failed")
                why = mistake
            if why is not None:
                ends_until_s = ends_until_s or seconds() + ENDS_S
                if seconds() < ends_until_s or not hasattr(descriptor, "disconnected"):
                    end_read(reactor, descriptor, why)
                else:
                    reactor.removeReader(descriptor)
                    ended.append((descriptor, why))

    return iterate
