"""Tests for :mod:`relay.tls.files.presented`."""

from __future__ import annotations

import datetime

from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from relay.tls.files.presented import Expiry, presented
from relay.tls.material import match
from tests.pki import DAY, Authority, Issued

ROOT = Authority()
HOUR = DAY / 24


class PresentedTests(SynchronousTestCase):
    """The facts about a certificate."""

    def test_the_chain_counts(self) -> None:
        """An intermediate authority that ends first is the end; a root is not."""
        brief = Authority("Brief", ROOT, ends=5 * DAY)
        issued = brief.issue("a.example", "b.example")
        one = presented(
            match([issued.certificate, brief.certificate], issued.key, "key"), "here"
        )
        self.assertEqual((one.source, one.host), ("here", "a.example"))
        self.assertEqual(one.ends, brief.certificate.not_valid_after_utc)
        old = Authority("Old", ends=2 * DAY)
        issued = old.issue("a.example")
        one = presented(
            match([issued.certificate, old.certificate], issued.key, "key"), "here"
        )
        self.assertEqual(one.ends, issued.certificate.not_valid_after_utc)

    def test_without_a_host(self) -> None:
        """The source takes the place of the host."""
        issued = ROOT.client("somebody")
        one = presented(match([issued.certificate], issued.key, "key"), "here")
        self.assertEqual(one.host, "here")


class ExpiryTests(SynchronousTestCase):
    """Warnings before the end."""

    def warnings(self, issued: Issued, *days: float) -> list[str]:
        """Return what is logged so many days from now."""
        one = presented(match([issued.certificate], issued.key, "key"), "a.pem")
        expiry, now = Expiry(), datetime.datetime.now(datetime.UTC)
        with capturedLogs() as events:
            for later in days:
                expiry.note([("listener a", one)], now + later * DAY)
        self.assertTrue(all(event["log_level"].name == "warn" for event in events))
        return [str(formatEvent(event)) for event in events]

    def test_thirty_seven_one_and_none(self) -> None:
        """Each is logged once, with the end and what is left."""
        issued = ROOT.issue("a.example", ends=100 * DAY)
        days = (0, 69, 70.5, 71, 80, 93.5, 94, 98, 99.5, 99.6, 101, 102)
        logged = self.warnings(issued, *days)
        self.assertEqual(len(logged), 4, logged)
        ends = issued.certificate.not_valid_after_utc.isoformat()
        for text, left in zip(logged, ("29 days", "6 days", "11 hours"), strict=False):
            self.assertIn("listener a: the certificate of a.pem", text)
            self.assertIn(f"expires at {ends}, {left} from now", text)
        self.assertIn(f"expired at {ends}", logged[3])

    def test_a_certificate_that_is_late_already(self) -> None:
        """Only the last warning that applies is logged."""
        self.assertEqual(len(self.warnings(ROOT.issue("a", ends=5 * HOUR), 0)), 1)
        (text,) = self.warnings(ROOT.expired(), 0, 1)
        self.assertIn("expired at", text)

    def test_a_certificate_that_is_early(self) -> None:
        """It is logged once, and warned of later."""
        issued = ROOT.issue("a", starts=DAY, ends=3 * DAY)
        first, second = self.warnings(issued, 0, 0.5, 1.5)
        self.assertIn("is not valid before", first)
        self.assertIn("expires at", second)

    def test_a_renewed_certificate(self) -> None:
        """It begins anew, and what is not in use any more is forgotten."""
        expiry, now = Expiry(), datetime.datetime.now(datetime.UTC)
        first, second = (
            presented(match([one.certificate], one.key, "key"), "a.pem")
            for one in (ROOT.issue("a", ends=5 * DAY), ROOT.issue("a", ends=6 * DAY))
        )
        with capturedLogs() as events:
            expiry.note([("a", first)], now)
            expiry.note([("a", second)], now)
            expiry.note([("b", second)], now)
            expiry.note([("a", first)], now)
        self.assertEqual(len(events), 4)
