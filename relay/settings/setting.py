"""A setting with its documentation, as a field of the dataclass of its section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

_KEY = "relay"


@dataclass(frozen=True, slots=True)
class Doc:
    """What the documentation has about a setting, besides its type and default."""

    description: str
    """Markdown that begins in lower case and has no full stop at its end; links are
    relative to ``docs/reference/settings.md``."""
    example: object = None
    """A value for the settings file, as TOML has it. None: the default."""
    like: str = ""
    """The name of the table that documents the members of this one; empty for a table
    that documents itself."""
    examples: Mapping[str, object] | None = None
    """Examples of the members of a table, by name, instead of those of its class."""


def setting(
    default: T,
    description: str,
    *,
    example: object = None,
    like: str = "",
    examples: Mapping[str, object] | None = None,
) -> T:
    """
    Declare a field with a default.

    The other parameters are those of :class:`Doc`.

    :param default: immutable.
    :return: for the dataclass, which replaces it with ``default``.
    """
    doc = Doc(description, example, like, examples)
    return field(default=default, metadata={_KEY: doc})


def required(description: str, *, example: object) -> Any:
    """
    Declare a field without default.

    The parameters are those of :class:`Doc`.
    """
    return field(default=MISSING, metadata={_KEY: Doc(description, example)})


def doc_of(declared: Field[Any]) -> Doc:
    """
    Return the documentation of a field.

    :raises KeyError: when the field has none.
    """
    doc: Doc = declared.metadata[_KEY]
    return doc
