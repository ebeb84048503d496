"""Definitions without secrets: placeholders in place of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from relay.cli.definitions.placeholders import OWN, escaped, placeholder
from relay.model.secrets import CONFIGURED, MASK, Masking, is_concealed

_OTHER = re.compile(r"[^A-Za-z0-9]+")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PAIR = re.compile(r"[?&][^=&#]*=(?P<value>[^&#]+)")
_USER = re.compile(r"(?<=//)(?P<value>[^/?#@]+)@")
_PLAIN = CONFIGURED | {"api", "spec"}
"""Members that contain a secret, and say nothing about it."""


class Concealing:
    """
    Replaces secrets with placeholders, and collects their values.

    :param masking: knows what is secret.
    """

    def __init__(self, masking: Masking) -> None:
        self._masking = masking
        self.variables: dict[str, str] = {}
        """The values of the placeholders, by the names of the variables."""
        self.unknown: list[str] = []
        """The variables of secrets of which the document has the mask only."""

    def concealed(self, prefix: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """
        Copy a document with placeholders in place of its secrets, and its other texts
        escaped.

        :param prefix: what the names of the variables begin with.
        """
        masked = self._masking.masked(document)
        copied = self._walk(document, masked, (prefix,))
        assert isinstance(copied, dict)
        return copied

    def _walk(self, value: Any, masked: Any, path: tuple[str, ...]) -> Any:
        """:param path: the prefix, and the names of the members around the value."""
        if isinstance(value, dict):
            others = masked if isinstance(masked, dict) else dict.fromkeys(value, MASK)
            return {
                escaped(key): one
                # The server keeps the value for the mask of an encrypted property.
                if one == MASK and is_concealed(value)
                else self._walk(one, others[key], _below(path, key, value))
                for key, one in value.items()
            }
        if isinstance(value, list | tuple):
            if not isinstance(masked, list | tuple):
                masked = [MASK] * len(value)
            return [
                self._walk(one, other, path)
                for one, other in zip(value, masked, strict=True)
            ]
        if not isinstance(value, str) or not value:
            return value
        if masked == MASK:
            return self._named(path, value)
        if value != masked or MASK in value:
            return self._in_url(value, path)
        return escaped(value)

    def _in_url(self, url: str, path: tuple[str, ...]) -> str:
        """Conceal the credentials and the values of the query of a URL."""
        secrets = [
            (one.span("value"), one[0][1:].partition("=")[0])
            for one in _PAIR.finditer(url)
        ]
        query = min((start for (start, _), _ in secrets), default=len(url))
        secrets += [
            (one.span("value"), "user") for one in _USER.finditer(url, 0, query)
        ]
        text: str = ""
        end = 0
        for (start, stop), name in sorted(secrets):
            text += escaped(url[end:start]) + self._named(
                (*path, name), url[start:stop]
            )
            end = stop
        rest: str = escaped(url[end:])
        return text + rest

    def _named(self, path: tuple[str, ...], value: str) -> str:
        """Return the placeholder for a value."""
        prefix, *members = path
        words = [prefix, *[one for one in members if one not in _PLAIN][-2:]]
        base = _OTHER.sub("_", "_".join(_WORD.sub("_", one) for one in words))
        base = base.strip("_").upper()
        if not base[:1].isalpha() or base.startswith(OWN):
            base = f"OF_{base}"
        name, number = base, 2
        while self._is_taken(name, value):
            name, number = f"{base}_{number}", number + 1
        if value == MASK:
            self.unknown.append(name)
        else:
            self.variables[name] = value
        return placeholder(name)

    def _is_taken(self, name: str, value: str) -> bool:
        """Return whether a variable has another value, or one that may be another."""
        return name in self.unknown or self.variables.get(name, value) != value


def _below(
    path: tuple[str, ...], key: str, holder: Mapping[str, Any]
) -> tuple[str, ...]:
    """
    Return the names around a member. A value that has a name in the same object, such
    as that of a header, is called by it.
    """
    name = holder.get("name", holder.get("key"))
    if key == "value" and isinstance(name, str) and len(path) > 1:
        kind = path[-1]
        one = f"{kind[:-3]}y" if kind.endswith("ies") else kind.removesuffix("s")
        return (*path[:-1], one, name)
    return (*path, key)
