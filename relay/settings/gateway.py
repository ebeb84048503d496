"""The settings of the gateway towards clients, and its limits."""

from dataclasses import dataclass
from typing import Annotated, Literal

from relay.settings.listeners import DEFAULT_GATEWAY, ListenerSettings
from relay.settings.types import (
    Bytes,
    ContentType,
    CountOrOff,
    HeaderName,
    Milliseconds,
    MillisecondsOrOff,
    ParameterName,
    PublicUrl,
    Range,
)


@dataclass(frozen=True)
class GatewaySettings:
    """The gateway towards clients of the published APIs."""

    listeners: tuple[ListenerSettings, ...] = (
        ListenerSettings("default", DEFAULT_GATEWAY),
    )
    public_url: PublicUrl | None = None
    """The gateway's URL as clients see it, without a slash at its end."""
    request_timeout_ms: MillisecondsOrOff = 30_000
    """From the request's head to the response's head; 0 switches it off."""
    head_timeout_ms: Milliseconds = 10_000
    """For a whole request head. The first head of a connection is timed from the moment
    it is accepted, TLS handshake and PROXY header included; a further head from its
    first byte."""
    body_timeout_ms: Milliseconds = 60_000
    """Silence of a client that still owes bytes of its request body."""
    keep_alive_timeout_ms: Milliseconds = 75_000
    """For a client connection between two requests."""
    stall_timeout_ms: Milliseconds = 60_000
    """Output is waiting and the client takes no byte of it."""
    drain_timeout_ms: MillisecondsOrOff = 10_000
    """For calls in flight when the daemon or an API stops, other than event streams
    that answer a GET, which end at once; 0 cuts all at once."""
    forwarded_headers: bool = True
    """Whether ``X-Forwarded-For``, ``-Proto`` and ``-Host`` are sent upstream."""
    via: bool = True
    """Whether ``Via`` is added to requests and responses."""
    revocation: Literal["end", "warn"] = "end"
    """The end of exchanges whose key, subscription or token is no longer valid."""
    challenge_ms: MillisecondsOrOff = 30_000
    """How long before a credential expires its client is told in the stream; 0 for
    never."""
    api_key_header: HeaderName = "X-Gravitee-Api-Key"
    """The header of API keys, unless a plan has one of its own."""
    api_key_parameter: ParameterName = "api-key"
    """The query parameter of API keys."""
    not_found_message: str = "No context-path matches the request URI."
    """The body of a 404 for a path that no API has."""
    not_found_content_type: ContentType = "text/plain; charset=utf-8"
    """The ``Content-Type`` of this body."""
    tenant: str | None = None
    """The tenant of this gateway: of the endpoints with ``tenants``, it uses those that
    name it."""

    def __post_init__(self) -> None:
        ids = [listener.id for listener in self.listeners]
        if twice := {one for one in ids if ids.count(one) > 1}:
            raise ValueError(f"listener id {min(twice)!r} is used twice")


@dataclass(frozen=True)
class LimitSettings:
    """
    The limits of one process. What exceeds a limit is refused, never queued without
    bound.
    """

    ipv6_prefix: Annotated[int, Range(32, 128)] = 64
    """How many leading bits of an IPv6 address identify one client: each limit per
    address counts all addresses with the same leading bits as one."""
    max_exchanges: CountOrOff = 0
    """Exchanges at once; 0 sets no limit."""
    max_exchanges_per_address: CountOrOff = 0
    """Exchanges at once of one client address; 0 sets no limit."""
    max_attempts_per_address: CountOrOff = 0
    """Requests of one client address within the window, with any result; 0 sets
    no limit."""
    attempt_window_ms: Milliseconds = 60_000
    max_head_bytes: Bytes = 16_384
    """The first line and all headers of a request, and of a source's response."""
    max_headers: Annotated[int, Range(10, 100_000)] = 500
    reserved_files: Annotated[int, Range(16, 100_000)] = 64
    """Open files that are kept free of client connections, but at most a quarter of the
    process's limit."""
