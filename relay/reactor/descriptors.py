"""
How near the process is to its limit of open files.

The system gives the lowest number that is free, so that the number of a new descriptor
tells how many are in use, at the price of nothing. Of the last ones, a part is kept for
connections to sources of calls that were let in, and the rest for what must go on: the
management API, the store, logs and certificates.
"""

from __future__ import annotations

import os
import sys


class Descriptors:
    """The descriptors of one process; without a limit none is kept back."""

    def __init__(self) -> None:
        self.limit = sys.maxsize
        """How many the process may have."""
        self.reserved = 0
        """How many of them no client may take."""

    def keep(self, limit: int, reserved: int) -> None:
        """
        Keep some back.

        :param limit: how many the process may have.
        :param reserved: how many of them to keep back, a quarter of all at the most.
        """
        self.limit, self.reserved = limit, min(reserved, limit // 4)

    def is_kept_from_sources(self, descriptor: int) -> bool:
        """
        Tell whether a descriptor is one that no connection to a source may have.

        :param descriptor: a new one.
        """
        return descriptor >= self.limit - self.reserved // 2

    def are_kept_from_clients(self, margin: int = 0) -> bool:
        """
        Tell whether a client would get one that is kept back.

        :param margin: how many more than those kept back must be free.
        """
        try:
            descriptor = os.dup(0)
        except OSError:
            try:
                descriptor = os.open(os.devnull, os.O_RDONLY)
            except OSError:
                return True
        os.close(descriptor)
        return descriptor >= self.limit - self.reserved - margin


DESCRIPTORS = Descriptors()
"""Those of this process."""
