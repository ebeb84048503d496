"""
How near the process is to its limit of open files.

The system assigns the lowest free number, so that the number of a new file descriptor
shows how many are in use, without a system call. A part of the last descriptors is
reserved for upstream connections of accepted calls, the rest for the management API,
the store, logs and certificates.
"""

from __future__ import annotations

import os
import sys


class Descriptors:
    """The file descriptors of a process; without a limit none is reserved."""

    def __init__(self) -> None:
        self.limit = sys.maxsize
        """The limit of the process; 0 for none."""
        self.reserved = 0
        """The number that is reserved from client connections."""

    def keep(self, limit: int, reserved: int) -> None:
        """
        Reserve descriptors.

        :param limit: the limit of the process.
        :param reserved: at most a quarter of the limit is reserved.
        """
        self.limit, self.reserved = limit, min(reserved, limit // 4)

    def is_kept_from_sources(self, descriptor: int) -> bool:
        """
        Whether a new descriptor is reserved from upstream connections.
        """
        return descriptor >= self.limit - self.reserved // 2

    def are_kept_from_clients(self, margin: int = 0) -> bool:
        """
        Whether a new client connection would get a reserved descriptor.

        :param margin: the number that must be free besides the reserved ones.
        """
        descriptor = _next()
        return descriptor is None or descriptor >= self.limit - self.reserved - margin

    def in_use(self) -> int:
        """
        Count the open descriptors, without a look at each of them.

        Since Linux 6.2 their number is the size of their directory; before, the number
        of a new one is about as high.
        """
        counted = os.stat("/proc/self/fd").st_size
        if counted:
            return counted
        descriptor = _next()
        return self.limit if descriptor is None else descriptor


def _next() -> int | None:
    """Return the number that a new descriptor gets; None when there is none left."""
    try:
        descriptor = os.dup(0)
    except OSError:
        try:
            descriptor = os.open(os.devnull, os.O_RDONLY)
        except OSError:
            return None
    os.close(descriptor)
    return descriptor


DESCRIPTORS = Descriptors()
"""The descriptors of this process."""
