"""Connecting to a source: by TCP, by TLS, in time, and let go at any stage."""

from __future__ import annotations

import os
import socket
from typing import Any

from relay.tls.server import server_creator
from tests.gateway.harness import (
    EVENT_STREAM,
    Gateway,
    GatewayCase,
    chunk,
    definition,
    get,
    post,
    response,
)
from tests.gateway.raw import Client, settle, until
from tests.pki import Authority, Issued


def black_hole() -> list[socket.socket]:
    """
    Make a port that answers no SYN: its queue of connections is full.

    :return: the listening socket, then what fills its queue.
    """
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    filling = [listener]
    for _ in range(3):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(listener.getsockname())
        filling.append(one)
    return filling


class DialCase(GatewayCase):
    async def pointed_at(self, target: str, **shared: Any) -> Gateway:
        """A gateway whose API points somewhere."""
        return await self.open_gateway(definition(target, shared=shared))

    async def failed(
        self, client: Client, status: int, outcome: str, key: str, clock: str | None
    ) -> None:
        """Assert the response and the log entry of a failed call."""
        answer = await client.answer()
        self.assertEqual((answer.status, answer.get(b"connection")), (status, b"close"))
        self.assertTrue(answer.body)
        line = await self.gateway.ended()
        self.assertEqual(
            (line["status"], line["outcome"], line["errorKey"], line["clock"]),
            (status, outcome, f"GATEWAY_CLIENT_{key}", clock),
        )
        self.assertEqual(self.gateway.pool.taken, 0)

    async def dialling(self, client: Client) -> None:
        """Wait until the gateway has begun to connect."""
        await until(lambda: self.gateway.pool.taken, "the call")
        await settle()


class TcpTests(DialCase):
    async def test_refused(self) -> None:
        """A closed port is a 502, at once."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        await self.pointed_at(f"http://127.0.0.1:{port}")
        client = await self.asked(get(b"/api"))
        await self.failed(client, 502, "upstream_gone", "CONNECTION_REFUSED", None)

    async def test_one_address_refused(self) -> None:
        """A name is tried on all its addresses, without waiting for a clock."""
        await self.open_source()
        port = self.source.port.getHost().port
        await self.pointed_at(f"http://localhost:{port}")
        client, source = await self.call(get(b"/api"))
        self.assertEqual((await source.head()).get(b"host"), b"localhost:%d" % port)
        source.send(response(b"ok"))
        self.assertEqual((await client.answer()).body, b"ok")

    async def test_no_such_name(self) -> None:
        """A name that does not resolve is a 502."""
        await self.pointed_at("http://nowhere.invalid")
        client = await self.asked(get(b"/api"))
        await self.failed(client, 502, "upstream_gone", "DNS_RESOLUTION_ERROR", None)

    async def test_connect_timeout(self) -> None:
        """A port that answers nothing is a 504 after connectTimeout."""
        hole = black_hole()
        for one in hole:
            self.addCleanup(one.close)
        port = hole[0].getsockname()[1]
        await self.pointed_at(
            f"http://127.0.0.1:{port}", http={"connectTimeout": 3_000}
        )
        client = await self.asked(get(b"/api"))
        await self.dialling(client)
        self.reactor.advance_ms(2_999)
        await settle()
        self.assertEqual(self.gateway.closed, [])
        self.reactor.advance_ms(1)
        await self.failed(
            client, 504, "connect_timeout", "CONNECT_TIMEOUT", "connectTimeout"
        )

    async def test_leaving_while_connecting(self) -> None:
        """A client that leaves ends the attempt."""
        hole = black_hole()
        for one in hole:
            self.addCleanup(one.close)
        await self.pointed_at(f"http://127.0.0.1:{hole[0].getsockname()[1]}")
        client = await self.asked(post(b"/api", b"xyz"))
        await self.dialling(client)
        client.close()
        self.assertEqual((await self.gateway.ended())["outcome"], "client_gone")
        self.assertEqual(self.gateway.pool.taken, 0)
        await settle()
        self.assertEqual(self.reactor.clock.getDelayedCalls(), [])


class TlsTests(DialCase):
    def setUp(self) -> None:
        """A certificate authority."""
        super().setUp()
        self.authority = Authority()

    async def secured(
        self, issued: Issued, host: str = "127.0.0.1", **ssl: Any
    ) -> None:
        """A source with a certificate, and an API that points at it."""
        written = issued.write(os.path.abspath(self.mktemp()))
        await self.open_source(server_creator(written.certificate, written.key))
        port = self.source.port.getHost().port
        await self.pointed_at(f"https://{host}:{port}", ssl=ssl)

    @property
    def trust(self) -> dict[str, Any]:
        """Options that trust the authority."""
        return {"trustStore": {"type": "PEM", "content": self.authority.pem}}

    async def test_trusted(self) -> None:
        """A stream over TLS, kept and used again."""
        await self.secured(self.authority.server(), **self.trust)
        for _ in range(2):
            client, source = await self.call(get(b"/api"))
            source.received = b""
            source.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
            await client.head()
            self.assertEqual(await client.event(), b"data: 1\n\n")
            source.send(b"0\r\n\r\n")
            await until(lambda: self.gateway.pool.kept, "the end")
        self.assertEqual(len(self.source.connections), 1)

    async def test_untrusted(self) -> None:
        """An unknown authority is a 502 with that reason, and no request was sent."""
        await self.secured(self.authority.server())
        client = await self.asked(get(b"/api"))
        await self.failed(client, 502, "upstream_gone", "TLS_HANDSHAKE_ERROR", None)
        self.assertEqual([one.total for one in self.source.connections], [0])

    async def test_another_name(self) -> None:
        """A certificate for another name is refused."""
        await self.secured(self.authority.server("elsewhere.example"), **self.trust)
        client = await self.asked(get(b"/api"))
        await self.failed(client, 502, "upstream_gone", "TLS_HANDSHAKE_ERROR", None)

    async def test_no_tls(self) -> None:
        """A port that does not speak TLS is refused."""
        await self.open_source()
        await self.pointed_at(f"https://{self.source.address}")
        client = await self.asked(get(b"/api"))
        source = await self.source.accepted()
        await until(lambda: source.total, "the hello")
        source.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await self.failed(client, 502, "upstream_gone", "TLS_HANDSHAKE_ERROR", None)
        await source.until_over()

    async def test_a_handshake_that_never_ends(self) -> None:
        """connectTimeout covers the handshake."""
        await self.open_source()
        await self.pointed_at(
            f"https://{self.source.address}", http={"connectTimeout": 3_000}
        )
        client = await self.asked(get(b"/api"))
        source = await self.source.accepted()
        await until(lambda: source.total, "the hello")
        self.reactor.advance_ms(2_999)
        await settle()
        self.assertEqual(self.gateway.closed, [])
        self.reactor.advance_ms(1)
        await self.failed(
            client, 504, "connect_timeout", "CONNECT_TIMEOUT", "connectTimeout"
        )
        await source.until_over()

    async def test_leaving_amid_the_handshake(self) -> None:
        """A client that leaves ends the handshake."""
        await self.open_source()
        await self.pointed_at(f"https://{self.source.address}")
        client = await self.asked(get(b"/api"))
        source = await self.source.accepted()
        await until(lambda: source.total, "the hello")
        client.reset()
        await source.until_over()
        self.assertEqual((await self.gateway.ended())["outcome"], "client_gone")
        self.assertEqual(self.gateway.pool.taken, 0)
        await settle()
        self.assertEqual(self.reactor.clock.getDelayedCalls(), [])

    async def test_leaving_during_the_body(self) -> None:
        """A client that leaves ends the source's connection at once, goodbye or not."""
        await self.secured(self.authority.server(), **self.trust)
        client, source = await self.stream()
        source.stop_reading()
        client.reset()
        await self.gateway.ended()
        source.read_on()
        await source.until_over()

    async def test_ends_of_a_body(self) -> None:
        """Over TLS a body that the connection delimits needs the peer's goodbye."""
        await self.secured(self.authority.server(), **self.trust)
        for reset, outcome in ((False, "completed"), (True, "upstream_gone")):
            client, source = await self.call(get(b"/api"))
            source.send(b"HTTP/1.1 200 OK\r\n\r\nxyz")
            await client.until_received(b"xyz")
            if reset:
                source.reset()
            else:
                source.close()
            await until(lambda: len(self.gateway.live) == 0, "the end")
            self.assertEqual(self.gateway.closed[-1]["outcome"], outcome)

    async def test_upload(self) -> None:
        """Uploads stream over TLS, and stop with the client."""
        await self.secured(self.authority.server(), **self.trust)
        client, source = await self.call(
            get(b"/api", b"Content-Length: 9", method=b"PUT") + b"xyz"
        )
        await source.until_received(b"xyz")
        client.send(b"uvw")
        await source.until_received(b"uvw")
        client.reset()
        await source.until_over()
        self.assertEqual((await self.gateway.ended())["outcome"], "client_gone")
