"""The memory of the process, and how much the system lets it have."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.application.service import Service
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from relay.daemon.control_groups import groups_of, read_text
from relay.reactor.sustained import Sustained

EVERY_S = 5.0
"""The interval of the measurements."""
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def resident_bytes(process: Path = Path("/proc/self")) -> int:
    """
    Return the resident memory of the process.

    :param process: its directory in ``/proc``.
    """
    return int((process / "statm").read_text().split()[1]) * _PAGE_BYTES


def limit_bytes(
    process: Path = Path("/proc/self"), groups: Path = Path("/sys/fs/cgroup")
) -> int:
    """
    Return the memory that the process may have: the smallest limit of its control
    groups (version 2), or the memory of the machine if that is less.

    :param process: its directory in ``/proc``.
    :param groups: where the control groups are mounted.
    """
    limits = [os.sysconf("SC_PHYS_PAGES") * _PAGE_BYTES]
    for group in groups_of(process, groups):
        text = read_text(group / "memory.max").strip()
        if text.isdigit():
            limits.append(int(text))
    return min(limits)


class MemoryUse(Service):
    """
    Measures the memory of the process every few seconds.

    :param clock: the reactor.
    :param most_percent: of the limit, above which there is too much in use.
    :param after_s: how long that must be so before it counts.
    """

    def __init__(self, clock: IReactorTime, most_percent: int, after_s: float) -> None:
        self._clock = clock
        self.most_percent = most_percent
        """As above; it may be changed."""
        self._timer: IDelayedCall | None = None
        self.limit_bytes = 0
        """The memory that the process may have; 0 before the start."""
        self.resident_bytes = 0
        """The newest measurement."""
        self.too_much = Sustained(clock, after_s)
        """Whether more is in use than should be, for long enough."""

    def startService(self) -> None:
        """Begin to measure."""
        super().startService()
        self.limit_bytes = limit_bytes()
        self._measure()

    def stopService(self) -> None:
        """End the measurements."""
        super().stopService()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _measure(self) -> None:
        self.resident_bytes = resident_bytes()
        percent = 100 * self.resident_bytes / self.limit_bytes
        self.too_much.note(percent > self.most_percent)
        self._timer = self._clock.callLater(EVERY_S, self._measure)
