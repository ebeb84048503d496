"""Tests of :mod:`relay.reactor.settled`."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from relay.reactor.settled import Soon, settled


class SettledTests(SynchronousTestCase):
    """A value that is there at once, and one that comes later."""

    def test_at_once(self) -> None:
        """A value is returned without waiting."""
        done = Deferred.fromCoroutine(settled(7))
        self.assertEqual(self.successResultOf(done), 7)

    def test_later(self) -> None:
        """A Deferred is waited for."""
        later: Deferred[int] = Deferred()
        value: Soon[int] = later
        done = Deferred.fromCoroutine(settled(value))
        self.assertNoResult(done)
        later.callback(8)
        self.assertEqual(self.successResultOf(done), 8)
