"""Sockets that the control process opens, and that workers accept from."""

from __future__ import annotations

import os
import socket
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.protocol import Factory, Protocol
from twisted.trial.unittest import TestCase

from relay.daemon.listener import Place
from relay.settings.listeners import ListenerSettings
from relay.workers.inherited import InheritedSockets
from relay.workers.sockets import SharedPort, shared_ports

REACTOR: Any = reactor
LOOPBACK = "127.0.0.1"


class Greeting(Protocol):
    """Greets and closes."""

    def connectionMade(self) -> None:
        """Greet."""
        transport: Any = self.transport
        transport.write(b"hello")
        transport.loseConnection()


class Reading(Protocol):
    """Reads to the end."""

    def __init__(self) -> None:
        self.read = b""
        self.ended: Deferred[bytes] = Deferred()

    def dataReceived(self, data: bytes) -> None:
        """Keep what comes."""
        self.read += data

    def connectionLost(self, reason: Any = None) -> None:
        """Report the end."""
        self.ended.callback(self.read)


def place(name: str, endpoint: str) -> Place:
    """Make a place for clients."""
    return Place(name, endpoint, client=ListenerSettings())


class SharedPortTests(TestCase):
    """A port of two workers."""

    def setUp(self) -> None:
        """Open it."""
        self.port = self.opened(0)

    def opened(self, number: int) -> SharedPort:
        """Open a port."""
        port = SharedPort(number, Factory(), 100, LOOPBACK, 2)
        port.startListening()
        self.addCleanup(port.stopListening)
        return port

    def test_connections_are_spread(self) -> None:
        """Both sockets get some of 100 connections."""
        clients = [
            socket.create_connection((LOOPBACK, self.port.port)) for _ in range(100)
        ]
        counts = [0, 0]
        for worker in (1, 2):
            listening = self.port.socket_of(worker)
            listening.setblocking(False)
            while True:
                try:
                    listening.accept()[0].close()
                except BlockingIOError:
                    break
                counts[worker - 1] += 1
        for one in clients:
            one.close()
        self.assertEqual(sum(counts), 100)
        self.assertNotIn(0, counts)

    def test_an_address_in_use(self) -> None:
        """Another daemon does not share the address by accident."""
        error = self.assertRaises(CannotListenError, self.opened, self.port.port)
        self.assertIn("in use", str(error))

    def test_opened_again(self) -> None:
        """A port that was free at first stays the same."""
        number = self.port.getHost().port
        self.port.stopListening()
        self.assertFalse(self.port.connected)
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection((LOOPBACK, number))
        self.port.startListening()
        self.assertEqual(self.port.getHost().port, number)


class InheritedTests(TestCase):
    """A worker's side, in the same process."""

    def setUp(self) -> None:
        """Make an empty set of sockets."""
        self.sockets = InheritedSockets(REACTOR)
        self.addCleanup(self.sockets.keep, set())

    async def opened(self, where: Place) -> Any:
        """Open a port of the control process, then one of the worker's."""
        factory = Factory.forProtocol(Greeting)
        control = await shared_ports(REACTOR, 1)(where, factory, 1000)
        if hasattr(control, "startReading"):
            control.startReading()
        self.addCleanup(lambda: maybeDeferred(control.stopListening))
        number = (
            control.socket_of(1).fileno()
            if isinstance(control, SharedPort)
            else control.fileno()
        )
        self.sockets.take([where.name], [os.dup(number)])
        port = await self.sockets.open_port(where, factory, 1000)
        self.addCleanup(
            lambda: maybeDeferred(port.stopListening) if port.connected else None
        )
        return port

    async def greeting(self, port: Any) -> bytes:
        """Connect, and read what the worker sends."""
        address = port.getHost()
        reading = Reading()
        factory = Factory.forProtocol(lambda: reading)
        connector: Any
        if hasattr(address, "name"):
            connector = REACTOR.connectUNIX(address.name, _client(factory))
        else:
            connector = REACTOR.connectTCP(address.host, address.port, _client(factory))
        self.addCleanup(connector.disconnect)
        return await reading.ended

    async def test_tcp(self) -> None:
        """The worker accepts, also after its port was closed for a while."""
        port = await self.opened(place("a", f"tcp:0:interface={LOOPBACK}"))
        self.assertEqual(await self.greeting(port), b"hello")
        await maybeDeferred(port.stopListening)
        port.startListening()
        self.assertEqual(await self.greeting(port), b"hello")

    async def test_a_unix_socket(self) -> None:
        """The file stays when the worker's port is closed, and so does its backlog."""
        path = os.path.abspath(f"/tmp/{os.path.basename(self.mktemp())}.{os.getpid()}")
        port = await self.opened(place("a", f"unix:{path}"))
        self.assertEqual(await self.greeting(port), b"hello")
        await maybeDeferred(port.stopListening)
        self.assertTrue(os.path.exists(path))
        port.startListening()
        self.assertEqual(await self.greeting(port), b"hello")

    async def test_a_socket_that_was_taken_away(self) -> None:
        """The port cannot be opened without it."""
        port = await self.opened(place("a", f"tcp:0:interface={LOOPBACK}"))
        self.sockets.keep({"b"})
        await maybeDeferred(port.stopListening)
        self.assertRaises(CannotListenError, port.startListening)


def _client(factory: Any) -> Any:
    """Make a factory of clients."""
    from twisted.internet.protocol import ClientFactory

    made = ClientFactory()
    made.noisy = False
    made.protocol = factory.protocol
    return made
