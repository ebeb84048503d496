"""
Detect that a client has left while nothing is read from its connection.

The reactor does not report an end of file or a reset of a socket that is not read. But
a client may leave while its upload waits for the source, or after requests that it has
pipelined, and its upstream connection must then be closed at once.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IPushProducer, IReactorFDSet, IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.http.listener.peer import bottom

MOST_ENDS = 16
"""Sockets whose end is handled in one turn of the reactor, at 0.1 to 0.3 ms each; the
others are handled in the next turns."""


@implementer(IReadDescriptor)
class Hangups:
    """
    Watches sockets for their end only, in an ``epoll`` set of its own.

    For the reactor the set is one descriptor, registered only while it is not empty.

    :param reactor: with a reactor without descriptors nothing is watched.
    """

    def __init__(self, reactor: object) -> None:
        self._reactor: Any = reactor if IReactorFDSet.providedBy(reactor) else None
        self._set: select.epoll | None = None
        self._watched: dict[int, Callable[[], None]] = {}

    def watch(
        self, descriptor: int, callback: Callable[[], None], half_closed: bool = False
    ) -> None:
        """
        Watch a socket until its end, or until :meth:`forget`.

        :param descriptor: the socket's file descriptor.
        :param callback: called without arguments, once, at the end.
        :param half_closed: whether the end of file has been read, so that only a reset
            is an end.
        """
        if self._reactor is None or descriptor in self._watched:
            return
        if self._set is None:
            self._set = select.epoll()
        if not self._watched:
            self._reactor.addReader(self)
        self._watched[descriptor] = callback
        # The kernel reports a reset in any case.
        self._set.register(descriptor, 0 if half_closed else select.EPOLLRDHUP)

    def forget(self, descriptor: int) -> None:
        """
        Stop watching a socket, if it is watched.

        :param descriptor: the socket's file descriptor, which may be closed.
        """
        if self._set is None or self._watched.pop(descriptor, None) is None:
            return
        try:
            self._set.unregister(descriptor)
        except OSError:
            pass  # Closing a socket removes it from the set.
        if not self._watched:
            self._reactor.removeReader(self)

    def fileno(self) -> int:
        """The set's own file descriptor."""
        return -1 if self._set is None else self._set.fileno()

    def doRead(self) -> None:
        """Some sockets have ended."""
        if self._set is None:
            return
        for descriptor, _ in self._set.poll(0, MOST_ENDS):
            callback = self._watched.get(descriptor)
            self.forget(descriptor)
            if callback is not None:
                callback()

    def logPrefix(self) -> str:
        """Names the set in twistd's log."""
        return "hangups"

    def connectionLost(self, reason: Failure) -> None:
        """The reactor has stopped."""


@implementer(IPushProducer)
class WatchedReading:
    """
    A transport whose end is also detected while reading is paused.
    """

    def __init__(self, transport: Any, hangups: Hangups) -> None:
        self._transport = transport
        self._hangups = hangups
        self._ended = False
        handle = getattr(bottom(transport), "socket", None)
        self._descriptor = (
            handle.fileno() if isinstance(handle, socket.socket) else None
        )

    def pauseProducing(self) -> None:
        """Pause reading, and watch the connection."""
        if self._ended:
            return
        self._transport.pauseProducing()
        if self._descriptor is not None:
            self._hangups.watch(self._descriptor, self._transport.abortConnection)

    def resumeProducing(self) -> None:
        """Resume reading, unless the end of file has been read."""
        if self._ended:
            return
        self.forget()
        self._transport.resumeProducing()

    def stopProducing(self) -> None:
        """Stop reading."""
        self.forget()
        self._transport.stopProducing()

    def end(self) -> None:
        """The client has half-closed the connection: watch it for a reset."""
        self._ended = True
        if self._descriptor is not None:
            self._hangups.watch(
                self._descriptor, self._transport.abortConnection, half_closed=True
            )

    def forget(self) -> None:
        """Stop watching: the connection is read again, or has ended."""
        if self._descriptor is not None:
            self._hangups.forget(self._descriptor)

    def registerProducer(self, producer: object, streaming: bool) -> None:
        """Register a producer with the transport."""
        self._transport.registerProducer(producer, streaming)

    def unregisterProducer(self) -> None:
        """Unregister the producer."""
        self._transport.unregisterProducer()
