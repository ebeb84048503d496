"""Threads that do not delay the end of the process."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread


def run_in_thread(name: str, work: Callable[[], None]) -> None:
    """
    Run a function in a thread of its own.

    Unlike the threads of a pool, it may block for ever, as in calls to a name server or
    a network file system: the process ends without waiting for it.

    :param name: of the thread.
    :param work: the function.
    """
    Thread(target=work, daemon=True, name=name).start()
