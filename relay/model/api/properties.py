"""The properties of an API whose values are concealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from relay.model.schema.errors import Issue, join
from relay.model.secrets import MASK, is_concealed


def concealed(properties: Any) -> Any:
    """
    Copy properties without the values of those that are encrypted or are to be.

    :param properties: of an API: a list, or any other JSON, which is not validated.
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
    Replace masks that a client sends back by the stored values.

    :param sent: the new properties of an API.
    :param kept: its stored properties; None for none.
    :returns: the properties to store, and the problems: masks for which no value is
        stored, and values that another gateway has encrypted. A property that is no
        longer concealed needs its value again: a stored value is never revealed.
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
        elif (
            isinstance(one, Mapping)
            and one.get("encrypted") is True
            and one.get("value")
            and one.get("value") != values.get(one.get("key"))
        ):
            problems.append(
                Issue(
                    "is encrypted with a key that this gateway does not have: send the"
                    " value itself, with encryptable",
                    join("properties", number, "value"),
                )
            )
        found.append(one)
    return found, problems
