"""The idle timeout that is proposed for a heartbeat."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.probe.proposal import Proposal, Silence, propose, sufficient


def proposed(heartbeat_ms: int | None, current_ms: int, **more: int) -> Proposal:
    """Propose for a source that was observed for 130 s."""
    measured = {"longest_ms": heartbeat_ms or 0, "probed_ms": 130_000, **more}
    return propose(Silence(heartbeat_ms, **measured), current_ms)


class ProposalTests(SynchronousTestCase):
    def test_margin(self) -> None:
        """The margin is ten seconds, or a sixth of a long interval."""
        for interval_ms, enough_ms in (
            (60_000, 70_000),
            (15_000, 25_000),
            (1_000, 11_000),
            (120_000, 140_000),
        ):
            self.assertEqual(sufficient(interval_ms), enough_ms)

    def test_delays_of_the_network(self) -> None:
        """An interval that was measured some milliseconds off is the same interval."""
        for interval_ms in (59_870, 60_000, 60_120):
            self.assertEqual(sufficient(interval_ms), 70_000)

    def test_too_short(self) -> None:
        """A timeout that a heartbeat does not keep from firing is replaced."""
        found = proposed(60_000, 60_000)
        self.assertEqual((found.idle_timeout, found.changes), (70_000, True))
        self.assertTrue(found.measured)
        self.assertIn("would end the stream before the next", found.reason)

    def test_no_margin(self) -> None:
        """A timeout shortly above the interval is replaced."""
        found = proposed(60_000, 61_000)
        self.assertEqual((found.idle_timeout, found.changes), (70_000, True))
        self.assertIn("too little for delays", found.reason)

    def test_kept(self) -> None:
        """A timeout that is long enough stays as it is."""
        found = proposed(5_000, 60_000)
        self.assertEqual((found.idle_timeout, found.changes), (60_000, False))
        self.assertIn("is above that", found.reason)

    def test_no_timeout(self) -> None:
        """Without a timeout, a lost source goes unnoticed."""
        found = proposed(60_000, 0)
        self.assertEqual((found.idle_timeout, found.changes), (70_000, True))

    def test_not_measured(self) -> None:
        """Nothing is proposed for a heartbeat that was not measured."""
        for current_ms in (0, 60_000):
            found = proposed(None, current_ms, longest_ms=20_000, probed_ms=20_000)
            self.assertEqual((found.idle_timeout, found.changes), (current_ms, False))
            self.assertFalse(found.measured)
            self.assertIn("within 20000 ms", found.reason)
            self.assertIn("70000 ms", found.reason)

    def test_cut(self) -> None:
        """A silence that the timeout would not have survived is allowed."""
        found = proposed(None, 30_000, longest_ms=59_990)
        self.assertEqual((found.idle_timeout, found.changes), (70_000, True))
        self.assertFalse(found.measured)
        self.assertIn("would have ended the stream", found.reason)

    def test_json(self) -> None:
        """The names are those of the management API."""
        self.assertEqual(
            set(proposed(60_000, 0).as_json()),
            {"idleTimeout", "changes", "measured", "reason"},
        )
