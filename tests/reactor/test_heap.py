"""Memory that is free goes back to the system."""

from __future__ import annotations

import ctypes
import gc
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from relay.reactor.heap import EVERY_S, FREE_BYTES, Heap, HeapTrimmer

PIECE_BYTES = 4096


def resident_bytes() -> int:
    """How much memory the process has resident."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class HeapTests(SynchronousTestCase):
    """The heap of this process."""

    def test_what_is_free_between_blocks_is_given_back(self) -> None:
        """Free memory below a block that is in use leaves the process, too."""
        library = ctypes.CDLL(None)
        library.malloc.restype = ctypes.c_void_p
        library.free.argtypes = [ctypes.c_void_p]
        blocks = [library.malloc(PIECE_BYTES) for _ in range(20_000)]
        for block in blocks:
            ctypes.memset(block, 1, PIECE_BYTES)
        for block in blocks[:-1]:
            library.free(block)
        gc.collect()
        before = resident_bytes()
        self.assertGreater(Heap().give_back(), FREE_BYTES)
        self.assertLess(resident_bytes(), before - 50_000_000)
        library.free(blocks[-1])

    def test_a_little_is_kept(self) -> None:
        """A small amount of free memory is kept."""
        trimmed: list[int] = []

        def heap(free_bytes: int) -> Heap:
            def info() -> object:
                return SimpleNamespace(fordblks=free_bytes)

            return Heap(SimpleNamespace(mallinfo2=info, malloc_trim=trimmed.append))

        self.assertEqual(heap(FREE_BYTES - 1).give_back(), FREE_BYTES - 1)
        self.assertEqual(trimmed, [])
        heap(FREE_BYTES).give_back()
        self.assertEqual(trimmed, [0])

    def test_a_library_without_the_functions(self) -> None:
        """Without the C functions no memory is returned, and no error is raised."""
        self.assertEqual(Heap(SimpleNamespace()).give_back(), 0)


def _outcome(work: Any) -> tuple[bool, object]:
    try:
        return True, work()
    except OSError:
        return False, Failure()


class _Threads:
    def callInThreadWithCallback(self, told: Any, work: Any) -> None:
        """Work at once."""
        told(*_outcome(work))


class _Reactor(Clock):
    def getThreadPool(self) -> _Threads:
        """Have threads."""
        return _Threads()

    def callFromThread(self, called: Any, *arguments: Any) -> None:
        """Call at once."""
        called(*arguments)


class TrimmerTests(SynchronousTestCase):
    """Every ten seconds."""

    def test_it_looks_again_and_again_until_it_is_stopped(self) -> None:
        """A look that fails is logged and followed by the next."""
        reactor, looks = _Reactor(), []

        def look() -> int:
            looks.append(reactor.seconds())
            if len(looks) == 2:
                raise OSError
            return 0

        trimmer = HeapTrimmer(reactor, SimpleNamespace(give_back=look))  # type: ignore[arg-type]
        trimmer.startService()
        for _ in range(3):
            reactor.advance(EVERY_S)
        self.assertEqual(looks, [EVERY_S, 2 * EVERY_S, 3 * EVERY_S])
        self.assertEqual(len(self.flushLoggedErrors(OSError)), 1)
        trimmer.stopService()
        self.assertEqual(reactor.getDelayedCalls(), [])
