"""What the limits of a process count with."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.policies.limits.counters import Hit
from relay.policies.limits.places import Place
from relay.policies.limits.tallies import Tallies
from tests.cluster.direct import Machine


class TalliesTests(SynchronousTestCase):
    """Alone, and together."""

    def test_alone(self) -> None:
        """A process that counts by itself answers at once."""
        tallies = Tallies.alone(Clock())
        self.assertEqual(tallies.counters.hit("k", 1, 1000), Hit(True, 0, 1000, 1))
        self.assertIsNone(tallies.places.enter([Place("k", 1)], "refuse"))
        self.assertEqual(tallies.node, "")

    def test_shared(self) -> None:
        """Counts for the time without an engine are others than those of the engine."""
        machine = Machine()
        machine.start_hub()
        member = machine.member("n/1")
        machine.settle()
        tallies = Tallies.shared(member.clock, member.link)
        self.assertEqual(tallies.node, "n")
        asked = tallies.counters.hit("k", 1, 1000)
        entered = tallies.places.enter([Place("k", 1)], "refuse")
        assert isinstance(asked, Deferred) and isinstance(entered, Deferred)
        machine.turn()
        self.assertTrue(self.successResultOf(asked).allowed)
        self.assertIsNone(self.successResultOf(entered))
        self.assertTrue(tallies.own.hit("k", 1, 1000).allowed)
        machine.kill(member)
