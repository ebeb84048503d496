"""What a gateway serves is written down, in batches, and who waits for it is told."""

from __future__ import annotations

from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.deploy.reports import BEAT_S, Noted, Reports
from relay.model.records import ServingReport

ONE, TWO = ServingReport(1, 1, None), ServingReport(2, 2, None)
FAILED = ServingReport(2, 1, "no file")


class Registry:
    """Keeps reports when the test says so."""

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
    """One gateway."""

    def setUp(self) -> None:
        """Make its reports."""
        self.clock, self.registry = Clock(), Registry()
        self.reports = Reports(self.clock, self.registry)

    def written(self) -> None:
        """Let the write that is under way end."""
        self.registry.writing.pop().callback(None)

    def test_a_restart_writes_only_what_differs(self) -> None:
        """What the store holds of the run before is compared with what is true now."""
        self.reports.note("same", ONE)
        self.reports.note("other", TWO)
        self.reports.begin({"same": ONE, "other": ONE, "gone": ONE})
        self.assertEqual(self.registry.batches, [{"other": TWO, "gone": None}])

    def test_what_comes_during_a_write_is_one_batch(self) -> None:
        """However many deployments there are, one write follows another."""
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
        """Of that deployment or a newer one, whatever came of it."""
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
        """As one whose time is over."""
        waiting = self.reports.reached("api-1", 1)
        waiting.cancel()
        self.failureResultOf(waiting, CancelledError)
        self.reports.note("api-1", ONE)
        self.reports.begin({})
        self.written()

    def test_the_gateway_is_seen_again_and_again(self) -> None:
        """Even if nothing is deployed for a day."""
        self.reports.begin({})
        for _ in range(3):
            self.written()
            self.clock.advance(BEAT_S)
        self.assertEqual(self.registry.batches, [{}] * 4)

    def test_a_store_that_fails_is_told_once_and_asked_again(self) -> None:
        """Nothing that was noted is lost."""
        self.reports.note("api-1", ONE)
        self.reports.begin({})
        for _ in range(2):
            self.registry.writing.pop().errback(OSError("disk full"))
            self.reports.note("api-2", TWO)
            self.clock.advance(BEAT_S)
        self.assertEqual(self.registry.batches[-1], {"api-1": ONE, "api-2": TWO})
        self.written()

    def test_stopped(self) -> None:
        """Nothing is left running."""
        self.reports.begin({})
        self.written()
        self.successResultOf(self.reports.stopService())
        self.reports.note("api-1", ONE)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertEqual(self.registry.left, 1)
