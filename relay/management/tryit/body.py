"""The body of a call to an API through the own gateway."""

from __future__ import annotations

import base64
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from relay.model.schema.base import Options
from relay.model.schema.types.scalars import TOKEN, Integral, Upper
from relay.model.schema.types.sensitive import SENSITIVE
from relay.model.schema.types.texts import FRAMING

MOST_HEADERS = 100
MOST_HEADER_BYTES = 32_768
"""Of all headers together; the gateway's own limit may be lower."""
LONGEST_TARGET = 16_384
MAX_SECONDS, LONGEST_SECONDS = 600, 3600
"""How long a call takes at most: unless it asks for another time, and in any case."""
MAX_BYTES, MOST_BYTES = 16 * 1024 * 1024, 64 * 1024 * 1024
"""How many bytes of a response are passed on: unless a call asks for another number,
and in any case."""
OF_PROXIES = frozenset(
    {
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-port",
        "x-forwarded-prefix",
        "x-forwarded-proto",
        "x-real-ip",
    }
)
"""Headers about a client that a gateway takes from trusted proxies."""
_RESUME = "last-event-id"
_NOT_IN_VALUES = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_URI = re.compile(r"[\x21\x24-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e%]*")
"""What paths and queries have: all but controls, spaces, quotes and ``#<>\\^`{|}``."""


def _method(value: str) -> str:
    if not TOKEN.fullmatch(value) or len(value) > 32:
        raise ValueError("must be an HTTP method (RFC 9110, 9)")
    if value.upper() in ("CONNECT", "TRACE"):
        raise ValueError(f"{value} cannot be called from here")
    return value


def _path(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError("must begin with /")
    if "?" in value or not _URI.fullmatch(value):
        raise ValueError("must be the path of a URL, percent-encoded, without a query")
    return value


def _query(value: str) -> str:
    if not _URI.fullmatch(value):
        raise ValueError("must be the query of a URL, percent-encoded, without ?")
    return value


def refusal(name: str, of_proxies: frozenset[str] = frozenset()) -> str | None:
    """
    Return why no header of a request may have a name; None if one may.

    Servers behind the gateway may read ``_`` as ``-``, and it is read so here.

    :param of_proxies: further headers that are taken from trusted proxies only.
    """
    plain = _plain(name)
    if plain in FRAMING or plain in ("expect", "host"):
        return "is written by the gateway's client, and cannot be changed"
    if plain in OF_PROXIES or plain in map(_plain, of_proxies):
        return "is for trusted proxies, which a call from here is not"
    return None


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def _name(value: str) -> str:
    if not TOKEN.fullmatch(value):
        raise ValueError("must be the name of a header (RFC 9110, 5.6.2)")
    reason = refusal(value)
    if reason is not None:
        raise ValueError(reason)
    return value


def _value(value: str) -> str:
    if _NOT_IN_VALUES.search(value):
        raise ValueError("must be Latin-1 text of one line")
    return value


Line = Annotated[str, AfterValidator(_value)]
SecretLine = Annotated[Line, Field(max_length=16_384), SENSITIVE]


class SentHeader(Options):
    """A header of the request."""

    name: Annotated[str, AfterValidator(_name)]
    value: SecretLine = Field("", repr=False)


class Credentials(Options):
    """Credentials of the request, from which a header is made."""

    type: Annotated[Literal["NONE", "BASIC", "API_KEY", "BEARER"], Upper] = "NONE"
    username: SecretLine | None = Field(None, repr=False)
    password: Annotated[str, Field(max_length=16_384), SENSITIVE] | None = Field(
        None, repr=False
    )
    key: SecretLine | None = Field(None, repr=False)
    header: Annotated[str, AfterValidator(_name)] | None = None
    """The header of an API key; that of the setting ``gateway.api_key_header`` unless
    given."""
    token: SecretLine | None = Field(None, repr=False)

    @model_validator(mode="after")
    def _check_members(self) -> Credentials:
        taken = _TAKEN[self.type]
        for name in ("username", "password", "key", "header", "token"):
            if getattr(self, name) is None:
                if name in taken and name != "header":
                    raise ValueError(f"{self.type} needs {name}")
            elif name not in taken:
                raise ValueError(f"{self.type} takes no {name}")
        if self.username is not None and ":" in self.username:
            raise ValueError("username must have no colon (RFC 7617, 2)")
        return self

    def as_header(self, key_header: str) -> tuple[str, str] | None:
        """
        Return the header of the credentials; None without any.

        :param key_header: the name of the header of API keys.
        """
        if self.type == "BASIC":
            pair = f"{self.username}:{self.password}".encode()
            return "Authorization", f"Basic {base64.b64encode(pair).decode()}"
        if self.type == "API_KEY":
            return self.header or key_header, self.key or ""
        if self.type == "BEARER":
            return "Authorization", f"Bearer {self.token}"
        return None


_TAKEN = {
    "NONE": (),
    "BASIC": ("username", "password"),
    "API_KEY": ("key", "header"),
    "BEARER": ("token",),
}


class TryBody(Options):
    """One call to an API."""

    method: Annotated[str, AfterValidator(_method)] = "GET"
    path: Annotated[str, Field(max_length=LONGEST_TARGET), AfterValidator(_path)]
    """The whole path, below a context-path of the API."""
    host: str | None = None
    """A virtual host of the API; by default that of the path."""
    query: Annotated[str, Field(max_length=LONGEST_TARGET), AfterValidator(_query)] = (
        Field("", repr=False)
    )
    """Without ``?``."""
    headers: Annotated[tuple[SentHeader, ...], Field(max_length=MOST_HEADERS)] = ()
    credentials: Credentials = Credentials.read({})
    body: str | None = Field(None, repr=False)
    """Sent as UTF-8."""
    listener: str | None = None
    """The id of a listener of the gateway; by default the first that serves the API."""
    resume_from: Annotated[Line, Field(min_length=1)] | None = None
    """The id of an event, sent as ``Last-Event-ID``."""
    max_seconds: Annotated[int, Field(ge=1, le=LONGEST_SECONDS), Integral] = MAX_SECONDS
    max_bytes: Annotated[int, Field(ge=1, le=MOST_BYTES), Integral] = MAX_BYTES

    @model_validator(mode="after")
    def _check_headers(self) -> TryBody:
        size = sum(len(one.name) + len(one.value) + 4 for one in self.headers)
        if size > MOST_HEADER_BYTES:
            raise ValueError(f"headers are longer than {MOST_HEADER_BYTES} bytes")
        if self.resume_from is not None and any(
            one.name.lower() == _RESUME for one in self.headers
        ):
            raise ValueError("resumeFrom and the header Last-Event-ID exclude another")
        return self

    @property
    def target(self) -> str:
        """The request-target."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def sent_headers(self, key_header: str) -> tuple[tuple[str, str], ...]:
        """
        Return all headers, those of credentials and of the resumption among them.

        :param key_header: the name of the header of API keys.
        """
        sent = [(one.name, one.value) for one in self.headers]
        made = self.credentials.as_header(key_header)
        if made is not None:
            sent.append(made)
        if self.resume_from is not None:
            sent.append(("Last-Event-ID", self.resume_from))
        return tuple(sent)

    def location_of(self, number: int) -> str:
        """
        Return which member gives the name of a header.

        :param number: its index in :meth:`sent_headers`.
        """
        if number < len(self.headers):
            return f"headers[{number}].name"
        if number == len(self.headers) and self.credentials.type != "NONE":
            key = self.credentials.type == "API_KEY"
            return "credentials.header" if key else "credentials.type"
        return "resumeFrom"
