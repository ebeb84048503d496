"""The kernel's facts about a client's connection, and clients over TLS."""

from __future__ import annotations

import os
import socket
import tempfile
from typing import Any

from twisted.internet.endpoints import UNIXClientEndpoint, UNIXServerEndpoint
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.protocol import Factory
from twisted.internet.tcp import Server
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from relay.http.listener.peer import bottom, bytes_taken, push, tcp_socket, watch_peer
from relay.model.api.endpoints.ssl_options import SslOptions
from relay.tls.client import client_creators
from relay.tls.server import server_creator
from tests.gateway.harness import GatewayCase, chunk, get, post, response
from tests.gateway.raw import Client, SourceConnection, real, settle, until
from tests.pki import Authority


class Wrapper:
    """A protocol that stands between a transport and another protocol."""

    wrappedProtocol = object()

    def __init__(self, transport: object) -> None:
        self.transport = transport


class Held:
    """A transport that holds a socket."""

    def __init__(self, handle: socket.socket) -> None:
        self.socket = handle


WATCHED = (1, 60, 15, 4, 14_000)


def tcp_watch(handle: socket.socket) -> tuple[int, ...]:
    """How the kernel watches a connection."""
    names = ("KEEPIDLE", "KEEPINTVL", "KEEPCNT", "USER_TIMEOUT")
    return (
        handle.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
        *(
            handle.getsockopt(socket.IPPROTO_TCP, getattr(socket, f"TCP_{name}"))
            for name in names
        ),
    )


class SocketTests(SynchronousTestCase):
    def pair(self) -> tuple[socket.socket, socket.socket]:
        """Two ends of a TCP connection."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            ours = socket.create_connection(server.getsockname())
            theirs, _ = server.accept()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        return ours, theirs

    def test_bottom(self) -> None:
        """The socket is found below any number of wrappers."""
        ours, _ = self.pair()
        held = Held(ours)
        self.assertIs(bottom(Wrapper(Wrapper(held))), held)
        self.assertIs(tcp_socket(Wrapper(held)), ours)

    def test_no_tcp(self) -> None:
        """Transports other than TCP have no socket."""
        one, other = socket.socketpair()
        self.addCleanup(one.close)
        self.addCleanup(other.close)
        for transport in (Held(one), StringTransport()):
            self.assertIsNone(tcp_socket(transport))
            self.assertIsNone(bytes_taken(transport))
            watch_peer(transport, 1000)
            push(transport)

    def test_watched(self) -> None:
        """The kernel looks after peers that are gone without a word."""
        for stall_ms, user_timeout in ((60_000, 120_000), (0, 0)):
            ours, _ = self.pair()
            watch_peer(Held(ours), stall_ms)
            self.assertTrue(ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))
            self.assertEqual(
                ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
                user_timeout,
            )

    def test_watched_from_the_start(self) -> None:
        """The options of the listening socket apply to its later connections."""
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        seen = []
        for _ in range(2):
            client = socket.create_connection(server.getsockname())
            ours, _ = server.accept()
            self.addCleanup(client.close)
            self.addCleanup(ours.close)
            before = ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT)
            transport = Held(ours)
            transport.server = Held(server)  # type: ignore[attr-defined]
            watch_peer(transport, 7000)
            seen.append((before == 4, tcp_watch(ours)))
        self.assertEqual(seen, [(False, WATCHED), (True, WATCHED)])

    def test_bytes_taken(self) -> None:
        """Acknowledged bytes are counted; a closed socket has no count."""
        ours, theirs = self.pair()
        before = bytes_taken(Held(ours))
        assert before is not None
        ours.sendall(b"x" * 1000)
        theirs.recv(1000, socket.MSG_WAITALL)
        self.assertEqual(bytes_taken(Held(ours)), before + 1000)
        ours.close()
        self.assertIsNone(bytes_taken(Held(ours)))


class TlsClientTests(GatewayCase):
    async def stage_with_tls(self, **settings: Any) -> None:
        """A gateway behind TLS."""
        authority = Authority()
        written = authority.server().write(os.path.abspath(self.mktemp()))
        ssl = {"trustStore": {"type": "PEM", "content": authority.pem}}
        self.creator: IOpenSSLClientConnectionCreator = client_creators(
            SslOptions.read(ssl)
        )("127.0.0.1")
        await self.stage(
            creator=server_creator(written.certificate, written.key), **settings
        )

    async def secure_call(self, request: bytes) -> tuple[Client, SourceConnection]:
        """Make a call over TLS."""
        client = await self.client(self.creator)
        client.send(request)
        return client, await self.source.asked()

    async def test_call(self) -> None:
        """A call over TLS has ``X-Forwarded-Proto: https``."""
        await self.stage_with_tls()
        client, source = await self.secure_call(post(b"/api", b"xyz"))
        self.assertEqual((await source.head()).get(b"x-forwarded-proto"), b"https")
        source.send(response(b"hello"))
        self.assertEqual((await client.answer()).body, b"hello")

    async def test_chunks(self) -> None:
        """The source's chunks are the client's, encrypted."""
        await self.stage_with_tls()
        client, source = await self.secure_call(get(b"/api"))
        source.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        source.send(chunk(b"one") + chunk(b"two"))
        await client.until_received(b"two\r\n")
        source.send(b"0\r\n\r\n")
        self.assertEqual((await client.answer()).body, b"onetwo")

    async def test_cut(self) -> None:
        """Data that comes with the end of the source arrives, whole or cut."""
        await self.stage_with_tls()
        events = b"".join(b"data: %d\n\n" % n for n in range(2000))
        for end in (b"", b"zz\r\n") * 3:
            client, source = await self.secure_call(get(b"/api"))
            source.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            await client.head()
            source.send(chunk(b"data: first\n\n"))
            await client.event()
            source.send(chunk(events) + end)
            if not end:
                source.close()
            await client.until_over()
            self.assertTrue(client.was_reset)
            self.assertIn(events[-200:], client.received)

    async def test_leaving(self) -> None:
        """A client that leaves frees the source, with or without a goodbye."""
        for reset in (False, True):
            await self.stage_with_tls()
            client, source = await self.secure_call(post(b"/api", b"xyz"))
            if reset:
                client.reset()
            else:
                client.close()
            await source.until_over()
            self.assertEqual((await self.gateway.ended())["outcome"], "client_gone")
            await self._close()

    async def test_leaving_while_nothing_is_read(self) -> None:
        """A paused upload over TLS does not hide it."""
        await self.stage_with_tls()
        client, source = await self.secure_call(
            get(b"/api", b"Content-Length: 90000000", method=b"PUT")
        )
        source.stop_reading()
        client.send(b"x" * 6_000_000)
        (exchange,) = self.gateway.live.all()
        body = exchange.stream.body  # type: ignore[attr-defined]
        before = -1
        while body.bytes != before:
            before = body.bytes
            await settle()
        client.reset()
        await self.gateway.ended()
        source.read_on()
        await source.until_over()

    async def test_a_refused_upload(self) -> None:
        """The answer to a refused upload arrives, however much is still sent."""
        await self.stage_with_tls()
        client = await self.client(self.creator)
        client.send(get(b"/nowhere", b"Content-Length: 9000000", method=b"PUT"))
        client.send(b"x" * 200_000)
        self.assertEqual((await client.answer()).status, 404)
        client.send(b"x" * 200_000)
        await client.until_over()

    async def test_no_goodbye(self) -> None:
        """A client that answers no goodbye is not waited for without end."""
        await self.stage_with_tls(
            http={"keepAlive": False},
            keep_alive_timeout_ms=75_000,
            stall_timeout_ms=60_000,
        )
        client, source = await self.secure_call(get(b"/api"))
        source.send(response(b"hello"))
        await client.answer()
        await until(lambda: self.accepted() == 1, "the end of the source")
        client.stop_reading()
        self.reactor.advance_ms(75_000)
        await settle()
        self.assertEqual(self.accepted(), 1)
        self.reactor.clock.pump([60.0] * 2)
        await until(lambda: self.accepted() == 0, "the end")
        self.assertEqual(self.reactor.clock.getDelayedCalls(), [])
        client.read_on()

    def accepted(self) -> int:
        """How many sockets the reactor reads that a port has accepted."""
        return sum(isinstance(one, Server) for one in real.getReaders())

    async def test_back_pressure(self) -> None:
        """The pace of a client over TLS governs the source."""
        await self.stage_with_tls(http={"idleTimeout": 0}, stall_timeout_ms=60_000)
        client, source = await self.secure_call(get(b"/api"))
        source.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        await client.head()
        client.stop_reading()
        source.send(chunk(b"x" * 65_536) * 60)
        before = -1
        while source.unsent != before:
            before = source.unsent
            await settle()
        self.assertGreater(source.unsent, 0)
        self.reactor.clock.pump([1.0] * 62)
        self.assertEqual((await self.gateway.ended())["clock"], "stallTimeout")
        client.read_on()
        await until(lambda: client.lost, "the end")


class UnixClientTests(GatewayCase):
    async def test_call(self) -> None:
        """A client on a UNIX socket has no address; it is served and let go alike."""
        await self.stage()
        path = os.path.join(os.path.relpath(tempfile.mkdtemp()), "socket")
        self.addCleanup(os.rmdir, os.path.dirname(path))
        port = await UNIXServerEndpoint(real, path).listen(self.gateway.port.factory)
        self.addCleanup(port.stopListening)
        for leaves in (False, True):
            endpoint = UNIXClientEndpoint(real, path)
            client = await endpoint.connect(Factory.forProtocol(Client))
            client.send(post(b"/api", b"xyz"))
            source = await self.source.asked()
            head = await source.head()
            self.assertIsNone(head.get(b"x-forwarded-for"))
            await source.take(3)
            if leaves:
                client.close()
                await source.until_over()
            else:
                source.send(response(b"hello"))
                self.assertEqual((await client.answer()).body, b"hello")
                client.close()
            line = await self.gateway.ended(leaves + 1)
            self.assertEqual(line["remoteAddress"], "")
            self.assertEqual(line["outcome"], "client_gone" if leaves else "completed")
            self._clients.append(client)
