"""The numbers of each API."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.gateway.counts import Counts


class CountsTests(SynchronousTestCase):
    """Counts by API."""

    def test_they_outlive_what_counts(self) -> None:
        """An API has the same counts until it is forgotten."""
        counts = Counts()
        counts.of("a").verdicts.count("p", "admitted")
        self.assertIs(counts.of("a"), counts.of("a"))
        self.assertIsNot(counts.of("a"), counts.of("b"))
        self.assertEqual(set(counts.apis), {"a", "b"})
        self.assertEqual([api for api, _ in counts], ["a", "b"])
        counts.forget("a")
        counts.forget("a")
        self.assertEqual(set(counts.apis), {"b"})
        self.assertEqual(counts.of("a").verdicts, {})
