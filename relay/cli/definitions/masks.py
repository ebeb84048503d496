"""Masks that a server has put in place of secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from relay.model.schema.errors import join
from relay.model.secrets import MASK, is_concealed

_MASK = re.escape(MASK)
_IN_URL = re.compile(
    rf"(?:\A|//)[^/?#@]*{_MASK}@|[?&][^=&#]*={_MASK}(?=[&#]|\Z)",
)


def masks(value: Any, at: str = "") -> Iterator[str]:
    """
    Find the locations of masks in JSON.

    Those of encrypted properties are left aside: the server keeps their values.

    :param at: the location of the value.
    """
    if isinstance(value, dict):
        for key, one in value.items():
            if one != MASK or not is_concealed(value):
                yield from masks(one, join(at, key))
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            yield from masks(one, join(at, number))
    elif isinstance(value, str) and (value == MASK or _IN_URL.search(value)):
        yield at
