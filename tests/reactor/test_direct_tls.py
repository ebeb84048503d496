"""TLS that sends at once, over real sockets, and with clients that behave badly."""

from __future__ import annotations

import shutil
import socket
import ssl
import struct
from typing import Any

from OpenSSL import SSL
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ServerEndpoint
from twisted.internet.interfaces import IReactorProcess
from twisted.internet.protocol import Factory, ProcessProtocol, Protocol, connectionDone
from twisted.internet.threads import deferToThread
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase

from relay.reactor import direct_tls as direct
from relay.reactor.direct_tls import DirectTLS, FramelessTLS, tls_protocol
from relay.tls.server import server_creator, tls_factory
from tests.pki import Authority
from tests.tls.loopback import BOUND_S, Plain, reactor_tcp, reactor_time

BLOCKS = 4000
BLOCK_BYTES = 5000


def block(number: int) -> bytes:
    """Return a block; 20 MB of blocks do not fit into the buffers between both ends."""
    return b"%08d" % number * (BLOCK_BYTES // 8)


class Pouring(Protocol):
    """Pours numbered blocks at the client's pace, from its first byte on."""

    transport: Any

    def __init__(self) -> None:
        self.heard = b""
        self.number = 0
        self.paused = True
        self.most_queued = 0
        self.begun: Deferred[None] = Deferred()
        self.full: Deferred[None] = Deferred()
        self.lost: Deferred[None] = Deferred()

    def dataReceived(self, data: bytes) -> None:
        """Begin."""
        self.heard += data
        if not self.begun.called:
            self.begun.callback(None)
            self.transport.registerProducer(self, True)
            self.resumeProducing()

    def resumeProducing(self) -> None:
        """Pour until the client is full, then say goodbye when all is out."""
        self.paused = False
        while not self.paused and self.number < BLOCKS:
            self.transport.write(block(self.number))
            self.number += 1
            tcp = self.transport.transport
            queued = len(tcp.dataBuffer) - tcp.offset + tcp._tempDataLen
            self.most_queued = max(self.most_queued, queued)
        if self.number == BLOCKS and not self.transport.disconnecting:
            self.transport.unregisterProducer()
            self.transport.loseConnection()

    def pauseProducing(self) -> None:
        """The client is full."""
        self.paused = True
        if not self.full.called:
            self.full.callback(None)

    def stopProducing(self) -> None:
        """The client is gone."""
        self.paused = True

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Fire the Deferred that waits for the end."""
        self.paused = True
        self.lost.callback(None)


class DirectCase(TestCase):
    """One listener and one client."""

    def setUp(self) -> None:
        """Make the certificate."""
        self.authority = Authority("Root")
        written = self.authority.issue("localhost").write(self.mktemp(), "server")
        self.creator = server_creator(written.certificate, written.key)
        self.server = Pouring()

    async def listen(self) -> int:
        """Listen; the port is closed after the test."""
        factory = Factory.forProtocol(lambda: self.server)
        port = await TCP4ServerEndpoint(reactor_tcp, 0, interface="127.0.0.1").listen(
            tls_factory(self.creator, factory, reactor_time)
        )
        self.addCleanup(port.stopListening)
        number: int = port.getHost().port
        return number

    async def within(self, waited: Deferred[Any]) -> Any:
        """Wait for something that must come."""
        return await waited.addTimeout(BOUND_S, reactor_time)


def connect(port: int) -> ssl.SSLSocket:
    """Connect, shake hands, and ask for the blocks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    handle = socket.create_connection(("127.0.0.1", port), timeout=BOUND_S)
    client = context.wrap_socket(handle)
    client.sendall(b"begin")
    return client


def read_all(client: ssl.SSLSocket) -> bytes:
    """Read up to the server's goodbye; a cut would be an error."""
    with client:
        pieces = []
        while piece := client.recv(1 << 20):
            pieces.append(piece)
    return b"".join(pieces)


class ClientTests(DirectCase):
    """Writes reach the client."""

    async def test_a_client_that_stops_reading(self) -> None:
        """Holds the source back, costs little, and gets everything afterwards."""
        port = await self.listen()
        client = await deferToThread(connect, port)
        await self.within(self.server.full)
        self.assertLess(self.server.number, BLOCKS)
        self.assertLess(self.server.most_queued, 65536 + 2 * BLOCK_BYTES)
        received = await deferToThread(read_all, client)
        self.assertEqual(received, b"".join(map(block, range(BLOCKS))))
        await self.within(self.server.lost)

    async def test_a_client_that_is_reset(self) -> None:
        """Amid a write: the connection is lost, and writing goes nowhere."""
        port = await self.listen()
        client = await deferToThread(connect, port)
        await self.within(self.server.full)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        await self.within(self.server.lost)
        self.server.transport.write(b"too late")
        self.assertLess(self.server.number, BLOCKS)

    async def test_a_client_that_sends_no_more(self) -> None:
        """Ends its side of TCP without a goodbye: for TLS that is a loss."""
        port = await self.listen()
        client = await deferToThread(connect, port)
        await self.within(self.server.full)
        client.shutdown(socket.SHUT_WR)
        await self.within(self.server.lost)
        client.close()

    async def test_a_client_that_speaks_plain_http(self) -> None:
        """It is told to use TLS; other noise is not answered in HTTP."""
        port = await self.listen()

        def ask(sent: bytes) -> bytes:
            with socket.create_connection(("127.0.0.1", port), BOUND_S) as client:
                client.sendall(sent)
                found = bytearray()
                try:
                    while data := client.recv(4096):
                        found += data
                except ConnectionResetError:
                    pass
                return bytes(found)

        asked = deferToThread(ask, b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = await self.within(asked)
        self.assertTrue(answer.startswith(b"HTTP/1.1 400 Bad Request\r\n"), answer)
        self.assertTrue(answer.endswith(b"use https.\n"), answer)
        self.server = Pouring()
        noise = await self.within(deferToThread(ask, b"SSH-2.0-OpenSSH_9.9\r\n"))
        self.assertNotIn(b"HTTP", noise)

    async def test_a_client_that_says_goodbye(self) -> None:
        """
        A ``close_notify`` of the client is answered with one, after the pending data.
        """
        port = await self.listen()

        def leave() -> bytes:
            client = connect(port)
            client.recv(100)
            with client.unwrap() as rest:
                return rest.recv(10)

        self.assertEqual(await deferToThread(_ignoring_data, leave), b"")
        await self.within(self.server.lost)


def _ignoring_data(leave: Any) -> bytes:
    """Ignore OpenSSL's error about data after the ``close_notify``."""
    try:
        left: bytes = leave()
    except ssl.SSLError as error:
        if error.reason != "APPLICATION_DATA_AFTER_CLOSE_NOTIFY":
            raise
        return b""
    return left


class _Typing(ProcessProtocol):
    """A program that is written to line by line."""

    transport: Any

    def __init__(self) -> None:
        self.out = b""
        self.seen: list[tuple[bytes, Deferred[None]]] = []
        self.ended: Deferred[None] = Deferred()

    def outReceived(self, data: bytes) -> None:
        """Look for what is waited for."""
        self.out += data
        for text, told in list(self.seen):
            if text in self.out:
                self.seen.remove((text, told))
                told.callback(None)

    errReceived = outReceived

    def until(self, text: bytes) -> Deferred[None]:
        """Wait for a text."""
        told: Deferred[None] = Deferred()
        self.seen.append((text, told))
        self.outReceived(b"")
        return told

    def processEnded(self, reason: Failure) -> None:
        """Fire the Deferred that waits for the end."""
        self.ended.callback(None)


class Echo(Protocol):
    """Answers each line."""

    transport: Any
    unread = b""

    def dataReceived(self, data: bytes) -> None:
        """Answer what is complete."""
        *lines, self.unread = (self.unread + data).split(b"\n")
        for line in lines:
            self.transport.write(b"heard " + line + b"\n")


class OpensslTests(DirectCase):
    """Requests that openssl's own client can make."""

    if shutil.which("openssl") is None:
        skip = "openssl is not installed"

    async def talk(self, *options: str) -> _Typing:
        """Start it on a listener that answers each line."""
        self.server = Echo()  # type: ignore[assignment]
        port = await self.listen()
        program = _Typing()
        openssl = shutil.which("openssl")
        assert openssl is not None
        IReactorProcess(reactor_tcp).spawnProcess(
            program,
            openssl,
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options],
        )
        return program

    async def end(self, program: _Typing) -> None:
        """Ask the program to end, and wait for its end."""
        program.transport.write(b"Q\n")
        await self.within(program.ended)

    async def test_new_keys(self) -> None:
        """Amid a conversation (RFC 8446, 4.6.3): both go on under them."""
        program = await self.talk("-tls1_3")
        for number in range(3):
            program.transport.write(b"line %d\n" % number)
            await self.within(program.until(b"heard line %d" % number))
            program.transport.write(b"K\n")
            await self.within(program.until(b"KEYUPDATE"))
            program.out = program.out.replace(b"KEYUPDATE", b"")
        await self.end(program)

    async def test_small_records(self) -> None:
        """A client that takes no more than 512 bytes at once gets it all, once."""
        program = await self.talk("-quiet", "-maxfraglen", "512")
        line = b"".join(b"%06d" % number for number in range(500))
        program.transport.write(line + b"\n")
        await self.within(program.until(b"heard " + line + b"\n"))
        program.transport.write(b"and on\n")
        await self.within(program.until(b"heard and on"))
        self.assertEqual(program.out.count(b"heard"), 2)
        program.transport.signalProcess("TERM")
        await self.within(program.ended)


class ChoiceTests(DirectCase):
    """The choice between the two TLS protocols of a listener."""

    async def test_the_switch(self) -> None:
        """The plain path is Twisted's own class."""
        port = await self.listen()
        client = await deferToThread(connect, port)
        await self.within(self.server.begun)
        self.assertIsInstance(self.server.transport, DirectTLS)
        client.close()
        await self.within(self.server.lost)

    def test_another_pyopenssl(self) -> None:
        """
        Without the required functions of pyOpenSSL, Twisted's own protocol is used.
        """
        self.assertIs(tls_protocol(), DirectTLS)
        self.patch(direct, "_library", None)
        self.assertIs(tls_protocol(), FramelessTLS)

    def test_nothing_to_send(self) -> None:
        """A transport that is no socket is written to by its ``write`` method."""
        written: list[bytes] = []

        class Memory:
            """A transport in memory."""

            def write(self, data: bytes) -> None:
                """Take bytes."""
                written.append(data)

        direct = DirectTLS(None, Protocol())
        direct.transport = Memory()
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        creator = Plain(context)
        direct._tlsConnection = creator.clientConnectionForTLS(direct)
        direct._flushSendBIO()
        self.assertEqual(written, [])
        direct._tlsConnection.set_connect_state()
        direct._checkHandshakeStatus()
        self.assertEqual([data[:1] for data in written], [b"\x16"])
