"""
Failures that refer to no frame.

A failure holds the traceback of its exception, the traceback the frames, and a frame
often a variable with the failure: Twisted runs a coroutine in a frame that has the
failure which it throws into the coroutine, and its TLS keeps one in a variable. With
the frame all its variables wait for the garbage collector: of a call that failed, 120
to 250 objects.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

T = TypeVar("T")


def without_frames(failure: Failure) -> Failure:
    """
    Replace a failure's traceback by its text.

    :param failure: what went wrong; it is still logged with the lines where.
    :return: the same failure.
    """
    if failure.tb is not None:
        failure.cleanFailure()  # type: ignore[no-untyped-call]
    return failure


def run(coroutine: Coroutine[Deferred[Any], Any, T]) -> Deferred[T]:
    """
    Run a coroutine.

    :param coroutine: one that awaits Deferreds.
    :return: fires with what it returns, or with its failure without frames.
    """
    return Deferred.fromCoroutine(coroutine).addErrback(without_frames)
