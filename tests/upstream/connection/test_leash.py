"""What holds a connection to a source."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from twisted.internet.interfaces import ISSLTransport
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import alsoProvides

from relay.upstream.connection.leash import GOODBYE_MS, Leash, LeashFactory
from relay.upstream.connection.response_rules import DEFAULT_LIMITS
from tests.upstream.memory import Connection, called, closed, gone, leashed


class LeashTests(SynchronousTestCase):
    def setUp(self) -> None:
        """A plain connection."""
        self.clock = Clock()
        self.leash = leashed(self.clock)
        self.expired: list[float] = []

    def watch(self, timeout_ms: int) -> None:
        """Start the idle clock."""
        self.leash.watch_silence(
            timeout_ms, lambda: self.expired.append(self.clock.seconds())
        )

    def secure(self) -> Leash:
        """A connection whose TLS handshake is under way."""
        leash = LeashFactory(
            self.clock, lambda http: None, DEFAULT_LIMITS
        ).buildProtocol(None)
        assert leash is not None
        transport = Connection()
        alsoProvides(transport, ISSLTransport)
        leash.makeConnection(transport)
        return leash

    def test_reading_is_left_alone(self) -> None:
        """What pauses and goes on while bytes are passed on tells the reactor nothing;
        what stays paused does."""
        changes: list[str] = []
        transport = self.leash.transport
        with (
            patch.object(transport, "pauseProducing", lambda: changes.append("-")),
            patch.object(transport, "resumeProducing", lambda: changes.append("+")),
        ):
            _, responded = called(self.leash)
            responded.addCallback(lambda response: response.deliverBody(Protocol()))
            self.leash.dataReceived(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
            self.assertEqual(changes, [])
            changes.clear()
            with patch.object(self.leash.http, "dataReceived") as received:
                received.side_effect = lambda data: self.leash.pauseProducing()
                self.leash.dataReceived(b"abc")
                self.leash.dataReceived(b"def")
            self.assertEqual(changes, ["-"])
            self.leash.resumeProducing()
            self.assertEqual(changes[-1], "+")

    def test_aborted_amid_the_pool(self) -> None:
        """The pool learns of it at once, not when the end has come."""
        told: list[Leash] = []
        self.leash.on_lost = told.append
        self.leash.abort()
        self.assertEqual(told, [self.leash])

    def test_plain_is_ready_at_once(self) -> None:
        """A plain connection needs no handshake."""
        self.successResultOf(self.leash.ready)

    def test_secure_is_ready_after_its_handshake(self) -> None:
        """No request may be written before."""
        leash = self.secure()
        self.assertNoResult(leash.ready)
        leash.handshakeCompleted()
        self.successResultOf(leash.ready)

    def test_lost_amid_the_handshake(self) -> None:
        """The one who waits learns why."""
        leash = self.secure()
        closed(leash, reset=True)
        failure = self.failureResultOf(leash.ready)
        self.assertIs(failure, leash.lost)

    def test_given_up_amid_the_handshake(self) -> None:
        """Cancelling drops the connection."""
        leash = self.secure()
        leash.ready.cancel()
        self.failureResultOf(leash.ready)
        self.assertTrue(gone(leash))
        closed(leash)

    def test_ends_are_harmless_twice(self) -> None:
        """Neither after an abort nor after a loss does an abort do anything."""
        self.leash.abort()
        self.leash.abort()
        closed(self.leash)
        self.leash.transport.aborted = False
        for end in (
            self.leash.abort,
            self.leash.abortConnection,
            self.leash.stopProducing,
        ):
            end()
        self.assertFalse(gone(self.leash))

    def test_silence(self) -> None:
        """The idle clock counts real milliseconds, and any byte resets it."""
        called(self.leash)
        self.watch(250)
        self.clock.advance(0.249)
        self.leash.dataReceived(b"H")
        self.clock.advance(0.249)
        self.assertEqual(self.expired, [])
        self.clock.advance(0.001)
        self.assertEqual(len(self.expired), 1)

    def test_one_timer_for_many_bytes(self) -> None:
        """A stream of bytes makes no new timers."""
        called(self.leash)
        self.watch(250)
        (timer,) = self.clock.getDelayedCalls()
        for byte in b"HTTP/1.1 200":
            self.leash.dataReceived(bytes([byte]))
        self.assertEqual(self.clock.getDelayedCalls(), [timer])

    def test_back_pressure(self) -> None:
        """Pausing stops the reading and the clock; resuming starts both."""
        self.watch(250)
        self.leash.pauseProducing()
        self.assertFalse(self.leash.transport.reads)
        self.clock.advance(10)
        self.leash.resumeProducing()
        self.assertTrue(self.leash.transport.reads)
        self.clock.advance(0.249)
        self.assertEqual(self.expired, [])
        self.clock.advance(0.001)
        self.assertEqual(len(self.expired), 1)

    def test_no_timer_outlives_the_connection(self) -> None:
        """An end of any kind stops the clock."""

        def unwatch(leash: Leash) -> None:
            leash.unwatch()

        def abort(leash: Leash) -> None:
            leash.abort()

        ends: list[Any] = [unwatch, abort, closed]
        for end in ends:
            self.leash = leashed(self.clock)
            self.watch(250)
            end(self.leash)
            self.assertEqual(self.clock.getDelayedCalls(), [], end)

    def test_a_peer_that_says_no_goodbye(self) -> None:
        """A TLS peer that does not close is waited for, but not for long."""
        leash = self.secure()
        leash.handshakeCompleted()
        leash.loseConnection()
        self.assertEqual(
            (leash.transport.disconnecting, leash.transport.aborted), (True, False)
        )
        self.clock.advance(GOODBYE_MS / 1000)
        self.assertTrue(leash.transport.aborted)

    def test_a_peer_that_says_goodbye(self) -> None:
        """Its end stops that clock."""
        leash = self.secure()
        leash.handshakeCompleted()
        leash.loseConnection()
        closed(leash)
        self.assertEqual(self.clock.getDelayedCalls(), [])
