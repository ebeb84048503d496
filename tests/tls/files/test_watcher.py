"""Tests for :mod:`relay.tls.files.watcher`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from relay.tls.files.pairs import Pair
from relay.tls.files.watched import IN_USE, Look, State
from relay.tls.files.watcher import FileWatcher
from tests.pki import DAY, Authority

INTERVAL_S = 5


class Reactor(Clock):
    """A clock that other threads can hand functions to."""

    def __init__(self) -> None:
        super().__init__()
        self.handed: list[Callable[[], None]] = []

    def callFromThread(self, function: Any, *arguments: Any) -> None:
        """Keep a call for the reactor's thread."""
        self.handed.append(lambda: function(*arguments))


class Examination:
    """Something that a look examines."""

    def __init__(self, *acts: Callable[[], None]) -> None:
        self.acts = acts
        self.looks: list[Look] = []
        IN_USE.add(self)

    def examine(self, look: Look) -> Sequence[Callable[[], None]]:
        """Record the look."""
        self.looks.append(look)
        return self.acts

    def states(self) -> Sequence[State]:
        """Return nothing."""
        return ()


class WatcherTests(SynchronousTestCase):
    """A watcher whose threads run when the test lets them."""

    def setUp(self) -> None:
        """Start a watcher."""
        self.reactor = Reactor()
        self.threads: list[Callable[[], None]] = []
        self.done: list[str] = []
        self.one = Examination(lambda: self.done.append("applied"))
        self.addCleanup(IN_USE.discard, self.one)
        # A whole number, whose milliseconds are exact.
        self.wall_s = float(int(time.time()) + 1)
        self.watcher = FileWatcher(
            self.reactor,
            INTERVAL_S * 1000,
            lambda: self.wall_s * 1000,
            lambda name, work: self.threads.append(work),
        )
        self.watcher.startService()
        self.addCleanup(self.watcher.stopService)

    def thread(self) -> None:
        """Let the thread run, and hand over its result."""
        self.threads.pop(0)()
        self.reactor.handed.pop(0)()

    def test_another_interval(self) -> None:
        """It applies from the next look on, and to the look that is due."""
        self.watcher.look_every(1000)
        self.reactor.advance(1)
        self.thread()
        self.watcher.look_every(10_000)
        self.reactor.advance(9)
        self.assertEqual(self.threads, [])
        self.reactor.advance(1)
        self.thread()
        self.assertEqual([one.patience_s for one in self.one.looks], [2.0, 20.0])

    def test_looks_repeat(self) -> None:
        """After each interval, and never two at once."""
        self.reactor.advance(INTERVAL_S - 1)
        self.assertEqual(self.threads, [])
        self.reactor.advance(1)
        self.reactor.advance(10 * INTERVAL_S)
        self.assertEqual(len(self.threads), 1)
        self.thread()
        self.assertEqual(self.done, ["applied"])
        self.reactor.advance(INTERVAL_S)
        self.thread()
        first, second = self.one.looks
        self.assertEqual(
            (first.forced, first.patience_s, first.wall_s),
            (False, 2 * INTERVAL_S, self.wall_s),
        )
        self.assertEqual(second.at_s - first.at_s, 11 * INTERVAL_S)

    def test_nothing_is_applied_in_the_thread(self) -> None:
        """What was found waits for the thread of the reactor."""
        self.reactor.advance(INTERVAL_S)
        self.threads.pop()()
        self.assertEqual(self.done, [])
        self.reactor.handed.pop()()
        self.assertEqual(self.done, ["applied"])

    def test_read_again(self) -> None:
        """A forced look comes at once; the interval then begins again."""
        self.reactor.advance(INTERVAL_S - 1)
        again = self.watcher.read_again()
        self.assertNoResult(again)
        self.thread()
        self.successResultOf(again)
        self.assertTrue(self.one.looks[0].forced)
        self.reactor.advance(INTERVAL_S - 1)
        self.assertEqual(self.threads, [])
        self.reactor.advance(1)
        self.thread()
        self.assertFalse(self.one.looks[1].forced)

    def test_read_again_during_a_look(self) -> None:
        """It comes afterwards: the look may have passed a file already."""
        self.reactor.advance(INTERVAL_S)
        first, second = self.watcher.read_again(), self.watcher.read_again()
        self.assertEqual(len(self.threads), 1)
        self.thread()
        self.assertNoResult(first)
        self.thread()
        self.successResultOf(first)
        self.successResultOf(second)
        self.assertEqual([look.forced for look in self.one.looks], [False, True])

    def test_one_that_fails(self) -> None:
        """A defect is logged, and harms no other."""

        def fail(look: Look) -> Sequence[Callable[[], None]]:
            raise RuntimeError("a defect")

        bad = Examination()
        self.addCleanup(IN_USE.discard, bad)
        bad.examine = fail  # type: ignore[method-assign]
        self.reactor.advance(INTERVAL_S)
        self.thread()
        self.assertEqual(self.done, ["applied"])
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_stop(self) -> None:
        """No look begins, and one that runs is not waited for and still answers."""
        self.watcher.stopService()
        self.assertEqual(self.reactor.getDelayedCalls(), [])
        self.watcher.startService()
        again = self.watcher.read_again()
        self.watcher.stopService()
        self.thread()
        self.successResultOf(again)
        self.assertEqual(self.reactor.getDelayedCalls(), [])
        self.watcher.startService()

    def test_expiry(self) -> None:
        """A certificate that is about to end is logged at the start, and later."""
        directory = Path(self.mktemp())
        written = Authority().issue("a", ends=20.5 * DAY).write(str(directory))
        pair = Pair("listener expiry", written.certificate, written.key)
        pair.load()
        self.watcher.stopService()
        with capturedLogs() as events:
            self.watcher.startService()
            self.wall_s += 15 * DAY.total_seconds()
            self.reactor.advance(INTERVAL_S)
            self.thread()
        mine = [event for event in events if event.get("name") == "listener expiry"]
        self.assertEqual([event["left"] for event in mine], ["20 days", "5 days"])
        states = [one for one in self.watcher.states() if one.name == "listener expiry"]
        self.assertEqual([one.presented[0].host for one in states], ["a"])
