"""One request with exactly the head that the deployment asks for."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IConsumer
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web._newclient import RequestGenerationFailed
from twisted.web.client import ResponseFailed, ResponseNeverReceived
from twisted.web.http_headers import Headers
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import implementer

from relay.upstream.connection.agent import CallAgent
from tests.upstream.memory import called, closed, gone, leashed

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"


@implementer(IBodyProducer)
class Body:
    """A body that a test writes by hand."""

    def __init__(self, length: Any) -> None:
        self.length = length
        self.done: Deferred[None] = Deferred()
        self.consumer: IConsumer

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:
        """Begin."""
        self.consumer = consumer
        return self.done

    def pauseProducing(self) -> None:
        """Slow down."""

    def resumeProducing(self) -> None:
        """Go on."""

    def stopProducing(self) -> None:
        """Stop."""


class RequestTests(SynchronousTestCase):
    def setUp(self) -> None:
        """A connection."""
        self.clock = Clock()
        self.kept: list[Any] = []
        self.leash = leashed(self.clock, self.kept.append)

    def sent(self) -> bytes:
        """What the source gets."""
        value: bytes = self.leash.transport.value()
        self.leash.transport.clear()
        return value

    def test_not_one_host(self) -> None:
        """A request without a host, or with two, is not sent."""
        for hosts in ([], [b"a", b"b"]):
            leash = leashed(self.clock)
            agent = CallAgent(leash, b"GET", b"/", Headers({b"host": hosts}), True)
            failure = self.failureResultOf(agent.request(b"GET", b"http://h/"))
            self.assertIsInstance(failure.value, RequestGenerationFailed)
            self.assertEqual((leash.transport.value(), gone(leash)), (b"", True))

    def test_head(self) -> None:
        """The head is what was asked for, and nothing of any library's own."""
        called(self.leash, b"GeT", accept=b"text/event-stream")
        self.assertEqual(
            self.sent(),
            b"GeT / HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n",
        )

    def test_only_once(self) -> None:
        """Without keep-alive the source is told that the connection ends."""
        called(self.leash, keep_alive=False)
        self.assertIn(b"Connection: close\r\n", self.sent())
        self.leash.dataReceived(OK + b"\r\n")
        self.assertEqual(self.kept, [])
        self.assertTrue(gone(self.leash))

    def test_body(self) -> None:
        """A body goes out as it comes."""
        body = Body(6)
        called(self.leash, b"PUT", body=body)
        self.assertIn(b"Content-Length: 6\r\n", self.sent())
        for piece in (b"abc", b"def"):
            body.consumer.write(piece)
            self.assertEqual(self.sent(), piece)
        body = Body(UNKNOWN_LENGTH)
        self.leash = leashed(self.clock)
        called(self.leash, b"PUT", body=body)
        self.assertIn(b"Transfer-Encoding: chunked\r\n", self.sent())
        body.consumer.write(b"abc")
        self.assertEqual(self.sent(), b"3\r\nabc\r\n")
        body.done.callback(None)
        self.assertEqual(self.sent(), b"0\r\n\r\n")

    def test_an_answer_before_the_end_of_the_body(self) -> None:
        """It is told at once, and the connection is of no use any more."""
        body = Body(6)
        agent, responded = called(self.leash, b"PUT", body=body)
        self.leash.dataReceived(OK + b"\r\n")
        self.assertEqual(self.successResultOf(responded).code, 200)
        self.assertFalse(agent.sent)
        self.assertEqual(self.kept, [])

    def test_an_answer_after_the_body(self) -> None:
        """The usual order leaves the connection to the next call."""
        body = Body(3)
        agent, responded = called(self.leash, b"PUT", body=body)
        body.consumer.write(b"abc")
        body.done.callback(None)
        self.assertTrue(agent.sent)
        self.leash.dataReceived(OK + b"\r\n")
        self.successResultOf(responded)
        self.assertEqual(len(self.kept), 1)

    def test_a_body_that_fails(self) -> None:
        """Half a body is never completed: the connection is dropped."""
        body = Body(6)
        _, responded = called(self.leash, b"PUT", body=body)
        body.done.errback(RuntimeError("no more"))
        self.assertTrue(gone(self.leash))
        closed(self.leash)
        self.failureResultOf(responded, ResponseNeverReceived)


class ResponseTests(SynchronousTestCase):
    def setUp(self) -> None:
        """A connection."""
        self.leash = leashed(Clock())

    def test_encoding_is_kept_from_treq(self) -> None:
        """treq decodes what says that it is encoded; we decode ourselves."""
        agent, responded = called(self.leash)
        self.leash.dataReceived(OK + b"Content-Encoding: gzip\r\n\r\n")
        headers = self.successResultOf(responded).headers
        self.assertFalse(headers.hasHeader(b"content-encoding"))
        self.assertEqual(agent.content_encoding, [b"gzip"])

    def test_connection_headers(self) -> None:
        """What concerns the connection is told apart."""
        agent, responded = called(self.leash)
        self.assertEqual(agent.connection_options, [])
        self.leash.dataReceived(
            OK + b"Connection: Keep-Alive, X-Foo\r\nConnection: bar\r\n"
            b"Keep-Alive: timeout=7\r\n\r\n"
        )
        self.successResultOf(responded)
        self.assertEqual(agent.connection_options, [b"keep-alive", b"x-foo", b"bar"])
        self.assertEqual(agent.connection_header(b"keep-alive"), [b"timeout=7"])
        self.assertEqual(self.leash.keep_alive_s, 7)

    def test_no_trailers(self) -> None:
        """A body that is not chunked has none."""
        agent, responded = called(self.leash)
        self.assertEqual(agent.trailers(), [])
        self.leash.dataReceived(OK + b"\r\n")
        self.successResultOf(responded)
        self.assertEqual(agent.trailers(), [])

    def test_lost(self) -> None:
        """Half a head tells more than none: it forbids another attempt."""
        _, responded = called(self.leash)
        closed(self.leash)
        self.failureResultOf(responded, ResponseNeverReceived)
        self.leash = leashed(Clock())
        _, responded = called(self.leash)
        self.leash.dataReceived(b"HTTP")
        closed(self.leash)
        self.failureResultOf(responded, ResponseFailed)
