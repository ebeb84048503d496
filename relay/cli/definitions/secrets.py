"""Definitions without secrets: placeholders in place of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from relay.cli.definitions.placeholders import placeholder
from relay.model.secrets import MASK, Masking

_OTHER = re.compile(r"[^A-Za-z0-9]+")
_PAIR = re.compile(r"(?P<name>[?&][^=&#]*=)(?P<value>[^&#]+)")
_USER = re.compile(r"(?<=//)(?P<value>[^/?#@]+)@")


class Concealing:
    """
    Replaces secrets with placeholders, and collects their values.

    :param masking: knows what is secret.
    """

    def __init__(self, masking: Masking) -> None:
        self._masking = masking
        self.variables: dict[str, str] = {}
        """The values of the placeholders, by the names of the variables."""

    def concealed(self, prefix: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """
        Copy a document with placeholders in place of its secrets.

        :param prefix: what the names of the variables begin with.
        """
        masked = self._masking.masked(document)
        copied = self._walk(document, masked, (prefix,))
        assert isinstance(copied, dict)
        return copied

    def _walk(self, value: Any, masked: Any, path: tuple[str, ...]) -> Any:
        if value == masked:
            return value
        if isinstance(value, dict) and isinstance(masked, dict):
            return {
                key: self._walk(one, masked.get(key), (*path, key))
                for key, one in value.items()
            }
        if isinstance(value, list) and isinstance(masked, list):
            pairs = zip(value, masked, strict=True)
            return [
                self._walk(one, other, (*path, str(number)))
                for number, (one, other) in enumerate(pairs)
            ]
        if not isinstance(value, str):
            # A secret that is no text, or a whole object that is secret.
            return self._inside(value, path)
        if masked == MASK:
            return self._named(path, value)
        return self._in_url(value, path)

    def _inside(self, value: Any, path: tuple[str, ...]) -> Any:
        """Conceal every text in a value."""
        if isinstance(value, dict):
            return {key: self._inside(one, (*path, key)) for key, one in value.items()}
        if isinstance(value, list):
            return [
                self._inside(one, (*path, str(number)))
                for number, one in enumerate(value)
            ]
        return self._named(path, value) if isinstance(value, str) and value else value

    def _in_url(self, url: str, path: tuple[str, ...]) -> str:
        """Conceal the credentials and the values of the query of a URL."""
        url = _USER.sub(
            lambda one: f"{self._named((*path, 'user'), one['value'])}@", url
        )
        return _PAIR.sub(
            lambda one: (
                one["name"] + self._named((*path, one["name"][1:-1]), one["value"])
            ),
            url,
        )

    def _named(self, path: tuple[str, ...], value: str) -> str:
        """Return the placeholder for a value."""
        base = _OTHER.sub("_", "_".join(path)).strip("_").upper()
        name, number = base, 2
        while self.variables.setdefault(name, value) != value:
            name, number = f"{base}_{number}", number + 1
        return placeholder(name)
