"""Many connections that are written the same: those that keep up, and the others."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from twisted.internet.tcp import Connection
from twisted.trial.unittest import SynchronousTestCase

from relay.http.chunks import http_chunk
from relay.http.client_stream import Ledger
from relay.http.fanout import FanoutWriter
from relay.http.http1.direct import SocketWriter
from tests.reactor.test_sending import Turns

EVENT = b"data: %04d\n\n"
LARGE = 65536


class Client:
    """Reads one end of a pair of sockets, whose other end is written to."""

    def __init__(self, turns: Turns, chunked: bool = True) -> None:
        near, self.far = socket.socketpair()
        near.setblocking(False)
        self.far.setblocking(False)
        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.transport = Connection(near, None, turns)  # type: ignore[arg-type]
        self.transport.connected = 1
        self.writer = SocketWriter(self.transport, chunked, Ledger())
        self.got = b""

    def read(self) -> bytes:
        """Read what there is, and give all that was ever read."""
        try:
            while data := self.far.recv(LARGE):
                self.got += data
        except BlockingIOError:
            pass
        return self.got

    def close(self) -> None:
        """Close both ends."""
        self.far.close()
        self.transport.socket.close()


class FanoutTests(SynchronousTestCase):
    """Real pairs of sockets."""

    def setUp(self) -> None:
        """Begin without clients."""
        self.turns = Turns()
        self.fanout = FanoutWriter()

    def client(self, chunked: bool = True) -> Client:
        """Add a client."""
        client = Client(self.turns, chunked)
        self.addCleanup(client.close)
        self.fanout.add(client.writer)
        return client

    def give(self, data: bytes) -> None:
        """Write to all of them."""
        for failed in self.fanout.write(data, 1):
            self.assertEqual(failed, [])

    def events(self, count: int = 1) -> Iterator[bytes]:
        """Send events to all subscribers, some of them large."""
        for number in range(count):
            data = EVENT % number * (1 if number % 3 else 2000)
            self.give(data)
            yield data

    def catch_up(self, client: Client) -> None:
        """Read until the client has received everything."""
        client.read()
        while client.writer.waits():
            client.transport.doWrite()
            client.read()

    def test_framing(self) -> None:
        """
        Clients with chunked framing receive chunks, and the others the bare events.
        """
        chunked, plain = self.client(), self.client(chunked=False)
        (data,) = self.events()
        self.catch_up(chunked)
        self.catch_up(plain)
        self.assertEqual(chunked.read(), http_chunk(data))
        self.assertEqual(plain.read(), data)

    def test_one_does_not_read(self) -> None:
        """
        A client that does not read receives everything in order later, and others are
        not delayed.
        """
        idle, busy = self.client(), self.client()
        sent = b""
        for data in self.events(12):
            sent += http_chunk(data)
            self.catch_up(busy)
            self.assertEqual(busy.got, sent)
        self.assertTrue(idle.writer.waits())
        self.assertNotEqual(idle.read(), sent)
        self.catch_up(idle)
        self.assertEqual(idle.got, sent)

    def test_it_catches_up_amid_the_events(self) -> None:
        """A client that has caught up is written to directly again."""
        client = self.client()
        sent = b""
        for number, data in enumerate(self.events(40)):
            sent += http_chunk(data)
            if number % 5 == 4:
                self.catch_up(client)
                self.assertEqual(client.got, sent)
        self.give(EVENT % 0)
        self.assertFalse(client.writer.waits())
        self.assertEqual(client.read(), sent + http_chunk(EVENT % 0))

    def test_what_others_write(self) -> None:
        """Something else that waits for the socket is not overtaken."""
        client = self.client()
        sent = b""
        for number in range(6):
            challenge = b": %04d\n" % number * 4000
            client.writer.write(challenge)
            # The socket has room again before the reactor knows.
            client.read()
            self.give(EVENT % number)
            sent += http_chunk(challenge) + http_chunk(EVENT % number)
        self.catch_up(client)
        self.assertEqual(client.got, sent)

    def test_one_that_waits_when_it_comes(self) -> None:
        """Data that was written before the client was added is sent first."""
        client = Client(self.turns)
        self.addCleanup(client.close)
        client.writer.write(b"x" * LARGE)
        self.assertTrue(client.writer.waits())
        self.fanout.add(client.writer)
        self.give(EVENT % 1)
        self.catch_up(client)
        self.assertEqual(client.got, http_chunk(b"x" * LARGE) + http_chunk(EVENT % 1))

    def test_one_is_gone(self) -> None:
        """A closed client does not affect the others."""
        gone, here = self.client(), self.client()
        gone.far.close()
        (data,) = self.events()
        self.catch_up(here)
        self.assertEqual(here.got, http_chunk(data))
        self.assertIn(gone.transport, self.turns.writers)
        self.assertIsInstance(gone.transport.doWrite(), Exception)

    def test_leaving(self) -> None:
        """A client that was removed receives nothing more, even if data waits."""
        swift, slow = self.client(), self.client()
        for _ in self.events(4):
            self.catch_up(swift)
        lane = swift.writer.lane
        assert lane is not None
        self.fanout.remove(swift.writer)
        self.fanout.remove(slow.writer)
        lane.slow_down(swift.writer)
        self.catch_up(slow)
        before = (swift.got, slow.got)
        self.give(EVENT % 9)
        self.assertEqual((swift.read(), slow.read()), before)

    def test_leaving_amid_a_write(self) -> None:
        """A client may be removed while it is written to."""
        client, other = self.client(), self.client()
        fanout = self.fanout

        class Leaves:
            """A producer that gives up."""

            def pauseProducing(self) -> None:
                fanout.remove(client.writer)

            def resumeProducing(self) -> None:
                """Do nothing."""

            def stopProducing(self) -> None:
                """The connection is gone."""

        client.transport.registerProducer(Leaves(), True)
        large = b"data: %s\n\n" % (b"x" * 2 * LARGE)
        self.give(large)
        self.give(EVENT % 1)
        self.catch_up(client)
        self.catch_up(other)
        self.assertEqual(client.got, http_chunk(large))
        self.assertEqual(other.got, http_chunk(large) + http_chunk(EVENT % 1))
