"""
Memory that is free goes back to the system.

The C library keeps what was freed between two blocks that are in use. After a burst of
TLS handshakes, whose state OpenSSL allocates there, the process kept 60 MB that it did
not use. ``malloc_trim`` gives such pages back, wherever in the heap they are.
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
"""How often the heap is looked at."""
FREE_BYTES = 16 * 1024 * 1024
"""How much must be free for it to be given back: less is used again soon."""


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
    The C library's heap.

    :param library: the C library; by default that of the process.
    """

    def __init__(self, library: Any = None) -> None:
        library = ctypes.CDLL(None) if library is None else library
        self._info: Callable[[], Any] | None = getattr(library, "mallinfo2", None)
        self._trim: Callable[[int], int] | None = getattr(library, "malloc_trim", None)
        if self._info is not None:
            self._info.restype = _Mallinfo2

    def give_back(self) -> int:
        """
        Give free memory back, if there is enough of it.

        Other threads may run meanwhile: ``ctypes`` lets go of the interpreter.

        :return: how many bytes of the heap were free; 0 where the C library, such as
            musl, has no such functions.
        """
        if self._info is None or self._trim is None:
            return 0
        free_bytes: int = self._info().fordblks
        if free_bytes >= FREE_BYTES:
            self._trim(0)
        return free_bytes


class HeapTrimmer(Service):
    """
    Gives free memory back every ten seconds, in a thread.

    :param reactor: what calls later and has the threads.
    :param heap: the heap.
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
        self._log.failure("free memory was not given back", failure)
