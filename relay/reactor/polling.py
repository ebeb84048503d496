"""
A shorter way from the kernel to what waits for it.

Twisted's epoll reactor enters a logging context for each event, so that old-style log
lines name the connection that they come from, and makes room for as many events as it
has descriptors. Nothing here logs in the old style, and the context costs 2.9 µs an
event.
"""

from __future__ import annotations

import select
from collections import deque
from collections.abc import Callable
from typing import Any

from twisted.internet.epollreactor import EPollReactor
from twisted.logger import Logger

MOST_EVENTS = 2048
"""How many events are taken in one turn; the others are there in the next one."""
ENDS_S = 0.005
"""How long connections may be ended in one turn that the other side has ended or reset.
Ending one takes 0.1 to 0.3 ms, and thousands of clients may go at once; those that are
left are ended in the next turns, while whoever has sent something is served in each."""

_log = Logger()


def poll_lean(reactor: Any) -> None:
    """
    Let a reactor take the shorter way; one that is no epoll reactor is left alone.

    :param reactor: the daemon's reactor.
    """
    if type(reactor) is EPollReactor:
        setattr(reactor, "doIteration", lean_iteration(reactor))  # noqa: B010


def lean_iteration(reactor: Any) -> Callable[[float | None], None]:
    """
    Make what waits once and acts upon what came, as ``EPollReactor.doPoll`` does.

    :param reactor: an epoll reactor. Whatever is not just something to read is left to
        its own ``_doReadOrWrite``.
    """
    poll = reactor._poller.poll
    descriptor_of = reactor._selectables.get
    act = reactor._doReadOrWrite
    disconnect = reactor._disconnectSelectable
    readable = select.EPOLLIN
    gone = select.EPOLLHUP | select.EPOLLERR
    seconds = reactor.seconds

    ended: deque[tuple[Any, Any]] = deque()

    def end_some(until_s: float) -> None:
        """End those that are left of earlier turns."""
        while ended and seconds() < until_s:
            descriptor, why = ended.popleft()
            # Something else may have ended it meanwhile.
            if not descriptor.disconnected:
                disconnect(descriptor, why, True)

    def iterate(timeout: float | None) -> None:
        ends_until_s = 0.0
        if ended:
            timeout, ends_until_s = 0.0, seconds() + ENDS_S
            end_some(ends_until_s)
        for number, event in poll(-1 if timeout is None else timeout, MOST_EVENTS):
            # One that came before may have closed it.
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
                _log.failure("while reading")
                why = mistake
            if why is not None:
                ends_until_s = ends_until_s or seconds() + ENDS_S
                if seconds() < ends_until_s or not hasattr(descriptor, "disconnected"):
                    disconnect(descriptor, why, True)
                else:
                    reactor.removeReader(descriptor)
                    ended.append((descriptor, why))

    return iterate
