"""Keywords of a JSON Schema by which forms show the fields of a configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


@dataclass(frozen=True, slots=True)
class Keyword:
    """
    Adds a keyword to the JSON Schema of a type: ``Annotated[int, MS]``.

    :param value: the JSON value of the keyword.
    """

    name: str
    value: Any

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(core_schema), self.name: self.value}


@dataclass(frozen=True, slots=True)
class When:
    """
    Marks a type whose values are for some values of another member of their object:
    ``Annotated[str, When("type", "PEM")]``.

    :param member: the name of the other member, in JSON.
    """

    member: str
    values: tuple[Any, ...]

    def __init__(self, member: str, *values: Any) -> None:
        object.__setattr__(self, "member", member)
        object.__setattr__(self, "values", values)

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(core_schema), "x-when": {self.member: list(self.values)}}


MS: Final = Keyword("x-unit", "ms")
"""The number is a duration in milliseconds."""
SECONDS: Final = Keyword("x-unit", "s")
"""The number is a duration in seconds."""
BYTES: Final = Keyword("x-unit", "bytes")
"""The number is a size."""
MULTILINE: Final = Keyword("x-multiline", True)
"""The text has several lines."""
INEFFECTIVE: Final = Keyword("deprecated", True)
"""The field is accepted and has no effect, or has one value only."""
