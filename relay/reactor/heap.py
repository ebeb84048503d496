"""
Return free memory to the system.

The C library keeps freed memory between blocks that are in use. After a burst of TLS
handshakes, whose state OpenSSL allocates there, the process kept 60 MB of unused
memory. ``malloc_trim`` returns such pages, wherever in the heap they are.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from twisted.application.service import Service
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure

EVERY_S = 10.0
"""Interval at which the heap is checked."""
FREE_BYTES = 16 * 1024 * 1024
"""Least free memory that is returned: less is soon used again."""


class _Mallinfo2(ctypes.Structure):
    """``struct mallinfo2`` of the GNU C library (2.33)."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    ]


class Heap:
    """
    The heap of the C library.

    :param library: by default that of the process.
    """

    def __init__(self, library: Any = None) -> None:
        library = ctypes.CDLL(None) if library is None else library
        self._info: Callable[[], Any] | None = getattr(library, "mallinfo2", None)
        self._trim: Callable[[int], int] | None = getattr(library, "malloc_trim", None)
        if self._info is not None:
            self._info.restype = _Mallinfo2

    def give_back(self) -> int:
        """
        Return free memory to the system, if there is enough of it.

        Other threads can run meanwhile: ``ctypes`` releases the interpreter's lock.

        :return: the bytes of the heap that were free; 0 if the C library, such as musl,
            does not have the functions.
        """
        if self._info is None or self._trim is None:
            return 0
        free_bytes: int = self._info().fordblks
        if free_bytes >= FREE_BYTES:
            self._trim(0)
        return free_bytes


class HeapTrimmer(Service):
    """
    Returns free memory to the system every ten seconds, in a thread.
    """

    _log = Logger()

    def __init__(self, reactor: Any, heap: Heap) -> None:
        self._reactor = reactor
        self._heap = heap
        self._timer: IDelayedCall | None = None

    def startService(self) -> None:
        """Begin."""
        super().startService()
        self._wait()

    def stopService(self) -> None:
        """Begin nothing more."""
        super().stopService()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        if self.running:
            self._timer = self._reactor.callLater(EVERY_S, self._look)

    def _look(self) -> None:
        self._timer = None
        done = deferToThreadPool(
            self._reactor, self._reactor.getThreadPool(), self._heap.give_back
        )
        done.addErrback(self._failed)
        done.addBoth(lambda _: self._wait())

    def _failed(self, failure: Failure) -> None:
        self._log.failure("free memory could not be returned to the system", failure)
