"""When a source is called again: every number that it gives is bounded."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.eventstream.parser import MAX_RETRY_MS
from relay.model.api.messages.channel_options import ReconnectOptions
from relay.upstream.events.backoff import SHORTEST_RETRY_MS, Backoff


def backoff(**options: int) -> Backoff:
    """Make one; options as in a definition."""
    return Backoff(ReconnectOptions.read(options))


class BackoffTests(SynchronousTestCase):
    """Delays are random: each statement is about many of them."""

    def total_s(self, made: Backoff, count: int) -> float:
        """Add up some delays."""
        return sum(made.next_s() for _ in range(count))

    def test_a_retry_of_0_does_not_switch_the_growth_off(self) -> None:
        """Delays grow from every small ``retry`` value."""
        for retry_ms in (0, 1, 50):
            made = backoff()
            made.asked(retry_ms)
            self.assertGreater(self.total_s(made, 20), 30, retry_ms)

    def test_a_retry_is_never_below_the_floor(self) -> None:
        """Also where every connection counts as healthy, so that nothing grows."""
        made = backoff(healthyAfterMs=0)
        made.asked(0)
        delays_s = []
        for _ in range(1000):
            made.stood(0)
            delays_s.append(made.next_s())
        expected_s = SHORTEST_RETRY_MS / 2 / 1000
        self.assertGreater(sum(delays_s) / 1000, expected_s * 0.8)

    def test_the_longest_retry_is_no_longer_than_the_longest_delay(self) -> None:
        """The longest delay bounds ``retry`` and ``Retry-After``."""
        made = backoff(maxMs=2000)
        made.asked(MAX_RETRY_MS)
        self.assertLessEqual(max(made.next_s() for _ in range(2000)), 2.0)
        self.assertEqual(made.next_s(retry_after_s=1e9), 2.0)

    def test_a_retry_after_is_waited_for(self) -> None:
        """``Retry-After`` is the shortest delay, up to the longest one."""
        made = backoff()
        self.assertGreaterEqual(made.next_s(retry_after_s=20.0), 20.0)

    def test_delays_of_a_refusal_grow_to_minutes(self) -> None:
        """Delays after refusals grow to minutes and have a lower bound."""
        made = backoff()
        delays_s = [made.next_s(refused=True) for _ in range(40)]
        self.assertGreaterEqual(delays_s[0], 0.25)
        self.assertGreaterEqual(min(delays_s[20:]), 150)
        self.assertLessEqual(max(delays_s), 300)
        self.assertLessEqual(made.next_s(), 30)

    def test_a_connection_that_stood_begins_anew(self) -> None:
        """A shorter one does not."""
        made = backoff()
        for _ in range(20):
            made.next_s()
        made.stood(59)
        self.assertGreater(self.total_s(made, 20), 30)
        made.stood(60)
        self.assertLessEqual(made.next_s(), 0.5)
