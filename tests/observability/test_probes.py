"""The probes of the process."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.observability.probes import TIMEOUT_S, Health, Probes, UnknownProbe


class ProbesTests(SynchronousTestCase):
    """Probes that answer at once, later, wrongly or never."""

    def setUp(self) -> None:
        """Have two probes."""
        self.clock = Clock()
        self.probes = Probes(self.clock)
        self.waiting: Deferred[Health] = Deferred()
        self.probes.add("quick", lambda: Health(True, facts={"limit": 3}))
        self.probes.add("slow", lambda: self.waiting)

    def run_probes(self, *names: str) -> Deferred[dict[str, Health]]:
        """Run probes."""
        return Deferred.fromCoroutine(self.probes.run(names))

    def test_all_of_them(self) -> None:
        """Results have the order of the probes."""
        running = self.run_probes()
        self.assertNoResult(running)
        self.waiting.callback(Health(False, "too slow"))
        found = self.successResultOf(running)
        self.assertEqual(
            found,
            {
                "quick": Health(True, facts={"limit": 3}),
                "slow": Health(False, "too slow"),
            },
        )
        self.assertEqual(list(found), self.probes.names)

    def test_some_of_them(self) -> None:
        """Only the probes that are asked for are run."""
        found = self.successResultOf(self.run_probes("quick"))
        self.assertEqual(list(found), ["quick"])

    def test_unknown_names(self) -> None:
        """An unknown name is refused, and no probe is run."""
        self.probes.add("boom", lambda: self.fail("it is run"))
        error = self.failureResultOf(self.run_probes("boom", "nope"), UnknownProbe)
        self.assertEqual(error.value.name, "nope")

    def test_a_probe_that_does_not_answer(self) -> None:
        """It has failed after its time, and the others have their results."""
        running = self.run_probes()
        self.clock.advance(TIMEOUT_S)
        found = self.successResultOf(running)
        self.assertEqual(found["slow"], Health(False, "no answer within 2 s"))
        self.assertTrue(found["quick"].healthy)
        self.waiting.callback(Health(True))

    def test_a_probe_that_fails(self) -> None:
        """It is unhealthy, and what it raised is in the log only."""
        self.probes.add("broken", lambda: 1 // 0)  # type: ignore[arg-type,return-value]
        found = self.successResultOf(self.run_probes("quick", "broken"))
        self.assertFalse(found["broken"].healthy)
        self.assertNotIn("zero", str(found["broken"].message))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_two_probes_of_one_name(self) -> None:
        """A name stands for one probe."""
        self.assertRaises(ValueError, self.probes.add, "quick", lambda: Health(True))

    def test_shapes(self) -> None:
        """Details are left out for those who may not see them."""
        health = Health(False, "why", {"limit": 3})
        self.assertEqual(
            health.to_json(), {"healthy": False, "limit": 3, "message": "why"}
        )
        self.assertEqual(health.to_json(detailed=False), {"healthy": False})
