"""
What holds a connection to a source, so that it can be let go at once.

The transport that twisted.web hands to a response body can neither abort nor say
who is at the other end (twisted issues 8227, 8930), and ``loseConnection`` waits for
a TLS peer to say goodbye. The leash sits below the HTTP protocol, above TLS.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IAddress,
    IHandshakeListener,
    IProtocol,
    IPushProducer,
    IReactorTime,
    ISSLTransport,
    ITCPTransport,
    ITransport,
)
from twisted.internet.protocol import Factory, connectionDone
from twisted.internet.tcp import Connection
from twisted.protocols.policies import ProtocolWrapper
from twisted.python.failure import Failure
from twisted.web._newclient import HTTP11ClientProtocol
from zope.interface import implementer

from relay.reactor.deadline import Deadline
from relay.reactor.failures import without_frames
from relay.reactor.sending import send_now
from relay.reactor.silence import Silence
from relay.upstream.connection.client import SourceClient
from relay.upstream.connection.response_rules import HeadLimits
from relay.upstream.connection.verbatim import ChunkPassage
from relay.upstream.dial.tcp import Connected

GOODBYE_MS = 2000
"""How long a TLS peer may take to say goodbye, in milliseconds."""


@implementer(IHandshakeListener, IPushProducer)
class Leash(ProtocolWrapper):
    """One connection to a source: its bytes, its silence, its end."""

    transport: Any

    def __init__(self, factory: LeashFactory, wrapped: IProtocol) -> None:
        self.factory: Any = factory
        self.wrappedProtocol = wrapped
        self.ready: Deferred[None] = Deferred(lambda _: self.abort())
        """Fires once a request may be written: after the TLS handshake, if any."""
        self.lost: Failure | None = None
        """Why the connection ended, once it has."""
        self.on_lost: Callable[[Leash], None] | None = None
        """Told when a connection that waits in the pool is of no use any more."""
        self.used = 0
        """How many requests it has carried."""
        self.keep_alive_s: int | None = None
        """How long the source said it keeps an unused connection, in seconds."""
        self._passage: ChunkPassage | None = None
        self.clock: IReactorTime = factory.clock
        self.born_s = factory.clock.seconds()
        self._idle: Silence | None = None
        self._secure = False
        self._goodbye: Deadline | None = None
        self._taking = False
        """Whether it is passing on what it has read just now."""
        self._paused = False
        """Whether nothing more is to be read for now."""

    @property
    def http(self) -> SourceClient:
        """The HTTP/1.1 client that speaks on this connection."""
        return self.wrappedProtocol  # type: ignore[return-value]

    def has_unread(self) -> bool:
        """
        Whether the socket has unread bytes, or its end of file.

        The reactor reports them a turn later. A request that is sent before would take
        these bytes for its response.
        """
        transport = self.transport
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

    def makeConnection(self, transport: ITransport) -> None:
        """
        Take the connection; a plain one is ready at once.

        A ``ProtocolWrapper`` would claim all interfaces of its transport here, which
        is of no use to anyone and slow, and keep a list of connections.
        """
        self._secure = ISSLTransport.providedBy(transport)
        self.transport, self.connected = transport, 1
        self.http.makeConnection(self)
        if ITCPTransport.providedBy(transport):
            transport.setTcpNoDelay(True)
            transport.setTcpKeepAlive(True)
        if not self._secure:
            self._is_ready()

    def handshakeCompleted(self) -> None:
        """A TLS connection is ready when its handshake is over."""
        self._is_ready()

    def _is_ready(self) -> None:
        if not self.ready.called:
            self.ready.callback(None)

    def deadline(self, timeout_ms: int) -> Deadline:
        """
        Make a deadline on the connection's clock.

        :param timeout_ms: its length, in milliseconds.
        """
        return Deadline(self.clock, timeout_ms)

    def watch_silence(self, timeout_ms: int, expire: Callable[[], None]) -> None:
        """
        Start the idle clock: any byte resets it, back-pressure suspends it.

        :param timeout_ms: silence allowed, in milliseconds; 0 is no limit.
        :param expire: called when the source has been silent for that long.
        """
        self._idle = Silence(self.clock, timeout_ms, expire)
        self._idle.start()

    def unwatch(self) -> None:
        """Stop the idle clock, and close the passage: their response is over."""
        self._close_passage()
        if self._idle is not None:
            self._idle.stop()
            self._idle = None

    def open_passage(self, passage: ChunkPassage, decoder: object) -> None:
        """
        Let whole chunks of the response under way pass by the HTTP client, if they may.

        :param passage: what they pass through.
        :param decoder: the response's.
        """
        if not passage.opens_beside(decoder):
            return
        self._passage = passage
        if isinstance(self.transport, Connected) and self._idle is not None:
            self.transport.read_by(passage, self._idle.heard)

    def _close_passage(self) -> None:
        passage, self._passage = self._passage, None
        if passage is None:
            return
        if isinstance(self.transport, Connected):
            self.transport.read_again()
        passage.close()

    def dataReceived(self, data: bytes) -> None:
        """Reset the idle clock, pass on."""
        if self.on_lost is not None:
            # It waits in the pool, and what it says unasked would be taken for the
            # answer to the next call.
            self.on_lost(self)
            self.abort()
            return
        if self._idle is not None:
            self._idle.heard()
        if self._passage is not None:
            data = self._passage.pass_on(data)
            if not data:
                return
        self._taking = True
        paused = self._paused
        self.http.dataReceived(data)
        self._taking = False
        if self._paused is not paused and self.lost is None and not self.disconnecting:
            self._set_reading()

    def pauseProducing(self) -> None:
        """
        Stop reading: the client cannot take more. Silence does not count now.

        twisted.web pauses at each response's head until somebody takes the body, which
        is at once. Nothing can be read meanwhile anyway, and the reactor is not told
        of it until what was read has been passed on: four ``epoll_ctl`` less for each
        call.
        """
        if self._idle is not None:
            self._idle.suspend()
        self._paused = True
        if not self._taking:
            self._set_reading()

    def resumeProducing(self) -> None:
        """Read again."""
        if self._idle is not None:
            self._idle.resume()
        self._paused = False
        if not self._taking:
            self._set_reading()

    def _set_reading(self) -> None:
        if self._paused:
            self.transport.pauseProducing()
        else:
            self.transport.resumeProducing()

    def send(self, data: bytes) -> None:
        """
        Send a request that is all there.

        :param data: its head, when it has no body.
        """
        transport = self.transport
        if isinstance(transport, Connection) and not transport.TLS:
            send_now(transport, data)
        else:
            transport.write(data)

    def stopProducing(self) -> None:
        """Drop the connection (TCP and TLS alike)."""
        self.abort()

    def loseConnection(self) -> None:
        """Close; a TLS peer is waited for no longer than :data:`GOODBYE_MS`."""
        super().loseConnection()
        if self._secure and self.lost is None:
            self._goodbye = Deadline(self.clock, GOODBYE_MS)
            self._goodbye.start(self.abort)

    def abortConnection(self) -> None:
        """Drop the connection at once; harmless when it is gone already."""
        self.abort()

    def abort(self) -> None:
        """Drop the connection at once; harmless when it is gone already."""
        if self.lost is None and self.transport is not None:
            self.unwatch()
            if self.on_lost is not None:
                # Its end comes a turn of the reactor later: no call may get it now.
                self.on_lost(self)
            self.transport.abortConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Remember why, tell the pool or the caller that still waits."""
        self.lost = without_frames(reason)
        self.unwatch()
        if self._goodbye is not None:
            self._goodbye.stop()
        http, self.wrappedProtocol = self.http, None  # type: ignore[assignment]
        http.connectionLost(reason)
        if not self.ready.called:
            self.ready.errback(reason)
        if self.on_lost is not None:
            self.on_lost(self)


class LeashFactory(Factory[Leash]):
    """
    Builds HTTP clients on a leash.

    :param clock: the clock of the idle timeout of each connection.
    :param quiescent: called with an HTTP client when it can carry another request.
    :param limits: the size limits of a response head.
    """

    noisy = False

    def __init__(
        self,
        clock: IReactorTime,
        quiescent: Callable[[HTTP11ClientProtocol], None],
        limits: HeadLimits,
    ) -> None:
        self.clock = clock
        self._quiescent = quiescent
        self._limits = limits

    def buildProtocol(self, addr: IAddress | None) -> Leash:
        """Take a connection."""
        return Leash(self, SourceClient(self._quiescent, self._limits))

    def logPrefix(self) -> str:
        """Names the connection in twistd's log."""
        return "upstream"
