"""The properties of an API of which nobody is shown the values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from relay.model.schema.errors import Issue, join
from relay.model.secrets import MASK, is_concealed


def concealed(properties: Any) -> Any:
    """
    Copy properties without the values of those that are encrypted or are to be.

    :param properties: as an API has them: a list, or whatever came in its place.
    """
    if not isinstance(properties, list):
        return properties
    return [
        {**one, "value": MASK}
        if isinstance(one, Mapping) and is_concealed(one) and one.get("value")
        else one
        for one in properties
    ]


def revealed(sent: Any, kept: Any) -> tuple[Any, list[Issue]]:
    """
    Put the values back that a client was shown masked and sends as they were shown.

    :param sent: the properties that an API is to have.
    :param kept: those that it has; None for none.
    :returns: the properties to keep, and where they hold a mask of nothing. A property
        that is not to be concealed any more needs its value: that which is kept is
        never shown.
    """
    if not isinstance(sent, list):
        return sent, []
    values = {
        one.get("key"): one.get("value")
        for one in (kept if isinstance(kept, list) else ())
        if isinstance(one, Mapping) and is_concealed(one)
    }
    found: list[Any] = []
    problems: list[Issue] = []
    for number, one in enumerate(sent):
        if isinstance(one, Mapping) and one.get("value") == MASK:
            if is_concealed(one) and isinstance(values.get(one.get("key")), str):
                one = {**one, "value": values[one.get("key")]}
            else:
                where = join("properties", number, "value")
                problems.append(
                    Issue("is the mask of a secret, and there is none to keep", where)
                )
        found.append(one)
    return found, problems
