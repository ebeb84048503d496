"""Which of several processes delivers a subscription."""

from __future__ import annotations

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.ownership import HELD_S, LEASE_MS, RENEW_S
from relay.cluster.link import SESSION_MS
from relay.webhook.turns import PREFIX, Turns
from tests.cluster.direct import Machine


class Leases:
    """Leases of two processes, kept in memory; it may fail to answer."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}
        self.answers = True

    def of(self, member: str) -> Member:
        """Return the leases as one process sees them."""
        return Member(self, member)


class Member:
    """One process."""

    def __init__(self, leases: Leases, name: str) -> None:
        self._leases = leases
        self._name = name

    def own(self, name: str, lease_ms: int) -> Deferred[bool]:
        """Take or renew a lease."""
        if not self._leases.answers:
            return fail(ConnectionError("no answer"))
        return succeed(self._leases.held.setdefault(name, self._name) == self._name)

    def disown(self, name: str) -> Deferred[None]:
        """Return a lease."""
        if self._leases.held.get(name) == self._name:
            del self._leases.held[name]
        return succeed(None)


class TurnsTests(SynchronousTestCase):
    """Two processes."""

    def setUp(self) -> None:
        """Make both."""
        self.clock, self.leases = Clock(), Leases()
        self.moved: list[tuple[str, str]] = []
        self.one, self.two = (
            Turns(self.clock, self.leases.of(name), self.note) for name in "12"
        )

    def note(self, api_id: str, subscription_id: str) -> None:
        """Note a change of a lease."""
        self.moved.append((api_id, subscription_id))

    def test_one_at_a_time(self) -> None:
        """The other process waits, and has its turn when the first gives it back."""
        self.assertTrue(self.one.take("sub", "api"))
        self.assertFalse(self.two.take("sub", "api"))
        self.assertEqual(self.leases.held, {f"{PREFIX}sub": "1"})
        self.assertEqual((self.one.of("api"), self.two.of("api")), (["sub"], ["sub"]))
        self.moved.clear()
        self.one.give_back("sub", "api")
        self.assertFalse(self.one.has("sub", "api"))
        self.assertEqual((self.one.of("api"), self.moved), ([], []))
        self.clock.advance(RENEW_S)
        self.assertTrue(self.two.has("sub", "api"))
        self.assertEqual(self.moved, [("api", "sub")])

    def test_each_subscription_has_a_lease_of_its_own(self) -> None:
        """Two processes can deliver two subscriptions to one API."""
        self.assertTrue(self.one.take("a", "api"))
        self.assertTrue(self.two.take("b", "api"))
        self.assertFalse(self.one.take("b", "api"))

    def test_leases_that_cannot_be_renewed(self) -> None:
        """The turn ends in time, which is logged once, and comes back."""
        self.assertTrue(self.one.take("sub", "api"))
        self.leases.answers = False
        with capturedLogs() as events:
            self.clock.pump([RENEW_S] * 5)
        self.assertFalse(self.one.has("sub", "api"))
        self.assertEqual(self.moved, [("api", "sub")])
        self.assertEqual([one["id"] for one in events], [f"{PREFIX}sub"] * 2)
        self.leases.answers = True
        self.clock.advance(HELD_S)
        self.assertTrue(self.one.has("sub", "api"))

    def test_the_end(self) -> None:
        """All turns are given back."""
        for subscription, api in (("a", "x"), ("b", "y")):
            self.one.take(subscription, api)
        self.one.close()
        self.assertEqual(self.leases.held, {})
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_process_alone(self) -> None:
        """Without leases it has every turn."""
        alone = Turns(self.clock, None, self.note)
        self.assertTrue(alone.take("sub", "api"))
        self.assertTrue(alone.has("sub", "api"))
        alone.give_back("sub", "api")
        alone.close()
        self.assertEqual((alone.of("api"), self.moved), ([], []))


class HubTests(SynchronousTestCase):
    """Workers of one machine, with a real hub."""

    def setUp(self) -> None:
        """Start the hub and two workers."""
        self.machine = Machine()
        self.machine.start_hub()
        self.members = [self.machine.member(name) for name in ("node/1", "node/2")]
        self.machine.settle()
        self.turns = [
            Turns(one.clock, one.link.leases, lambda api_id, subscription_id: None)
            for one in self.members
        ]

    def having(self) -> list[bool]:
        """Return which of the workers delivers the subscription."""
        return [one.take("sub", "api") for one in self.turns]

    def test_a_worker_that_dies(self) -> None:
        """Another one delivers in its place."""
        self.having()
        self.machine.turn()
        self.assertEqual(self.having(), [True, False])
        self.machine.advance(LEASE_MS / 1000)
        self.assertEqual(self.having(), [True, False])
        self.machine.kill(self.members[0])
        self.machine.advance(SESSION_MS / 1000 + RENEW_S)
        self.assertTrue(self.turns[1].take("sub", "api"))

    def test_a_hub_that_is_started_again(self) -> None:
        """At no time do both deliver, and one of them does in the end."""
        self.having()
        self.machine.turn()
        self.machine.kill_hub()
        self.machine.advance(1)
        self.machine.start_hub()
        for _ in range(100):
            self.machine.advance(0.1)
            self.assertLessEqual(sum(self.having()), 1)
        self.assertEqual(sum(self.having()), 1)
