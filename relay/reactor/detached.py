"""
Reports a start that fails after twistd has detached to the terminal of the command.

twistd's child hands an exception to the process that waits for it through a pipe, cut
to 100 bytes, and that process prints the ``repr`` of what it reads. Here the whole text
of some exceptions goes through the pipe and is printed as it is.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from twisted.scripts._twistd_unix import UnixApplicationRunner

_FAILED = b"1 "
_STARTED = b"0"
_MOST_BYTES = 4096
"""The most bytes that are written to a pipe in one piece (PIPE_BUF)."""

_format_others: Any = UnixApplicationRunner._formatChildException


def print_whole_failures(kind: type[Exception]) -> None:
    """
    Have twistd print why a detached daemon did not start.

    :param kind: the exceptions whose whole text is printed.
    """

    def format_failure(runner: Any, error: Exception) -> bytes:
        """Format what the child writes to the pipe."""
        if not isinstance(error, kind):
            message: bytes = _format_others(runner, error)
            return message
        return (_FAILED + str(error).encode("utf-8", "replace"))[:_MOST_BYTES]

    setattr(UnixApplicationRunner, "_formatChildException", format_failure)  # noqa: B010
    setattr(UnixApplicationRunner, "_waitForStart", wait_for_start)  # noqa: B010


def wait_for_start(runner: Any, pipe: int) -> int:
    """
    Wait for the child, and print why the daemon does not start.

    :param pipe: the read end of the pipe that the child writes to.
    :return: the exit status.
    """
    received = os.read(pipe, _MOST_BYTES)
    if received == _STARTED:
        return 0
    text = received.removeprefix(_FAILED).decode("utf-8", "replace")
    out = sys.__stderr__
    if out is not None:
        out.write(f"{text or 'relay: the daemon ended while it started'}\n")
        out.flush()
    return 1
