"""Near the limit of open files no client is accepted, which is logged once."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from relay.daemon.admission import CALM_S, EVERY, LOOK_S, Admission
from relay.reactor.descriptors import Descriptors


class Scarce(Descriptors):
    """A number of free descriptors that the test sets."""

    free = 100

    def are_kept_from_clients(self, margin: int = 0) -> bool:
        """Return whether no descriptor is left for clients."""
        return self.free <= margin


class AdmissionTests(SynchronousTestCase):
    """A daemon with 64 descriptors kept back."""

    def setUp(self) -> None:
        """There is room."""
        self.clock, self.descriptors = Clock(), Scarce()
        self.descriptors.keep(1000, 64)
        self.told: list[str] = []
        self.admission = Admission(
            self.clock,
            self.descriptors,
            lambda: self.told.append("pause"),
            lambda: self.told.append("resume"),
        )

    def connect(self) -> None:
        """Count ``EVERY`` connections."""
        for _ in range(EVERY):
            self.admission.connected()

    def test_paused_and_resumed(self) -> None:
        """Accepting resumes when several descriptors are free, not one."""
        self.connect()
        self.assertEqual(self.told, [])
        self.descriptors.free = 0
        self.connect()
        self.assertEqual(self.told, ["pause"])
        self.assertFalse(self.admission.health().healthy)
        self.descriptors.free = 16
        self.clock.advance(LOOK_S)
        self.assertEqual(self.told, ["pause"])
        self.descriptors.free = 17
        self.clock.advance(LOOK_S)
        self.assertEqual(self.told, ["pause", "resume"])
        self.assertEqual(
            self.admission.health().to_json(),
            {"healthy": True, "limit": 1000, "reserved": 64},
        )

    def test_one_line_for_a_shortage_that_comes_and_goes(self) -> None:
        """
        A repeated shortage is logged once, and once more when it has been over for a
        while.
        """
        with capturedLogs() as events:
            for _ in range(10):
                self.descriptors.free = 0
                self.connect()
                self.descriptors.free = 50
                self.clock.pump([LOOK_S] * 3)
            self.assertEqual(len(events), 1)
            self.clock.pump([1.0] * (int(CALM_S) + 3))
        self.assertEqual(len(events), 2)
        self.assertEqual(self.told, ["pause", "resume"] * 10)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_daemon_that_stops_accepts_nobody_again(self) -> None:
        """A stopped daemon does not resume accepting."""
        self.descriptors.free = 0
        self.connect()
        self.admission.close()
        self.descriptors.free = 100
        self.clock.pump([1.0] * 3)
        self.assertEqual(self.told, ["pause"])
        self.assertEqual(self.clock.getDelayedCalls(), [])
