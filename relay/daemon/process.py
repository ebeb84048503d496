"""
What the daemon asks of its own process: open files, and the search for garbage.

An open stream is some hundred objects that live for hours, and hardly any of what an
exchange leaves behind is in cycles. By default Python looks through the young objects
after every 700 new ones, and through all of them whenever their number has grown by a
quarter, with everything standing still meanwhile: while 3,000 streams were opened, 15 %
of the CPU time.
"""

from __future__ import annotations

import gc
import resource

YOUNG = 20_000
"""So many more new objects than freed ones before the young are looked through."""
MIDDLE, OLD = 20, 50
"""So many rounds of one generation before the next older one is looked through, too."""


def raise_file_limit() -> None:
    """Take all the files that the system grants: every stream takes two."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def settle_garbage() -> None:
    """
    Leave alone what the start has made, and look through the rest less often.

    To be called once, when the daemon has started: its modules, classes and
    definitions are never garbage.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
