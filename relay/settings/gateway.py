"""The settings of the gateway towards clients, and its limits."""

from dataclasses import dataclass
from typing import Annotated, Literal

from relay.settings.listeners import DEFAULT_GATEWAY, ListenerSettings
from relay.settings.setting import setting
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

    listeners: tuple[ListenerSettings, ...] = setting(
        (ListenerSettings("default", DEFAULT_GATEWAY),),
        "one table for each address that clients connect to; `--gateway` replaces them "
        "all",
    )
    public_url: PublicUrl | None = setting(
        None,
        "the URL of the gateway for clients, which the management API shows",
        example="https://events.example",
    )
    request_timeout_ms: MillisecondsOrOff = setting(
        30_000,
        "from the request head to the response head, without the time in which the "
        "client sends its body; 0 disables the timeout",
    )
    head_timeout_ms: Milliseconds = setting(
        10_000,
        "for a complete request head: the first one of a connection from the moment "
        "the connection is accepted, including TLS handshake and PROXY header, a "
        "further one from its first byte; also applies to the management API",
    )
    body_timeout_ms: Milliseconds = setting(
        60_000, "silence of a client that has not sent all of its request body"
    )
    keep_alive_timeout_ms: Milliseconds = setting(
        75_000, "for a client connection between two requests"
    )
    stall_timeout_ms: Milliseconds = setting(
        60_000, "waiting output of which the client takes no byte"
    )
    drain_timeout_ms: MillisecondsOrOff = setting(
        10_000,
        "for open calls when the daemon or an API stops, after the last event stream "
        "has been ended (see [`drain`](#drain)); 0 cuts all calls then",
    )
    forwarded_headers: bool = setting(
        True, "whether `X-Forwarded-For`, `-Proto` and `-Host` are sent upstream"
    )
    via: bool = setting(True, "whether `Via` is added to requests and responses")
    revocation: Literal["end", "warn"] = setting(
        "end",
        "what happens to exchanges whose [key, subscription or "
        "token](plans.md#open-streams) has ended",
    )
    challenge_ms: MillisecondsOrOff = setting(
        30_000,
        "how long before the end of its credential a stream receives a "
        "[challenge](plans.md#renewing-the-credential-of-a-stream); 0 sends none",
    )
    api_key_header: HeaderName = setting(
        "X-Gravitee-Api-Key",
        "the header of [API keys](plans.md#keys), unless a plan names another",
    )
    api_key_parameter: ParameterName = setting(
        "api-key", "their query parameter, unless a plan names another"
    )
    not_found_message: str = setting(
        "No context-path matches the request URI.",
        "the body of a 404 for a path without an API",
    )
    not_found_content_type: ContentType = setting(
        "text/plain; charset=utf-8", "the `Content-Type` of this body"
    )
    tenant: str | None = setting(
        None,
        "selects endpoints with `tenants`: this gateway calls those that name this "
        "tenant, and those without `tenants`",
        example="eu-west",
    )

    def __post_init__(self) -> None:
        ids = [listener.id for listener in self.listeners]
        if twice := {one for one in ids if ids.count(one) > 1}:
            raise ValueError(f"listener id {min(twice)!r} is used twice")


@dataclass(frozen=True)
class LimitSettings:
    """
    The limits of a daemon. What exceeds a limit is refused, never queued without bound.
    """

    ipv6_prefix: Annotated[int, Range(32, 128)] = setting(
        64,
        "number of leading bits of an IPv6 address that identify one client; each "
        "limit per address (exchanges, attempts, channels, filters, `stream-limit`, "
        "HTTP/2 floods) counts all addresses with the same leading bits as one. One "
        "host usually has a whole /64",
    )
    max_exchanges: CountOrOff = setting(
        0,
        "concurrent exchanges of the daemon, all its workers together; 0 for no limit",
    )
    max_exchanges_per_address: CountOrOff = setting(
        0,
        "concurrent exchanges of one client address, in all processes that [count "
        "together](policies.md#counts-of-several-processes); 0 for no limit",
    )
    max_attempts_per_address: CountOrOff = setting(
        0,
        "requests of one client address within the window, whatever their outcome, in "
        "all processes that count together; "
        "further ones are refused with 429 until the window ends; 0 for no limit",
    )
    attempt_window_ms: Milliseconds = setting(
        60_000, "the window, which begins with the first request"
    )
    on_engine_loss: Literal["allow", "refuse", "local"] = setting(
        "local",
        "what becomes of a request while the engine that counts for all processes does "
        "not answer, if `max_exchanges`, `max_exchanges_per_address` or "
        "`max_attempts_per_address` is set: `allow` serves it, `refuse` answers 503 "
        "`GATEWAY_LIMITS_NOT_COUNTED`, `local` counts it in this process. Without "
        "effect on a daemon of one process without a cluster",
    )
    max_head_bytes: Bytes = setting(
        16_384,
        "the first line and all headers of a request, or of a source's response; a "
        "larger request is refused with 414 or 431, a larger response with 502 "
        "`GATEWAY_CLIENT_RESPONSE_HEAD_TOO_LARGE`",
    )
    max_headers: Annotated[int, Range(10, 100_000)] = setting(
        500, "headers of one request, or of one response of a source"
    )
    reserved_files: Annotated[int, Range(16, 100_000)] = setting(
        64,
        "file descriptors that are not used for client connections, but at most a "
        "quarter of the process's limit. When only these are left, new connections "
        "wait to be accepted, the log has a line, [`/_node/ready` and "
        "`/_node/health`](technical-api.md) answer 503, and the management API and the "
        "store continue to work",
    )
