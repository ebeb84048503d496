"""Reports on deployments."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.records import ServingReport
from relay.node.deployments import worst


class ReportTests(SynchronousTestCase):
    """The reports of several workers."""

    def test_worst(self) -> None:
        """A refusal counts first, then the oldest deployment that is served."""
        old, new = ServingReport(2, 1, None), ServingReport(2, 2, None)
        refused = ServingReport(2, 1, "why")
        self.assertIsNone(worst([]))
        self.assertEqual(worst([new, old]), old)
        self.assertEqual(worst([old, refused, new]), refused)
        self.assertEqual(worst([new]), new)
