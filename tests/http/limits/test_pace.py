"""How fast streams may be."""

from __future__ import annotations

from hypothesis import given, strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.http.limits.pace import Pace


class PaceTests(SynchronousTestCase):
    """Ten events and 1,000 bytes a second."""

    def setUp(self) -> None:
        """Start with a second's worth of both."""
        self.clock = Clock()
        self.told: list[str] = []
        self.pace = Pace(
            self.clock,
            10,
            1000,
            lambda: self.told.append("hold"),
            lambda: self.told.append("go on"),
        )

    def test_within(self) -> None:
        """The amount of one second may be sent at once, in each second."""
        for _ in range(3):
            self.pace.spent(10, 1000)
            self.clock.advance(1)
        self.assertEqual(self.told, [])

    def test_held(self) -> None:
        """The stream is paused until the excess is paid off."""
        self.pace.spent(15, 100)
        self.assertTrue(self.pace.holds)
        self.clock.advance(0.49)
        self.assertEqual(self.told, ["hold"])
        self.clock.advance(0.01)
        self.assertEqual(self.told, ["hold", "go on"])
        self.assertFalse(self.pace.holds)

    def test_the_longer_wait(self) -> None:
        """The larger excess, of events or of bytes, decides."""
        self.pace.spent(11, 3000)
        self.clock.advance(1.99)
        self.assertEqual(self.told, ["hold"])
        self.clock.advance(0.01)
        self.assertEqual(self.told, ["hold", "go on"])

    def test_more_while_held(self) -> None:
        """Data that arrives while the stream is paused extends the pause."""
        self.pace.spent(15, 0)
        self.clock.advance(0.25)
        self.pace.spent(5, 0)
        self.clock.advance(0.5)
        self.assertEqual(self.told, ["hold"])
        self.clock.advance(0.25)
        self.assertEqual(self.told, ["hold", "go on"])

    def test_nothing_is_saved_up(self) -> None:
        """An hour of silence allows a second's worth."""
        self.clock.advance(3600)
        self.pace.spent(12, 0)
        self.assertEqual(self.told, ["hold"])

    def test_stopped(self) -> None:
        """A stream that is over goes on no more."""
        self.pace.spent(100, 0)
        self.pace.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.pace.stop()
        self.assertEqual(self.told, ["hold"])

    @given(st.lists(st.tuples(st.integers(0, 30), st.floats(0, 3)), max_size=50))
    def test_on_average(self, writes: list[tuple[int, float]]) -> None:
        """A stream that writes only while it may is never faster than it may be, but
        for a second's worth at first and the last write."""
        clock = Clock()
        pace = Pace(clock, 10, 0, lambda: None, lambda: None)
        sent = last = 0
        for events, wait_s in writes:
            if not pace.holds:
                self.assertLessEqual(sent - last, 10 * clock.seconds() + 10 + 1e-6)
                pace.spent(events, 5)
                sent, last = sent + events, events
            clock.advance(wait_s)
