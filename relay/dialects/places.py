"""Locations such as ``listeners[0].paths[1].host`` in JSON values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_INDEX = re.compile(r"\[([0-9]+)\]")


class Survivors:
    """The original locations of list items, after others were removed."""

    def __init__(self) -> None:
        self._gone: dict[str, list[int]] = {}

    def remove(self, place: str) -> None:
        """Note that a member or list item is removed."""
        original = self.original(place)
        if original.endswith("]"):
            items, _, index = original[:-1].rpartition("[")
            self._gone[items] = sorted([*self._gone.get(items, ()), int(index)])

    def original(self, place: str) -> str:
        """Return the location that something had before any removal."""
        found, end = "", 0
        for match in _INDEX.finditer(place):
            found += place[end : match.start()]
            index = int(match[1])
            for gone in self._gone.get(found, ()):
                index += gone <= index
            found += f"[{index}]"
            end = match.end()
        return found + place[end:]


def in_order(place: str) -> list[tuple[str, int]]:
    """Return a key by which list items sort in their order."""
    parts, end = [], 0
    for match in _INDEX.finditer(place):
        parts.append((place[end : match.start()], int(match[1])))
        end = match.end()
    return [*parts, (place[end:], -1)]


def is_within(place: str, above: str) -> bool:
    """Return whether a location is another one, or below it."""
    return place == above or place.startswith((f"{above}.", f"{above}["))


def parent(place: str) -> str:
    """Return the location of the object or list that a member belongs to."""
    return place[: max(place.rfind("."), place.rfind("["), 0)]


def remove(value: Any, place: str) -> bool:
    """
    Remove a member or a list item.

    :param value: changed.
    :returns: whether there was one.
    """
    found = _holder(value, place)
    if found is None:
        return False
    holder, key = found
    del holder[key]
    return True


def emptied(value: Any, places: Iterable[str]) -> list[str]:
    """
    Return the list items without which a list would be empty that admits everything
    then: a list of scalars, or of the selectors of a flow.

    :param places: locations of what is to be removed.
    """
    items: dict[str, list[str]] = {}
    for place in places:
        if place.endswith("]"):
            items.setdefault(parent(place), []).append(place)
    found = []
    for holder, removed in items.items():
        at = _holder(value, holder)
        listed = None if at is None else at[0][at[1]]
        if not isinstance(listed, list) or len(removed) < len(listed):
            continue
        if holder.endswith("selectors") or not any(
            isinstance(one, dict | list) for one in listed
        ):
            found += removed
    return found


def write_as_text(value: Any, place: str) -> bool:
    """
    Write a number or a boolean as text, as JSON writes it.

    :param value: changed.
    :returns: whether there was one.
    """
    found = _holder(value, place)
    if found is None:
        return False
    holder, key = found
    scalar = holder[key]
    if isinstance(scalar, bool):
        holder[key] = "true" if scalar else "false"
    elif isinstance(scalar, int | float):
        holder[key] = repr(scalar)
    else:
        return False
    return True


def _holder(value: Any, place: str) -> tuple[Any, Any] | None:
    """
    Return the object or list that has a member, and the key or index of the member;
    None where there is none. A key may contain dots and brackets.
    """
    if isinstance(value, list):
        index, closed, rest = place.removeprefix("[").partition("]")
        if not closed or not place.startswith("[") or not index.isdecimal():
            return None
        number = int(index)
        if number >= len(value):
            return None
        if not rest:
            return value, number
        return _holder(value[number], rest.removeprefix("."))
    if not isinstance(value, dict):
        return None
    if place in value:
        return value, place
    keys = [k for k in value if k and place.startswith((f"{k}.", f"{k}["))]
    for key in sorted(keys, key=len, reverse=True):
        found = _holder(value[key], place[len(key) :].removeprefix("."))
        if found is not None:
            return found
    return None
