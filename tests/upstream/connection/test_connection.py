"""One connection to an upstream: its states, its clock and its end."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IConsumer, ISSLTransport
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import (
    RequestGenerationFailed,
    ResponseFailed,
    ResponseNeverReceived,
)
from twisted.web.http_headers import Headers
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import alsoProvides, implementer

from relay.upstream.connection.connection import GOODBYE_MS, UpstreamConnection
from relay.upstream.connection.states import NEXT, ConnectionBusy, State
from relay.upstream.connection.writer import RequestHead
from tests.upstream.memory import Connection, called, closed, connected, gone

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"


@implementer(IBodyProducer)
class Body:
    """A body that a test writes by hand."""

    def __init__(self, length: Any) -> None:
        self.length = length
        self.done: Deferred[None] = Deferred()
        self.consumer: IConsumer
        self.stopped = 0

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
        self.stopped += 1


class StateTests(SynchronousTestCase):
    """The states that a connection goes through."""

    def test_a_call(self) -> None:
        """The states of a call and of the next one, with and without a body."""
        connection = connected(Clock())
        self.assertIs(connection.state, State.IDLE)
        self.assertEqual(repr(connection), "<UpstreamConnection IDLE, 0 requests>")
        responded = called(connection)
        self.assertIs(connection.state, State.WAITING)
        connection.dataReceived(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")
        self.successResultOf(responded)
        self.assertIs(connection.state, State.BODY)
        connection.dataReceived(b"a")
        self.assertIs(connection.state, State.IDLE)
        body = Body(1)
        responded = called(connection, b"PUT", body=body)
        self.assertIs(connection.state, State.SENDING)
        body.consumer.write(b"a")
        body.done.callback(None)
        self.assertIs(connection.state, State.WAITING)
        closed(connection)
        self.assertIs(connection.state, State.CLOSED)
        self.failureResultOf(responded, ResponseNeverReceived)

    def test_no_way_back(self) -> None:
        """A transition that is not in the table raises; CLOSED is the last state."""
        self.assertEqual(set(NEXT), set(State))
        self.assertEqual(NEXT[State.CLOSED], frozenset())
        connection = connected(Clock())
        connection.abort()
        with self.assertRaises(RuntimeError):
            connection._become(State.IDLE)


class ConnectionTests(SynchronousTestCase):
    def setUp(self) -> None:
        """A plain connection."""
        self.clock = Clock()
        self.connection = connected(self.clock)
        self.expired: list[float] = []

    def watch(self, timeout_ms: int) -> None:
        """Start the idle clock."""
        self.connection.watch_silence(
            timeout_ms, lambda: self.expired.append(self.clock.seconds())
        )

    def secure(self) -> UpstreamConnection:
        """A connection whose TLS handshake is under way."""
        transport = Connection()
        alsoProvides(transport, ISSLTransport)
        return connected(self.clock, transport=transport)

    def waiting(self, connection: UpstreamConnection) -> Deferred[UpstreamConnection]:
        """Wait until a connection is ready."""
        ready = connection.when_ready()
        assert isinstance(ready, Deferred)
        return ready

    def delivered(self, response: Any) -> Any:
        """Take the body of a response."""
        response.deliverBody(Protocol())
        return response

    def test_reading_is_left_alone(self) -> None:
        """The transport is not paused and resumed for each read."""
        changes: list[str] = []
        transport = self.connection.transport
        with (
            patch.object(transport, "pauseProducing", lambda: changes.append("-")),
            patch.object(transport, "resumeProducing", lambda: changes.append("+")),
        ):
            responded = called(self.connection)
            responded.addCallback(self.delivered)
            self.connection.dataReceived(
                b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
            )
            self.assertEqual(changes, [])
            changes.clear()
            with patch.object(self.successResultOf(responded).original, "take") as take:
                take.side_effect = lambda event: self.connection.pauseProducing()
                self.connection.dataReceived(b"abc")
                self.connection.dataReceived(b"def")
            self.assertEqual(changes, ["-"])
            self.connection.resumeProducing()
            self.assertEqual(changes[-1], "+")

    def test_aborted_amid_the_pool(self) -> None:
        """The pool learns of it at once, not when the end has come."""
        told: list[UpstreamConnection] = []
        self.connection.on_lost = told.append
        self.connection.abort()
        self.assertEqual(told, [self.connection])

    def test_plain_is_ready_at_once(self) -> None:
        """A plain connection needs no handshake."""
        self.assertIs(self.connection.when_ready(), self.connection)

    def test_secure_is_ready_after_its_handshake(self) -> None:
        """No request may be written before."""
        connection = self.secure()
        ready = self.waiting(connection)
        self.assertNoResult(ready)
        connection.handshakeCompleted()
        self.assertIs(self.successResultOf(ready), connection)

    def test_lost_amid_the_handshake(self) -> None:
        """The one who waits learns why, and so does who asks later."""
        connection = self.secure()
        ready = self.waiting(connection)
        closed(connection, reset=True)
        failure = self.failureResultOf(ready)
        self.assertIs(failure, connection.lost)
        later = self.failureResultOf(self.waiting(connection))
        self.assertIs(later, connection.lost)

    def test_given_up_amid_the_handshake(self) -> None:
        """Cancelling drops the connection."""
        connection = self.secure()
        ready = self.waiting(connection)
        ready.cancel()
        self.failureResultOf(ready)
        self.assertTrue(gone(connection))
        closed(connection)

    def test_ends_are_harmless_twice(self) -> None:
        """A second end after an abort or a loss has no effect."""
        self.connection.abort()
        self.connection.abort()
        closed(self.connection)
        self.connection.transport.aborted = False
        for end in (
            self.connection.abort,
            self.connection.stopProducing,
        ):
            end()
        self.assertFalse(gone(self.connection))

    def test_silence(self) -> None:
        """The idle clock counts real milliseconds, and any byte resets it."""
        called(self.connection)
        self.watch(250)
        self.clock.advance(0.249)
        self.connection.dataReceived(b"H")
        self.clock.advance(0.249)
        self.assertEqual(self.expired, [])
        self.clock.advance(0.001)
        self.assertEqual(len(self.expired), 1)

    def test_one_timer_for_many_bytes(self) -> None:
        """A stream of bytes makes no new timers."""
        called(self.connection)
        self.watch(250)
        (timer,) = self.clock.getDelayedCalls()
        for byte in b"HTTP/1.1 200":
            self.connection.dataReceived(bytes([byte]))
        self.assertEqual(self.clock.getDelayedCalls(), [timer])

    def test_back_pressure(self) -> None:
        """Pausing stops the reading and the clock; resuming starts both."""
        self.watch(250)
        self.connection.pauseProducing()
        self.assertFalse(self.connection.transport.reads)
        self.clock.advance(10)
        self.connection.resumeProducing()
        self.assertTrue(self.connection.transport.reads)
        self.clock.advance(0.249)
        self.assertEqual(self.expired, [])
        self.clock.advance(0.001)
        self.assertEqual(len(self.expired), 1)

    def test_no_timer_outlives_the_connection(self) -> None:
        """An end of any kind stops the clock."""

        def unwatch(connection: UpstreamConnection) -> None:
            connection.unwatch()

        def abort(connection: UpstreamConnection) -> None:
            connection.abort()

        ends: list[Any] = [unwatch, abort, closed]
        for end in ends:
            self.connection = connected(self.clock)
            self.watch(250)
            end(self.connection)
            self.assertEqual(self.clock.getDelayedCalls(), [], end)

    def last_call(self) -> UpstreamConnection:
        """A TLS connection that ends with its first call."""
        connection = self.secure()
        connection.handshakeCompleted()
        called(connection, keep_alive=False)
        connection.dataReceived(OK + b"\r\n")
        return connection

    def test_a_peer_that_says_no_goodbye(self) -> None:
        """A TLS peer that does not close is waited for, but not for long."""
        connection = self.last_call()
        self.assertEqual(
            (connection.transport.disconnecting, connection.transport.aborted),
            (True, False),
        )
        self.clock.advance(GOODBYE_MS / 1000)
        self.assertTrue(connection.transport.aborted)

    def test_a_peer_that_says_goodbye(self) -> None:
        """The end of the peer stops the clock that waits for it."""
        connection = self.last_call()
        closed(connection)
        self.assertEqual(self.clock.getDelayedCalls(), [])


class RequestTests(SynchronousTestCase):
    def setUp(self) -> None:
        """A connection."""
        self.clock = Clock()
        self.kept: list[Any] = []
        self.connection = connected(self.clock, self.kept.append)

    def sent(self) -> bytes:
        """Return the bytes that the upstream received since the last call."""
        value: bytes = self.connection.transport.value()
        self.connection.transport.clear()
        return value

    def test_not_one_host(self) -> None:
        """A request without a host, or with two, is not sent."""
        for hosts in ([], [b"a", b"b"]):
            connection = connected(self.clock)
            head = RequestHead(b"GET", b"/", Headers({b"host": hosts}), True)
            failure = self.failureResultOf(connection.request(head))
            self.assertIsInstance(failure.value, RequestGenerationFailed)
            self.assertEqual(
                (connection.transport.value(), gone(connection)), (b"", True)
            )

    def test_head(self) -> None:
        """The request has exactly the given headers."""
        called(self.connection, b"GeT", accept=b"text/event-stream")
        self.assertEqual(
            self.sent(),
            b"GeT / HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n",
        )

    def test_only_once(self) -> None:
        """Without keep-alive the request has ``Connection: close``."""
        called(self.connection, keep_alive=False)
        self.assertIn(b"Connection: close\r\n", self.sent())
        self.connection.dataReceived(OK + b"\r\n")
        self.assertEqual(self.kept, [])
        self.assertTrue(gone(self.connection))

    def test_body(self) -> None:
        """A body goes out as it comes."""
        body = Body(6)
        called(self.connection, b"PUT", body=body)
        self.assertIn(b"Content-Length: 6\r\n", self.sent())
        for piece in (b"abc", b"def"):
            body.consumer.write(piece)
            self.assertEqual(self.sent(), piece)
        body = Body(UNKNOWN_LENGTH)
        self.connection = connected(self.clock)
        called(self.connection, b"PUT", body=body)
        self.assertIn(b"Transfer-Encoding: chunked\r\n", self.sent())
        body.consumer.write(b"abc")
        self.assertEqual(self.sent(), b"3\r\nabc\r\n")
        body.done.callback(None)
        self.assertEqual(self.sent(), b"0\r\n\r\n")

    def test_an_answer_before_the_end_of_the_body(self) -> None:
        """An early response is delivered at once, and the connection is closed."""
        body = Body(6)
        responded = called(self.connection, b"PUT", body=body)
        self.connection.dataReceived(OK + b"\r\n")
        self.assertEqual(self.successResultOf(responded).code, 200)
        self.assertIs(self.connection.state, State.CLOSED)
        self.assertTrue(self.connection.transport.aborted)
        self.assertEqual(self.kept, [])
        self.sent()
        body.consumer.write(b"abc")
        body.done.callback(None)
        self.assertEqual(self.sent(), b"")

    def test_an_answer_after_the_body(self) -> None:
        """The usual order leaves the connection to the next call."""
        body = Body(3)
        responded = called(self.connection, b"PUT", body=body)
        body.consumer.write(b"abc")
        body.done.callback(None)
        self.assertIs(self.connection.state, State.WAITING)
        self.connection.dataReceived(OK + b"\r\n")
        self.successResultOf(responded)
        self.assertEqual(len(self.kept), 1)

    def test_a_body_that_ends_amid_its_answer(self) -> None:
        """A connection whose request was sent before the response ended is kept."""
        body = Body(3)
        responded = called(self.connection, b"PUT", body=body)
        self.connection.dataReceived(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")
        self.successResultOf(responded).deliverBody(Protocol())
        body.consumer.write(b"abc")
        body.done.callback(None)
        self.connection.dataReceived(b"x")
        self.assertEqual(self.kept, [self.connection])

    def test_a_body_that_fails(self) -> None:
        """Half a body is never completed: the connection is dropped."""
        body = Body(6)
        responded = called(self.connection, b"PUT", body=body)
        body.done.errback(RuntimeError("no more"))
        self.assertTrue(gone(self.connection))
        closed(self.connection)
        self.failureResultOf(responded, ResponseNeverReceived)


class ResponseTests(SynchronousTestCase):
    """The results that a caller receives."""

    def begun(self) -> tuple[UpstreamConnection, Deferred[Any]]:
        """A request that was sent."""
        connection = connected(Clock())
        return connection, called(connection)

    def fails(self, responded: Deferred[Any], kind: type[Exception]) -> None:
        """Check how a call fails."""
        failure: Failure = self.failureResultOf(responded)
        self.assertIsInstance(failure.value, kind)

    def test_another_after_it(self) -> None:
        """A connection carries one request after the other, never two at once."""
        connection, responded = self.begun()
        self.fails(called(connection), ConnectionBusy)
        connection.dataReceived(OK + b"\r\n")
        self.assertEqual(self.successResultOf(responded).code, 200)
        second = called(connection)
        connection.dataReceived(OK + b"\r\n")
        self.assertEqual(self.successResultOf(second).code, 200)

    def test_cancelled(self) -> None:
        """Cancelling a call closes its connection."""
        connection, responded = self.begun()
        responded.cancel()
        self.fails(responded, ResponseNeverReceived)
        self.assertTrue(gone(connection))
        closed(connection)

    def test_no_answer(self) -> None:
        """
        An end before the response and an end within its head are different errors.
        """
        connection, responded = self.begun()
        closed(connection)
        self.fails(responded, ResponseNeverReceived)
        for begun in (b"HTTP", OK[:9]):
            connection, responded = self.begun()
            connection.dataReceived(begun)
            closed(connection)
            self.fails(responded, ResponseFailed)

    def test_nonsense(self) -> None:
        """A malformed response ends the connection."""
        twice = b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n"
        for answer in (b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + twice):
            connection, responded = self.begun()
            connection.dataReceived(answer)
            self.fails(responded, ResponseFailed)
            self.assertTrue(gone(connection))

    def test_early_hints(self) -> None:
        """A 103 response is delivered without its connection headers."""
        hints: list[Any] = []
        connection = connected(Clock())
        called(connection, early_hints=lambda *told: hints.append(told))
        for code in (b"100", b"103"):
            connection.dataReceived(
                b"HTTP/1.1 %b x\r\nLink: </a>\r\nConnection: x\r\n\r\n" % code
            )
        ((headers, options),) = hints
        self.assertEqual(list(headers.getAllRawHeaders()), [(b"Link", [b"</a>"])])
        self.assertEqual(options, [b"x"])

    def test_a_response_that_is_over_does_not_concern_the_next_call(self) -> None:
        """
        Calls on a finished response do not affect the next call on the connection.
        """
        connection, responded = self.begun()
        connection.dataReceived(OK + b"\r\n")
        response = self.successResultOf(responded).original
        second = called(connection)
        response.pauseProducing()
        self.assertTrue(connection.transport.reads)
        response.stopProducing()
        self.assertFalse(gone(connection))
        connection.dataReceived(OK + b"\r\n")
        self.assertEqual(self.successResultOf(second).code, 200)
