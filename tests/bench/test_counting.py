"""The measurement of counting."""

from __future__ import annotations

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from bench.counting import AT_ONCE, with_hub


class HubTests(TestCase):
    """A hub is measured."""

    def test_rows(self) -> Deferred[None]:
        """Each question is asked in each number at once, and answered."""
        return Deferred.fromCoroutine(self._rows())

    async def _rows(self) -> None:
        rows = await with_hub(reactor, questions=2)
        self.assertEqual(
            [(row.what, row.at_once) for row in rows],
            [(what, number) for what in ("hit", "enter") for number in AT_ONCE],
        )
        for row in rows:
            self.assertGreater(row.per_s, 0)
            self.assertGreaterEqual(row.p99_ms, row.p50_ms)
            self.assertIn(f"{row.at_once} at once", str(row))
