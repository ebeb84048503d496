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
from relay.model.schema.types.keywords import INEFFECTIVE
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
    """The name of the header."""
    value: Annotated[
        Literally, AfterValidator(_header_value), Field(repr=False), SENSITIVE
    ]
    """The value, printable ASCII."""

    @model_validator(mode="after")
    def _host_is_a_host(self) -> Self:
        host = re.sub(r":[0-9]{1,5}\Z", "", self.value)
        if self.name.lower() == "host" and not is_host(host):
            raise refusal([(("value",), "must be a host, with or without a port")])
        return self


class HttpOptions(Options):
    """The HTTP client towards the endpoints."""

    version: Annotated[
        Literal["HTTP_1_1"], BeforeValidator(_http_1_1), Upper, INEFFECTIVE
    ] = "HTTP_1_1"
    """The version of HTTP."""
    keep_alive: Annotated[Flag, Field(title="Enable keep-alive")] = True
    """Connections are kept for later calls."""
    keep_alive_timeout: MillisecondsOrOff = 30_000
    """The time for which an unused connection is kept; 0 to keep none."""
    connect_timeout: Milliseconds = 5_000
    """The time for connecting: TCP and TLS together."""
    read_timeout: Milliseconds = 10_000
    """The time from the request until the head of the response."""
    idle_timeout: MillisecondsOrOff = 60_000
    """The silence of the upstream after which a call is given up; 0 for never. It must
    be longer than the interval of the heartbeats of an event stream."""
    pipelining: Annotated[Flag, AfterValidator(_no_pipelining), INEFFECTIVE] = False
    """Not supported."""
    use_compression: Flag = True
    """The gateway asks for a compressed body, and decompresses it."""
    propagate_client_accept_encoding: Flag = False
    """The ``Accept-Encoding`` of the client is sent to the endpoint; only without
    ``useCompression``."""
    propagate_client_host: Flag = False
    """The ``Host`` of the client is sent to the endpoint."""
    follow_redirects: Flag = False
    """Redirects of the endpoint are followed, instead of being passed to the client."""
    max_concurrent_connections: Annotated[
        int, Strict(), Field(ge=1, le=1_000_000), Integral
    ] = 100
    """The number of calls that may wait for a head or a body at once; open event
    streams are counted separately."""
    max_wait_queue_size: Annotated[
        int, Strict(), Field(ge=-1, le=1_000_000), Integral
    ] = -1
    """The number of calls that may wait for a connection; -1 for any number."""
    max_connection_lifetime: MillisecondsOrOff = 0
    """The time for which a connection is reused; 0 for no limit."""
    clear_text_upgrade: Annotated[Flag, INEFFECTIVE] = True
    """Without effect under HTTP/1.1."""
    http2_multiplexing_limit: Annotated[Http2Limit, INEFFECTIVE] = -1
    """Without effect under HTTP/1.1."""
    http2_connection_window_size: Annotated[Http2Limit, INEFFECTIVE] = -1
    """Without effect under HTTP/1.1."""
    http2_stream_window_size: Annotated[Http2Limit, INEFFECTIVE] = -1
    """Without effect under HTTP/1.1."""
    http2_max_frame_size: Annotated[
        int, Strict(), Field(ge=16_384, le=16_777_215), Integral, INEFFECTIVE
    ] = 16_384
    """Without effect under HTTP/1.1."""


class SharedConfiguration(Options):
    """The options of the endpoints of a group, or of one endpoint."""

    http: HttpOptions = HttpOptions()
    headers: tuple[HeaderValue, ...] = ()
    """Headers that are set on each request, in this order; of two with one name the
    last is sent."""
    proxy: ProxyOptions = ProxyOptions()
    ssl: SslOptions = SslOptions()


HTTP_PROXY_ENDPOINT = EndpointType(
    "http-proxy",
    "HTTP proxy",
    "PROXY",
    HttpProxyConfiguration,
    SharedConfiguration,
    description="Forwards each call to a URL, and its response as it comes.",
)
HTTP_PROXY_ENTRYPOINT = EntrypointType(
    "http-proxy",
    "HTTP proxy",
    "PROXY",
    HttpProxyEntrypoint,
    description="Accepts HTTP calls, event streams among them.",
)
