"""How late the reactor calls its timers: the time for which something held it."""

from __future__ import annotations

from typing import Any

from twisted.application.service import Service
from twisted.internet.interfaces import IDelayedCall

from relay.reactor.sustained import Sustained
from relay.tally import Histogram

EVERY_S = 0.25
"""The interval of the samples."""
BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
RECENT = 40
"""How many samples count as recent: those of the last ten seconds."""


class LoopLag(Service):
    """
    Samples the delay of a timer.

    :param reactor: the reactor that is observed.
    :param limit_s: the delay above which the loop is too late.
    :param after_s: how long every sample must be above it before that counts.
    """

    def __init__(self, reactor: Any, limit_s: float, after_s: float) -> None:
        self._reactor = reactor
        self.limit_s = limit_s
        """As above; it may be changed."""
        self.too_late = Sustained(reactor, after_s)
        """Whether the loop is too late, for long enough."""
        self.newest_s = 0.0
        """The newest sample."""
        self._timer: IDelayedCall | None = None
        self._due_s = 0.0
        self.delays = Histogram(BOUNDS_S)
        """All samples, in seconds."""
        self._recent_s = [0.0] * RECENT
        self._next = 0

    @property
    def worst_s(self) -> float:
        """The longest delay of the last ten seconds."""
        return max(self._recent_s)

    def startService(self) -> None:
        """Begin to sample."""
        super().startService()
        self._wait()

    def stopService(self) -> None:
        """Sample no more."""
        super().stopService()
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _wait(self) -> None:
        self._due_s = self._reactor.seconds() + EVERY_S
        self._timer = self._reactor.callLater(EVERY_S, self._fired)

    def _fired(self) -> None:
        late_s = max(self._reactor.seconds() - self._due_s, 0.0)
        self.newest_s = late_s
        self.too_late.note(late_s > self.limit_s)
        self.delays.observe(late_s)
        self._recent_s[self._next] = late_s
        self._next = (self._next + 1) % RECENT
        self._wait()
