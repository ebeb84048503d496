"""The reports of a gateway are written in batches, and callers can wait for them."""

from __future__ import annotations

from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.deploy.reports import BEAT_S, Noted, Reports
from relay.model.records import ServingReport

ONE, TWO = ServingReport(1, 1, None), ServingReport(2, 2, None)
FAILED = ServingReport(2, 1, "no file")


class Registry:
    """Completes the writes of reports when the test says so."""

    def __init__(self) -> None:
        self.batches: list[dict[str, ServingReport | None]] = []
        self.writing: list[Deferred[None]] = []
        self.left = 0

    def report(self, reports: Noted) -> Deferred[None]:
        """Note a batch."""
        self.batches.append(dict(reports))
        self.writing.append(Deferred())
        return self.writing[-1]

    def leave(self) -> Deferred[None]:
        """Note the end."""
        self.left += 1
        return succeed(None)


class ReportsTests(SynchronousTestCase):
    """The reports of one gateway."""

    def setUp(self) -> None:
        """Make its reports."""
        self.clock, self.registry = Clock(), Registry()
        self.reports = Reports(self.clock, self.registry)

    def written(self) -> None:
        """Complete the write under way."""
        self.registry.writing.pop().callback(None)

    def test_a_restart_writes_only_what_differs(self) -> None:
        """Only differences from the reports of the previous run are written."""
        self.reports.note("same", ONE)
        self.reports.note("other", TWO)
        self.reports.begin({"same": ONE, "other": ONE, "gone": ONE})
        self.assertEqual(self.registry.batches, [{"other": TWO, "gone": None}])

    def test_what_comes_during_a_write_is_one_batch(self) -> None:
        """Reports that come during a write are written as one batch."""
        self.reports.begin({})
        for number in range(3):
            self.reports.note(f"api-{number}", ONE)
        self.reports.note("api-0", TWO)
        self.clock.advance(0)
        self.assertEqual(len(self.registry.batches), 1)
        self.written()
        self.clock.advance(0)
        self.assertEqual(
            self.registry.batches[1:], [{"api-0": TWO, "api-1": ONE, "api-2": ONE}]
        )

    def test_who_waits_is_told_when_it_is_written(self) -> None:
        """
        A waiting caller is notified when the deployment, or a newer one, has been
        written.
        """
        self.reports.begin({})
        self.written()
        waiting = self.reports.reached("api-1", 2)
        self.reports.note("api-1", ONE)
        self.clock.advance(0)
        self.written()
        self.assertNoResult(waiting)
        self.reports.note("api-1", FAILED)
        self.assertNoResult(waiting)
        self.clock.advance(0)
        self.written()
        self.assertEqual(self.successResultOf(waiting), FAILED)
        self.assertEqual(self.successResultOf(self.reports.reached("api-1", 2)), FAILED)
        stopped = self.reports.reached("api-1", None)
        self.assertNoResult(stopped)
        self.reports.note("api-1", None)
        self.clock.advance(0)
        self.written()
        self.assertIsNone(self.successResultOf(stopped))

    def test_who_waits_may_stop_waiting(self) -> None:
        """A caller may cancel its wait."""
        waiting = self.reports.reached("api-1", 1)
        waiting.cancel()
        self.failureResultOf(waiting, CancelledError)
        self.reports.note("api-1", ONE)
        self.reports.begin({})
        self.written()

    def test_the_gateway_is_seen_again_and_again(self) -> None:
        """A report is written every ``BEAT_S`` seconds, even without a deployment."""
        self.reports.begin({})
        for _ in range(3):
            self.written()
            self.clock.advance(BEAT_S)
        self.assertEqual(self.registry.batches, [{}] * 4)

    def test_a_store_that_fails_is_told_once_and_asked_again(self) -> None:
        """A failing store is logged once, and the reports are written later."""
        self.reports.note("api-1", ONE)
        self.reports.begin({})
        for _ in range(2):
            self.registry.writing.pop().errback(OSError("disk full"))
            self.reports.note("api-2", TWO)
            self.clock.advance(BEAT_S)
        self.assertEqual(self.registry.batches[-1], {"api-1": ONE, "api-2": TWO})
        self.written()

    def test_stopped(self) -> None:
        """A stopped service leaves no timer."""
        self.reports.begin({})
        self.written()
        self.successResultOf(self.reports.stopService())
        self.reports.note("api-1", ONE)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertEqual(self.registry.left, 1)
