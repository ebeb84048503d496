"""The lease that decides which process serves the channels of an API."""

from __future__ import annotations

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.ownership import (
    HELD_S,
    LEASE_MS,
    MARGIN_S,
    RENEW_S,
    SOONEST_S,
    ChannelLease,
)


class Leases:
    """Leases as a test wants them."""

    def __init__(self) -> None:
        self.answer: bool | Exception | None = True
        self.asked = 0
        self.given_back = 0

    def own(self, api_id: str, lease_ms: int) -> Deferred[bool]:
        """Return the configured answer; with None, an answer that does not come."""
        self.asked += 1
        if self.answer is None:
            self.unanswered: Deferred[bool] = Deferred()
            return self.unanswered
        if isinstance(self.answer, Exception):
            return fail(self.answer)
        return succeed(self.answer)

    def disown(self, api_id: str) -> Deferred[None]:
        """Count."""
        self.given_back += 1
        return succeed(None)


class ChannelLeaseTests(SynchronousTestCase):
    """Asking, having, losing, and getting back."""

    def setUp(self) -> None:
        """Begin with a lease that is granted."""
        self.clock = Clock()
        self.leases = Leases()
        self.ready: Deferred[None] = Deferred()
        self.lost = 0

    def lease(self) -> ChannelLease:
        """Make one."""
        return ChannelLease(
            self.clock, self.leases, "api", lambda: self.ready, self._count_lost
        )

    def _count_lost(self) -> None:
        self.lost += 1

    def here(self, lease: ChannelLease) -> list[bool]:
        """Ask, and give a list that the answer comes into."""
        answers: list[bool] = []
        lease.when_known(answers.append)
        return answers

    def test_calls_wait_until_the_channels_are_ready(self) -> None:
        """The history is loaded before anybody is let through."""
        lease = self.lease()
        answers = self.here(lease)
        self.assertEqual(answers, [])
        self.ready.callback(None)
        self.assertEqual(answers, [True])
        self.assertEqual(self.here(lease), [True])

    def test_a_call_that_raises(self) -> None:
        """The others that wait are answered, and the channels are closed when lost."""

        def broken(*_: object) -> None:
            raise ZeroDivisionError

        lease = self.lease()
        lease.on_change = broken
        lease.when_known(broken)
        answers = self.here(lease)
        self.ready.callback(None)
        self.assertEqual(answers, [True])
        self.leases.answer = False
        self.clock.advance(RENEW_S)
        self.assertEqual(self.lost, 1)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 3)

    def test_elsewhere(self) -> None:
        """Calls are refused, and the lease is asked for again and again."""
        self.leases.answer = False
        lease = self.lease()
        self.assertEqual(self.here(lease), [False])
        self.leases.answer = True
        self.ready.callback(None)
        self.clock.advance(RENEW_S)
        self.assertEqual(self.here(lease), [True])

    def test_a_lease_that_is_lost(self) -> None:
        """The channels are closed once."""
        self.ready.callback(None)
        lease = self.lease()
        self.leases.answer = False
        self.clock.advance(RENEW_S)
        self.clock.advance(RENEW_S)
        self.assertEqual((self.here(lease), self.lost), ([False], 1))

    def test_a_store_that_does_not_answer(self) -> None:
        """
        The channels are closed shortly before the lease can pass to another process.
        """
        self.ready.callback(None)
        lease = self.lease()
        self.leases.answer = OSError("gone")
        while self.clock.seconds() + RENEW_S < LEASE_MS / 1000 - MARGIN_S:
            self.clock.advance(RENEW_S)
            self.assertEqual(self.here(lease), [True])
        self.clock.advance(HELD_S - self.clock.seconds())
        self.assertEqual((self.here(lease), self.lost), ([False], 1))
        self.assertLess(self.clock.seconds(), LEASE_MS / 1000)

    def test_a_store_that_hangs(self) -> None:
        """
        The channels are closed before the lease ends although the store has not
        answered.
        """
        self.ready.callback(None)
        lease = self.lease()
        self.leases.answer = None
        self.clock.advance(RENEW_S)
        self.clock.advance(HELD_S - RENEW_S - 0.1)
        self.assertEqual((self.here(lease), self.lost), ([True], 0))
        self.clock.advance(0.1)
        self.assertEqual((self.here(lease), self.lost), ([False], 1))
        self.assertLessEqual(self.clock.seconds(), LEASE_MS / 1000 - MARGIN_S)

    def test_an_answer_that_comes_too_late(self) -> None:
        """A lease that is almost over has no effect; the next one counts."""
        self.ready.callback(None)
        self.leases.answer = None
        lease = self.lease()
        answers = self.here(lease)
        self.clock.advance(HELD_S)
        self.assertEqual(answers, [False])
        self.leases.answer = True
        self.leases.unanswered.callback(True)
        self.assertEqual(self.here(lease), [False])
        self.clock.advance(RENEW_S)
        self.assertEqual((self.here(lease), self.lost), ([True], 0))

    def test_the_renewal_is_counted_from_when_it_was_asked_for(self) -> None:
        """After a late answer the next renewal follows at once."""
        self.ready.callback(None)
        lease = self.lease()
        self.leases.answer = None
        self.clock.advance(RENEW_S)
        self.clock.advance(HELD_S - RENEW_S - 0.1)
        self.leases.answer = True
        self.leases.unanswered.callback(True)
        asked = self.leases.asked
        self.clock.advance(SOONEST_S)
        self.assertEqual(self.leases.asked, asked + 1)
        self.clock.advance(RENEW_S)
        self.assertEqual((self.here(lease), self.lost), ([True], 0))

    def test_callers_are_told_why_the_channels_are_not_here(self) -> None:
        """``owned_elsewhere`` holds only after an answer of the store."""
        self.leases.answer = OSError("gone")
        lease = self.lease()
        self.assertEqual(self.here(lease), [False])
        self.assertFalse(lease.owned_elsewhere)
        self.leases.answer = False
        self.clock.advance(RENEW_S)
        self.assertTrue(lease.owned_elsewhere)
        self.leases.answer = None
        self.clock.advance(RENEW_S)
        self.assertTrue(lease.owned_elsewhere)

    def test_a_lease_that_runs_out_unanswered_is_the_store_s_fault(self) -> None:
        """
        A lease that ends without an answer does not count as owned by another process.
        """
        self.ready.callback(None)
        lease = self.lease()
        self.leases.answer = None
        self.clock.advance(RENEW_S)
        self.clock.advance(HELD_S)
        self.assertEqual(self.here(lease), [False])
        self.assertFalse(lease.owned_elsewhere)

    def test_a_store_that_fails_is_logged_once(self) -> None:
        """A failing store is logged once, and its recovery once."""
        self.ready.callback(None)
        self.leases.answer = OSError("gone")
        with capturedLogs() as lines:
            self.lease()
            for _ in range(5):
                self.clock.advance(RENEW_S)
            self.leases.answer = True
            for _ in range(5):
                self.clock.advance(RENEW_S)
        levels = [line["log_level"].name for line in lines]
        self.assertEqual(levels, ["error", "info"])

    def test_a_process_that_was_stopped(self) -> None:
        """Refuses at once when it wakes, before any timer has run."""
        self.ready.callback(None)
        lease = self.lease()
        self.clock.rightNow += HELD_S
        self.assertEqual((self.here(lease), self.lost), ([False], 1))
        self.clock.advance(0)
        self.assertEqual(self.lost, 1)

    def test_the_lease_is_renewed_while_histories_are_read(self) -> None:
        """Reading them may take longer than a lease lasts."""
        lease = self.lease()
        for _ in range(10):
            self.clock.advance(RENEW_S)
        self.assertEqual(self.leases.asked, 11)
        self.ready.callback(None)
        self.assertEqual(self.here(lease), [True])

    def test_a_lease_lost_while_histories_are_read(self) -> None:
        """
        Histories are read again when the lease returns after it was lost during the
        first read.
        """
        lease = self.lease()
        self.leases.answer = False
        self.clock.advance(RENEW_S)
        self.leases.answer = True
        self.clock.advance(RENEW_S)
        stale, self.ready = self.ready, Deferred()
        stale.callback(None)
        self.assertEqual(self.here(lease), [False])
        self.clock.advance(RENEW_S)
        self.assertEqual(self.here(lease), [False])
        self.ready.callback(None)
        self.assertEqual((self.here(lease), self.lost), ([True], 0))

    def test_histories_that_cannot_be_read(self) -> None:
        """Callers are refused, and it is tried again."""
        lease = self.lease()
        answers = self.here(lease)
        broken, self.ready = self.ready, Deferred()
        broken.errback(OSError("unreadable"))
        self.assertEqual(answers, [False])
        self.ready.callback(None)
        self.clock.advance(RENEW_S)
        self.assertEqual(self.here(lease), [True])

    def test_closed_while_histories_are_read(self) -> None:
        """
        A lease that is closed during the read never becomes owned, and leaves no timer.
        """
        lease = self.lease()
        answers = self.here(lease)
        lease.close()
        self.ready.callback(None)
        self.assertEqual((answers, self.here(lease)), ([False], [False]))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_closing_gives_the_lease_back(self) -> None:
        """Once, and nothing is asked any more."""
        self.ready.callback(None)
        lease = self.lease()
        lease.close()
        lease.close()
        self.assertEqual(self.leases.given_back, 1)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertEqual(self.here(lease), [False])
