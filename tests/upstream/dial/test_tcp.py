"""Opening one connection: it stands, is refused, takes too long, or is given up."""

from __future__ import annotations

import os
import socket
from select import select
from struct import pack
from typing import Any

from twisted.internet import reactor as installed
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.error import (
    ConnectError,
    ConnectingCancelledError,
    ConnectionRefusedError,
    TimeoutError as ConnectTimeout,
)
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.trial.unittest import SkipTest, TestCase

from relay.reactor.descriptors import DESCRIPTORS
from relay.upstream.dial import tcp
from relay.upstream.dial.tcp import connect_tcp
from tests.gateway.raw import until
from tests.upstream.dial.test_dialer import black_hole

real: Any = installed


class Heard(Protocol):
    """Keeps the bytes that it receives, and the reason of the end."""

    def __init__(self) -> None:
        self.data = b""
        self.hears: Deferred[bytes] = Deferred()
        self.over: Deferred[Failure] = Deferred()

    def dataReceived(self, data: bytes) -> None:
        """Keep it."""
        self.data += data
        if not self.hears.called:
            self.hears.callback(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Keep why."""
        self.over.callback(reason.value)  # type: ignore[arg-type]


class Broken(Factory[Protocol]):
    """Makes no protocol."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def buildProtocol(self, addr: IAddress | None) -> Protocol | None:
        """Refuse to."""
        if self.error is not None:
            raise self.error
        return None


def open_sockets() -> int:
    """Count the sockets of this process."""
    return sum(
        os.path.islink(link) and os.readlink(link).startswith("socket:")
        for link in (f"/proc/self/fd/{one}" for one in os.listdir("/proc/self/fd"))
    )


class ConnectTests(TestCase):
    timeout = 10

    def listening(self, host: str = "127.0.0.1") -> socket.socket:
        """Open a port."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family)
        self.addCleanup(listener.close)
        try:
            listener.bind((host, 0))
        except OSError as reason:
            raise SkipTest(f"this machine has no {host}") from reason
        listener.listen()
        listener.settimeout(5)
        return listener

    def connect(
        self, listener: socket.socket, factory: Any = None, timeout_s: float = 5.0
    ) -> Deferred[Any]:
        """Begin to connect to a port."""
        host, port, *_ = listener.getsockname()
        kind = IPv6Address if ":" in host else IPv4Address
        return connect_tcp(
            real,
            kind("TCP", host, port),
            factory or Factory.forProtocol(Heard),
            timeout_s,
        )

    async def both_ways(self, host: str) -> None:
        """Exchange bytes, compare names, and hear of the end."""
        listener = self.listening(host)
        heard = await self.connect(listener)
        accepted, _ = listener.accept()
        self.assertEqual(heard.transport.getPeer().port, listener.getsockname()[1])
        self.assertEqual(heard.transport.getPeer().host, host)
        self.assertEqual(heard.transport.getHost().port, accepted.getpeername()[1])
        heard.transport.write(b"there")
        accepted.sendall(b"back")
        self.assertEqual(await heard.hears, b"back")
        await until(lambda: select([accepted], [], [], 0)[0], "bytes")
        self.assertEqual(accepted.recv(10), b"there")
        accepted.close()
        self.assertEqual(type(await heard.over).__name__, "ConnectionDone")

    async def test_what_is_kept_back_is_no_connection_to_a_source(self) -> None:
        """Near the limit of open files it fails at once, and leaves nothing open."""
        listener = self.listening()
        before = set(os.listdir("/proc/self/fd"))
        limit, reserved = DESCRIPTORS.limit, DESCRIPTORS.reserved
        self.addCleanup(DESCRIPTORS.keep, limit, reserved)
        DESCRIPTORS.keep(8, 2)
        with self.assertRaises(tcp.NoDescriptors):
            await self.connect(listener)
        self.assertEqual(set(os.listdir("/proc/self/fd")), before)

    async def test_version_4(self) -> None:
        """
        Bytes pass in both directions, both addresses are known, and the end is
        reported.
        """
        await self.both_ways("127.0.0.1")

    async def test_version_6(self) -> None:
        """The same with the longer addresses."""
        await self.both_ways("::1")

    async def test_reads(self) -> None:
        """A read without data is no end; an orderly end and a reset differ."""
        listener = self.listening()
        heard = await self.connect(listener)
        accepted, _ = listener.accept()
        self.assertIsNone(heard.transport.doRead())
        self.assertEqual(heard.data, b"")
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, pack("ii", 1, 0))
        accepted.close()
        self.assertEqual(type(await heard.over).__name__, "ConnectionLost")

    async def test_refused(self) -> None:
        """A closed port refuses, and leaves no socket behind."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            before = open_sockets()
            await self.assertFailure(self.connect(free), ConnectionRefusedError)
            self.assertEqual(open_sockets(), before)

    async def test_too_long(self) -> None:
        """A connection that exceeds its timeout fails, and its socket is closed."""
        filled = black_hole()
        for one in filled:
            self.addCleanup(one.close)
        before = open_sockets()
        await self.assertFailure(
            self.connect(filled[0], timeout_s=0.05), ConnectTimeout
        )
        self.assertEqual(open_sockets(), before)

    async def test_given_up(self) -> None:
        """Cancelling closes the socket at once."""
        filled = black_hole()
        for one in filled:
            self.addCleanup(one.close)
        before = open_sockets()
        connecting = self.connect(filled[0], timeout_s=0)
        connecting.cancel()
        await self.assertFailure(connecting, ConnectingCancelledError)
        self.assertEqual(open_sockets(), before)

    async def test_no_protocol(self) -> None:
        """A connection without a protocol is closed."""
        listener = self.listening()
        before = open_sockets()
        for error in (None, RuntimeError("no")):
            connecting = self.connect(listener, Broken(error))
            await self.assertFailure(connecting, ConnectError, Exception)
            listener.accept()[0].close()
        await until(lambda: open_sockets() == before, "the end of the sockets")

    async def test_no_such_place(self) -> None:
        """An address that cannot be dialled from here is an error of connecting."""
        for address in (
            IPv6Address("TCP", "fe80::1%no-such-zone", 1),
            IPv4Address("TCP", "255.255.255.255", 1),
        ):
            connecting = connect_tcp(real, address, Factory.forProtocol(Protocol), 5.0)
            await self.assertFailure(connecting, ConnectError, OSError)
