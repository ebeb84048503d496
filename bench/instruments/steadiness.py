"""
Whether the machine kept its speed while a row was measured.

A fixed amount of work is timed before and after a row, on the core of the server and on
the core of the load. When both times differ by more than a bound, something else used
the machine or its clock changed, and the times of the row say nothing about a server.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.instruments.machine import Core, Cores, pin
from bench.instruments.programs import Figures

CHANGE = "speed_change_percent"
"""The figure of a row: how much the speed of the machine changed during it."""
MOST_CHANGE_PERCENT = 10.0
"""A row during which the speed changed by more is noisy."""
_PIECES = 7
_PIECE_BYTES = 1 << 20
_PIECE_TURNS = 60_000


def is_noisy(figures: Figures) -> bool:
    """Return whether the speed of the machine changed too much during a row."""
    return change_percent(figures) > MOST_CHANGE_PERCENT


def change_percent(figures: Figures) -> float:
    """Return the change of the speed; 0 for figures that were kept without it."""
    change: float = figures.get(CHANGE, 0)
    return change


def fixed_work_s(core: Core) -> float:
    """
    Time a fixed amount of work of the interpreter and of a hash function.

    :param core: where it runs; None for any.
    :return: the median of some repetitions, in seconds of the wall clock, so that time
        which other programs take counts.
    """
    before = os.sched_getaffinity(0)
    pin(core)
    try:
        return statistics.median(_piece_s() for _ in range(_PIECES))
    finally:
        os.sched_setaffinity(0, before)


def _piece_s() -> float:
    began_s = time.perf_counter()
    hashlib.sha256(bytes(_PIECE_BYTES)).digest()
    total = 0
    for number in range(_PIECE_TURNS):
        total += number & 7
    return time.perf_counter() - began_s


@dataclass(frozen=True)
class Steadiness:
    """
    Measures rows, and the speed of the machine before and after each.

    :param cores: on which the fixed work is timed.
    :param seconds: times the fixed work on a core.
    """

    cores: Cores
    seconds: Callable[[Core], float] = fixed_work_s

    def measured(self, row: Callable[[], Figures]) -> Figures:
        """
        Measure a row.

        :return: its figures, and `CHANGE`.
        """
        before = self._speeds()
        figures = row()
        changes = [
            abs(after_s / before_s - 1) * 100
            for before_s, after_s in zip(before, self._speeds(), strict=True)
        ]
        return {**figures, CHANGE: round(max(changes), 1)}

    def _speeds(self) -> list[float]:
        return [self.seconds(core) for core in (self.cores.server, self.cores.load)]
