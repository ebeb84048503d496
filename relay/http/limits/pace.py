"""Limit the rate of a stream."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime


class Pace:
    """
    The average rate of a stream. The amount of one second may be sent at once.

    A stream that exceeds its rate is paused until the average is below the limit, so
    that no event is cut or lost.

    :param events_per_s: 0 for no limit.
    :param bytes_per_s: 0 for no limit.
    :param pause: called when the stream must pause.
    :param resume: called when the stream may resume.
    """

    __slots__ = ("_budgets", "_clock", "_pause", "_resume", "_waiting")

    def __init__(
        self,
        clock: IReactorTime,
        events_per_s: int,
        bytes_per_s: int,
        pause: Callable[[], None],
        resume: Callable[[], None],
    ) -> None:
        self._clock = clock
        now_s = clock.seconds()
        self._budgets = (_Budget(events_per_s, now_s), _Budget(bytes_per_s, now_s))
        self._pause = pause
        self._resume = resume
        self._waiting: IDelayedCall | None = None

    @property
    def holds(self) -> bool:
        """Whether the stream is paused."""
        return self._waiting is not None

    def spent(self, events: int, size: int) -> None:
        """
        Record output.

        :param events: number of events.
        :param size: number of bytes.
        """
        now_s = self._clock.seconds()
        of_events, of_bytes = self._budgets
        wait_s = max(of_events.spend(events, now_s), of_bytes.spend(size, now_s))
        if wait_s <= 0:
            return
        if self._waiting is not None:
            # Output that was in progress when the stream was paused.
            self._waiting.reset(wait_s)
            return
        self._waiting = self._clock.callLater(wait_s, self._paid)
        self._pause()

    def stop(self) -> None:
        """The stream has ended."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _paid(self) -> None:
        self._waiting = None
        self._resume()


class _Budget:
    """The budget of one unit."""

    __slots__ = ("_left", "_per_s", "_seen_s")

    def __init__(self, per_s: int, now_s: float) -> None:
        self._per_s = per_s
        self._left = float(per_s)
        self._seen_s = now_s

    def spend(self, amount: int, now_s: float) -> float:
        """
        :returns: seconds until the average is below the limit; 0 if it is.
        """
        if not self._per_s:
            return 0
        earned = (now_s - self._seen_s) * self._per_s
        self._seen_s = now_s
        self._left = min(float(self._per_s), self._left + earned) - amount
        return max(0.0, -self._left / self._per_s)
