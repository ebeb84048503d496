"""How long who answers wants to be left alone."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.events.retry_after import LONGEST_RETRY_AFTER_S, read_retry_after


class RetryAfterTests(SynchronousTestCase):
    """RFC 9110, 10.2.3."""

    def test_forms(self) -> None:
        """Seconds and dates are read; other values are 0, and all are bounded."""
        now_s = 1_000_000_000.0
        for value, expected in (
            (None, 0),
            ("", 0),
            ("7", 7),
            (" 7 ", 7),
            ("-7", 0),
            ("soon", 0),
            ("1e9", 0),
            ("٣", 0),
            ("99999999999999999999", LONGEST_RETRY_AFTER_S),
            ("Sun, 09 Sep 2001 01:47:10 GMT", 30),
            ("Sun, 09 Sep 2001 01:46:10 GMT", 0),
            ("Sun, 09 Sep 2091 01:46:10 GMT", LONGEST_RETRY_AFTER_S),
        ):
            self.assertEqual(read_retry_after(value, now_s), expected, repr(value))

    def test_a_date_says_nothing_where_the_time_is_not_known(self) -> None:
        """Seconds do."""
        date = "Sun, 09 Sep 2091 01:46:10 GMT"
        self.assertEqual(read_retry_after(date, None), 0)
        self.assertEqual(read_retry_after("7", None), 7)
