"""Tests of what scripts answer; the scripts themselves run in tests/wire/cluster."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.idempotency import KeyReused
from relay.cluster.link import Fenced
from relay.cluster.redis.scripts import (
    CopyWanted,
    LogMissing,
    SessionEnded,
    Settling,
    load,
    result,
)


class ScriptTests(SynchronousTestCase):
    """Scripts, and their answers."""

    def test_every_script_but_one_checks_the_session(self) -> None:
        """The one that opens it."""
        unchecked = [
            name for name, script in load().items() if "'ENDED'" not in script.text
        ]
        self.assertEqual(unchecked, ["attach"])

    def test_an_answer(self) -> None:
        """Without its status."""
        self.assertEqual(result([b"OK", 1, b"x"]), [1, b"x"])

    def test_a_refusal(self) -> None:
        """Each status has its exception."""
        for status, refusal in (
            (b"FENCED", Fenced),
            (b"REUSED", KeyReused),
            (b"MISSING", LogMissing),
            (b"WANTED", CopyWanted),
            (b"STALE", SessionEnded),
            (b"ENDED", SessionEnded),
        ):
            self.assertRaises(refusal, result, [status])
        settling = self.assertRaises(Settling, result, [b"SETTLING", 7])
        self.assertEqual(settling.left_ms, 7)
