"""The request to probe a target, before an endpoint with it is deployed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from relay.model.api.endpoints.http_proxy import HeaderValue
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.request_target import NO_FAULT, RequestTarget
from relay.model.schema.types.scalars import (
    Configuration,
    Integral,
    Literally,
    Name,
    SharedObject,
)
from relay.model.schema.types.sensitive import SENSITIVE

SECONDS, MOST_SECONDS = 20, 300
"""How long a probe lasts: unless it asks for another time, and in any case."""
MOST_HEADERS = 50
_LONGEST = 8192

Secret = Annotated[str, Field(min_length=1, max_length=_LONGEST), SENSITIVE]


def _place(value: str) -> str:
    try:
        value.encode("ascii")
    except UnicodeEncodeError:
        raise ValueError("must be percent-encoded") from None
    if value and not value.startswith(("/", "?")):
        raise ValueError("must begin with / or ?")
    if any(one <= " " or one in '"#<>\\' or one == "\x7f" for one in value):
        raise ValueError("must be the path and the query of a URL")
    if _parse(value).faults is not NO_FAULT:
        raise ValueError("has segments that servers read in different ways")
    return value


def _parse(value: str) -> RequestTarget:
    path, mark, query = value.encode("ascii").partition(b"?")
    return RequestTarget.parse(path, query if mark else None)


class ProbeCredentials(Options):
    """Credentials for the target: a user name with a password, or a token."""

    username: Secret | None = None
    password: Secret | None = None
    token: Secret | None = None

    @model_validator(mode="after")
    def _check_one_kind(self) -> Self:
        problems: list[tuple[tuple[str, ...], str]] = []
        if self.token is not None:
            for name in ("username", "password"):
                if getattr(self, name) is not None:
                    problems.append(((name,), "excludes token"))
            if not all("!" <= one <= "~" for one in self.token):
                problems.append((("token",), "must be printable ASCII without spaces"))
        elif self.username is None:
            problems.append((("username",), "is required, or a token"))
        if self.username is not None and ":" in self.username:
            problems.append((("username",), "must have no colon (RFC 7617)"))
        if problems:
            raise refusal(problems)
        return self

    def authorization(self) -> bytes:
        """Return the value of ``Authorization``."""
        if self.token is not None:
            return b"Bearer " + self.token.encode("ascii")
        pair = f"{self.username}:{self.password or ''}".encode()
        return b"Basic " + base64.b64encode(pair)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        yield "kind", "basic" if self.token is None else "bearer"


class ProbeRequest(Options):
    """
    The target, the options of the connection, and what only the probe sends.
    """

    type: Name = "http-proxy"
    configuration: Annotated[Configuration, Field(repr=False)]
    """As of the endpoint."""
    shared_configuration: Annotated[SharedObject, Field(repr=False)] = None
    """As of the endpoint group."""
    path: Annotated[
        Literally, Field(max_length=_LONGEST, repr=False), AfterValidator(_place)
    ] = ""
    """The path and query that a client would ask for, after the context-path."""
    headers: Annotated[tuple[HeaderValue, ...], Field(max_length=MOST_HEADERS)] = ()
    """Sent by the probe only."""
    credentials: ProbeCredentials | None = None
    """Sent by the probe only, as ``Authorization``."""
    seconds: Annotated[int, Field(ge=1, le=MOST_SECONDS), Integral] = SECONDS
    """How long the probe lasts at most."""

    @model_validator(mode="after")
    def _check_authorization(self) -> Self:
        if self.credentials is not None and any(
            one.name.lower() == "authorization" for one in self.headers
        ):
            raise refusal([(("credentials",), "excludes the header Authorization")])
        return self

    @property
    def place(self) -> RequestTarget:
        """The parsed :attr:`path`."""
        return _parse(self.path)
