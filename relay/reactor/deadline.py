"""
Timeouts that can be reset and suspended.

Each call starts five deadlines, of a handful of lengths, and hardly any ever expires.
Deadlines of one length expire in the order in which they were started. They are kept in
one queue for each length, and only the first of a queue has a delayed call: starting
and stopping a deadline takes 0.9 µs of CPU, a delayed call of its own 1.5 µs, and a
cancelled delayed call would remain in the reactor's heap until its time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

TURN_S = 0.005
"""Time for expired deadlines of one length in one turn of the reactor. They may end
thousands of streams; the remaining ones wait for the next turn."""
_SLACK_S = 1e-6
"""The error of sums of floating-point numbers."""


class Deadline:
    """
    Calls a function after a time without a reset.

    A suspended deadline does not run; when it is resumed, the full time starts again.

    A deadline refers to its function only while it runs or is suspended. The function
    is mostly a method of the owner of the deadline: a permanent reference would be a
    reference cycle, which only the garbage collector can free.

    :param timeout_ms: 0 never expires.
    """

    __slots__ = ("_clock", "_expire", "_line", "_suspended", "timeout_s")

    def __init__(self, clock: IReactorTime, timeout_ms: float) -> None:
        self._clock = clock
        self._expire: Callable[[], object] | None = None
        self._line: _Line | None = None
        self._suspended = False
        self.timeout_s = timeout_ms / 1000.0

    @property
    def running(self) -> bool:
        """Whether the deadline runs, and is not suspended."""
        return self._line is not None

    @property
    def left_s(self) -> float | None:
        """The seconds until it expires; None while it does not run."""
        return None if self._line is None else self._line.left_s(self)

    def start(self, expire: Callable[[], object]) -> None:
        """
        Start, or start again, with the full time.

        :param expire: called without arguments when the time has passed.
        """
        self._suspended = False
        self._expire = expire
        if self._line is not None:
            self._line.join(self)
        elif self.timeout_s > 0:
            key = (self._clock, self.timeout_s)
            line = _lines.get(key)
            if line is None:
                line = _lines[key] = _Line(*key)
            line.join(self)
            self._line = line
        else:
            self._expire = None

    def reset(self) -> None:
        """Start again with the full time, if the deadline runs."""
        if self._line is not None:
            self._line.join(self)

    def suspend(self) -> None:
        """Stop, if the deadline runs, until :meth:`resume`."""
        line, self._line = self._line, None
        if line is not None:
            line.leave(self)
            self._suspended = True

    def resume(self) -> None:
        """Start again with the full time after :meth:`suspend`; otherwise do
        nothing."""
        if self._suspended and self._expire is not None:
            self.start(self._expire)

    def stop(self) -> None:
        """Stop, and drop the function."""
        self._suspended = False
        self._expire = None
        line, self._line = self._line, None
        if line is not None:
            line.leave(self)

    def fire(self) -> None:
        """The time has passed, and the queue has removed the deadline."""
        self._line = None
        expire, self._expire = self._expire, None
        if expire is not None:
            expire()


class _Line:
    """
    The queue of the running deadlines of one length, the next to expire first.
    """

    __slots__ = ("_call", "_clock", "_ends_s", "_timeout_s")

    def __init__(self, clock: IReactorTime, timeout_s: float) -> None:
        self._clock = clock
        self._timeout_s = timeout_s
        self._ends_s: OrderedDict[Deadline, float] = OrderedDict()
        self._call: IDelayedCall | None = clock.callLater(timeout_s, self._fire)

    def join(self, deadline: Deadline) -> None:
        """Append a deadline, with its full time."""
        self._ends_s[deadline] = self._clock.seconds() + self._timeout_s
        self._ends_s.move_to_end(deadline)

    def leave(self, deadline: Deadline) -> None:
        """Remove a deadline. The delayed call may then find nothing that has
        expired."""
        del self._ends_s[deadline]
        if not self._ends_s:
            self._close()

    def left_s(self, deadline: Deadline) -> float:
        """Return the seconds until a deadline expires, 0 if it is overdue."""
        return max(0.0, self._ends_s[deadline] - self._clock.seconds())

    def _fire(self) -> None:
        self._call = None
        until_s = self._clock.seconds() + TURN_S
        try:
            while self._ends_s:
                deadline, end_s = next(iter(self._ends_s.items()))
                now_s = self._clock.seconds()
                if end_s > now_s + _SLACK_S or now_s >= until_s:
                    break
                del self._ends_s[deadline]
                deadline.fire()
        finally:
            # An exception of one function must not affect the others.
            if self._ends_s:
                first_s = next(iter(self._ends_s.values()))
                wait_s = max(0.0, first_s - self._clock.seconds())
                self._call = self._clock.callLater(wait_s, self._fire)
            else:
                self._close()

    def _close(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call.cancel()
        if _lines.get((self._clock, self._timeout_s)) is self:
            del _lines[self._clock, self._timeout_s]


_lines: dict[tuple[IReactorTime, float], _Line] = {}
"""The queues that contain deadlines."""
