"""One TLS conversation over loopback: ping, pong, close."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography import x509
from OpenSSL import SSL
from twisted.internet import reactor as installed
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP4ServerEndpoint
from twisted.internet.interfaces import (
    IOpenSSLClientConnectionCreator,
    IOpenSSLServerConnectionCreator,
    IReactorTCP,
    IReactorTime,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.protocols.tls import TLSMemoryBIOProtocol
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.tls.endpoint import TLSEndpoint
from relay.tls.server import tls_factory
from relay.tls.verification import explain

reactor_tcp = IReactorTCP(installed)
reactor_time = IReactorTime(installed)

BOUND_S = 10.0


@dataclass
class Side:
    """The facts that one side saw."""

    heard: bytes = b""
    lost: Failure | None = None
    alpn: bytes | None = None
    version: str = ""
    server_name: bytes | None = None
    peer: x509.Certificate | None = None

    @property
    def reason(self) -> str | None:
        """Why the connection ended, if TLS knows."""
        return explain(self.lost.value) if self.lost is not None else None


@dataclass
class Conversation:
    """Both sides of one conversation, after its end."""

    client: Side = field(default_factory=Side)
    server: Side = field(default_factory=Side)

    @property
    def good(self) -> bool:
        """Whether bytes went both ways."""
        return (self.server.heard, self.client.heard) == (b"ping", b"pong")


class _Talk(Protocol):
    def __init__(self, side: Side, opening: bytes, answer: bytes) -> None:
        self.side = side
        self.opening = opening
        self.answer = answer
        self.ended: Deferred[None] = Deferred()

    def connectionMade(self) -> None:
        if self.opening:
            self.write(self.opening)

    def write(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.write(data)

    def dataReceived(self, data: bytes) -> None:
        self.side.heard += data
        transport = self.transport
        assert isinstance(transport, TLSMemoryBIOProtocol)
        connection: SSL.Connection = transport.getHandle()
        self.side.alpn = transport.negotiatedProtocol
        self.side.version = connection.get_protocol_version_name()
        self.side.server_name = connection.get_servername()
        self.side.peer = connection.get_peer_certificate(as_cryptography=True)
        if self.answer:
            self.write(self.answer)
        else:
            transport.loseConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.side.lost = reason
        self.ended.callback(None)


class _Once(Factory):
    def __init__(self, protocol: _Talk) -> None:
        self.talk = protocol

    def buildProtocol(self, addr: object) -> _Talk:
        return self.talk


async def converse(
    server: IOpenSSLServerConnectionCreator,
    client: IOpenSSLClientConnectionCreator,
) -> Conversation:
    """Run one conversation, and return what both sides saw."""
    result = Conversation()
    hosting = _Talk(result.server, b"", b"pong")
    calling = _Talk(result.client, b"ping", b"")
    port = await TCP4ServerEndpoint(reactor_tcp, 0, interface="127.0.0.1").listen(
        tls_factory(server, _Once(hosting), reactor_time)
    )
    try:
        endpoint = TCP4ClientEndpoint(reactor_tcp, "127.0.0.1", port.getHost().port)
        await TLSEndpoint(client, endpoint, reactor_time).connect(_Once(calling))
        await gatherResults([hosting.ended, calling.ended]).addTimeout(
            BOUND_S, reactor_time
        )
    finally:
        await port.stopListening()
    return result


@implementer(IOpenSSLServerConnectionCreator, IOpenSSLClientConnectionCreator)
class Plain:
    """A creator around any context, for peers that behave unlike ours."""

    def __init__(self, context: SSL.Context, server_name: bytes | None = None) -> None:
        self.context = context
        self.server_name = server_name

    def serverConnectionForTLS(
        self, tlsProtocol: TLSMemoryBIOProtocol
    ) -> SSL.Connection:
        return SSL.Connection(self.context)

    def clientConnectionForTLS(
        self, tlsProtocol: TLSMemoryBIOProtocol
    ) -> SSL.Connection:
        connection = SSL.Connection(self.context)
        if self.server_name is not None:
            connection.set_tlsext_host_name(self.server_name)
        return connection
