"""The demo source on real sockets, with and without TLS, read by treq."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from treq.client import HTTPClient
from treq.response import _Response
from twisted.internet import reactor, ssl
from twisted.internet.interfaces import IPushProducer
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.task import deferLater
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase
from twisted.web.client import Agent, BrowserLikePolicyForHTTPS, ResponseDone

from relay.demo.site import source_site
from relay.demo.source import DemoSource
from tests.pki import Authority

KEY = ("demo", "relay")
BOUND_S = 20.0
REACTOR: Any = reactor


async def until(state: Callable[[], bool], what: str) -> float:
    """Wait for a state, and give the seconds that it took."""
    start = REACTOR.seconds()
    while not state():
        if REACTOR.seconds() - start > BOUND_S:
            raise AssertionError(f"not within {BOUND_S} s: {what}")
        await deferLater(REACTOR, 0.001)
    return float(REACTOR.seconds() - start)


class Reader(Protocol):
    """Keeps what a stream brings."""

    def __init__(self) -> None:
        self.received = b""
        self.ended: Failure | None = None

    def dataReceived(self, data: bytes) -> None:
        """More of the body."""
        self.received += data

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The body has ended."""
        self.ended = reason

    def data(self) -> list[Any]:
        """The payloads so far."""
        lines = self.received.split(b"\n")
        found = [line[6:] for line in lines if line.startswith(b"data: ")]
        return [json.loads(line)["data"] for line in found]

    def leave(self) -> None:
        """Drop the connection."""
        IPushProducer(self.transport).stopProducing()

    def deafen(self) -> None:
        """Read nothing more."""
        IPushProducer(self.transport).pauseProducing()

    def listen_again(self) -> None:
        """Read on."""
        IPushProducer(self.transport).resumeProducing()


class DemoSourceTests(TestCase):
    """Over TCP."""

    scheme = "http"

    def setUp(self) -> None:
        self.source = DemoSource(REACTOR, heartbeat_ms=50)
        self.port = self.listen()
        self.addCleanup(self.port.stopListening)
        self.addCleanup(self.source.close_all)
        number = self.port.getHost().port
        self.url = f"{self.scheme}://localhost:{number}"
        self.http = HTTPClient(self.agent())

    def listen(self) -> Any:
        """Serve the source on a free port."""
        return REACTOR.listenTCP(0, source_site(self.source), interface="127.0.0.1")

    def agent(self) -> Agent:
        """Return the agent for treq."""
        return Agent(REACTOR)

    async def get(self, path: str) -> _Response:
        """The head of an answer."""
        return await self.http.get(f"{self.url}{path}", auth=KEY, unbuffered=True)

    async def stream(self, query: str = "channel=a&v=1.1") -> Reader:
        """An open event stream."""
        response = await self.get(f"/sse?{query}")
        self.assertEqual(response.code, 200)
        reader = Reader()
        response.deliverBody(reader)
        return reader

    async def test_publish_reaches_the_stream(self) -> None:
        """A message that one client posts reaches another, without a delay."""
        reader = await self.stream()
        response = await self.http.post(
            f"{self.url}/channels/a/messages",
            auth=KEY,
            json={"name": "greeting", "data": "hello"},
        )
        self.assertEqual(response.code, 201)
        ids = (await response.json())["ids"]
        await until(lambda: bool(reader.data()), "the message arrives")
        self.assertIn(f'data: {{"id":"{ids[0]}"'.encode(), reader.received)
        reader.leave()

    async def test_keep_alive(self) -> None:
        """A silent stream brings comment lines at the interval, and nothing else."""
        reader = await self.stream()
        took_s = await until(
            lambda: reader.received.count(b"\n") >= 5, "five keep-alives arrive"
        )
        print(f"five keep-alives of 50 ms came in {took_s * 1000:.0f} ms")
        self.assertEqual(set(reader.received.split(b"\n")), {b":keepalive", b""})
        self.assertNotIn(b"\n\n", reader.received)
        self.assertGreater(took_s, 0.15)
        reader.leave()

    async def test_leaving_frees_the_subscription(self) -> None:
        """The source knows at once that a client has gone."""
        reader = await self.stream()
        self.assertEqual(self.source.subscribers("a"), 1)
        reader.leave()
        took_s = await until(
            lambda: self.source.subscribers("a") == 0, "the subscription is gone"
        )
        print(f"a client's leaving was seen after {took_s * 1000:.1f} ms")

    async def test_close_all_is_no_proper_end(self) -> None:
        """``close_all`` cuts the streams."""
        reader = await self.stream()
        self.source.close_all()
        await until(lambda: reader.ended is not None, "the stream ends")
        assert reader.ended is not None
        self.assertFalse(reader.ended.check(ResponseDone))

    async def test_end_all_is_a_proper_end(self) -> None:
        """``end_all`` ends the streams properly."""
        reader = await self.stream()
        self.source.end_all()
        await until(lambda: reader.ended is not None, "the stream ends")
        assert reader.ended is not None
        self.assertTrue(reader.ended.check(ResponseDone))

    async def test_many_subscribers(self) -> None:
        """A hundred streams receive a hundred messages each, in order."""
        readers = [await self.stream() for _ in range(100)]
        for number in range(100):
            self.source.publish("a", None, str(number))
        expected = [str(number) for number in range(100)]
        await until(
            lambda: all(len(reader.data()) == 100 for reader in readers),
            "all messages arrive",
        )
        for reader in readers:
            self.assertEqual(reader.data(), expected)
            reader.leave()
        await until(lambda: self.source.streams == 0, "all streams are gone")

    async def test_client_that_reads_nothing_is_cut(self) -> None:
        """A flood to a deaf client ends in a cut, and not in memory."""
        reader = await self.stream()
        reader.deafen()
        sent_bytes = 0
        while self.source.subscribers("a"):
            self.assertLess(sent_bytes, 200_000_000, "the client is never cut")
            self.source.publish("a", None, "x" * 50_000)
            sent_bytes += 50_000
            await deferLater(REACTOR, 0)
        print(f"a deaf client was cut after {sent_bytes / 1e6:.1f} MB")
        reader.listen_again()
        await until(lambda: reader.ended is not None, "the stream ends")
        assert reader.ended is not None
        self.assertFalse(reader.ended.check(ResponseDone))


class TLSDemoSourceTests(DemoSourceTests):
    """Over TLS."""

    scheme = "https"

    def setUp(self) -> None:
        self.authority = Authority()
        super().setUp()

    def listen(self) -> Any:
        """Serve the source with a certificate of the test's authority."""
        issued = self.authority.server("localhost")
        certificate = ssl.PrivateCertificate.loadPEM(
            issued.certificate_pem + issued.key_pem
        )
        return REACTOR.listenSSL(
            0, source_site(self.source), certificate.options(), interface="127.0.0.1"
        )

    def agent(self) -> Agent:
        """Return an agent that trusts the test's authority."""
        root = ssl.Certificate.loadPEM(self.authority.pem.encode())
        policy = BrowserLikePolicyForHTTPS(trustRoot=root)
        return Agent(REACTOR, policy)
