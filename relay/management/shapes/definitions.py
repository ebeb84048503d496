"""Shapes of imports and exports."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from relay.management.shapes.apis import Api
from relay.management.shapes.common import Extended
from relay.model.schema.base import Value


class DefinitionFile(Extended):
    """An API with its plans, in any format that is imported."""


class Problem(Value):
    """What is noteworthy about a definition that was imported."""

    path: str
    """The location in the file as it was written; empty for the whole file."""
    severity: Literal["severe", "warning"]
    """An API with a `severe` problem is not imported, unless the problem is waived."""
    message: str
    line: Annotated[int, Field(ge=1)] | None = None
    """The line of the file, or of a text within it."""


class Imported(Api):
    """The API that was imported, with the problems of its definition."""

    problems: tuple[Problem, ...]


class ExportMark(Value):
    """When and by what an export was made."""

    date: str
    apim_version: str


class Export(Value):
    """An API with its plans, and what is beside it."""

    export: ExportMark
    api: dict[str, Any]
    plans: tuple[dict[str, Any], ...] | None = None
    members: Any = None
    metadata: Any = None
    pages: Any = None
    api_picture: str | None = None
    """As a `data:` URL."""
    api_background: str | None = None
    """As a `data:` URL."""
