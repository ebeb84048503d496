"""Call several callbacks, even if one of them raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from twisted.logger import Logger

_log = Logger()


def call_each(callbacks: Iterable[Callable[[], object]]) -> None:
    """
    Call all callbacks in order. An exception is logged, and the next one is called.
    """
    for callback in callbacks:
        try:
            callback()
        except Exception:
            _log.failure("a callback failed: {callback!r}", callback=callback)
