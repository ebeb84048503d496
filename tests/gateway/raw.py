"""Raw TCP connections whose every byte, pause and end a test decides."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from twisted.internet import error, reactor as installed
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import (
    HostnameEndpoint,
    TCP4ServerEndpoint,
    wrapClientTLS,
)
from twisted.internet.interfaces import (
    IHalfCloseableProtocol,
    IListeningPort,
    IOpenSSLClientConnectionCreator,
    IOpenSSLServerConnectionCreator,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.task import deferLater
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.http.listener.peer import bottom
from relay.tls.server import tls_factory

real: Any = installed
BOUND_S = 8.0
"""How long a state that must come may take."""
KERNEL_BYTES = 32_768
TURNS = 8
"""Turns of the reactor after which loopback traffic has settled."""


async def turn() -> None:
    """Run a turn of the reactor."""
    await deferLater(real, 0.0005)


async def until(state: Callable[[], Any], what: str) -> Any:
    """
    Wait for a state.

    :param state: returns something true once it is there.
    :param what: the state's name, for the failure.
    :return: what ``state`` returned.
    """
    deadline = real.seconds() + BOUND_S
    while not (there := state()):
        if real.seconds() > deadline:
            raise AssertionError(f"never came: {what}")
        await turn()
    return there


async def settle() -> None:
    """Run turns until all pending bytes have arrived."""
    for _ in range(TURNS):
        await turn()


@implementer(IHalfCloseableProtocol)
class Wire(Protocol):
    """One end of a connection, with the bytes that it received."""

    def __init__(self) -> None:
        self.received = b""
        self.total = 0
        """Bytes that arrived in all; :attr:`received` holds those not yet taken."""
        self.eof = False
        """Whether the other side has said that it sends no more."""
        self.sips = False
        """Whether to stop reading after each read."""
        self.keeps_open = False
        """Whether to go on sending after the other side's end of file."""
        self.lost: Failure | None = None

    @property
    def _transport(self) -> Any:
        return self.transport

    def dataReceived(self, data: bytes) -> None:
        """Keep what came."""
        self.received += data
        self.total += len(data)
        if self.sips:
            self.stop_reading()

    def readConnectionLost(self) -> None:
        """The other side sends no more."""
        self.eof = True
        if not self.keeps_open:
            self._transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Do nothing: the test itself ended this side."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Keep the reason."""
        self.lost = reason

    @property
    def over(self) -> bool:
        """Whether the other side has ended, in whatever way."""
        return self.eof or self.lost is not None

    @property
    def was_reset(self) -> bool:
        """Whether the end was a TCP reset."""
        return (
            not self.eof
            and self.lost is not None
            and self.lost.check(error.ConnectionLost) is not None
        )

    def send(self, data: bytes) -> None:
        """Send; what does not fit waits in this process."""
        self._transport.write(data)

    def close(self) -> None:
        """Close in an orderly way."""
        self._transport.loseConnection()

    def end_sending(self) -> None:
        """Send no more, but listen on."""
        self._transport.loseWriteConnection()

    def reset(self) -> None:
        """Close with a TCP reset."""
        self._transport.abortConnection()

    def stop_reading(self) -> None:
        """Take no byte from now on."""
        self._transport.pauseProducing()

    def read_on(self) -> None:
        """Take bytes again."""
        self._transport.resumeProducing()

    @property
    def unsent(self) -> int:
        """Bytes that :meth:`send` was given and the kernel has not taken."""
        transport = self._transport
        unsent: int = (
            len(transport.dataBuffer) - transport.offset + transport._tempDataLen
        )
        return unsent

    async def until_over(self) -> None:
        """Wait for the other side's end."""
        await until(lambda: self.over, f"the end of a connection ({self.received!r})")

    async def until_received(self, marker: bytes) -> None:
        """Wait until some bytes are there; they are not taken."""
        await until(lambda: marker in self.received, f"{marker!r} in {self.received!r}")

    async def take(self, count: int) -> bytes:
        """Wait for some bytes, and take them."""
        await until(
            lambda: len(self.received) >= count,
            f"{count} bytes, not {self.received!r}",
        )
        taken, self.received = self.received[:count], self.received[count:]
        return taken

    async def take_until(self, end: bytes) -> bytes:
        """Wait for an end mark, and take everything up to and with it."""
        await self.until_received(end)
        return await self.take(self.received.index(end) + len(end))


@dataclass
class Head:
    """The head of a message as it was on the wire."""

    line: bytes
    fields: list[tuple[bytes, bytes]]
    """Names in lower case, in order."""

    @classmethod
    def parse(cls, raw: bytes) -> Head:
        """Take a head apart, with or without the blank line at its end."""
        line, *lines = raw.removesuffix(b"\r\n\r\n").split(b"\r\n")
        pairs = [one.partition(b":") for one in lines]
        return cls(line, [(n.lower(), value.strip()) for n, _, value in pairs])

    def all(self, name: bytes) -> list[bytes]:
        """The values of a field, in order."""
        return [value for one, value in self.fields if one == name]

    def get(self, name: bytes) -> bytes | None:
        """The only value of a field; None when it is absent."""
        values = self.all(name)
        if len(values) > 1:
            raise AssertionError(f"{name!r} stands there {len(values)} times")
        return values[0] if values else None

    def get_id(self) -> bytes:
        """The gateway's id of the exchange."""
        return self.get(b"x-gravitee-request-id") or b""

    @property
    def target(self) -> bytes:
        """The target of a request."""
        return self.line.split(b" ")[1]

    @property
    def status(self) -> int:
        """The status of a response."""
        return int(self.line.split(b" ")[1])


@dataclass
class Answer(Head):
    """A whole response."""

    body: bytes = b""
    trailers: list[tuple[bytes, bytes]] = field(default_factory=list)


class Client(Wire):
    """A client's connection to the gateway."""

    @property
    def was_cut(self) -> bool:
        """Whether the end was an end of file, and no last chunk came before it."""
        return self.eof and not self.received.endswith(b"0\r\n\r\n")

    async def head(self) -> Head:
        """Wait for a response's head, and take it."""
        return Head.parse(await self.take_until(b"\r\n\r\n"))

    async def answer(self, method: bytes = b"GET") -> Answer:
        """
        Wait for a whole response, and take it.

        :param method: what was asked, since HEAD is answered without a body.
        """
        head = await self.head()
        answer = Answer(head.line, head.fields)
        length = head.get(b"content-length")
        if method == b"HEAD" or answer.status in (204, 304):
            return answer
        if head.get(b"transfer-encoding") == b"chunked":
            if length is not None:
                raise AssertionError("both Content-Length and Transfer-Encoding")
            while size := int((await self.take_until(b"\r\n")).strip(), 16):
                answer.body += (await self.take(size + 2))[:-2]
            while line := (await self.take_until(b"\r\n"))[:-2]:
                name, _, value = line.partition(b":")
                answer.trailers.append((name.lower(), value.strip()))
        elif length is not None:
            answer.body = await self.take(int(length))
        else:
            await self.until_over()
            if not self.eof:
                raise AssertionError(f"cut off: {self.received!r}")
            answer.body, self.received = self.received, b""
        return answer

    async def event(self) -> bytes:
        """Wait for a chunk, and take it."""
        size = int((await self.take_until(b"\r\n")).strip(), 16)
        return (await self.take(size + 2))[:-2]


class SourceConnection(Wire):
    """A connection that the gateway has opened to the source."""

    def __init__(self) -> None:
        super().__init__()
        self.requests = 0
        """How many requests have begun to arrive."""
        self.given_out = 0
        """How many of them :meth:`Source.asked` has given out."""

    def dataReceived(self, data: bytes) -> None:
        """Count requests."""
        self.requests += data.count(b" HTTP/1.1\r\n")
        super().dataReceived(data)

    async def head(self) -> Head:
        """Wait for a request's head, and take it."""
        return Head.parse(await self.take_until(b"\r\n\r\n"))


class Source:
    """A source on a loopback port, which does nothing by itself."""

    def __init__(self) -> None:
        self.connections: list[SourceConnection] = []
        self.port: Any = None
        self.next = 0

    async def listen(
        self, creator: IOpenSSLServerConnectionCreator | None = None
    ) -> None:
        """Begin to accept."""
        source = self

        class Accepting(Factory[SourceConnection]):
            noisy = False

            def buildProtocol(self, addr: object) -> SourceConnection:
                connection = SourceConnection()
                source.connections.append(connection)
                return connection

        factory: Any = Accepting()
        if creator is not None:
            factory = tls_factory(creator, factory, real)
        endpoint = TCP4ServerEndpoint(real, 0, interface="127.0.0.1")
        self.port = await endpoint.listen(factory)
        narrow(self.port.socket)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port.getHost().port}"

    async def accepted(self) -> SourceConnection:
        """Wait for the next connection."""
        index, self.next = self.next, self.next + 1
        await until(
            lambda: len(self.connections) > index, f"connection {index} to the source"
        )
        return self.connections[index]

    async def asked(self) -> SourceConnection:
        """Wait for the next request, on a new connection or on a kept one."""

        def waiting() -> SourceConnection | None:
            for index, one in enumerate(self.connections):
                if one.requests > one.given_out:
                    self.next = max(self.next, index + 1)
                    return one
            return None

        asked: SourceConnection = await until(waiting, "a request to the source")
        asked.given_out += 1
        await asked.until_received(b"\r\n\r\n")
        return asked


def narrow(handle: socket.socket) -> None:
    """Make the kernel's buffers of a socket small, so that they are soon full."""
    handle.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
    handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BYTES)


async def connect(
    port: IListeningPort, creator: IOpenSSLClientConnectionCreator | None = None
) -> Client:
    """Connect to a port of this process."""
    endpoint: Any = HostnameEndpoint(real, "127.0.0.1", cast(Any, port).getHost().port)
    if creator is not None:
        endpoint = wrapClientTLS(creator, endpoint)
    client = Client()
    connecting: Deferred[Client] = endpoint.connect(Factory.forProtocol(lambda: client))
    await connecting
    narrow(bottom(client.transport).socket)
    return client
