"""Clocks that run one turn of the reactor at a time, also of a stopped process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IDelayedCall
from twisted.internet.task import Clock


class TurnClock(Clock):
    """A clock of which each :meth:`advance` is one turn, as a reactor has them."""

    def advance(self, amount: float) -> None:
        """
        Let time pass, and make the calls that are due; what they schedule waits.

        :param amount: in seconds.
        """
        self.rightNow += amount
        now_s = self.seconds()
        for call in [one for one in self.calls if one.getTime() <= now_s]:
            if call.active():
                self.calls.remove(call)
                call.called = 1
                call.func(*call.args, **call.kw)


class ProcessClock(TurnClock):
    """
    The clock of a process, which makes no calls while the process is stopped.

    :param machine: the clock of the machine.
    """

    def __init__(self, machine: Clock) -> None:
        super().__init__()
        self._machine = machine
        self.is_stopped = False

    def seconds(self) -> float:
        """Return the time of the machine, which goes on."""
        return self._machine.seconds()

    def callLater(
        self, delay: float, callable: Callable[..., object], *args: Any, **kw: Any
    ) -> IDelayedCall:
        """Call later, in a turn of the machine."""
        call = super().callLater(delay, callable, *args, **kw)
        self._machine.callLater(delay, self._wake)
        return call

    def _wake(self) -> None:
        if not self.is_stopped:
            self.advance(0)

    def resume(self) -> None:
        """Let the process run again: what became due meanwhile is called."""
        self.is_stopped = False
        self._machine.callLater(0, self._wake)
