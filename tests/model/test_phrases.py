"""Tests of ``relay.model.phrases``."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.phrases import reason_phrase


class PhraseTests(SynchronousTestCase):
    """Every registered status has its phrase."""

    def test_phrases(self) -> None:
        """Statuses that Twisted does not know have a phrase."""
        for status, phrase in (
            (200, b"OK"),
            (429, b"Too Many Requests"),
            (431, b"Request Header Fields Too Large"),
            (599, b""),
        ):
            self.assertEqual(reason_phrase(status), phrase)
