"""Members that definitions spell in more than one way."""

from __future__ import annotations

from collections.abc import Mapping

from relay.model.schema.refusal import refusal


def respelled(body: object, names: Mapping[str, str]) -> object:
    """
    Rename the members of an object that have another spelling.

    :param body: any JSON; only an object is changed.
    :param names: the name of each member by its other spelling.
    :returns: a copy with the names of the model.
    :raises pydantic_core.PydanticCustomError: when both spellings are there with
        different values.
    """
    if not isinstance(body, Mapping) or names.keys().isdisjoint(body):
        return body
    copy = dict(body)
    for other, name in names.items():
        value = copy.pop(other, None)
        if value is None:
            continue
        if copy.get(name) not in (None, value):
            raise refusal([((other,), f"differs from {name}, which means the same")])
        copy[name] = value
    return copy
