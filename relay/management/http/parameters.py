"""The parameters of a query as routes declare them: how they are read, and described.

A :class:`~relay.management.http.query.Query` reads a parameter as its declaration says,
and the OpenAPI document is made of the same declaration.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import KW_ONLY, dataclass
from typing import Any

MOST_PER_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Parameter:
    """
    A parameter.

    :param about: what it does, as Markdown.
    """

    name: str
    about: str
    _: KW_ONLY
    required: bool = False
    """Whether a request without it is refused."""

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its values."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Text(Parameter):
    """Any text."""

    pattern: str | None = None
    """The form of the text, which the method that reads it checks."""

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its values."""
        described: dict[str, Any] = {"type": "string"}
        if self.pattern is not None:
            described["pattern"] = f"^(?:{self.pattern})$"
        return described


@dataclass(frozen=True, slots=True)
class Flag(Parameter):
    """``true`` or ``false``."""

    default: bool | None = False
    """None: its absence has a meaning of its own."""

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its values."""
        default = {} if self.default is None else {"default": self.default}
        return {"type": "boolean", **default}


@dataclass(frozen=True, slots=True)
class Word(Parameter):
    """One of several words."""

    allowed: Collection[str]
    any_case: bool = False
    """Whether it may also come in lower case; the words are in upper case then."""

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its values."""
        return {"type": "string", "enum": list(self.allowed)}


@dataclass(frozen=True, slots=True)
class Words(Parameter):
    """A list that is separated by commas; the parameter may also be repeated."""

    allowed: Collection[str] | None = None
    """The accepted words; None for any."""

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its values."""
        word: dict[str, Any] = {"type": "string"}
        if self.allowed is not None:
            word["enum"] = list(self.allowed)
        return {"type": "array", "items": word}


@dataclass(frozen=True, slots=True)
class Texts(Parameter):
    """Any texts, with commas too: the parameter is repeated for each."""

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its values."""
        return {"type": "array", "items": {"type": "string"}}


@dataclass(frozen=True, slots=True)
class Positive(Parameter):
    """A whole number within bounds."""

    default: int
    most: int
    least: int = 1

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its values."""
        return {
            "type": "integer",
            "minimum": self.least,
            "maximum": self.most,
            "default": self.default,
        }


@dataclass(frozen=True, slots=True)
class Instant(Parameter):
    """Milliseconds since the Unix epoch, or a time in milliseconds."""

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its values."""
        return {
            "type": "integer",
            "format": "int64",
            "minimum": 0,
            "maximum": 10**15 - 1,
        }


def sort_by(keys: Collection[str], default: str) -> Word:
    """
    Declare ``sortBy``.

    :param keys: the names that lists can be sorted by.
    :param default: the order without the parameter, as a value of it.
    """
    words = [f"{sign}{key}" for key in keys for sign in ("", "-")]
    about = (
        f"The order of the list; `-` before a name reverses it. By default {default}."
    )
    return Word("sortBy", about, words)


DRY_RUN = Flag(
    "dryRun",
    "Whether the request changes nothing, and its response has `changes`: what the "
    "request would change.",
)
"""A parameter of every route that writes to the store."""
PAGING = (
    Positive("page", "The number of the page.", 1, 1_000_000_000),
    Positive("perPage", "The number of items on a page.", 10, MOST_PER_PAGE),
)
"""The parameters of every list with pages."""
