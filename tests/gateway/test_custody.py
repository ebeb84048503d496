"""Which process serves the channels of an API."""

from __future__ import annotations

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.gateway.custody import LEASE_MS, MARGIN_S, RENEW_S, Custody


class Leases:
    """Leases as a test wants them."""

    def __init__(self) -> None:
        self.answer: bool | Exception = True
        self.asked = 0
        self.given_back = 0

    def own(self, api_id: str, lease_ms: int) -> Deferred[bool]:
        """Answer as told."""
        self.asked += 1
        if isinstance(self.answer, Exception):
            return fail(self.answer)
        return succeed(self.answer)

    def disown(self, api_id: str) -> Deferred[None]:
        """Count."""
        self.given_back += 1
        return succeed(None)


class CustodyTests(SynchronousTestCase):
    """Asking, having, losing, and getting back."""

    def setUp(self) -> None:
        """Begin with a lease that is granted."""
        self.clock = Clock()
        self.leases = Leases()
        self.ready: Deferred[None] = Deferred()
        self.lost = 0

    def custody(self) -> Custody:
        """Make one."""
        return Custody(
            self.clock, self.leases, "api", lambda: self.ready, self._count_lost
        )

    def _count_lost(self) -> None:
        self.lost += 1

    def here(self, custody: Custody) -> list[bool]:
        """Ask, and give a list that the answer comes into."""
        answers: list[bool] = []
        custody.when_known(answers.append)
        return answers

    def test_calls_wait_until_the_channels_are_ready(self) -> None:
        """The history is loaded before anybody is let through."""
        custody = self.custody()
        answers = self.here(custody)
        self.assertEqual(answers, [])
        self.ready.callback(None)
        self.assertEqual(answers, [True])
        self.assertEqual(self.here(custody), [True])

    def test_elsewhere(self) -> None:
        """Calls are refused, and the lease is asked for again and again."""
        self.leases.answer = False
        custody = self.custody()
        self.assertEqual(self.here(custody), [False])
        self.leases.answer = True
        self.ready.callback(None)
        self.clock.advance(RENEW_S)
        self.assertEqual(self.here(custody), [True])

    def test_a_lease_that_is_lost(self) -> None:
        """The channels are closed once."""
        self.ready.callback(None)
        custody = self.custody()
        self.leases.answer = False
        self.clock.advance(RENEW_S)
        self.clock.advance(RENEW_S)
        self.assertEqual((self.here(custody), self.lost), ([False], 1))

    def test_a_store_that_does_not_answer(self) -> None:
        """They are closed before the lease can be another's, and not sooner."""
        self.ready.callback(None)
        custody = self.custody()
        self.leases.answer = OSError("gone")
        while self.clock.seconds() + RENEW_S < LEASE_MS / 1000 - MARGIN_S:
            self.clock.advance(RENEW_S)
            self.assertEqual(self.here(custody), [True])
        self.clock.advance(RENEW_S)
        self.assertEqual((self.here(custody), self.lost), ([False], 1))
        self.assertLess(self.clock.seconds(), LEASE_MS / 1000)

    def test_closing_gives_the_lease_back(self) -> None:
        """Once, and nothing is asked any more."""
        self.ready.callback(None)
        custody = self.custody()
        custody.close()
        custody.close()
        self.assertEqual(self.leases.given_back, 1)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertEqual(self.here(custody), [False])
