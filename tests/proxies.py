"""Two small forward proxies for tests: HTTP ``CONNECT`` and SOCKS5.

They listen on loopback, really connect, ask for credentials when told to, and
remember what they were asked.
"""

from __future__ import annotations

import base64
import ipaddress
from typing import Self

from twisted.internet.address import IPv4Address
from twisted.internet.defer import maybeDeferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP4ServerEndpoint
from twisted.internet.interfaces import (
    IListeningPort,
    IProtocol,
    IProtocolFactory,
    IReactorTCP,
    IStreamClientEndpoint,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.tcp import Connection
from twisted.python.failure import Failure


class Proxy:
    """What both kinds have in common.

    :param reactor: listens and connects.
    :param username: wanted of every client, with the password; none is wanted
        without.
    """

    def __init__(
        self,
        reactor: IReactorTCP,
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        self.reactor = reactor
        self.credentials = None if username is None else (username, password or "")
        self.asked: list[tuple[str, int]] = []
        """Host and port of each tunnel asked for, as the client named them."""
        self.offered: list[tuple[str, str]] = []
        """User name and password of each client that gave them."""
        self.open: list[Near] = []
        """Connections of clients at present."""
        self.names: dict[str, str] = {}
        """Addresses of names that only this proxy knows."""
        self.refusal: int | None = None
        """Refuse every tunnel with this code: an HTTP status or a SOCKS5 reply."""
        self._port: IListeningPort | None = None

    def build(self) -> Near:
        """The protocol of one client's connection."""
        raise NotImplementedError

    def factory(self) -> Factory:
        """The listener's factory, for those who wrap it."""
        return _ProxyFactory(self)

    async def start(self, factory: IProtocolFactory | None = None) -> Self:
        """Listen on a free port of loopback."""
        endpoint = TCP4ServerEndpoint(self.reactor, 0, interface="127.0.0.1")
        self._port = await endpoint.listen(factory or self.factory())
        return self

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._port is not None
        address = self._port.getHost()
        assert isinstance(address, IPv4Address)
        return address.port

    def idle(self) -> bool:
        """Whether no client is connected."""
        return not self.open

    def endpoint(self) -> IStreamClientEndpoint:
        """The way to this proxy."""
        return TCP4ClientEndpoint(self.reactor, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """Stop listening and drop everybody."""
        for near in list(self.open):
            near.transport.abortConnection()
        if self._port is not None:
            await maybeDeferred(self._port.stopListening)


class _ProxyFactory(Factory):
    noisy = False

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy

    def buildProtocol(self, addr: object) -> Near:
        return self.proxy.build()


class _Splice(Protocol):
    """The half of a tunnel that faces the target."""

    transport: Connection

    def __init__(self, near: Near) -> None:
        self.near = near

    def dataReceived(self, data: bytes) -> None:
        self.near.transport.write(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self.near in self.near.proxy.open:
            self.near.transport.unregisterProducer()
            self.near.transport.loseConnection()


class _SpliceFactory(Factory):
    noisy = False

    def __init__(self, near: Near) -> None:
        self.near = near

    def buildProtocol(self, addr: object) -> _Splice:
        return _Splice(self.near)


class Near(Protocol):
    """The half of a tunnel that faces the client."""

    transport: Connection

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.buffer = b""
        self.far: _Splice | None = None

    def connectionMade(self) -> None:
        self.proxy.open.append(self)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.proxy.open.remove(self)
        if self.far is not None:
            self.far.transport.unregisterProducer()
            self.far.transport.loseConnection()

    def dataReceived(self, data: bytes) -> None:
        if self.far is not None:
            self.far.transport.write(data)
            return
        self.buffer += data
        self.negotiate()

    def negotiate(self) -> None:
        """Read :attr:`buffer` and answer."""
        raise NotImplementedError

    def stands(self) -> bytes:
        """The response that reports an open tunnel."""
        raise NotImplementedError

    def fails(self) -> bytes:
        """The response that reports an unreachable target."""
        raise NotImplementedError

    def refuse(self, answer: bytes) -> None:
        """Send a refusal and close the connection."""
        self.transport.write(answer)
        self.transport.loseConnection()

    def connect(self, host: str, port: int) -> None:
        """Connect to the target and splice."""
        address = self.proxy.names.get(host, host)
        endpoint = TCP4ClientEndpoint(self.proxy.reactor, address, port)
        endpoint.connect(_SpliceFactory(self)).addCallbacks(
            self._splice, lambda _: self.refuse(self.fails())
        )

    def _splice(self, far: IProtocol) -> None:
        assert isinstance(far, _Splice)
        self.far = far
        if self not in self.proxy.open:
            far.transport.abortConnection()
            return
        far.transport.registerProducer(self.transport, True)
        self.transport.registerProducer(far.transport, True)
        self.transport.write(self.stands())
        if self.buffer:
            far.transport.write(self.buffer)


class ConnectProxy(Proxy):
    """An HTTP proxy that knows ``CONNECT`` only."""

    head = b"HTTP/1.1 200 Connection established\r\n\r\n"
    """What opens a tunnel; tests may put interim heads before it."""

    def __init__(
        self,
        reactor: IReactorTCP,
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        super().__init__(reactor, username, password)
        self.heads: list[bytes] = []
        """Each request head as it came."""

    def build(self) -> Near:
        return _ConnectNear(self)


class _ConnectNear(Near):
    proxy: ConnectProxy

    def negotiate(self) -> None:
        head, end, rest = self.buffer.partition(b"\r\n\r\n")
        if not end:
            return
        self.buffer = rest
        self.proxy.heads.append(head)
        method, target, version = head.split(b"\r\n")[0].decode().split(" ")
        if (method, version) != ("CONNECT", "HTTP/1.1"):
            self.refuse(b"HTTP/1.1 405 Method Not Allowed\r\n\r\n")
            return
        wanted = self.proxy.credentials
        if wanted is not None and self.given(head) != wanted:
            self.refuse(
                b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                b'Proxy-Authenticate: Basic realm="test"\r\n'
                b"Content-Length: 0\r\n\r\n"
            )
            return
        host, _, port = target.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        self.proxy.asked.append((host, int(port)))
        if self.proxy.refusal is not None:
            self.refuse(b"HTTP/1.1 %d Refused\r\n\r\n" % self.proxy.refusal)
            return
        self.connect(host, int(port))

    def given(self, head: bytes) -> tuple[str, str] | None:
        """The client's Basic credentials."""
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b": ")
            if name == b"Proxy-Authorization":
                pair = base64.b64decode(value.removeprefix(b"Basic ")).decode()
                username, _, password = pair.partition(":")
                self.proxy.offered.append((username, password))
                return username, password
        return None

    def stands(self) -> bytes:
        return self.proxy.head

    def fails(self) -> bytes:
        return b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"


class SocksProxy(Proxy):
    """A SOCKS5 proxy (RFC 1928, RFC 1929) that knows ``CONNECT`` only."""

    def build(self) -> Near:
        return _SocksNear(self)


class _SocksNear(Near):
    stage = "greeting"

    def negotiate(self) -> None:
        while self.far is None and getattr(self, self.stage)():
            pass

    def take(self, length: int) -> bytes:
        """The next bytes of the buffer."""
        data, self.buffer = self.buffer[:length], self.buffer[length:]
        return data

    def greeting(self) -> bool:
        """The methods on offer; chooses one."""
        if len(self.buffer) < 2 or len(self.buffer) < 2 + self.buffer[1]:
            return False
        methods = self.take(2 + self.buffer[1])[2:]
        method = 0 if self.proxy.credentials is None else 2
        if method not in methods:
            self.refuse(b"\x05\xff")
            return False
        self.transport.write(bytes([5, method]))
        self.stage = "password" if method else "command"
        return True

    def password(self) -> bool:
        """User name and password."""
        buffer = self.buffer
        if len(buffer) < 2 or len(buffer) < 3 + buffer[1]:
            return False
        first = buffer[1]
        length = 3 + first + buffer[2 + first]
        if len(buffer) < length:
            return False
        message = self.take(length)
        given = message[2 : 2 + first].decode(), message[3 + first :].decode()
        self.proxy.offered.append(given)
        if given != self.proxy.credentials:
            self.refuse(b"\x01\x01")
            return False
        self.transport.write(b"\x01\x00")
        self.stage = "command"
        return True

    def command(self) -> bool:
        """Where to; connects."""
        buffer = self.buffer
        if len(buffer) < 5:
            return False
        size = {1: 4, 3: 1 + buffer[4], 4: 16}[buffer[3]]
        if len(buffer) < 6 + size:
            return False
        message = self.take(6 + size)
        address, port = message[4:-2], int.from_bytes(message[-2:], "big")
        host = (
            address[1:].decode()
            if message[3] == 3
            else str(ipaddress.ip_address(address))
        )
        self.proxy.asked.append((host, port))
        self.stage = "nothing"
        if self.proxy.refusal is not None:
            self.refuse(self.reply(self.proxy.refusal))
        else:
            self.connect(host, port)
        return False

    def nothing(self) -> bool:
        """Waits for the target; early bytes stay in the buffer."""
        return False

    def reply(self, code: int) -> bytes:
        """A reply with an address of no meaning."""
        return bytes([5, code, 0, 1, 0, 0, 0, 0, 0, 0])

    def stands(self) -> bytes:
        return self.reply(0)

    def fails(self) -> bytes:
        return self.reply(5)
