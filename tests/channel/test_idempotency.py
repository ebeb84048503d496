"""Publications that are repeated because their answer was lost."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.idempotency import REMEMBERED_S, Idempotency


class IdempotencyTests(SynchronousTestCase):
    """Remembered for ten minutes, for each topic."""

    def test_a_key_is_remembered_for_a_while(self) -> None:
        """Then it is a new publication."""
        clock = Clock()
        known = Idempotency(clock.seconds)
        known.remember("t", "k", ["a"])
        clock.advance(REMEMBERED_S - 1)
        self.assertEqual(known.find("t", "k"), ["a"])
        self.assertIsNone(known.find("other", "k"))
        clock.advance(2)
        self.assertIsNone(known.find("t", "k"))
