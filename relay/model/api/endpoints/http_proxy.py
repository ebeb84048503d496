"""Configuration of the ``http-proxy`` connectors.

The defaults are those that a gateway applies when a key is absent; forms may
propose others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, Strict, model_validator

from relay.model.api.endpoints.proxy_options import ProxyOptions
from relay.model.api.endpoints.ssl_options import KeyStore, SslOptions, TrustStore
from relay.model.api.kinds import EndpointType, EntrypointType
from relay.model.schema.base import Options, Value
from relay.model.schema.refusal import refusal
from relay.model.schema.types import target
from relay.model.schema.types.hosts import is_host
from relay.model.schema.types.scalars import (
    TOKEN,
    Flag,
    Integral,
    Literally,
    Milliseconds,
    MillisecondsOrOff,
    Upper,
)
from relay.model.schema.types.sensitive import SENSITIVE

__all__ = [
    "HTTP_PROXY_ENDPOINT",
    "HTTP_PROXY_ENTRYPOINT",
    "HeaderValue",
    "HttpOptions",
    "HttpProxyConfiguration",
    "HttpProxyEntrypoint",
    "KeyStore",
    "ProxyOptions",
    "SharedConfiguration",
    "SslOptions",
    "TrustStore",
]

Http2Limit = Annotated[int, Strict(), Field(ge=-1, le=2**31 - 1), Integral]
"""RFC 9113 §6.5.2; -1 for the default of the protocol."""

_FIELD_VALUE = re.compile(r"[\t\x20-\x7e]*")
"""RFC 9110 §5.5, without the bytes that have no agreed encoding."""
_OURS = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "http2-settings",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that belong to one connection or frame the message: only the relay can
know their value."""


def _http_1_1(value: object) -> object:
    if value in ("HTTP_2", "HTTP/2"):
        raise ValueError("HTTP_2 is not supported yet: use HTTP_1_1")
    return value


def _no_pipelining(value: bool) -> bool:
    if value:
        raise ValueError(
            "pipelining is not supported: an open stream would hold up every call"
            " behind it"
        )
    return value


def header_name(name: str) -> str:
    """
    :param name: of a header that is neither of one connection nor of framing.
    :raises ValueError: when it is none.
    """
    if not TOKEN.fullmatch(name):
        raise ValueError("is not a header name (RFC 9110)")
    if name.lower() in _OURS:
        raise ValueError(
            f"the header {name} frames the message or belongs to one connection: the"
            " relay sets it"
        )
    return name


def _header_value(value: str) -> str:
    if not _FIELD_VALUE.fullmatch(value):
        raise ValueError("must be printable ASCII")
    return value.strip(" \t")


class HttpProxyEntrypoint(Options):
    """The entrypoint has nothing to configure."""


class HttpProxyConfiguration(Value):
    """Configuration of one endpoint."""

    target: Annotated[Literally, AfterValidator(target.check)]
    """The URL to call. Its query is added to that of each request."""

    @model_validator(mode="before")
    @classmethod
    def _without_client_options(cls, body: Any) -> Any:
        # Gravitee reads the options of the client in the shared configuration only.
        if not isinstance(body, Mapping):
            return body
        return {key: value for key, value in body.items() if key != "http"}

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        yield "target", target.redacted(self.target)


class HeaderValue(Value):
    """A header that is set on each upstream request, in place of the client's."""

    name: Annotated[Literally, AfterValidator(header_name)]
    value: Annotated[
        Literally, AfterValidator(_header_value), Field(repr=False), SENSITIVE
    ]

    @model_validator(mode="after")
    def _host_is_a_host(self) -> Self:
        host = re.sub(r":[0-9]{1,5}\Z", "", self.value)
        if self.name.lower() == "host" and not is_host(host):
            raise refusal([(("value",), "must be a host, with or without a port")])
        return self


class HttpOptions(Options):
    """The HTTP client towards the endpoints."""

    version: Annotated[Literal["HTTP_1_1"], BeforeValidator(_http_1_1), Upper] = (
        "HTTP_1_1"
    )
    keep_alive: Flag = True
    """Whether connections are kept for later calls."""
    keep_alive_timeout: MillisecondsOrOff = 30_000
    """How long an unused connection is kept, in ms; 0 to keep none."""
    connect_timeout: Milliseconds = 5_000
    """For TCP and TLS together, in ms."""
    read_timeout: Milliseconds = 10_000
    """From the request until the head of the response, in ms."""
    idle_timeout: MillisecondsOrOff = 60_000
    """Silence of the upstream after which a call is given up, in ms; 0 for never."""
    pipelining: Annotated[Flag, AfterValidator(_no_pipelining)] = False
    use_compression: Flag = True
    """Whether the relay itself asks for a compressed body, and decompresses it."""
    propagate_client_accept_encoding: Flag = False
    """Whether the client's ``Accept-Encoding`` goes up; only without
    ``useCompression``."""
    propagate_client_host: Flag = False
    """Whether the client's ``Host`` goes up."""
    follow_redirects: Flag = False
    max_concurrent_connections: Annotated[
        int, Strict(), Field(ge=1, le=1_000_000), Integral
    ] = 100
    """How many calls may wait for a head or a body at once; open event streams are
    counted apart."""
    max_wait_queue_size: Annotated[
        int, Strict(), Field(ge=-1, le=1_000_000), Integral
    ] = -1
    """How many calls may wait for a connection; -1 for any number."""
    max_connection_lifetime: MillisecondsOrOff = 0
    """How long a connection is reused, in ms; 0 for ever."""
    clear_text_upgrade: Flag = True
    """Without effect under HTTP/1.1, as are the four below."""
    http2_multiplexing_limit: Http2Limit = -1
    http2_connection_window_size: Http2Limit = -1
    http2_stream_window_size: Http2Limit = -1
    http2_max_frame_size: Annotated[
        int, Strict(), Field(ge=16_384, le=16_777_215), Integral
    ] = 16_384


class SharedConfiguration(Options):
    """The options of the endpoints of a group, or of one endpoint."""

    http: HttpOptions = HttpOptions()
    headers: tuple[HeaderValue, ...] = ()
    """In the order in which they are set: of two with one name the last stays."""
    proxy: ProxyOptions = ProxyOptions()
    ssl: SslOptions = SslOptions()


HTTP_PROXY_ENDPOINT = EndpointType(
    "http-proxy", "HTTP proxy", "PROXY", HttpProxyConfiguration, SharedConfiguration
)
HTTP_PROXY_ENTRYPOINT = EntrypointType(
    "http-proxy", "HTTP proxy", "PROXY", HttpProxyEntrypoint
)
