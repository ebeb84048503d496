"""Values that are there at once, or come later."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeAlias, TypeVar

T = TypeVar("T")
Soon: TypeAlias = T | Awaitable[T]
"""A value, or what it is awaited from: another process may have it."""


async def settled(value: Soon[T]) -> T:
    """Return a value, as soon as it is there."""
    return await value if isinstance(value, Awaitable) else value
