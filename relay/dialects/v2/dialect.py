"""The dialects of version 2, by the spelling of their members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from relay.dialects.draft import Draft
from relay.dialects.v2.definition import is_older, read_definition

_OLDER = frozenset({"V1", "V2", "1.0.0", "2.0.0"})
_CAMEL = frozenset(
    {
        "apiVersion",
        "contextPath",
        "definitionVersion",
        "executionMode",
        "flowMode",
        "lifecycleState",
        "loadBalancer",
        "loadBalancing",
        "overrideEntrypoint",
        "pathMappings",
        "pathOperator",
        "preserveHost",
        "responseTemplates",
        "stripContextPath",
        "virtualHosts",
    }
)
_OBJECTS = ("proxy", "virtualHosts", "groups", "flows")
"""The members in which the spelling is looked for."""


def is_version_2(document: Mapping[str, Any]) -> bool:
    """Return whether a document is a definition of version 2 or 1, whatever its marker
    says."""
    if "listeners" in document or "endpointGroups" in document:
        return False
    marker = document.get("gravitee", document.get("definitionVersion"))
    return isinstance(document.get("proxy"), Mapping) or (
        isinstance(marker, str) and marker.upper() in _OLDER
    )


class Version2:
    """Definitions of one spelling."""

    def __init__(self, name: str) -> None:
        self.name = name

    def recognises(self, document: Mapping[str, Any]) -> bool:
        """Return whether a document is a definition of version 2 in this spelling."""
        return is_version_2(document) and _name(document) == self.name

    def read(self, document: Mapping[str, Any], at: str = "") -> Draft:
        """Convert a definition to version 4; ``state`` is left aside."""
        return read_definition(document, at, self.name).leave_state()


SNAKE_CASE = Version2("v2-snake")
CAMEL_CASE = Version2("v2-camel")
PATHS = Version2("v2-paths")
VERSION_2 = (SNAKE_CASE, CAMEL_CASE, PATHS)


def _name(document: Mapping[str, Any]) -> str:
    if is_older(document):
        return "v2-paths"
    return "v2-camel" if any(key in _CAMEL for key in _keys(document)) else "v2-snake"


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _keys(one)
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield key
            if key in _OBJECTS:
                yield from _keys(member)
