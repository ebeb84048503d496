"""When calls are let through."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.breaker import Breaker


class BreakerTests(SynchronousTestCase):
    """Three failures in a row open it for ten seconds."""

    def setUp(self) -> None:
        """Start closed."""
        self.clock = Clock()
        self.breaker = Breaker(self.clock, 3, 10_000)

    def fail_(self, times: int) -> None:
        """Report failed calls."""
        for _ in range(times):
            self.breaker.failed()

    def test_opens(self) -> None:
        """The breaker opens after the configured number of failures in a row."""
        self.fail_(2)
        self.breaker.succeeded()
        self.fail_(2)
        self.assertTrue(self.breaker.lets_through())
        self.fail_(1)
        self.assertFalse(self.breaker.lets_through())

    def test_one_tries(self) -> None:
        """After its time an open breaker permits one call, which decides its state."""
        self.fail_(3)
        self.clock.advance(9.9)
        self.assertFalse(self.breaker.lets_through())
        self.clock.advance(0.1)
        self.assertTrue(self.breaker.lets_through())
        self.assertFalse(self.breaker.lets_through())
        self.breaker.succeeded()
        self.assertTrue(self.breaker.lets_through())
        self.assertTrue(self.breaker.lets_through())

    def test_opens_again(self) -> None:
        """A try that fails opens it for as long again."""
        self.fail_(3)
        self.clock.advance(10)
        self.assertTrue(self.breaker.lets_through())
        self.clock.advance(5)
        self.fail_(1)
        self.clock.advance(9)
        self.assertFalse(self.breaker.lets_through())
        self.clock.advance(1)
        self.assertTrue(self.breaker.lets_through())

    def test_a_try_without_a_result(self) -> None:
        """A client that leaves amid its try does not keep the breaker open."""
        self.fail_(3)
        self.clock.advance(10)
        self.assertTrue(self.breaker.lets_through())
        self.clock.advance(10)
        self.assertTrue(self.breaker.lets_through())
