"""
The epochs of a log, each with the place from which on it holds.

The log of a single process has one epoch. A log that several processes share goes on
with another one after an engine may have lost its newest entries: the numbers go on,
and an id with the former epoch names a place only before the first of the new one.
"""

from __future__ import annotations

MOST = 64
"""How many epochs are known; of an older place the oldest one is assumed."""


class Lines:
    """
    The epochs of one log.

    :param epoch: of all places so far.
    """

    __slots__ = ("_lines",)

    def __init__(self, epoch: str) -> None:
        self._lines = [(0, epoch)]

    @property
    def current(self) -> str:
        """The epoch of the next place."""
        return self._lines[-1][1]

    @property
    def all(self) -> list[tuple[int, str]]:
        """The epochs, each with its first place."""
        return list(self._lines)

    def of(self, seq: int) -> str:
        """Return the epoch of a place."""
        for first, epoch in reversed(self._lines):
            if first <= seq:
                return epoch
        return self._lines[0][1]

    def turn(self, seq: int, epoch: str) -> None:
        """
        Let an epoch hold from a place on.

        :param seq: not before the first place of the current epoch.
        """
        if epoch != self.current:
            self._lines.append((seq, epoch))
            del self._lines[:-MOST]

    def cut(self, seq: int) -> None:
        """Forget the epochs that hold from a place, or from a later one, on."""
        while len(self._lines) > 1 and self._lines[-1][0] >= seq:
            self._lines.pop()
