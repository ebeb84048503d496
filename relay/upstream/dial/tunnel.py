"""Connections through a forward proxy.

An endpoint of this module connects to the proxy through its inner endpoint, negotiates,
and hands the connection over: the caller's protocol then has the real transport, and
its methods replace those of the tunnel, so that no byte passes through the tunnel's
code. ``TLSEndpoint`` adds TLS.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectingCancelledError
from twisted.internet.interfaces import (
    IAddress,
    IProtocol,
    IProtocolFactory,
    IStreamClientEndpoint,
    ITCPTransport,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.upstream.dial.negotiation import TunnelError, TunnelNegotiation, TunnelTarget
from relay.upstream.dial.tunnel_connect import ConnectNegotiation
from relay.upstream.dial.tunnel_socks import SocksNegotiation

__all__ = ["TunnelError", "http_connect", "socks5"]


def http_connect(
    inner: IStreamClientEndpoint,
    host: str,
    port: int,
    username: str | None = None,
    password: str | None = None,
) -> IStreamClientEndpoint:
    """Reach a host through an HTTP proxy's ``CONNECT``.

    The Deferred of ``connect`` fails with :class:`TunnelError` when the proxy
    opens no tunnel, and with what the inner endpoint fails with before that.
    Cancelling it closes the socket at once.

    :param inner: connects to the proxy.
    :param host: a name or an address, which the proxy resolves.
    :param username: for Basic authentication; None sends no credentials.
    :raises ValueError: when the proxy could misinterpret host, port or credentials.
    """
    target = TunnelTarget.read(host, port)
    return _through(inner, lambda: ConnectNegotiation(target, username, password))


def socks5(
    inner: IStreamClientEndpoint,
    host: str,
    port: int,
    username: str | None = None,
    password: str | None = None,
) -> IStreamClientEndpoint:
    """Reach a host through a SOCKS5 proxy; as :func:`http_connect` in all else."""
    target = TunnelTarget.read(host, port)
    return _through(inner, lambda: SocksNegotiation(target, username, password))


def _through(
    inner: IStreamClientEndpoint, negotiation: Callable[[], TunnelNegotiation]
) -> IStreamClientEndpoint:
    # Check host, port and credentials now, not at each connection.
    negotiation()
    return _TunnelEndpoint(inner, negotiation)


@implementer(IStreamClientEndpoint)
class _TunnelEndpoint:
    def __init__(
        self, inner: IStreamClientEndpoint, negotiation: Callable[[], TunnelNegotiation]
    ) -> None:
        self._inner = inner
        self._negotiation = negotiation

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect to the proxy and build the tunnel."""
        attempt = _TunnelAttempt(protocolFactory, self._negotiation)
        attempt.begin(self._inner)
        return attempt.done


@implementer(IProtocolFactory)
class _TunnelAttempt:
    """One attempt to open a tunnel, and the factory of its connection."""

    def __init__(
        self, wrapped: IProtocolFactory, negotiation: Callable[[], TunnelNegotiation]
    ) -> None:
        self.done: Deferred[IProtocol] = Deferred(self._cancel)
        self._wrapped = wrapped
        self._negotiation = negotiation
        self._connecting: Deferred[IProtocol] | None = None
        self._builder: _Builder | None = None

    def begin(self, inner: IStreamClientEndpoint) -> None:
        self._connecting = inner.connect(self)
        self._connecting.addErrback(self._fail)

    def doStart(self) -> None:
        self._wrapped.doStart()

    def doStop(self) -> None:
        self._wrapped.doStop()

    def buildProtocol(self, addr: IAddress) -> _Builder | None:
        protocol = self._wrapped.buildProtocol(addr)
        if protocol is None:
            return None
        self._builder = _Builder(self._negotiation(), protocol, self.done)
        return self._builder

    def _fail(self, failure: Failure) -> None:
        if not self.done.called:
            self.done.errback(failure)

    def _cancel(self, done: Deferred[IProtocol]) -> None:
        if self._connecting is not None:
            # Without effect once the connection is established.
            self._connecting.cancel()
        if self._builder is not None and not done.called:
            done.errback(ConnectingCancelledError(self._builder.abort()))


class _Builder(Protocol):
    """Negotiates with the proxy, then hands the connection over."""

    transport: ITCPTransport

    def __init__(
        self,
        negotiation: TunnelNegotiation,
        protocol: IProtocol,
        done: Deferred[IProtocol],
    ) -> None:
        self._negotiation = negotiation
        self._protocol = protocol
        self._done = done
        self._stands = False

    def connectionMade(self) -> None:
        if self._done.called:
            # Cancelled during the call that established the connection.
            self.transport.abortConnection()
        else:
            self.transport.write(self._negotiation.start())

    def dataReceived(self, data: bytes) -> None:
        if self._stands:
            self._protocol.dataReceived(data)
        elif not self._done.called:
            self._negotiate(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self._stands:
            self._protocol.connectionLost(reason)
        elif not self._done.called:
            self._done.errback(
                TunnelError("the proxy closed the connection during the negotiation")
            )

    def abort(self) -> IAddress:
        """Close the socket at once, and return its protocol."""
        peer = self.transport.getPeer()
        self.transport.abortConnection()
        return peer

    def _negotiate(self, data: bytes) -> None:
        try:
            answer = self._negotiation.receive(data)
        except TunnelError as error:
            self.abort()
            self._done.errback(error)
            return
        if answer:
            self.transport.write(answer)
        if self._negotiation.rest is not None:
            self._hand_over(self._negotiation.rest)

    def _hand_over(self, rest: bytes) -> None:
        protocol = self._protocol
        protocol.makeConnection(self.transport)
        self._stands = True
        # Sockets, TLS layers and wrappers of endpoints look these methods up on the
        # instance each time; callers that keep bound methods reach the protocol, too.
        self.dataReceived = protocol.dataReceived  # type: ignore[method-assign]
        self.connectionLost = protocol.connectionLost  # type: ignore[method-assign,assignment]
        self._done.callback(protocol)
        if rest:
            # Last, since the callback may prepare the protocol for its data.
            protocol.dataReceived(rest)
