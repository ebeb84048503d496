"""A condition that counts only after it has held for some time."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime


class Sustained:
    """
    A condition that is measured now and then.

    :param after_s: how long every measurement must have been true.
    """

    def __init__(self, clock: IReactorTime, after_s: float) -> None:
        self._clock = clock
        self.after_s = after_s
        """As above; it may be changed."""
        self._since_s: float | None = None

    def note(self, holds: bool) -> None:
        """Add a measurement."""
        if not holds:
            self._since_s = None
        elif self._since_s is None:
            self._since_s = self._clock.seconds()

    @property
    def for_s(self) -> float:
        """For how many seconds the condition has held; 0 while it does not."""
        return 0.0 if self._since_s is None else self._clock.seconds() - self._since_s

    def __bool__(self) -> bool:
        """Whether the condition has held for long enough."""
        return self._since_s is not None and self.for_s >= self.after_s
