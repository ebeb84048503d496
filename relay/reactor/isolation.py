"""Callbacks of which each is called, whatever another one raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from twisted.logger import Logger

_log = Logger()


def call_each(callbacks: Iterable[Callable[[], object]]) -> None:
    """
    Call each; what one raises is logged, and the next is called.

    :param callbacks: in order.
    """
    for callback in callbacks:
        try:
            callback()
        except Exception:
            _log.failure("a callback failed: {callback!r}", callback=callback)
