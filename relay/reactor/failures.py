"""
Failures without references to frames.

A failure refers to the traceback of its exception, the traceback to the frames, and a
frame often to the failure in a variable: Twisted runs a coroutine in a frame with the
failure that it throws into the coroutine, and its TLS keeps one in a variable. Such a
cycle keeps all variables of the frames until the garbage collector runs: 120 to 250
objects for a failed call.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

T = TypeVar("T")


def without_frames(failure: Failure) -> Failure:
    """
    Replace the traceback of a failure with its text, which is still logged.

    :return: the same failure.
    """
    if failure.tb is not None:
        failure.cleanFailure()  # type: ignore[no-untyped-call]
    return failure


def run(coroutine: Coroutine[Deferred[Any], Any, T]) -> Deferred[T]:
    """
    Run a coroutine that awaits Deferreds.

    :return: fires with its result, or with its failure without frames.
    """
    return Deferred.fromCoroutine(coroutine).addErrback(without_frames)
