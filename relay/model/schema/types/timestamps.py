"""Instants as text."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


def timestamp(at_ms: int) -> str:
    """
    Write an instant as RFC 3339 in UTC with milliseconds and ``Z``.

    :param at_ms: milliseconds since the Unix epoch.
    """
    seconds, ms = divmod(at_ms, 1000)
    return f"{_second(seconds)}.{ms:03}Z"


@lru_cache(8)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
