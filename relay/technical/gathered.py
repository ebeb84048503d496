"""Answers that several processes contribute to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


class Gathered(list[T]):
    """
    What several processes have, as far as they have answered.

    :param unreachable: the names of those that have not.
    """

    def __init__(self, items: Iterable[T], unreachable: Sequence[str] = ()) -> None:
        super().__init__(items)
        self.unreachable = tuple(unreachable)


def without(found: object) -> dict[str, Any]:
    """Return the members by which a response names the processes whose part it
    lacks; none when it is complete."""
    names = found.unreachable if isinstance(found, Gathered) else ()
    return {"unreachable": list(names)} if names else {}
