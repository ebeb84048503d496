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
