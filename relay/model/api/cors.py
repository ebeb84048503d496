"""What browsers on other origins may do with an API (Fetch, "CORS protocol")."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from relay.expression.patterns import BadPattern, Pattern
from relay.model.api.flow import Method
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.scalars import LONGEST_MS, Flag, Integral
from relay.model.schema.texts import HeaderName


def _origin(value: str) -> str:
    if value != "*":
        try:
            Pattern(value)
        except BadPattern as error:
            raise ValueError(
                f"must be *, an origin or a regular expression: {error}"
            ) from None
    return value


def _no_policies(value: bool) -> bool:
    if value:
        raise ValueError("policies are not run for preflight requests")
    return value


class Cors(Options):
    """Of a listener."""

    enabled: Flag = False
    allow_origin: tuple[Annotated[str, AfterValidator(_origin)], ...] = ()
    """``*``, origins, or regular expressions for whole origins."""
    allow_methods: tuple[Method, ...] = ()
    allow_headers: tuple[HeaderName, ...] = ()
    expose_headers: tuple[HeaderName, ...] = ()
    max_age: Annotated[int, Strict(), Field(ge=-1, le=LONGEST_MS), Integral] = -1
    """Seconds; -1 to say nothing."""
    allow_credentials: Flag = False
    run_policies: Annotated[Flag, AfterValidator(_no_policies)] = False
    allow_private_network: Flag = False

    @model_validator(mode="after")
    def _credentials_are_for_known_origins(self) -> Self:
        if self.enabled and self.allow_credentials and "*" in self.allow_origin:
            raise refusal(
                [
                    (
                        ("allowCredentials",),
                        "needs origins by name in allowOrigin: with * any page could"
                        " read as whoever looks at it",
                    )
                ]
            )
        return self
