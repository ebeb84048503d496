"""The steps of a stop, under one deadline."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger


class Step(NamedTuple):
    """
    One step of a stop.

    :param name: the name in the log of the thing that the stop waits for.
    :param begin: begins the step.
    :param extra_ms: how long it may take beyond the time that all steps share.
    """

    name: str
    begin: Callable[[], Awaitable[Any]]
    extra_ms: float = 0


class Stop:
    """
    The steps of a stop, one after the other, under one deadline.

    A step that fails is logged, and the next one begins. When the deadline passes, the
    stop is over, with anything it still waits for: the process is about to end.

    :param steps: in order.
    :param timeout_ms: how long they may take together, besides their extra time.
    """

    log = Logger()

    def __init__(
        self, clock: IReactorTime, steps: Sequence[Step], timeout_ms: float
    ) -> None:
        self._clock = clock
        self._steps = steps
        self._timeout_ms = timeout_ms
        self._step = ""
        self._over = False
        self._timer: IDelayedCall | None = None
        self._done: Deferred[None] = Deferred()

    def run(self) -> Deferred[None]:
        """
        Run the steps.

        :return: fires after the last step or when the deadline has passed; never fails.
        """
        most_ms = self._timeout_ms + sum(step.extra_ms for step in self._steps)
        self._timer = self._clock.callLater(most_ms / 1000.0, self._expire)
        Deferred.fromCoroutine(self._take()).addBoth(lambda _: self._end())
        return self._done

    async def _take(self) -> None:
        for name, begin, extra_ms in self._steps:
            if self._over:
                return
            self._step = name
            try:
                await begin()
            except Exception:
                self.log.failure("stopping: {step}", step=name)
            if extra_ms and self._timer is not None:
                # The extra time of one step is not available to others.
                left_s = self._timer.getTime() - self._clock.seconds()
                self._timer.reset(min(left_s, self._timeout_ms / 1000.0))

    def _expire(self) -> None:
        self._timer = None
        self.log.warn(
            "the stop goes on without waiting any longer for {step}", step=self._step
        )
        self._end()

    def _end(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        if not self._over:
            self._over = True
            self._done.callback(None)
