"""The stall clock: how long a full client may take no byte of its response."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime

from relay.reactor.deadline import Deadline

CHECKS = 4
"""How often within the stall time the client's progress is looked at."""


class StallClock:
    """
    Watches the progress of one full client.

    :param timeout_ms: how long the client may take no byte; 0 is for ever.
    :param taken: the bytes that the client has taken so far; None when unknown.
    :param stalled: called once the client has taken nothing for the whole time.
    """

    __slots__ = ("_checks_left", "_deadline", "_last", "_stalled", "_taken")

    def __init__(
        self,
        clock: IReactorTime,
        timeout_ms: int,
        taken: Callable[[], int | None],
        stalled: Callable[[], None],
    ) -> None:
        self._deadline = Deadline(clock, -(-timeout_ms // CHECKS))
        self._taken = taken
        self._stalled = stalled
        self._last = taken()
        self._checks_left = CHECKS
        self._deadline.start(self._check)

    @property
    def left_s(self) -> float | None:
        """The seconds until it expires if no byte is taken; None for never."""
        left_s = self._deadline.left_s
        if left_s is None:
            return None
        return left_s + (self._checks_left - 1) * self._deadline.timeout_s

    def stop(self) -> None:
        """The client has drained, or its response is over."""
        self._deadline.stop()

    def _check(self) -> None:
        taken = self._taken()
        if taken is not None and taken != self._last:
            self._last = taken
            self._checks_left = CHECKS
        else:
            self._checks_left -= 1
        if self._checks_left > 0:
            self._deadline.start(self._check)
        else:
            self._stalled()
