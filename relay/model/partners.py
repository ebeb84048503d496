"""The items of two lists that correspond to each other."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

_IDENTITIES = ("name", "username", "key")
"""Members that identify an item."""


def partners(sent: Sequence[Any], shown: Sequence[Any]) -> dict[int, int]:
    """
    Find the stored items of a list that a client sends.

    Items correspond if they are equal; those that are left by their name, and those
    without a name by their order; always as many as there are in the other list.

    :param sent: JSON.
    :param shown: the stored items, as the client has got them.
    :returns: indexes of stored items by those of sent ones.
    """
    found: dict[int, int] = {}
    for key_of in (_text_of, _name_of):
        ours, theirs = defaultdict(list), defaultdict(list)
        for number, one in enumerate(sent):
            if number not in found:
                ours[key_of(one)].append(number)
        taken = set(found.values())
        for number, one in enumerate(shown):
            if number not in taken:
                theirs[key_of(one)].append(number)
        for key, numbers in ours.items():
            # With one more or less of them, an item could get the secret of another.
            if len(numbers) == len(theirs[key]):
                found.update(zip(numbers, theirs[key], strict=True))
    return found


def _text_of(item: Any) -> object:
    return json.dumps(item, sort_keys=True)


def _name_of(item: Any) -> object:
    if not isinstance(item, Mapping):
        return None
    return next(
        ((name, item[name]) for name in _IDENTITIES if isinstance(item.get(name), str)),
        None,
    )
