"""Tests of the thread of the Redis client."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Queue
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.cluster.redis.thread import LoopThread


class FakeReactor:
    """Keeps what is to be called in the reactor's thread."""

    def __init__(self) -> None:
        self.calls: Queue[tuple[Callable[..., Any], tuple[Any, ...]]] = Queue()

    def callFromThread(self, function: Callable[..., Any], *args: Any) -> None:
        """Keep a call."""
        self.calls.put((function, args))

    def turn(self) -> None:
        """Make the next call."""
        function, args = self.calls.get(timeout=10)
        function(*args)


class LoopThreadTests(SynchronousTestCase):
    """Calls from thread to thread."""

    def setUp(self) -> None:
        """Start a thread."""
        self.reactor = FakeReactor()
        self.thread = LoopThread(self.reactor)
        self.thread.start()
        self.addCleanup(self.thread.stop)

    def test_calls_of_one_turn_are_handed_over_together(self) -> None:
        """In order; the reactor is woken once."""
        heard: list[int] = []

        def hand_many() -> None:
            self.assertNotEqual(threading.current_thread(), threading.main_thread())
            for number in range(100):
                self.thread.hand(heard.append, number)

        self.thread.post(hand_many)
        self.reactor.turn()
        self.assertEqual(heard, list(range(100)))
        self.assertTrue(self.reactor.calls.empty())

    def test_posted_calls_run_in_order(self) -> None:
        """None is lost between two turns."""
        heard: list[int] = []
        for number in range(1000):
            self.thread.post(heard.append, number)
        self.thread.post(self.thread.hand, heard.append, -1)
        self.reactor.turn()
        self.assertEqual(heard, [*range(1000), -1])

    def test_a_call_that_fails_harms_no_other(self) -> None:
        """It is logged."""
        heard: list[int] = []

        def fail() -> None:
            raise ValueError("wrong")

        def hand_two() -> None:
            self.thread.hand(fail)
            self.thread.hand(heard.append, 1)

        self.thread.post(hand_two)
        self.reactor.turn()
        self.assertEqual(heard, [1])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_nothing_runs_after_the_stop(self) -> None:
        """A late call is dropped."""
        self.thread.stop()
        self.thread.post(self.fail)
        self.thread.stop()
        self.assertTrue(self.reactor.calls.empty())
