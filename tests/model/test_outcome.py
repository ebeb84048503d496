"""Tests of :mod:`relay.model.outcome`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.outcome import Outcome


class OutcomeTests(SynchronousTestCase):
    """The closed list of outcomes."""

    def test_closed_list(self) -> None:
        """The words are those of the documented vocabulary, spelled as in logs."""
        self.assertEqual(
            " ".join(Outcome),
            "completed client_gone upstream_gone upstream_refused connect_timeout"
            " read_timeout request_timeout idle_timeout max_duration slow_consumer"
            " expired revoked drained stopped source_ended limit_reached refused"
            " internal_error",
        )
