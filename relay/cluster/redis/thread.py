"""
The thread in which the client of Redis runs, on an asyncio loop of its own.

What one turn of a loop has for the other leaves it together: the other thread is woken
once for all of it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from threading import Thread
from typing import Any, Protocol

from twisted.logger import Logger

_log = Logger()

Call = tuple[Callable[..., object], tuple[Any, ...]]


class Reactor(Protocol):
    """The parts of the reactor that are used."""

    def callFromThread(self, function: Callable[..., Any], *args: Any) -> object:
        """Call a function in the thread of the reactor."""


class LoopThread:
    """
    A thread with a loop.

    :param reactor: that of the other thread.
    """

    def __init__(self, reactor: Reactor) -> None:
        self._reactor = reactor
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, name="redis", daemon=True)
        self._to_loop: deque[Call] = deque()
        self._loop_woken = False
        self._to_reactor: list[Call] = []
        self._stopped = False

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the loop and the thread, and wait for it; what it has handed over before
        is still called."""
        self._stopped = True
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def post(self, function: Callable[..., object], *args: Any) -> None:
        """Call a function in the loop; called in the reactor's thread."""
        if self._stopped:
            return
        self._to_loop.append((function, args))
        if not self._loop_woken:
            self._loop_woken = True
            self._loop.call_soon_threadsafe(self._take)

    def _take(self) -> None:
        # Whatever is posted from now on wakes the loop again.
        self._loop_woken = False
        while self._to_loop:
            function, args = self._to_loop.popleft()
            function(*args)

    def hand(self, function: Callable[..., object], *args: Any) -> None:
        """Call a function in the reactor's thread; called in the loop."""
        self._to_reactor.append((function, args))
        if len(self._to_reactor) == 1:
            self._loop.call_soon(self._hand_over)

    def _hand_over(self) -> None:
        calls, self._to_reactor = self._to_reactor, []
        self._reactor.callFromThread(_call_all, calls)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            if self._to_reactor:
                self._hand_over()
            self._loop.close()


def _call_all(calls: list[Call]) -> None:
    for function, args in calls:
        try:
            function(*args)
        except Exception:
            # The others are about other things.
            _log.failure("a call of the Redis client failed")
