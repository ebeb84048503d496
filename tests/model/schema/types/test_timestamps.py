"""Instants as text."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.types.timestamps import timestamp


class TimestampTests(SynchronousTestCase):
    def test_timestamp(self) -> None:
        """A timestamp is in UTC, with milliseconds."""
        for at_ms, text in (
            (0, "1970-01-01T00:00:00.000Z"),
            (1795511167357, "2026-11-24T09:06:07.357Z"),
            (1795511167007, "2026-11-24T09:06:07.007Z"),
        ):
            self.assertEqual(timestamp(at_ms), text)
