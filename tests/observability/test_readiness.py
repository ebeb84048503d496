"""Whether the process should be given clients."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.observability.readiness import DRAINING, STARTING, Readiness


class ReadinessTests(SynchronousTestCase):
    """Reasons come and go."""

    def test_starts_unready(self) -> None:
        """A process is not ready before it says so."""
        readiness = Readiness()
        self.assertFalse(readiness.ready)
        self.assertEqual(list(readiness.reasons), [STARTING])
        readiness.clear(STARTING)
        self.assertTrue(readiness.ready)

    def test_every_reason_counts(self) -> None:
        """It is ready again when the last reason is gone."""
        readiness = Readiness()
        readiness.block(DRAINING, "the daemon drains")
        readiness.clear(STARTING)
        self.assertEqual(readiness.reasons, {DRAINING: "the daemon drains"})
        self.assertFalse(readiness.ready)
        readiness.clear(DRAINING)
        readiness.clear(DRAINING)
        self.assertTrue(readiness.ready)
