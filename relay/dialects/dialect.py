"""What a dialect is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from relay.dialects.draft import Draft


class Dialect(Protocol):
    """A form in which definitions are written."""

    @property
    def name(self) -> str:
        """The name by which problems and commands call the dialect."""

    def recognises(self, document: Mapping[str, Any]) -> bool:
        """
        Return whether a document is written in this dialect.

        :param document: a decoded JSON or YAML object.
        """

    def read(self, document: Mapping[str, Any], at: str = "") -> Draft:
        """
        Convert a document to the JSON of the management API.

        :param document: one that the dialect recognises.
        :param at: the location of the document in its file.
        :raises Refused: when nothing can be made of it.
        """
