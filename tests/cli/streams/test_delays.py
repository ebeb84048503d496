"""The delays between attempts."""

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.streams.delays import Delays


class DelayTests(SynchronousTestCase):
    """What the source asks for, and what failures add."""

    def test_failures_double_the_delay(self) -> None:
        """Up to 30 seconds; a stream that opens sets it back."""
        delays = Delays()
        self.assertEqual([delays.next_s() for _ in range(7)], [1, 2, 4, 8, 16, 30, 30])
        delays.opened()
        self.assertEqual(delays.next_s(), 1)

    def test_retry(self) -> None:
        """The source's reconnection time is that of the first attempt, even if 0."""
        delays = Delays()
        delays.asked(0)
        self.assertEqual(delays.next_s(), 0)
        delays.asked(45_000)
        delays.opened()
        self.assertEqual([delays.next_s() for _ in range(3)], [45, 45, 45])
        delays.asked(10**12)
        delays.opened()
        self.assertEqual(delays.next_s(), 3600)

    def test_retry_after(self) -> None:
        """It is the shortest delay."""
        delays = Delays()
        self.assertEqual(delays.next_s(20), 20)
        self.assertEqual(delays.next_s(1), 2)
        self.assertEqual(delays.next_s(10**9), 3600)
