"""The HTTP client of a connection."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web._newclient import RequestNotSent, ResponseFailed, ResponseNeverReceived

from relay.upstream.connection.leash import Leash
from tests.upstream.memory import called, closed, gone, leashed

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def begun() -> tuple[Leash, Deferred[Any]]:
    """A request that was sent."""
    leash = leashed(Clock())
    return leash, called(leash)[1]


class ClientTests(SynchronousTestCase):
    """What a caller sees."""

    def fails(self, responded: Deferred[Any], kind: type[Exception]) -> None:
        """Check how a call fails."""
        failure: Failure = self.failureResultOf(responded)
        self.assertIsInstance(failure.value, kind)

    def test_another_after_it(self) -> None:
        """A connection carries one request after the other, never two at once."""
        for leash, responded in (begun(),):
            self.fails(called(leash)[1], RequestNotSent)
            leash.dataReceived(OK)
            self.assertEqual(self.successResultOf(responded).code, 200)
            _, second = called(leash)
            leash.dataReceived(OK)
            self.assertEqual(self.successResultOf(second).code, 200)

    def test_cancelled(self) -> None:
        """A call that nobody waits for any more takes its connection with it."""
        for leash, responded in (begun(),):
            responded.cancel()
            self.fails(responded, ResponseNeverReceived)
            self.assertTrue(gone(leash))
            closed(leash)

    def test_no_answer(self) -> None:
        """A connection that ends first is told from one that ends amid a head."""
        for leash, responded in (begun(),):
            closed(leash)
            self.fails(responded, ResponseNeverReceived)
        for leash, responded in (begun(),):
            leash.dataReceived(OK[:9])
            closed(leash)
            self.fails(responded, ResponseFailed)

    def test_nonsense(self) -> None:
        """What is no answer ends the connection."""
        twice = b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n"
        for answer in (b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + twice):
            for leash, responded in (begun(),):
                leash.dataReceived(answer)
                self.fails(responded, ResponseFailed)
                self.assertTrue(gone(leash))
