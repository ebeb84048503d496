"""Templates for the refusals of an API."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from relay.model.schema.base import Options
from relay.model.schema.spellings import respelled
from relay.model.schema.types.keywords import INEFFECTIVE, MULTILINE
from relay.model.schema.types.scalars import Flag
from relay.model.schema.types.texts import HeaderName, Status, Text

DEFAULT = "DEFAULT"
"""The key of the templates for errors without templates of their own."""
ANY = "*/*"


def _media_type(value: str) -> str:
    kind, slash, rest = value.partition("/")
    if not kind or not slash or not rest or ";" in value or value != value.strip():
        raise ValueError("must be a media type, such as application/json, or */*")
    return value.lower()


class ResponseTemplate(Options):
    """One template of a refusal."""

    status_code: Status | None = None
    """The status of the response; by default that of the error."""
    headers: dict[HeaderName, Text] | None = None
    """The headers of the response."""
    body: Annotated[Text, MULTILINE] = ""
    """The body of the response; it may contain expressions."""
    propagate_error_key_to_logs: Annotated[Flag, INEFFECTIVE] = False
    """Accepted without effect: the access log always has the key."""

    @model_validator(mode="before")
    @classmethod
    def _of_a_gateway_definition(cls, body: Any) -> Any:
        return respelled(body, {"status": "statusCode"})


MediaType = Annotated[str, AfterValidator(_media_type)]
Templates = dict[Annotated[str, Field(min_length=1)], dict[MediaType, ResponseTemplate]]
"""By error key, then by media type."""
