"""Limits that several processes share, under any schedule."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from relay.cluster.link import SESSION_MS, EngineLost
from relay.policies.limits.counters import Hit
from relay.policies.limits.places import Place
from relay.policies.limits.shared import SharedCounters, SharedPlaces
from tests.cluster.direct import Machine, Member

KEYS = "ab"
LIMIT = 3
WINDOW_MS = 1000
AGREED_S = 2 * SESSION_MS / 1000
"""After how long all have noticed who is gone."""


class Process:
    """
    A process with streams and calls.

    :param machine: its machine.
    """

    def __init__(self, machine: Machine, name: str) -> None:
        self.member: Member = machine.member(name)
        counts = self.member.link.counts
        self.counters = SharedCounters(counts, self.member.clock)
        self.places = SharedPlaces(counts, self.member.clock)
        self.open: Counter[str] = Counter()
        """The streams that it has admitted, by key."""
        self.waiting: list[tuple[str, Deferred[int | None]]] = []

    def enter(self, key: str) -> None:
        """A client wants a stream."""
        waited = self.places.enter([Place(key, LIMIT)], "refuse")
        assert isinstance(waited, Deferred)
        self.waiting.append((key, waited))
        waited.addCallbacks(self._entered, self._failed, callbackArgs=(key,))

    def _entered(self, full: int | None, key: str) -> None:
        if full is None:
            self.open[key] += 1

    def _failed(self, failure: Failure) -> None:
        failure.trap(EngineLost, CancelledError)

    def abandon(self) -> None:
        """All clients that wait leave."""
        waiting, self.waiting = self.waiting, []
        for _, waited in waiting:
            waited.cancel()

    def leave(self, key: str) -> None:
        """A stream is over."""
        if self.open[key]:
            self.open[key] -= 1
            self.places.leave([key])


class Cluster:
    """Three processes at first, with one hub."""

    def __init__(self) -> None:
        self.machine = Machine()
        self.machine.start_hub()
        self.born = 0
        self.processes: list[Process] = []
        for _ in range(3):
            self.begin()
        self.machine.settle()
        self.hits: list[Hit] = []
        self.allowed: Counter[tuple[str, float]] = Counter()
        """The calls that were admitted, by key and end of their window."""
        self.calls: Counter[tuple[str, float]] = Counter()

    def begin(self) -> None:
        """Start another process."""
        self.born += 1
        self.processes.append(Process(self.machine, f"n/{self.born}"))

    def die(self, index: int) -> None:
        """Kill a process."""
        if len(self.processes) > 1:
            process = self.processes.pop(index % len(self.processes))
            self.machine.kill(process.member)

    def restart(self) -> None:
        """The hub dies, and is started again; the processes are back one by one."""
        self.machine.kill_hub()
        self.machine.turn()
        members, self.machine.members = self.machine.members, []
        self.machine.start_hub()
        for member in members:
            self.machine.members.append(member)
            member.connect()
            if member is members[0]:
                self.machine.turn()
                self.processes[0].enter("a")
                self.machine.turn()

    def of(self, index: int) -> Process:
        """Return a process."""
        return self.processes[index % len(self.processes)]

    def hit(self, index: int, key: str) -> None:
        """A client calls."""
        asked = self.of(index).counters.hit(key, LIMIT, WINDOW_MS)
        if isinstance(asked, Deferred):
            asked.addCallbacks(self._hit, lambda _: None, callbackArgs=(key,))
        else:
            # A window that is remembered as exceeded has not ended.
            ends = [end_s for of, end_s in self.calls if of == key]
            assert not asked.allowed and max(ends) > self.machine.clock.seconds()

    def _hit(self, hit: Hit, key: str) -> None:
        window = key, round(self.machine.clock.seconds() + hit.ends_in_ms / 1000, 3)
        self.calls[window] += 1
        self.allowed[window] += hit.allowed

    def open(self, key: str) -> int:
        """How many streams of a key are open."""
        return sum(process.open[key] for process in self.processes)

    def act(self, name: str, index: int, key: str) -> None:
        """Make one step of a schedule."""
        steps: dict[str, Any] = {
            "hit": lambda: self.hit(index, key),
            "enter": lambda: self.of(index).enter(key),
            "leave": lambda: self.of(index).leave(key),
            "abandon": lambda: self.of(index).abandon(),
            "cut": lambda: self.of(index).member.cut(),
            "begin": self.begin,
            "die": lambda: self.die(index),
            "restart": self.restart,
            "turn": self.machine.turn,
            "wait": lambda: self.machine.advance(0.25),
        }
        steps[name]()


def schedules(*names: str) -> st.SearchStrategy[list[tuple[str, int, str]]]:
    """
    Make schedules.

    :param names: of the steps, each as often as it is to be likely.
    """
    step = st.tuples(st.sampled_from(names), st.integers(0, 9), st.sampled_from(KEYS))
    return st.lists(step, max_size=60)


STREAMS = schedules(
    *(["enter"] * 6),
    *(["turn"] * 3),
    *(["leave"] * 2),
    *("abandon", "begin", "die", "restart", "wait"),
)
CALLS = schedules(*(["hit"] * 6), *(["wait"] * 3), "turn", "begin")
CUTS = schedules(*(["hit"] * 6), *(["wait"] * 3), "turn", "cut", "begin", "die")


class ScheduleTests(SynchronousTestCase):
    """What holds for every schedule of calls, ends and deaths."""

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(STREAMS)
    def test_open_streams(self, steps: list[tuple[str, int, str]]) -> None:
        """All processes together never admit more streams than the limit, and in the
        end exactly as many."""
        cluster = Cluster()
        for name, index, key in steps:
            cluster.act(name, index, key)
            for one in KEYS:
                self.assertLessEqual(cluster.open(one), LIMIT, (name, index, key))
        cluster.machine.advance(AGREED_S)
        for key in KEYS:
            for _ in range(LIMIT):
                for process in cluster.processes:
                    process.enter(key)
            cluster.machine.turn()
            self.assertEqual(cluster.open(key), LIMIT)

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(CALLS | CUTS)
    def test_calls_in_a_window(self, steps: list[tuple[str, int, str]]) -> None:
        """All processes together admit the calls of a window up to the limit, and no
        more."""
        cluster = Cluster()
        for name, index, key in steps:
            cluster.act(name, index, key)
        cluster.machine.advance(1.0)
        for window, calls in cluster.calls.items():
            allowed = cluster.allowed[window]
            self.assertLessEqual(allowed, LIMIT, window)
            if not {"cut", "die"} & {name for name, _, _ in steps}:
                # No answer was lost.
                self.assertEqual(allowed, min(calls, LIMIT), window)
