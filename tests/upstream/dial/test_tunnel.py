"""Tests for :mod:`relay.upstream.dial.tunnel`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet import reactor as installed
from twisted.internet.address import IPv4Address
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import (
    HostnameEndpoint,
    TCP4ClientEndpoint,
    TCP4ServerEndpoint,
    wrapClientTLS,
)
from twisted.internet.error import (
    ConnectingCancelledError,
    ConnectionDone,
    ConnectionRefusedError,
)
from twisted.internet.interfaces import (
    IProtocol,
    IProtocolFactory,
    IReactorTCP,
    IReactorTime,
    IStreamClientEndpoint,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.tcp import Client, Connection
from twisted.internet.testing import StringTransport
from twisted.protocols.tls import TLSMemoryBIOProtocol
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase, TestCase
from zope.interface import implementer

from relay.model.api.endpoints.ssl_options import SslOptions
from relay.tls.client import client_creators
from relay.tls.server import server_creator, tls_factory
from relay.tls.verification import explain
from relay.upstream.dial.tunnel import TunnelError, http_connect, socks5
from tests.pki import Authority
from tests.proxies import ConnectProxy, Proxy, SocksProxy

reactor_tcp = IReactorTCP(installed)
reactor_time = IReactorTime(installed)

BOUND_S = 10.0
SECRET = "s3cret"
ROOT = Authority()
PEER = IPv4Address("TCP", "192.0.2.1", 3128)

Through = Callable[..., IStreamClientEndpoint]

CONNECT_ANSWERS = (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n")
SOCKS_ANSWERS = (b"\x05\x02", b"\x01\x00", b"\x05\x00\x00\x01\x7f\x00\x00\x01\x1f\x90")
KINDS: tuple[tuple[Through, tuple[bytes, ...]], ...] = (
    (http_connect, CONNECT_ANSWERS),
    (socks5, SOCKS_ANSWERS),
)


class Caller(Protocol):
    """The protocol of the caller, which records its calls."""

    transport: Any

    def __init__(self) -> None:
        self.heard = b""
        self.lost: Failure | None = None
        self.ended: Deferred[None] = Deferred()
        self.waits: list[tuple[int, Deferred[None]]] = []
        self.take: Callable[[bytes], None] = self._keep

    def dataReceived(self, data: bytes) -> None:
        self.take(data)

    def _keep(self, data: bytes) -> None:
        self.heard += data
        while self.waits and len(self.heard) >= self.waits[0][0]:
            self.waits.pop(0)[1].callback(None)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.lost = reason
        self.ended.callback(None)

    async def hear(self, length: int) -> bytes:
        """All that was received, once it is so long."""
        if len(self.heard) < length:
            waiting: Deferred[None] = Deferred()
            self.waits.append((length, waiting))
            await waiting.addTimeout(BOUND_S, reactor_time)
        return self.heard


def heard_by(protocol: IProtocol) -> bytes:
    """Return the bytes that a caller has received so far."""
    assert isinstance(protocol, Caller)
    return protocol.heard


class Echo(Protocol):
    """An origin that sends a greeting if it has one, then echoes."""

    transport: Connection

    def __init__(self, origin: Origin) -> None:
        self.origin = origin

    def connectionMade(self) -> None:
        self.origin.open.append(self)
        if self.origin.hello:
            self.transport.write(self.origin.hello)

    def dataReceived(self, data: bytes) -> None:
        self.transport.write(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.origin.open.remove(self)


class Origin(Factory):
    """Builds :class:`Echo`, and knows who is connected."""

    noisy = False

    def __init__(self, hello: bytes = b"", kind: type[Echo] = Echo) -> None:
        self.hello = hello
        self.kind = kind
        self.open: list[Echo] = []

    def buildProtocol(self, addr: object) -> Echo:
        return self.kind(self)

    def busy(self) -> bool:
        """Whether anybody is connected."""
        return bool(self.open)

    def idle(self) -> bool:
        """Whether no connection is open."""
        return not self.open


class Callers(Factory):
    """Provides one :class:`Caller`, and counts its uses."""

    noisy = False

    def __init__(self) -> None:
        self.caller = Caller()
        self.started = 0
        self.stopped = 0

    def buildProtocol(self, addr: object) -> Caller:
        return self.caller

    def startFactory(self) -> None:
        self.started += 1

    def stopFactory(self) -> None:
        self.stopped += 1


@implementer(IStreamClientEndpoint)
class Wire:
    """An inner endpoint in memory, which connects when the test says so."""

    def __init__(self) -> None:
        self.cancelled = False
        self.transport = StringTransport(peerAddress=PEER)
        self.aborted = 0
        self.transport.abortConnection = self._abort  # type: ignore[method-assign]
        self.protocol: IProtocol | None = None

    def _abort(self) -> None:
        self.aborted += 1

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        self.factory = protocolFactory
        self.connecting: Deferred[IProtocol] = Deferred(self._cancel)
        return self.connecting

    def _cancel(self, _: Deferred[IProtocol]) -> None:
        self.cancelled = True

    def arrive(self) -> None:
        """The connection is made."""
        protocol = self.factory.buildProtocol(PEER)
        assert protocol is not None
        self.protocol = protocol
        protocol.makeConnection(self.transport)
        if not self.connecting.called:
            self.connecting.callback(protocol)

    def deliver(self, data: bytes) -> None:
        """The proxy sends."""
        assert self.protocol is not None
        self.protocol.dataReceived(data)

    def lose(self) -> None:
        """The connection is gone."""
        assert self.protocol is not None
        self.protocol.connectionLost(Failure(ConnectionDone()))


class MemoryTests(SynchronousTestCase):
    """The life of a tunnel, step by step, without sockets."""

    def begin(self, through: Through) -> tuple[Wire, Callers, Deferred[IProtocol]]:
        """A tunnel whose connection to the proxy is being made."""
        wire, callers = Wire(), Callers()
        endpoint = through(wire, "origin.example", 443, "user", SECRET)
        return wire, callers, endpoint.connect(callers)

    def test_hand_over(self) -> None:
        """The caller gets the wire's own transport, and is asked directly after."""
        for through, answers in KINDS:
            wire, callers, done = self.begin(through)
            wire.arrive()
            for answer in answers:
                self.assertNoResult(done)
                self.assertIsNone(callers.caller.transport)
                wire.deliver(answer)
            caller = callers.caller
            self.assertIs(self.successResultOf(done), caller)
            self.assertIs(caller.transport, wire.transport)
            assert wire.protocol is not None
            self.assertEqual(wire.protocol.dataReceived, caller.dataReceived)
            self.assertEqual(wire.protocol.connectionLost, caller.connectionLost)
            wire.deliver(b"data")
            wire.lose()
            self.assertEqual(caller.heard, b"data")
            assert caller.lost is not None
            self.assertTrue(caller.lost.check(ConnectionDone))
            self.assertEqual(wire.aborted, 0)

    def test_bytes_behind_the_head(self) -> None:
        """Bytes after the last answer of the proxy are delivered after the callback."""
        for through, answers in KINDS:
            data = b"".join(answers) + b"hello"
            for cut in range(len(data) + 1):
                wire, callers, done = self.begin(through)
                before = done.addCallback(heard_by)
                wire.arrive()
                wire.deliver(data[:cut])
                wire.deliver(data[cut:])
                self.assertEqual(callers.caller.heard, b"hello", cut)
                self.assertEqual(self.successResultOf(before), b"")

    def test_cancel_while_connecting(self) -> None:
        """The inner endpoint is cancelled; a connection that comes yet is dropped."""
        for through, _ in KINDS:
            wire, callers, done = self.begin(through)
            done.cancel()
            self.failureResultOf(done, CancelledError)
            self.assertTrue(wire.cancelled)
            wire.arrive()
            self.assertEqual((wire.aborted, wire.transport.value()), (1, b""))
            wire.lose()
            self.assertIsNone(callers.caller.transport)

    def test_cancel_while_negotiating(self) -> None:
        """Cancelling closes the socket at each step of the negotiation."""
        for through, answers in KINDS:
            data = b"".join(answers)
            for cut in range(len(data)):
                wire, callers, done = self.begin(through)
                wire.arrive()
                wire.deliver(data[:cut])
                sent = wire.transport.value()
                done.cancel()
                failure = self.failureResultOf(done, ConnectingCancelledError)
                self.assertEqual(failure.value.address, PEER)
                self.assertEqual(wire.aborted, 1)
                wire.deliver(data[cut:])
                wire.lose()
                self.assertEqual(wire.transport.value(), sent)
                self.assertIsNone(callers.caller.transport)

    def test_cancel_afterwards(self) -> None:
        """A tunnel that stands is the caller's; cancelling does nothing."""
        for through, answers in KINDS:
            wire, _, done = self.begin(through)
            wire.arrive()
            wire.deliver(b"".join(answers))
            done.cancel()
            self.assertEqual(wire.aborted, 0)

    def test_proxy_closes(self) -> None:
        """A connection that ends before each byte of the answers is an error."""
        for through, answers in KINDS:
            data = b"".join(answers)
            for cut in range(len(data)):
                wire, callers, done = self.begin(through)
                wire.arrive()
                wire.deliver(data[:cut])
                wire.lose()
                failure = self.failureResultOf(done, TunnelError)
                self.assertIn("during the negotiation", str(failure.value))
                self.assertIsNone(callers.caller.transport)

    def test_refusal_closes(self) -> None:
        """The connection to a proxy that refuses is closed."""
        for through, answer in (
            (http_connect, b"HTTP/1.1 403 No\r\n\r\n"),
            (socks5, b"\x05\xff"),
        ):
            wire, callers, done = self.begin(through)
            wire.arrive()
            wire.deliver(answer)
            self.failureResultOf(done, TunnelError)
            self.assertEqual(wire.aborted, 1)
            wire.deliver(b"more")
            wire.lose()
            self.assertIsNone(callers.caller.transport)

    def test_factory(self) -> None:
        """The caller's factory is started and stopped; one may build nothing."""
        wire, callers, _ = self.begin(http_connect)
        wire.factory.doStart()
        wire.factory.doStop()
        self.assertEqual((callers.started, callers.stopped), (1, 1))
        refusing = Factory()
        refusing.buildProtocol = lambda addr: None  # type: ignore[method-assign]
        http_connect(wire, "a.example", 443).connect(refusing)
        self.assertIsNone(wire.factory.buildProtocol(PEER))

    def test_a_protocol_that_cannot_be_connected(self) -> None:
        """When the caller's protocol fails at the hand-over, so does connecting."""
        wire, callers, done = self.begin(http_connect)

        def fail(transport: object) -> None:
            raise RuntimeError("no")

        callers.caller.makeConnection = fail  # type: ignore[method-assign]
        wire.arrive()
        self.assertRaises(RuntimeError, wire.deliver, b"".join(CONNECT_ANSWERS))
        wire.lose()
        self.failureResultOf(done, TunnelError)

    def test_impossible_arguments(self) -> None:
        """Arguments that cannot be sent are refused when the endpoint is made."""
        for through in (http_connect, socks5):
            self.assertRaises(ValueError, through, Wire(), "a\r\nb", 443)
            self.assertRaises(ValueError, through, Wire(), "a.example", 0)
        self.assertRaises(ValueError, http_connect, Wire(), "a", 1, "a:b", SECRET)
        self.assertRaises(ValueError, socks5, Wire(), "a", 1, "u" * 256, SECRET)


class _Sockets(TestCase):
    """Origins, proxies and callers on loopback."""

    async def origin(self, factory: Origin, *, tls: Any = None) -> int:
        """Serve an origin; gives its port."""
        served = tls_factory(tls, factory, reactor_time) if tls else factory
        port = await TCP4ServerEndpoint(reactor_tcp, 0, interface="127.0.0.1").listen(
            served
        )
        self.addCleanup(port.stopListening)
        number: int = port.getHost().port
        return number

    async def proxy(self, proxy: Proxy, **options: Any) -> Any:
        """Start a proxy for the time of the test."""
        proxy.names["origin.test"] = "127.0.0.1"
        await proxy.start(**options)
        self.addCleanup(lambda: Deferred.fromCoroutine(proxy.stop()))
        return proxy

    async def both(self, *credentials: str) -> list[tuple[Through, Proxy]]:
        """A proxy of each kind."""
        return [
            (http_connect, await self.proxy(ConnectProxy(reactor_tcp, *credentials))),
            (socks5, await self.proxy(SocksProxy(reactor_tcp, *credentials))),
        ]

    async def dial(self, endpoint: IStreamClientEndpoint) -> Caller:
        """Connect; the connection is dropped after the test."""
        callers = Callers()
        caller = await endpoint.connect(callers).addTimeout(BOUND_S, reactor_time)
        assert caller is callers.caller
        self.addCleanup(self.hang_up, callers.caller)
        return callers.caller

    async def hang_up(self, caller: Caller) -> None:
        """Drop a connection, and wait until it is gone."""
        if caller.lost is None:
            caller.transport.abortConnection()
            await caller.ended

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until a condition holds, for a bounded time."""
        deadline = reactor_time.seconds() + BOUND_S
        while not holds():
            self.assertLess(reactor_time.seconds(), deadline, "did not come to hold")
            turned: Deferred[None] = Deferred()
            reactor_time.callLater(0.002, turned.callback, None)
            await turned


class SocketTests(_Sockets):
    """Through real proxies."""

    async def test_echo(self) -> None:
        """Bytes go both ways, the first words of the origin included."""
        port = await self.origin(Origin(b"hello "))
        for through, proxy in await self.both("user", SECRET):
            way = HostnameEndpoint(installed, "127.0.0.1", proxy.port)
            endpoint = through(way, "origin.test", port, "user", SECRET)
            caller = await self.dial(endpoint)
            self.assertIsInstance(caller.transport, Client)
            caller.transport.write(b"there")
            self.assertEqual(await caller.hear(11), b"hello there")
            self.assertEqual(proxy.asked, [("origin.test", port)])
            self.assertEqual(proxy.offered, [("user", SECRET)])

    async def test_addresses(self) -> None:
        """An address reaches the proxy as an address; no credentials, none sent."""
        port = await self.origin(Origin(b"hello"))
        for through, proxy in await self.both():
            caller = await self.dial(through(proxy.endpoint(), "127.0.0.1", port))
            self.assertEqual(await caller.hear(5), b"hello")
            self.assertEqual(proxy.asked, [("127.0.0.1", port)])
            self.assertEqual(proxy.offered, [])

    async def test_endpoint_serves_many(self) -> None:
        """One endpoint makes any number of tunnels, also at one time."""
        port = await self.origin(Origin(b"hello"))
        for through, proxy in await self.both():
            endpoint = through(proxy.endpoint(), "origin.test", port)
            for caller in [await self.dial(endpoint) for _ in range(3)]:
                self.assertEqual(await caller.hear(5), b"hello")

    async def test_interim_heads(self) -> None:
        """Interim heads of a proxy are passed over."""
        port = await self.origin(Origin(b"hello"))
        proxy = await self.proxy(ConnectProxy(reactor_tcp))
        proxy.head = b"HTTP/1.1 102 Processing\r\n\r\n" + proxy.head
        caller = await self.dial(http_connect(proxy.endpoint(), "origin.test", port))
        self.assertEqual(await caller.hear(5), b"hello")

    async def test_ends(self) -> None:
        """An end at either side reaches the other."""
        for drop in ("loseConnection", "abortConnection"):
            factory = Origin(b"hello")
            port = await self.origin(factory)
            for through, proxy in await self.both():
                caller = await self.dial(through(proxy.endpoint(), "origin.test", port))
                await caller.hear(5)
                getattr(caller.transport, drop)()
                await self.until(factory.idle)
                caller = await self.dial(through(proxy.endpoint(), "origin.test", port))
                await caller.hear(5)
                getattr(factory.open[0].transport, drop)()
                await caller.ended.addTimeout(BOUND_S, reactor_time)

    async def test_refusals(self) -> None:
        """Wrong credentials, rules, and an unreachable target, by kind."""
        lost = await self.origin(Origin())
        for (through, proxy), status, code in zip(
            await self.both("user", SECRET), (407, None), (403, 2), strict=True
        ):
            endpoint = through(proxy.endpoint(), "a.example", 1, "user", "wrong")
            error = await self.assertFailure(endpoint.connect(Callers()), TunnelError)
            assert isinstance(error, TunnelError)
            self.assertEqual(error.status, status)
            self.assertIn("refused the user name and password", str(error))
            endpoint = through(proxy.endpoint(), "a.example", 1)
            error = await self.assertFailure(endpoint.connect(Callers()), TunnelError)
            self.assertIn("requires a user name and password", str(error))
            proxy.refusal = code
            endpoint = through(proxy.endpoint(), "origin.test", lost, "user", SECRET)
            error = await self.assertFailure(endpoint.connect(Callers()), TunnelError)
            self.assertIn("the proxy refused the tunnel: ", str(error))
            await self.until(proxy.idle)

    async def test_no_proxy(self) -> None:
        """A proxy that is not there fails as any connection does."""
        proxy = await ConnectProxy(reactor_tcp).start()
        port = proxy.port
        await proxy.stop()
        for through in (http_connect, socks5):
            way = TCP4ClientEndpoint(reactor_tcp, "127.0.0.1", port)
            connecting = through(way, "a.example", 1).connect(Callers())
            await self.assertFailure(connecting, ConnectionRefusedError)

    async def test_cancel_closes_the_socket(self) -> None:
        """A silent proxy sees its connection go as soon as we give up."""
        factory = Origin(kind=Silent)
        port = await self.origin(factory)
        for through in (http_connect, socks5):
            way = HostnameEndpoint(installed, "127.0.0.1", port)
            connecting = through(way, "a.example", 1).connect(Callers())
            await self.until(factory.busy)
            connecting.cancel()
            await self.assertFailure(connecting, ConnectingCancelledError)
            await self.until(factory.idle)

    async def test_back_pressure(self) -> None:
        """A caller that pauses stops the origin; all arrives when it resumes."""
        size = 32 * 1024 * 1024
        factory = Origin()
        port = await self.origin(factory)
        for through, proxy in await self.both():
            caller = await self.dial(through(proxy.endpoint(), "origin.test", port))
            await self.until(factory.busy)
            caller.transport.pauseProducing()
            flood = Flood(factory.open[0].transport, size)
            await self.until(flood.is_paused)
            self.assertEqual(caller.heard, b"")
            self.assertGreater(flood.left, 0)
            received = Counter(caller, size)
            caller.transport.resumeProducing()
            await self.until(received.complete)
            await self.hang_up(caller)
            await self.until(factory.idle)

    async def test_producer(self) -> None:
        """The transport drives the caller's own producer as any socket does."""
        size = 16 * 1024 * 1024
        factory = Origin()
        port = await self.origin(factory)
        for through, proxy in await self.both():
            caller = await self.dial(through(proxy.endpoint(), "origin.test", port))
            received = Counter(caller, size)
            flood = Flood(caller.transport, size)
            await self.until(received.complete)
            self.assertGreater(flood.pauses, 0)
            await self.hang_up(caller)
            await self.until(factory.idle)


class Silent(Echo):
    """A proxy that reads the request and does not answer."""

    def dataReceived(self, data: bytes) -> None:
        """Ignore the request."""


class Counter:
    """Counts what a caller receives from now on."""

    def __init__(self, caller: Caller, size: int) -> None:
        self.left = size
        caller.take = self._take

    def complete(self) -> bool:
        """Whether as much has come as was expected."""
        return self.left == 0

    def _take(self, data: bytes) -> None:
        self.left -= len(data)


class Flood:
    """A push producer of so many bytes."""

    BLOCK = b"x" * 65536

    def __init__(self, transport: Any, size: int) -> None:
        self.transport = transport
        self.left = size
        self.paused = False
        self.pauses = 0
        transport.registerProducer(self, True)
        self.resumeProducing()

    def resumeProducing(self) -> None:
        self.paused = False
        while self.left and not self.paused:
            block = self.BLOCK[: self.left]
            self.left -= len(block)
            self.transport.write(block)
        if not self.left:
            self.transport.unregisterProducer()

    def pauseProducing(self) -> None:
        self.paused = True
        self.pauses += 1

    def stopProducing(self) -> None:
        self.left = 0

    def is_paused(self) -> bool:
        """Whether the transport takes no more."""
        return self.paused


class TlsTests(_Sockets):
    """TLS through a tunnel, and tunnels through other things."""

    def listener(self, *names: str) -> Any:
        """The TLS of a listener for these names."""
        files = ROOT.server(*names).write(self.mktemp())
        return server_creator(files.certificate, files.key)

    def creator(self, host: str) -> Any:
        """The TLS of a client that believes :data:`ROOT`."""
        store = {"trustStore": {"type": "PEM", "content": ROOT.pem}}
        return client_creators(SslOptions.read(store))(host)

    async def test_tls_to_the_origin(self) -> None:
        """
        TLS runs between the client and the origin, verified for the origin's name.
        """
        port = await self.origin(Origin(b"hello"), tls=self.listener("origin.test"))
        for through, proxy in await self.both():
            tunnel = through(proxy.endpoint(), "origin.test", port)
            caller = await self.dial(wrapClientTLS(self.creator("origin.test"), tunnel))
            self.assertEqual(await caller.hear(5), b"hello")
            caller.transport.write(b" there")
            self.assertEqual(await caller.hear(11), b"hello there")
            layer = caller.transport
            self.assertIsInstance(layer, TLSMemoryBIOProtocol)
            self.assertIsInstance(layer.transport, Client)
            caller.transport.loseConnection()
            await caller.ended.addTimeout(BOUND_S, reactor_time)

    async def test_wrong_name(self) -> None:
        """An origin with another name is refused with the reason."""
        port = await self.origin(Origin(b"hello"), tls=self.listener("other.test"))
        for through, proxy in await self.both():
            tunnel = through(proxy.endpoint(), "origin.test", port)
            caller = await self.dial(wrapClientTLS(self.creator("origin.test"), tunnel))
            await caller.ended.addTimeout(BOUND_S, reactor_time)
            assert caller.lost is not None
            self.assertIn("host name mismatch", str(explain(caller.lost.value)))

    async def test_refusal_under_tls(self) -> None:
        """A refusal of the proxy passes unchanged through the TLS endpoint."""
        for through, proxy in await self.both("user", SECRET):
            tunnel = through(proxy.endpoint(), "origin.test", 1)
            connecting = wrapClientTLS(self.creator("origin.test"), tunnel).connect(
                Callers()
            )
            await self.assertFailure(connecting, TunnelError)

    async def test_cancel_under_tls(self) -> None:
        """Cancelling the TLS endpoint closes the socket to a silent proxy."""
        factory = Origin(kind=Silent)
        port = await self.origin(factory)
        for through in (http_connect, socks5):
            way = TCP4ClientEndpoint(reactor_tcp, "127.0.0.1", port)
            tunnel = through(way, "origin.test", 443)
            connecting = wrapClientTLS(self.creator("origin.test"), tunnel).connect(
                Callers()
            )
            await self.until(factory.busy)
            connecting.cancel()
            await self.assertFailure(connecting, ConnectingCancelledError)
            await self.until(factory.idle)

    async def test_tls_to_the_proxy(self) -> None:
        """The way to the proxy may itself be TLS."""
        port = await self.origin(Origin(b"hello"))
        for through, proxy in (
            (http_connect, ConnectProxy(reactor_tcp)),
            (socks5, SocksProxy(reactor_tcp)),
        ):
            listener = self.listener("proxy.test")
            await self.proxy(
                proxy, factory=tls_factory(listener, proxy.factory(), reactor_time)
            )
            way = wrapClientTLS(self.creator("proxy.test"), proxy.endpoint())
            caller = await self.dial(through(way, "origin.test", port))
            self.assertEqual(await caller.hear(5), b"hello")
            self.assertIsInstance(caller.transport, TLSMemoryBIOProtocol)

    async def test_tunnel_through_a_tunnel(self) -> None:
        """Proxies can be chained, with TLS at the end."""
        port = await self.origin(Origin(b"hello"), tls=self.listener("origin.test"))
        first = await self.proxy(ConnectProxy(reactor_tcp))
        second = await self.proxy(SocksProxy(reactor_tcp))
        way = http_connect(first.endpoint(), "127.0.0.1", second.port)
        tunnel = socks5(way, "origin.test", port)
        caller = await self.dial(wrapClientTLS(self.creator("origin.test"), tunnel))
        self.assertEqual(await caller.hear(5), b"hello")
        self.assertEqual(first.asked, [("127.0.0.1", second.port)])
        self.assertEqual(second.asked, [("origin.test", port)])
