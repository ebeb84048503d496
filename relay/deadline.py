"""One clock of a stream, which a stream of events can reset at no great cost."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime


class Deadline:
    """
    Calls a function when nothing has reset it for a while.

    A reset notes the time and nothing else, so that a stream of events costs no new
    timer; the delayed call is moved when it is due and finds that there was one. While
    suspended it does not run at all, and starts afresh when resumed.

    :param clock: what tells the time and calls later.
    :param timeout_ms: how long to wait, in milliseconds; 0 never fires.
    :param expire: called without arguments when the time is over.
    """

    __slots__ = (
        "_call",
        "_clock",
        "_expire",
        "_reset_s",
        "_seconds",
        "_suspended",
        "timeout_s",
    )

    def __init__(
        self, clock: IReactorTime, timeout_ms: int, expire: Callable[[], object]
    ) -> None:
        self._clock = clock
        self._seconds = clock.seconds
        self._reset_s = 0.0
        self._expire = expire
        self._call: IDelayedCall | None = None
        self._suspended = False
        self.timeout_s = timeout_ms / 1000.0

    @property
    def running(self) -> bool:
        """Whether the time is counted down just now."""
        return self._call is not None

    def start(self) -> None:
        """Begin to count, or begin again."""
        self._suspended = False
        if self.timeout_s <= 0:
            return
        self._reset_s = self._seconds()
        if self._call is None:
            self._call = self._clock.callLater(self.timeout_s, self._fire)

    def reset(self) -> None:
        """Give the full time again, if the count is on."""
        self._reset_s = self._seconds()

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

    def _fire(self) -> None:
        left_s = self._reset_s + self.timeout_s - self._seconds()
        if left_s > 0:
            self._call = self._clock.callLater(left_s, self._fire)
        else:
            self._call = None
            self._expire()
