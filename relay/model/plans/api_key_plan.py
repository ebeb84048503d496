"""Configuration of the ``API_KEY`` plan."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from relay.model.api.http_proxy import header_name
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.scalars import Flag, Literally, Upper

Source = Literal["HEADER", "BEARER", "QUERY_PARAMETER"]


class ApiKeyOptions(Options):
    """Where a key stands, and whether it goes on to the source."""

    propagate_api_key: Flag = False
    """Whether the key goes upstream."""
    source: Annotated[Source, Upper] | None = None
    """Where the key stands; without it, in the header, or else in the parameter."""
    enable_custom_api_key_header: Flag = False
    api_key_header: Annotated[Literally, AfterValidator(header_name)] | None = None
    """The header, in place of the gateway's ``gateway.api_key_header``."""

    @model_validator(mode="after")
    def _header_is_used(self) -> Self:
        if self.enable_custom_api_key_header and self.api_key_header is None:
            raise refusal([(("apiKeyHeader",), "is missing")])
        return self

    @property
    def custom_header(self) -> str | None:
        """The header that counts, unless it is the gateway's."""
        return self.api_key_header if self.enable_custom_api_key_header else None
