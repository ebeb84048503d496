"""
The dialect ``terraform``: the attributes of the resources of Gravitee's Terraform
provider, as JSON.

Names are in snake_case, the listeners and selectors are in a member with their type,
and configurations are texts, as ``jsonencode`` makes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from relay.dialects.draft import Draft, Origins
from relay.dialects.v4_members import read_api, read_state
from relay.model.schema.errors import join

_UNIONS = {
    "listeners": ("http", "kafka", "subscription", "tcp"),
    "selectors": ("channel", "condition", "http", "mcp"),
}
"""Lists whose items have a single member, which is named after their type."""
_DATA = ("configuration", "shared_configuration", "shared_configuration_override")
"""Members whose names, if they are objects, are those of a configuration."""
_MAPS = {"headers": 1, "response_templates": 2}
"""Members whose keys are data, and the number of levels of such keys."""
_SNAKE = re.compile(r"(?<=[a-z0-9])_([a-z0-9])")


class Terraform:
    """An ``apim_apiv4``."""

    name = "terraform"

    def recognises(self, document: Mapping[str, Any]) -> bool:
        """Return whether the object has the attributes of the resource."""
        if "endpoint_groups" in document:
            return "proxy" not in document
        listeners = document.get("listeners")
        if not isinstance(listeners, list):
            return False
        return any(_kind_of(one, "listeners") is not None for one in listeners)

    def read(self, document: Mapping[str, Any], at: str = "") -> Draft:
        """Read the API, whose ``state`` is acted upon."""
        places = Origins(at)
        body = _Names(places).converted(document, "", at)
        return read_state(read_api(body, "", self.name, places=places))


class _Names:
    """
    Converts the names of attributes.

    :param places: takes the location of what has another one after the conversion.
    """

    def __init__(self, places: Origins) -> None:
        self._places = places

    def converted(self, value: Any, target: str, source: str, keys: int = 0) -> Any:
        """
        :param target: the location after the conversion.
        :param source: the location in the file.
        :param keys: on how many levels names are data.
        """
        if isinstance(value, list):
            return [
                self._item(one, join(target, number), join(source, number))
                for number, one in enumerate(value)
            ]
        if not isinstance(value, Mapping):
            return value
        found: dict[str, Any] = {}
        for name, one in value.items():
            if one is None:
                # What is not set is null in a state.
                continue
            new = name if keys else _SNAKE.sub(lambda hit: hit[1].upper(), name)
            place, where = join(target, new), join(source, name)
            if new != name:
                self._places.put(place, where)
            if not keys and name in _DATA:
                found[new] = one
            else:
                below = keys - 1 if keys else _MAPS.get(name, 0)
                found[new] = self.converted(one, place, where, below)
        return found

    def _item(self, value: Any, target: str, source: str) -> Any:
        held = target[: target.rfind("[")].rpartition(".")[2]
        kind = _kind_of(value, held)
        if kind is None:
            return self.converted(value, target, source)
        where = join(source, kind)
        self._places.put(target, where)
        found = self.converted(value[kind], target, where)
        found.setdefault("type", kind.upper())
        return found


def _kind_of(value: Any, held: str) -> str | None:
    """
    Return the only member of an item, which names its type.

    :param held: the name of the list.
    """
    if not isinstance(value, Mapping):
        return None
    names = [name for name, one in value.items() if one is not None]
    if len(names) != 1 or names[0] not in _UNIONS.get(held, ()):
        return None
    return names[0] if isinstance(value[names[0]], Mapping) else None
