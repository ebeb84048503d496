"""Work that is counted, since the time that it takes depends on the machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Calls:
    """
    The calls of functions and methods during a block, of Python and of C.

    Work that takes longer makes more of them, except within one function of C: that
    such a function is refused before it is called is for its test to assert.
    """

    def __init__(self) -> None:
        self.count = 0
        self.names: set[str] = set()
        """The names of the Python functions that were called."""

    def seen(self, frame: FrameType, event: str, argument: object) -> None:
        """Count a call."""
        if event == "call":
            self.count += 1
            self.names.add(frame.f_code.co_name)
        elif event == "c_call":
            self.count += 1


@contextmanager
def counted() -> Iterator[Calls]:
    """Count the calls of this thread until the block ends."""
    calls, previous = Calls(), sys.getprofile()
    sys.setprofile(calls.seen)
    try:
        yield calls
    finally:
        sys.setprofile(previous)
