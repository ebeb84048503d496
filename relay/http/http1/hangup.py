"""
Notices that a client has left while nothing is read from it.

A socket that is not read tells the reactor nothing: neither an end of file nor a reset.
Yet a client may leave while its upload waits for the source, or behind requests that it
has sent ahead, and the source is to be let go at once then.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IPushProducer, IReactorFDSet, IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.http.peer import bottom


@implementer(IReadDescriptor)
class Hangups:
    """
    Sockets that are watched for their end only, in an ``epoll`` set of their own.

    The reactor sees that set as one descriptor, and only while something is watched.

    :param reactor: what watches the set; one without descriptors watches nothing.
    """

    def __init__(self, reactor: object) -> None:
        self._reactor: Any = reactor if IReactorFDSet.providedBy(reactor) else None
        self._set: select.epoll | None = None
        self._watched: dict[int, Callable[[], None]] = {}

    def watch(self, descriptor: int, told: Callable[[], None]) -> None:
        """
        Watch a socket until its end, or until it is forgotten.

        :param descriptor: the socket's file descriptor.
        :param told: called without arguments, once, at the end.
        """
        if self._reactor is None or descriptor in self._watched:
            return
        if self._set is None:
            self._set = select.epoll()
        if not self._watched:
            self._reactor.addReader(self)
        self._watched[descriptor] = told
        self._set.register(descriptor, select.EPOLLRDHUP)

    def forget(self, descriptor: int) -> None:
        """
        Watch a socket no longer; harmless when it is not watched.

        :param descriptor: the socket's file descriptor, which may be closed.
        """
        if self._set is None or self._watched.pop(descriptor, None) is None:
            return
        try:
            self._set.unregister(descriptor)
        except OSError:
            pass  # Closing a socket takes it out of the set.
        if not self._watched:
            self._reactor.removeReader(self)

    def fileno(self) -> int:
        """The set's own file descriptor."""
        return -1 if self._set is None else self._set.fileno()

    def doRead(self) -> None:
        """Some sockets have ended."""
        if self._set is None:
            return
        for descriptor, _ in self._set.poll(0):
            told = self._watched.get(descriptor)
            self.forget(descriptor)
            if told is not None:
                told()

    def logPrefix(self) -> str:
        """Names the set in twistd's log."""
        return "hangups"

    def connectionLost(self, reason: Failure) -> None:
        """The reactor has stopped."""


@implementer(IPushProducer)
class WatchedReading:
    """
    Reading from a client, which notices the client's end while it pauses.

    :param transport: the client's connection.
    :param hangups: what watches it.
    """

    def __init__(self, transport: Any, hangups: Hangups) -> None:
        self._transport = transport
        self._hangups = hangups
        handle = getattr(bottom(transport), "socket", None)
        self._descriptor = (
            handle.fileno() if isinstance(handle, socket.socket) else None
        )

    def pauseProducing(self) -> None:
        """Read no more for now."""
        self._transport.pauseProducing()
        if self._descriptor is not None:
            self._hangups.watch(self._descriptor, self._transport.abortConnection)

    def resumeProducing(self) -> None:
        """Read again."""
        self.forget()
        self._transport.resumeProducing()

    def stopProducing(self) -> None:
        """Read no more."""
        self.forget()
        self._transport.stopProducing()

    def forget(self) -> None:
        """Watch no longer: the connection is read, or gone."""
        if self._descriptor is not None:
            self._hangups.forget(self._descriptor)

    def registerProducer(self, producer: object, streaming: bool) -> None:
        """Let the connection's own pace govern a producer."""
        self._transport.registerProducer(producer, streaming)

    def unregisterProducer(self) -> None:
        """Govern no producer any more."""
        self._transport.unregisterProducer()
