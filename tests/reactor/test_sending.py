"""Sending at once: what the socket takes, and what the transport is left."""

from __future__ import annotations

import socket
from typing import Any, cast

from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import optionsForClientTLS
from twisted.internet.tcp import Connection
from twisted.internet.testing import StringTransport
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.trial.unittest import SynchronousTestCase

from relay.reactor.sending import has_unsent, send_all, send_now, unsent_bytes


class Turns:
    """A reactor that writes when the test says so."""

    def __init__(self) -> None:
        self.writers: set[Connection] = set()

    def addWriter(self, writer: Connection) -> None:
        """Write when the turn comes."""
        self.writers.add(writer)

    def removeWriter(self, writer: Connection) -> None:
        """Write no more."""
        self.writers.discard(writer)


class Pace:
    """A producer that notes whether it is paused."""

    paused = False

    def pauseProducing(self) -> None:
        """The transport is full."""
        self.paused = True

    def resumeProducing(self) -> None:
        """The transport takes more."""
        self.paused = False

    def stopProducing(self) -> None:
        """The connection is gone."""


class SendNowTests(SynchronousTestCase):
    """A real pair of sockets."""

    def setUp(self) -> None:
        """Connect them."""
        near, self.far = socket.socketpair()
        near.setblocking(False)
        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.turns = Turns()
        self.transport = Connection(near, None, self.turns)  # type: ignore[arg-type]
        self.transport.connected = 1
        self.addCleanup(near.close)
        self.addCleanup(self.far.close)

    def turn(self) -> None:
        """Let the reactor write once."""
        for writer in list(self.turns.writers):
            writer.doWrite()

    def test_at_once(self) -> None:
        """All data is sent at once, and the reactor has nothing to write."""
        send_now(self.transport, b"event")
        self.assertEqual(self.far.recv(100), b"event")
        self.assertEqual(self.turns.writers, set())

    def test_what_does_not_fit(self) -> None:
        """Follows in order, at the reader's pace, with the producer paused."""
        pace = Pace()
        self.transport.registerProducer(pace, True)
        sent = b""
        for number in range(40):
            data = b"%04d" % number * 1024
            send_now(self.transport, data)
            sent += data
        self.assertTrue(pace.paused)
        got = b""
        while len(got) < len(sent):
            got += self.far.recv(65536)
            self.turn()
        self.assertEqual(got, sent)
        self.assertFalse(pace.paused)
        self.assertEqual(self.turns.writers, set())
        send_now(self.transport, b"more")
        self.assertEqual(self.far.recv(100), b"more")

    def test_a_peer_that_is_gone(self) -> None:
        """Shows when the reactor writes, as ever."""
        self.far.close()
        send_now(self.transport, b"event")
        self.assertEqual(self.turns.writers, {self.transport})
        self.assertIsInstance(self.transport.doWrite(), Exception)

    def test_a_connection_that_is_lost(self) -> None:
        """Takes nothing, and nothing goes wrong."""
        self.transport.connected = 0
        send_now(self.transport, b"event")
        self.assertEqual(self.turns.writers, set())


class UnsentBytesTests(SynchronousTestCase):
    """What waits for a peer, in every layer of its connection."""

    def test_a_queue(self) -> None:
        """What was written is counted until it is sent."""
        near, far = socket.socketpair()
        self.addCleanup(far.close)
        self.addCleanup(near.close)
        near.setblocking(False)
        transport = Connection(near, None, Turns())  # type: ignore[arg-type]
        transport.connected = 1
        self.assertEqual(unsent_bytes(transport), 0)
        written = 0
        while not has_unsent(transport):
            send_now(transport, b"x" * 65_536)
            written += 65_536
        left = unsent_bytes(transport)
        self.assertTrue(0 < left <= written)
        transport.doWrite()
        self.assertEqual(unsent_bytes(transport), left)
        transport.write(b"yy")
        self.assertEqual(unsent_bytes(transport), left + 2)
        far.recv(1 << 20)
        transport.doWrite()
        self.assertLess(unsent_bytes(transport), left + 2)

    def test_layers(self) -> None:
        """What TLS has not encrypted yet waits, too; a test's transport has nothing."""
        factory = TLSMemoryBIOFactory(
            optionsForClientTLS("relay"), True, Factory.forProtocol(Protocol)
        )
        protocol: Any = factory.buildProtocol(cast(Any, None))
        protocol.makeConnection(StringTransport())
        self.assertEqual(unsent_bytes(protocol), 0)
        protocol.write(b"x" * 100_000)
        self.assertEqual(unsent_bytes(protocol), 100_000)


class SendAllTests(SynchronousTestCase):
    """Real pairs of sockets."""

    def test_who_did_not_take_all(self) -> None:
        """The result names the transports that took a part, nothing, or are closed."""
        pairs = [socket.socketpair() for _ in range(4)]
        for pair in pairs:
            for end in pair:
                self.addCleanup(end.close)
            pair[0].setblocking(False)
        whole, part, full, gone = (near for near, _ in pairs)
        for near in (part, full):
            near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        while not send_all([full.send], b"x" * 512):
            pass
        pairs[3][1].close()
        data = b"y" * 65536
        short = dict(send_all([one.send for one in (whole, part, full, gone)], data))
        self.assertNotIn(whole.send, short)
        self.assertTrue(0 < short[part.send] < len(data))
        self.assertEqual((short[full.send], short[gone.send]), (0, 0))
        self.assertEqual(pairs[1][1].recv(len(data)), data[: short[part.send]])
