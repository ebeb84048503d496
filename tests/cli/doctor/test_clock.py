"""The clock."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.doctor.clock import check_skew, check_synchronization, kernel_status

DATE = "Tue, 24 Nov 2026 12:00:00 GMT"
AT_S = 1_795_521_600.0


class ClockTests(SynchronousTestCase):
    """Synchronization and skew."""

    def test_synchronization(self) -> None:
        """The kernel knows whether a time server disciplines it."""
        self.assertEqual(check_synchronization(0x2001).level, "ok")
        self.assertEqual(check_synchronization(0x0040).level, "warning")
        self.assertEqual(check_synchronization(None).level, "ok")
        self.assertIsInstance(kernel_status() or 0, int)

    def test_skew(self) -> None:
        """Differences of up to a second are the header's."""
        for now_s, level, words in (
            (AT_S, "ok", "differ by 0 s"),
            (AT_S + 0.9, "ok", "differ by 0 s"),
            (AT_S + 4, "ok", "differ by 4 s"),
            (AT_S + 90, "warning", "90 s; this one is ahead"),
            (AT_S - 90, "warning", "90 s; this one is behind"),
        ):
            found = check_skew("a.example", DATE, now_s)
            assert found is not None
            self.assertEqual(found.level, level)
            self.assertIn(words, found.found)

    def test_no_date(self) -> None:
        """Nothing is compared."""
        self.assertIsNone(check_skew("a.example", None, AT_S))
        self.assertIsNone(check_skew("a.example", "yesterday", AT_S))
