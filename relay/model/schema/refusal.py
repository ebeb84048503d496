"""Refuse something inside a value, from within a validator."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

Where = tuple[str | int, ...]
"""Object keys and list positions, relative to the value that is validated."""


def refusal(problems: Iterable[tuple[Where, str]]) -> ValidationError:
    """Build the error to raise; pydantic puts the location of the value before.

    :param problems: pairs of place and message, at least one.
    """
    return ValidationError.from_exception_data(
        "value",
        [
            # A template: the braces of a message must not be read as a field.
            InitErrorDetails(
                type=PydanticCustomError("refused", "{why}", {"why": message}),
                loc=where,
                input=None,
            )
            for where, message in problems
        ],
    )
