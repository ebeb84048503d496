"""
What holds a connection to a source, so that it can be let go at once.

The transport that twisted.web hands to a response body can neither abort nor say
who is at the other end (twisted issues 8227, 8930), and ``loseConnection`` waits for
a TLS peer to say goodbye. The leash sits below the HTTP protocol, above TLS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IAddress,
    IHandshakeListener,
    IProtocol,
    IReactorTime,
    ISSLTransport,
    ITCPTransport,
    ITransport,
)
from twisted.internet.protocol import Factory, connectionDone
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.python.failure import Failure
from twisted.web._newclient import HTTP11ClientProtocol
from zope.interface import implementer

from relay.deadline import Deadline
from relay.upstream.verbatim import ChunkPassage

GOODBYE_MS = 2000
"""How long a TLS peer may take to say goodbye, in milliseconds."""


@implementer(IHandshakeListener)
class Leash(ProtocolWrapper):
    """One connection to a source: its bytes, its silence, its end."""

    transport: Any

    def __init__(self, factory: LeashFactory, wrapped: IProtocol) -> None:
        super().__init__(factory, wrapped)
        self.ready: Deferred[Leash] = Deferred(lambda _: self.abort())
        """Fires once a request may be written: after the TLS handshake, if any."""
        self.lost: Failure | None = None
        """Why the connection ended, once it has."""
        self.on_lost: Callable[[Leash], None] | None = None
        """Told when a connection that waits in the pool is of no use any more."""
        self.bytes_in = 0
        self.used = 0
        """How many requests it has carried."""
        self.keep_alive_s: int | None = None
        """How long the source said it keeps an unused connection, in seconds."""
        self.passage: ChunkPassage | None = None
        """What lets whole chunks of the response under way pass by the HTTP client."""
        self._clock: IReactorTime = factory.clock
        self.born_s = factory.clock.seconds()
        self._idle: Deadline | None = None
        self._secure = False
        self._goodbye = Deadline(factory.clock, GOODBYE_MS, self.abort)

    @property
    def http(self) -> HTTP11ClientProtocol:
        """The HTTP/1.1 client that speaks on this connection."""
        return self.wrappedProtocol  # type: ignore[return-value]

    def makeConnection(self, transport: ITransport) -> None:
        """Take the connection; a plain one is ready at once."""
        self._secure = ISSLTransport.providedBy(transport)
        super().makeConnection(transport)
        if ITCPTransport.providedBy(transport):
            transport.setTcpKeepAlive(True)
        if not self._secure:
            self._is_ready()

    def handshakeCompleted(self) -> None:
        """A TLS connection is ready when its handshake is over."""
        self._is_ready()

    def _is_ready(self) -> None:
        if not self.ready.called:
            self.ready.callback(self)

    def watch_silence(self, timeout_ms: int, expire: Callable[[], None]) -> None:
        """
        Start the idle clock: any byte resets it, back-pressure suspends it.

        :param timeout_ms: silence allowed, in milliseconds; 0 is no limit.
        :param expire: called when the source has been silent for that long.
        """
        self._idle = Deadline(self._clock, timeout_ms, expire)
        self._idle.start()

    def unwatch(self) -> None:
        """Stop the idle clock: the response that it was for is over."""
        self.passage = None
        if self._idle is not None:
            self._idle.stop()
            self._idle = None

    def dataReceived(self, data: bytes) -> None:
        """Count, reset the idle clock, pass on."""
        if self.on_lost is not None:
            # It waits in the pool, and what it says unasked would be taken for the
            # answer to the next call.
            self.on_lost(self)
            self.abort()
            return
        self.bytes_in += len(data)
        if self._idle is not None:
            self._idle.reset()
        if self.passage is not None:
            data = self.passage(data)
            if not data:
                return
        self.http.dataReceived(data)

    def pauseProducing(self) -> None:
        """Stop reading: the client cannot take more. Silence does not count now."""
        if self._idle is not None:
            self._idle.suspend()
        self.transport.pauseProducing()

    def resumeProducing(self) -> None:
        """Read again."""
        if self._idle is not None:
            self._idle.resume()
        self.transport.resumeProducing()

    def stopProducing(self) -> None:
        """Drop the connection (TCP and TLS alike)."""
        self.abort()

    def loseConnection(self) -> None:
        """Close; a TLS peer is waited for no longer than :data:`GOODBYE_MS`."""
        super().loseConnection()
        if self._secure and self.lost is None:
            self._goodbye.start()

    def abortConnection(self) -> None:
        """Drop the connection at once; harmless when it is gone already."""
        self.abort()

    def abort(self) -> None:
        """Drop the connection at once; harmless when it is gone already."""
        if self.lost is None and self.transport is not None:
            self.unwatch()
            self.transport.abortConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Remember why, tell the pool or the caller that still waits."""
        self.lost = reason
        self.unwatch()
        self._goodbye.stop()
        super().connectionLost(reason)
        if not self.ready.called:
            self.ready.errback(reason)
        if self.on_lost is not None:
            self.on_lost(self)


class LeashFactory(WrappingFactory[Leash]):
    """
    Builds HTTP clients on a leash.

    :param clock: for the idle clock of each connection.
    :param quiescent: called with an HTTP client when it can carry another request.
    """

    protocol = Leash
    noisy = False

    def __init__(
        self,
        clock: IReactorTime,
        quiescent: Callable[[HTTP11ClientProtocol], None],
    ) -> None:
        super().__init__(_HTTPFactory(quiescent))
        self.clock = clock

    def logPrefix(self) -> str:
        """Names the connection in twistd's log."""
        return "upstream"


class _HTTPFactory(Factory[HTTP11ClientProtocol]):
    noisy = False

    def __init__(self, quiescent: Callable[[HTTP11ClientProtocol], None]) -> None:
        self._quiescent = quiescent

    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:
        return HTTP11ClientProtocol(self._quiescent)
