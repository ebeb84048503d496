"""The human-readable id of an API, a plan, an application, a subscription or a group.

Files and the Automation API refer to objects by it. One that is not given is derived
from the name of the object.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from relay.model.schema.base import Options

LONGEST = 256
"""Characters of a given hrid."""
_LONGEST_DERIVED = 64
_PATTERN = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?")
_SEPARATORS = re.compile(r"[^a-z0-9]+")


def _well_formed(value: str) -> str:
    if not _PATTERN.fullmatch(value):
        raise ValueError(
            "must be letters and digits of ASCII, dots, hyphens and underscores, and"
            " begin and end with a letter or a digit"
        )
    return value


Hrid = Annotated[str, Field(max_length=LONGEST), AfterValidator(_well_formed)]
"""A well-formed hrid."""


class Identity(Options):
    """The ``hrid`` of a body, whose other members are left aside."""

    hrid: Hrid | None = None
    """The human-readable id; None for a body without one."""

    @model_validator(mode="before")
    @classmethod
    def _only_the_hrid(cls, body: object) -> object:
        if not isinstance(body, Mapping):
            return body
        return {key: value for key, value in body.items() if key == "hrid"}


def is_hrid(text: str) -> bool:
    """Whether a text is a well-formed hrid."""
    return len(text) <= LONGEST and _PATTERN.fullmatch(text) is not None


def derived(name: str, noun: str) -> str:
    """
    Derive a hrid from the name of an object.

    :param noun: what the object is called: the hrid of a name without a letter or
        digit of ASCII.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = _SEPARATORS.sub("-", plain.lower()).strip("-")
    return words[:_LONGEST_DERIVED].rstrip("-") or _SEPARATORS.sub("-", noun.lower())


def unused(base: str, taken: Collection[str]) -> str:
    """
    Return a hrid that is not taken: the base, or the base with a number from 2 on.

    :param base: a derived hrid.
    """
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"
