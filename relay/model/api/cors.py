"""CORS options of listeners and of entrypoints (Fetch, "CORS protocol")."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from relay.expression.patterns import BadPattern, Pattern
from relay.model.api.flow import Method
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.hosts import is_host
from relay.model.schema.types.keywords import SECONDS
from relay.model.schema.types.scalars import LONGEST_MS, Flag, Integral
from relay.model.schema.types.texts import HeaderName

_ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*)://(\[[^]]*\]|[^:/]*)(?::([0-9]{1,5}))?")
_DEFAULT_PORTS = {("http", "80"), ("https", "443")}


def _origin_or_pattern(value: str) -> str:
    if value != "*":
        try:
            Pattern(value)
        except BadPattern as error:
            raise ValueError(
                f"must be *, an origin or a regular expression: {error}"
            ) from None
    return value


class Cors(Options):
    """The CORS options of a listener, for the whole API, as in Gravitee."""

    enabled: Flag = False
    """Browsers on other sites may call the API."""
    allow_origin: tuple[Annotated[str, AfterValidator(_origin_or_pattern)], ...] = ()
    """``*``, origins, or regular expressions for whole origins."""
    allow_methods: tuple[Method | Literal["*"], ...] = ()
    """The methods that are allowed; ``*`` for all."""
    allow_headers: tuple[HeaderName, ...] = ()
    """The request headers that are allowed."""
    expose_headers: tuple[HeaderName, ...] = ()
    """The response headers that scripts may read."""
    max_age: Annotated[
        int, Strict(), Field(ge=-1, le=LONGEST_MS), Integral, SECONDS
    ] = -1
    """The time for which browsers remember the answer to a preflight request; -1 to
    leave it to them."""
    allow_credentials: Flag = False
    """Browsers send cookies and credentials; not with the origin ``*``."""
    run_policies: Flag = False
    """The flows of the API run for preflight requests that are allowed."""
    allow_private_network: Flag = False
    """Sites on the internet may call an API in a private network."""

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


def _origin(text: str) -> str:
    """Refuse an origin that no browser sends (RFC 6454, 6.2)."""
    match = _ORIGIN.fullmatch(text)
    if text != "*" and (match is None or not is_host(match[2]) or text.lower() != text):
        raise ValueError(
            "must be * or an origin in lower case, without a path, such as"
            " https://app.example"
        )
    if match is not None and (match[1], match[3]) in _DEFAULT_PORTS:
        raise ValueError("must not name the default port, as browsers do not")
    return text


class CorsOptions(Options):
    """
    The CORS options of an entrypoint of a MESSAGE API, for the answers of the
    entrypoint.
    """

    allow_origin: tuple[Annotated[str, AfterValidator(_origin)], ...] = ("*",)
    """The origins that are allowed; ``*`` for all."""
    allow_credentials: Flag = False
    """Browsers send cookies and credentials; not with the origin ``*``."""

    @model_validator(mode="after")
    def _credentials_are_for_known_origins(self) -> Self:
        if self.allow_credentials and "*" in self.allow_origin:
            raise ValueError(
                "allowCredentials needs origins by name in allowOrigin: with * any page"
                " could read as whoever looks at it"
            )
        return self
