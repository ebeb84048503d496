"""Tests of :mod:`relay.upstream.breaker`."""

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

    def begin(self) -> int:
        """Begin a call, which is permitted."""
        state = self.breaker.admit()
        assert state is not None
        return state

    def fail_(self, times: int) -> None:
        """Make calls that fail."""
        for _ in range(times):
            self.breaker.failed(self.begin())

    def test_opens(self) -> None:
        """The breaker opens after the configured number of failures in a row."""
        self.fail_(2)
        self.breaker.succeeded(self.begin())
        self.fail_(2)
        self.assertIsNotNone(self.breaker.admit())
        self.fail_(1)
        self.assertIsNone(self.breaker.admit())

    def test_one_tries(self) -> None:
        """After its time an open breaker permits one call, which decides its state."""
        self.fail_(3)
        self.clock.advance(9.9)
        self.assertIsNone(self.breaker.admit())
        self.clock.advance(0.1)
        trial = self.begin()
        self.assertIsNone(self.breaker.admit())
        self.breaker.succeeded(trial)
        self.fail_(2)
        self.assertIsNotNone(self.breaker.admit())

    def test_opens_again(self) -> None:
        """A try that fails opens it for as long again."""
        self.fail_(3)
        self.clock.advance(10)
        trial = self.begin()
        self.clock.advance(5)
        self.breaker.failed(trial)
        self.clock.advance(9)
        self.assertIsNone(self.breaker.admit())
        self.clock.advance(1)
        self.assertIsNotNone(self.breaker.admit())

    def test_a_try_without_a_result(self) -> None:
        """A client that leaves amid its try does not keep the breaker open."""
        self.fail_(3)
        self.clock.advance(10)
        self.begin()
        self.clock.advance(10)
        self.assertIsNotNone(self.breaker.admit())

    def test_calls_that_end_late(self) -> None:
        """Calls from before it opened neither close it nor extend its time."""
        early = [self.begin() for _ in range(3)]
        self.fail_(3)
        self.breaker.succeeded(early[0])
        self.assertIsNone(self.breaker.admit())
        self.clock.advance(9)
        self.breaker.failed(early[1])
        self.clock.advance(1)
        trial = self.begin()
        self.breaker.failed(early[2])
        self.breaker.succeeded(trial)
        self.fail_(2)
        self.assertIsNotNone(self.breaker.admit())
