"""Errors of validators about a part of their value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

Where = tuple[str | int, ...]
"""Keys and list indices, relative to the value that is validated."""
Cause = Literal["refused", "records"]
RECORDS: Final = "records"
"""The type of errors about what would only be recorded."""


def refusal(
    problems: Iterable[tuple[Where, str]], type: Cause = "refused"
) -> ValidationError:
    """Make the error to raise; pydantic prepends the location of the value.

    :param problems: pairs of location and message, at least one.
    :param type: that of the errors, such as :data:`RECORDS`.
    """
    return ValidationError.from_exception_data(
        "value",
        [
            # The message is a template: braces in it must not be read as a field.
            InitErrorDetails(
                type=PydanticCustomError(type, "{why}", {"why": message}),
                loc=where,
                input=None,
            )
            for where, message in problems
        ],
    )
