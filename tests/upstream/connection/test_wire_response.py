"""A response as treq is given it."""

from __future__ import annotations

from typing import Any

from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import readBody
from twisted.web.iweb import UNKNOWN_LENGTH, IResponse
from zope.interface.verify import verifyObject

from tests.upstream.memory import closed, connected, gone, request_head

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"


class Taker(Protocol):
    """Notes a body and its end."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def dataReceived(self, data: bytes) -> None:
        """Some of the body."""
        self.seen.append(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Record the end."""
        self.seen.append(type(reason.value).__name__)


class WireResponseTests(SynchronousTestCase):
    def respond(self, head: bytes, method: bytes = b"GET") -> Any:
        """Get a response."""
        self.connection = connected(Clock())
        responded = self.connection.request(request_head(method))
        self.connection.dataReceived(head + b"\r\n")
        return self.successResultOf(responded)

    def test_interface(self) -> None:
        """The response provides Twisted's ``IResponse``."""
        response = self.respond(CHUNKED)
        self.assertTrue(verifyObject(IResponse, response))
        self.assertEqual(response.version, (b"HTTP", 1, 1))
        self.assertEqual((response.code, response.phrase), (200, b"OK"))
        self.assertIs(response.length, UNKNOWN_LENGTH)
        self.assertEqual(self.respond(OK).length, 0)
        other = self.respond(OK)
        response.setPreviousResponse(other)
        self.assertIs(response.previousResponse, other)

    def test_read_by_twisted(self) -> None:
        """Twisted's ``readBody`` reads the response, chunks included."""
        response = self.respond(CHUNKED)
        body = readBody(response)
        self.connection.dataReceived(b"3\r\nabc\r\n")
        self.connection.dataReceived(b"1\r\nd\r\n0\r\n\r\n")
        self.assertEqual(self.successResultOf(body), b"abcd")

    def test_connection_headers(self) -> None:
        """Connection headers are separated from the others."""
        response = self.respond(
            OK + b"Connection: Keep-Alive, X-Foo\r\nConnection: bar\r\n"
            b"Keep-Alive: timeout=7\r\n"
        )
        self.assertEqual(response.connection_options, [b"keep-alive", b"x-foo", b"bar"])
        self.assertEqual(response.keep_alive_s, 7)
        self.assertEqual(self.connection.keep_alive_s, 7)
        self.assertEqual(list(response.headers.getAllRawHeaders()), [])

    def test_encoding_is_kept_from_treq(self) -> None:
        """``Content-Encoding`` is hidden from treq, which would decode the body."""
        response = self.respond(OK + b"Content-Encoding: gzip\r\n")
        self.assertFalse(response.headers.hasHeader(b"content-encoding"))
        self.assertEqual(response.content_encoding, [b"gzip"])

    def test_held_until_it_is_delivered(self) -> None:
        """At most one read is held until the body is delivered."""
        response = self.respond(CHUNKED + b"\r\n3\r\nabc")
        self.assertFalse(self.connection.transport.reads)
        taker = Taker()
        response.deliverBody(taker)
        self.assertTrue(self.connection.transport.reads)
        self.assertEqual(taker.seen, [b"abc"])
        with self.assertRaises(RuntimeError):
            response.deliverBody(Taker())

    def test_forwarded(self) -> None:
        """Whole chunks are forwarded with their framing, also those that were held."""
        response = self.respond(CHUNKED)
        self.connection.dataReceived(b"1\r\na\r\n")
        taken: list[Any] = []
        response.forward = lambda *chunk: taken.append(chunk)
        taker = Taker()
        response.deliverBody(taker)
        self.connection.dataReceived(b"1\r\nb\r\n2\r\nc")
        self.connection.dataReceived(b"d\r\n0\r\n\r\n")
        self.assertEqual(taken, [(b"1\r\na\r\n", b"a"), (b"1\r\nb\r\n", b"b")])
        self.assertEqual(taker.seen, [b"c", b"d", "ResponseDone"])
        self.assertIsNone(response.forward)

    def test_no_trailers(self) -> None:
        """A body that is not chunked has none."""
        self.assertEqual(self.respond(OK).trailers, [])

    def test_ends(self) -> None:
        """
        The reasons for an announced end, for an end of the connection, and for a reset.
        """
        for head, reset, end in (
            (OK, False, "ResponseDone"),
            (b"HTTP/1.1 200 OK\r\n", False, "PotentialDataLoss"),
            (b"HTTP/1.1 200 OK\r\n", True, "ResponseFailed"),
            (CHUNKED, False, "ResponseFailed"),
        ):
            for late in (False, True):
                response, taker = self.respond(head), Taker()
                if not late:
                    response.deliverBody(taker)
                if head is not OK:
                    closed(self.connection, reset=reset)
                if late:
                    response.deliverBody(taker)
                self.assertEqual(taker.seen, [end], (head, reset, late))

    def test_stopped(self) -> None:
        """The connection goes, and nothing more is delivered."""
        for early in (False, True):
            response, taker = self.respond(CHUNKED), Taker()
            if not early:
                response.deliverBody(taker)
            response.stopProducing()
            self.assertTrue(gone(self.connection))
            self.connection.dataReceived(b"3\r\nabc\r\n")
            closed(self.connection)
            self.assertEqual(taker.seen, [])
