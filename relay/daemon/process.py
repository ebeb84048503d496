"""
The limits of the daemon's process: open files, turns of its threads, and garbage
collection.

Nothing of what an exchange leaves is in reference cycles (tests/wire/cycles/case.py
counts it), so that memory comes back without the collector. What a call of the
management API leaves, some hundred objects of its libraries, dies young. So the
collector searches often, and few objects: everything else waits for it. An open stream
is 110 objects that live for hours. CPU time of the searches while 2,500 streams are
opened, on a 2-core machine:

================  ============  ================  ================  =========
thresholds        young: worst  middle: worst     all: worst        together
================  ============  ================  ================  =========
700, 10, 10       1.2 ms        4.8 ms            102 ms            344 ms
2,000, 10, 500    3.0 ms        11 ms             none              166 ms
5,000, 10, 500    2.8 ms        35 ms             none              152 ms
20,000, 20, 50    7.4 ms        none so far [1]_  none              65 ms
================  ============  ================  ================  =========

.. [1] After 400,000 objects, at 0.7 µs each: 280 ms.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
from pathlib import Path

from relay.daemon.control_groups import groups_of, read_text

YOUNG = 2_000
"""The first threshold: new objects, less freed ones, before the young are searched."""
MIDDLE = 5
"""The second threshold: searches of the young before the middle generation is searched,
which is at most 12,000 objects and takes some 6 ms."""
OLD = 1_000
"""The third threshold: searches of the middle generation before all objects are
searched: after 10,000,000 more objects, which are 90,000 streams."""


SWITCH_S = 0.0005
"""How long a thread may compute while the reactor's thread is ready. The store's
threads decode definitions; with Python's default of 5 ms, each system call of the
reactor could take 5 ms longer meanwhile."""


def raise_file_limit() -> int:
    """
    Raise the limit of open files as far as the system allows: every stream takes two.

    :return: the limit.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else sys.maxsize


def usable_processors(
    process: Path = Path("/proc/self"), groups: Path = Path("/sys/fs/cgroup")
) -> int:
    """
    Return how many processors the process may use, at least 1: those of its affinity,
    or what its control groups (version 2) grant if that is less.

    :param process: its directory in ``/proc``.
    :param groups: where the control groups are mounted.
    """
    counts = [len(os.sched_getaffinity(0))]
    for group in groups_of(process, groups):
        quota, _, period = read_text(group / "cpu.max").strip().partition(" ")
        if quota.isdigit() and period.isdigit():
            counts.append(int(quota) // int(period))
    return max(1, min(counts))


def favour_reactor() -> None:
    """Let the reactor's thread continue soon while the store's threads compute."""
    sys.setswitchinterval(SWITCH_S)


def settle_garbage() -> None:
    """
    Exempt all present objects from garbage collection, and collect in small steps.

    To be called once, when the daemon has started: its modules, classes and definitions
    are never garbage.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
