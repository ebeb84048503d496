"""Counts and places of several processes, which a hub counts."""

from __future__ import annotations

from typing import TypeVar

from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from relay.cluster.link import SESSION_MS, EngineLost
from relay.policies.limits.counters import Hit
from relay.policies.limits.places import OnEngineLoss, Place
from relay.policies.limits.shared import WAIT_MS, SharedCounters, SharedPlaces
from tests.cluster.direct import Machine, Member

T = TypeVar("T")
OVER_S = 2 * SESSION_MS / 1000


class Sharing(SynchronousTestCase):
    """A hub, and two processes."""

    def setUp(self) -> None:
        """Start them."""
        self.machine = Machine()
        self.machine.start_hub()
        self.members = [self.machine.member(name) for name in "ab"]
        self.machine.settle()

    def tearDown(self) -> None:
        """End them."""
        for member in list(self.machine.members):
            self.machine.kill(member)

    def answer(self, asked: Deferred[T]) -> T:
        """Wait for an answer."""
        self.machine.turn()
        found: T = self.successResultOf(asked)
        return found

    def lose(self) -> None:
        """End the hub."""
        self.machine.kill_hub()
        self.machine.turn()

    def restart(self) -> None:
        """Start the hub again, empty."""
        self.machine.start_hub()
        self.machine.settle()


class SharedCountersTests(Sharing):
    """Counts of all processes."""

    def setUp(self) -> None:
        """Let both processes count."""
        super().setUp()
        self.one, self.two = (
            SharedCounters(member.link.counts, member.clock) for member in self.members
        )

    def hit(
        self, counters: SharedCounters, limit: int, key: str = "k", ms: int = 1000
    ) -> Hit:
        """Count a call, and wait for the answer."""
        asked = counters.hit(key, limit, ms)
        assert isinstance(asked, Deferred)
        return self.answer(asked)

    def test_all_count_together(self) -> None:
        """A process continues the window that another has begun."""
        self.assertEqual(self.hit(self.one, 2), Hit(True, 1, 1000, 1))
        self.machine.advance(0.4)
        self.assertEqual(self.hit(self.two, 2), Hit(True, 0, 600, 2))
        self.assertEqual(self.hit(self.one, 2), Hit(False, 0, 600, 3))
        self.machine.advance(0.6)
        self.assertTrue(self.hit(self.two, 2).allowed)

    def test_windows_apart(self) -> None:
        """Other keys and other lengths are other windows."""
        for key, window_ms in (("k", 1000), ("k", 2000), ("l", 1000)):
            self.assertEqual(self.hit(self.one, 1, key, window_ms).hits, 1)

    def test_an_exceeded_window_is_remembered(self) -> None:
        """Further calls are refused at once, to the end of the window; a higher limit
        is asked for."""
        self.hit(self.one, 1)
        self.machine.advance(0.25)
        self.assertFalse(self.hit(self.one, 1).allowed)
        self.assertEqual(self.one.hit("k", 1, 1000), Hit(False, 0, 750, 2))
        self.assertTrue(self.hit(self.one, 9).allowed)
        self.lose()
        self.assertEqual(self.one.hit("k", 1, 1000), Hit(False, 0, 750, 2))
        self.machine.advance(0.75)
        waited = self.one.hit("k", 1, 1000)
        assert isinstance(waited, Deferred)
        self.machine.turn()
        self.failureResultOf(waited, EngineLost)

    def test_without_an_engine(self) -> None:
        """A question fails, at once or when the time is over."""
        member = self.members[0]
        member.lose_answers()
        waited = self.one.hit("k", 1, 1000)
        assert isinstance(waited, Deferred)
        self.machine.advance(WAIT_MS / 1000 - 0.1)
        self.assertNoResult(waited)
        self.machine.advance(0.1)
        self.failureResultOf(waited, EngineLost)
        self.lose()
        waited = self.one.hit("k", 1, 1000)
        assert isinstance(waited, Deferred)
        self.machine.turn()
        self.failureResultOf(waited, EngineLost)
        self.restart()
        self.assertTrue(self.hit(self.one, 1).allowed)

    def test_a_client_that_leaves(self) -> None:
        """The answer to a cancelled question is dropped."""
        waited = self.one.hit("k", 1, 1000)
        assert isinstance(waited, Deferred)
        waited.cancel()
        self.failureResultOf(waited, CancelledError)
        self.machine.advance(OVER_S)


class SharedPlacesTests(Sharing):
    """Places of all processes."""

    def setUp(self) -> None:
        """Let both processes have places."""
        super().setUp()
        self.one, self.two = (self.places(member) for member in self.members)

    def places(self, member: Member) -> SharedPlaces:
        """Let a process have places."""
        return SharedPlaces(member.link.counts, member.clock)

    def enter(
        self,
        places: SharedPlaces,
        limit: int,
        key: str = "k",
        on_loss: OnEngineLoss = "local",
    ) -> bool:
        """Ask for a place; whether it was taken."""
        return self.answer(places.enter([Place(key, limit)], on_loss)) is None

    def free(self, most: int, key: str = "k") -> int:
        """How many of the places of a key are free; all are free again afterwards."""
        count = 0
        while self.enter(self.two, most, key, "refuse"):
            count += 1
        self.two.leave([key] * count)
        self.machine.turn()
        return count

    def test_all_take_from_one_number(self) -> None:
        """A place that one process has is no other's until it is returned."""
        self.assertTrue(self.enter(self.one, 2))
        self.assertTrue(self.enter(self.two, 2))
        self.assertFalse(self.enter(self.one, 2))
        self.assertFalse(self.enter(self.two, 2))
        self.one.leave(["k"])
        self.assertTrue(self.enter(self.two, 2))

    def test_which_is_full(self) -> None:
        """The answer is the first full key, and no place of another key is taken."""
        self.enter(self.two, 1)
        full = self.answer(self.one.enter([Place("l", 1), Place("k", 1)], "local"))
        self.assertEqual(full, 1)
        self.assertEqual(self.free(1, "l"), 1)

    def test_a_client_that_leaves(self) -> None:
        """A place that nobody waits for any more is returned."""
        waited = self.one.enter([Place("k", 1)], "local")
        waited.cancel()
        self.failureResultOf(waited, CancelledError)
        self.machine.turn()
        self.assertEqual(self.free(1), 1)

    def test_an_answer_that_is_late(self) -> None:
        """A place that is taken when the wait is over is that of the call that was
        admitted meanwhile, or is returned."""
        late = SharedPlaces(self.members[0].link.counts, self.machine.clock)
        cases: tuple[tuple[OnEngineLoss, int], ...] = (("refuse", 2), ("allow", 1))
        for on_loss, free in cases:
            self.members[0].stop()
            waited = late.enter([Place(on_loss, 2)], on_loss)
            self.machine.advance(WAIT_MS / 1000)
            if on_loss == "refuse":
                self.failureResultOf(waited, EngineLost)
            else:
                self.assertIsNone(self.successResultOf(waited))
            self.members[0].resume()
            self.machine.turn()
            self.assertEqual(self.free(2, on_loss), free)
        late.leave(["allow"])
        self.assertEqual(self.free(2, "allow"), 2)

    def test_refused_without_an_engine(self) -> None:
        """A call fails, and takes no place."""
        self.lose()
        waited = self.one.enter([Place("k", 3)], "refuse")
        self.machine.turn()
        self.failureResultOf(waited, EngineLost)
        self.restart()
        self.assertEqual(self.free(3), 3)

    def test_counted_here_without_an_engine(self) -> None:
        """A process admits as many as the limit, those that it had included."""
        self.assertTrue(self.enter(self.one, 2))
        self.lose()
        self.assertTrue(self.enter(self.one, 2))
        self.assertFalse(self.enter(self.one, 2))
        self.assertTrue(self.enter(self.two, 2))
        self.restart()
        self.assertFalse(self.enter(self.two, 3))
        self.assertTrue(self.enter(self.two, 4))

    def test_admitted_without_an_engine(self) -> None:
        """Calls beyond the limit have places when the engine is back, and return
        them."""
        self.lose()
        for _ in range(3):
            self.assertTrue(self.enter(self.one, 1, on_loss="allow"))
        self.one.leave(["k"])
        self.restart()
        self.assertEqual(self.free(5), 3)
        self.one.leave(["k"])
        self.assertEqual(self.free(5), 4)
        self.one.leave(["k"])
        self.assertEqual(self.free(5), 5)

    def test_an_engine_that_is_empty(self) -> None:
        """What is open keeps its place when the hub was started again."""
        self.enter(self.one, 2)
        self.enter(self.two, 2)
        self.lose()
        self.restart()
        self.assertFalse(self.enter(self.one, 2))
        self.two.leave(["k"])
        self.assertTrue(self.enter(self.one, 2))

    def test_a_process_that_is_back_first(self) -> None:
        """It gets no place that a process has which is back later."""
        self.enter(self.one, 1)
        self.lose()
        late = self.machine.members.pop(0)
        self.machine.start_hub()
        self.machine.turn()
        waited = self.two.enter([Place("k", 1)], "refuse")
        self.machine.turn()
        self.assertNoResult(waited)
        self.machine.members.append(late)
        self.machine.connect()
        self.machine.settle()
        self.assertEqual(self.successResultOf(waited), 0)

    def test_left_while_a_session_begins(self) -> None:
        """A place that is returned before the hub has answered is free."""
        self.enter(self.one, 1)
        self.lose()
        self.machine.start_hub()
        self.one.leave(["k"])
        self.machine.settle()
        self.assertEqual(self.free(1), 1)

    def test_a_process_that_dies(self) -> None:
        """Its places are free."""
        self.enter(self.one, 1)
        self.machine.kill(self.members[0])
        self.machine.advance(OVER_S)
        self.assertTrue(self.enter(self.two, 1))

    def test_a_process_that_is_suspended(self) -> None:
        """Its places are free after a while; when it runs again, what it still has is
        counted."""
        self.enter(self.one, 1)
        self.members[0].stop()
        self.machine.advance(OVER_S)
        self.assertTrue(self.enter(self.two, 1))
        self.members[0].resume()
        self.machine.advance(OVER_S)
        self.two.leave(["k"])
        self.assertFalse(self.enter(self.two, 1))
        self.one.leave(["k"])
        self.assertTrue(self.enter(self.two, 1))
