"""When a process that has ended is started again."""

from __future__ import annotations

FIRST_S = 0.1
"""The time before the second start in a row; it is doubled with each further one."""
MOST_S = 30.0
CALM_S = 60.0
"""A process that has run for so long is not in a crash loop."""
LOOP = 3
"""How many ends in a row are a crash loop."""


class Restarts:
    """The ends of one process, and the time until each of its next starts."""

    def __init__(self) -> None:
        self.total = 0
        """How often the process has ended."""
        self.in_a_row = 0
        """How often it has ended without having run for :data:`CALM_S` in between."""

    def ended(self, ran_s: float) -> float:
        """
        Note an end.

        :param ran_s: how long the process ran, in seconds.
        :return: the time until it is to be started again, in seconds: none after the
            first end in a row.
        """
        self.total += 1
        self.in_a_row = 1 if ran_s >= CALM_S else self.in_a_row + 1
        if self.in_a_row == 1:
            return 0.0
        doubled: float = FIRST_S * 2.0 ** min(self.in_a_row - 2, 20)
        return min(doubled, MOST_S)

    @property
    def is_loop(self) -> bool:
        """Whether the process ends again and again."""
        return self.in_a_row >= LOOP
