"""Tests of :mod:`relay.policies.security.date_format`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.policies.security.date_format import date_check

DATES = {
    "dd/MM/yyyy": (["29/02/2012", "1/2/2012"], ["31/20/19991", "29/02/2011", ""]),
    "yyyyMMdd": (["20240229"], ["20230229", "2024229"]),
    "yyyy-MM-dd'T'HH:mm:ss.SSSZ": (
        ["2001-07-04T12:08:56.235-0700"],
        ["2001-07-04T12:08:56.235", "2001-07-04T24:08:56.235-0700"],
    ),
    "HH 'o''clock' " + "X" * 3: (
        ["12 o'clock +01:00", "0 o'clock Z"],
        ["12 o'clock +0100"],
    ),
    "EEE, d MMM yyyy": (
        ["Mon, 30 Nov 2026", "monday, 30 november 2026"],
        ["Tue, 30 Nov 2026", "Mon, 30 Nov"],
    ),
    "yyyy-MM-ddTHH:mmZ": (
        ["2026-11-30T10:00Z", "2026-11-30T10:00+0100"],
        ["2026-11-30 10:00Z", "2026-11-30T10:00+01:00"],
    ),
    "hh:mm a": (["12:00 PM"], ["13:00 PM", "0:30 am"]),
    "''yy": (["'26"], ["26"]),
}


class DateFormatTests(SynchronousTestCase):
    """The texts that are dates of a format."""

    def test_dates(self) -> None:
        """Valid and invalid dates of each format."""
        for form, (good, bad) in DATES.items():
            check = date_check(form)
            for text in good:
                self.assertTrue(check(text), (form, text))
            for text in [*bad, f"{good[0]} ", good[0] + " " * 64]:
                self.assertFalse(check(text), (form, text))

    def test_refused(self) -> None:
        """Fields that are not known, and quotes that are not closed."""
        for form in ("ww", "z", "X" * 4, "TT", "'T", "D"):
            self.assertRaises(ValueError, date_check, form)
