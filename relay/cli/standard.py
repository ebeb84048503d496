"""The standard input, output and error: closed, full, or read by nobody."""

from __future__ import annotations

import os
import sys

from relay.cli.errors import Failed


def open_missing() -> None:
    """
    Open the standard streams with which the process was not started.

    Otherwise, the next file or connection would get the descriptor of one. A closed
    input cannot be read, a closed output cannot be written, and errors are dropped.
    """
    if sys.stdin is None:
        _occupy(0, os.O_WRONLY)
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    if sys.stdout is None:
        _occupy(1, os.O_RDONLY)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        _occupy(2, os.O_WRONLY)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)


def _occupy(descriptor: int, flags: int) -> None:
    """Open the null device under a descriptor, which is inherited as usual."""
    opened = os.open(os.devnull, flags)
    if opened == descriptor:
        os.set_inheritable(opened, True)
    else:
        os.dup2(opened, descriptor)
        os.close(opened)


def leave_output() -> None:
    """Drop what is written to the standard output from now on, and what is held."""
    opened = os.open(os.devnull, os.O_WRONLY)
    os.dup2(opened, sys.stdout.fileno())
    os.close(opened)


def cause_of(error: OSError) -> str:
    """
    Return the message for an error of the system that ends a command.

    Errors of connections and of reading have their messages already: an error without
    the name of a file is one of the output.
    """
    reason = error.strerror or str(error)
    if error.filename is None:
        return f"cannot write the output: {reason}"
    return f"{os.fsdecode(error.filename)}: {reason}"


def read_line() -> str:
    """
    Return the next line of the standard input without its end; empty without one.

    :raises Failed: if it cannot be read.
    """
    try:
        return sys.stdin.readline().rstrip("\r\n")
    except OSError as error:
        raise Failed(f"cannot read the standard input: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Failed("the standard input is not text in UTF-8") from error
