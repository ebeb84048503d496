"""
What the daemon asks of its own process: open files, turns of its threads, and the
search for garbage.

Nothing of what an exchange leaves is in reference cycles (tests/wire/test_cycles.py
counts it), so that memory comes back without the collector. What a call of the
management API leaves, some hundred objects of its libraries, dies young. So the
collector looks often, and at few objects: everything stands still while it does. An
open stream is 110 objects that live for hours; CPU of its looks while 2,500 streams are
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
import resource
import sys

YOUNG = 2_000
"""So many more new objects than freed ones before the young are looked through."""
MIDDLE = 5
"""So many such looks before those that were young once are looked through, too: at the
most 12,000 objects, which takes some 6 ms."""
OLD = 1_000
"""So many of those before all are looked through: with 10,000,000 more objects than the
last time, which are 90,000 streams."""


SWITCH_S = 0.0005
"""How long a thread may compute while the reactor's thread has something to do. The
store's threads decode definitions; with Python's 5 ms each system call of the reactor
could take so much longer meanwhile."""


def raise_file_limit() -> int:
    """
    Take all the files that the system grants: every stream takes two.

    :return: how many that is.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else sys.maxsize


def favour_reactor() -> None:
    """Let the reactor's thread go on soon while the store's threads compute."""
    sys.setswitchinterval(SWITCH_S)


def settle_garbage() -> None:
    """
    Leave alone what the start has made, and look through the rest less often.

    To be called once, when the daemon has started: its modules, classes and
    definitions are never garbage.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
