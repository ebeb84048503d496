"""References between the parts of a description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from relay.dialects.members import Found
from relay.model.schema.errors import join

_MOST = 10
"""How many references may follow each other."""


class References:
    """
    Follows the references within a description.

    :param document: the whole description.
    :param at: its location in the file.
    """

    def __init__(self, document: Mapping[str, Any], at: str) -> None:
        self._document = document
        self._at = at

    def resolved(self, found: Found) -> Found:
        """
        Return what a part refers to, or the part itself.

        :raises LookupError: with a sentence, when there is nothing to follow.
        """
        for _ in range(_MOST):
            if not isinstance(found.value, Mapping) or "$ref" not in found.value:
                return found
            found = self._follow(found.value["$ref"])
        raise LookupError("refers to itself, or through too many references")

    def _follow(self, reference: object) -> Found:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise LookupError("only references within the description are followed")
        value: Any = self._document
        at = self._at
        for part in reference[2:].split("/"):
            name = unquote(part).replace("~1", "/").replace("~0", "~")
            if not isinstance(value, Mapping) or name not in value:
                raise LookupError("refers to nothing in the description")
            value, at = value[name], join(at, name)
        return Found(value, at)
