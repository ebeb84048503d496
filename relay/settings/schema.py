"""Every setting of the daemon, as one frozen value.

A setting is taken from a command-line option, the environment variable
``RELAY__SECTION__NAME``, the TOML file or its default here, in this order. Durations
end in ``_ms``, sizes in ``_bytes``.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from relay.settings.source import (
    Given,
    Mistakes,
    SettingsError,
    build,
    from_environment,
    from_file,
    from_options,
)
from relay.settings.types import (
    Allowed,
    Bytes,
    BytesOrOff,
    ContentType,
    Count,
    CountOrOff,
    Endpoint,
    HeaderName,
    HostName,
    Milliseconds,
    MillisecondsOrOff,
    ParameterName,
    Proxy,
    PublicUrl,
    Range,
    StoreUrl,
)

__all__ = [
    "AdminSettings",
    "GatewaySettings",
    "GatewayTlsSettings",
    "LimitSettings",
    "ListenerSettings",
    "LogSettings",
    "ManagementSettings",
    "OutboundSettings",
    "ProcessSettings",
    "ResolverSettings",
    "Settings",
    "SettingsError",
    "StoreSettings",
    "TlsSettings",
    "load",
]

DEFAULT_GATEWAY = "tcp:8082:backlog=4096"
DEFAULT_MANAGEMENT = "tcp:8083:interface=127.0.0.1"


@dataclass(frozen=True)
class TlsSettings:
    """The TLS side of a listener; every path names a PEM file."""

    certificate: str
    """The certificate, which the chain may follow in the same file."""
    key: str
    client_auth: Literal["none", "request", "required"] = "none"
    """Whether a client certificate is requested, and whether it is required."""
    ca: str | None = None
    """The authorities that client certificates are checked against."""

    def __post_init__(self) -> None:
        if self.client_auth != "none" and self.ca is None:
            raise ValueError(f"ca is missing; client_auth {self.client_auth} needs it")
        if self.client_auth == "none" and self.ca is not None:
            raise ValueError("ca has no effect unless client_auth is set")

    @property
    def offers_http2(self) -> bool:
        """Whether clients may speak HTTP/2."""
        return False


@dataclass(frozen=True)
class GatewayTlsSettings(TlsSettings):
    """The TLS side of a listener for clients."""

    http2: bool = False
    """Whether HTTP/2 is offered, besides HTTP/1.1."""
    http2_max_streams: Annotated[int, Range(1, 100_000)] = 1000
    """Streams at once of one HTTP/2 connection."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.http2 and self.http2_max_streams != 1000:
            raise ValueError("http2_max_streams has no effect unless http2 is set")

    @property
    def offers_http2(self) -> bool:
        """Whether clients may speak HTTP/2."""
        return self.http2


@dataclass(frozen=True)
class ListenerSettings:
    """One address on which the gateway accepts clients."""

    id: str
    """What a definition's ``listeners[].servers`` refers to."""
    endpoint: Endpoint
    """A Twisted endpoint string; ``haproxy:`` in front reads the PROXY protocol."""
    tls: GatewayTlsSettings | None = None
    trusted_proxies: tuple[Proxy, ...] = ()
    """Addresses whose ``X-Forwarded-*`` and ``X-Real-IP`` headers are trusted; ``unix``
    stands for clients on a Unix socket."""
    client_certificate_header: HeaderName | None = None
    """The header in which these proxies, and no other peers, send their client's
    certificate."""


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
class ManagementSettings:
    """The listener of the management REST API."""

    endpoint: Endpoint = DEFAULT_MANAGEMENT
    tls: TlsSettings | None = None
    hosts: tuple[HostName, ...] = ()
    """Names accepted in ``Host`` besides loopback names and IP addresses."""
    max_body_bytes: Bytes = 1_048_576


@dataclass(frozen=True)
class StoreSettings:
    """Where definitions, deployments and users are kept."""

    url: StoreUrl = "sqlite:///{data_dir}/relay.db"
    """:func:`load` puts the data directory in the place of ``{data_dir}``."""
    threads: Annotated[int, Range(1, 64)] = 4
    write_timeout_ms: Annotated[int, Range(100, 60_000)] = 5_000
    """How long a write may wait for its turn before it is refused."""
    poll_ms: Annotated[int, Range(10, 60_000)] = 250
    """The interval of polls for changes by other processes."""


@dataclass(frozen=True)
class AdminSettings:
    """Credentials and sessions of the management API."""

    credential_cache_ms: MillisecondsOrOff = 300_000
    """How long a verified password is cached; 0 verifies each request."""
    max_failed_logins: Count = 10
    """Failed logins of one address within the window before more are refused."""
    failed_login_window_ms: Milliseconds = 60_000
    audit_retention_days: CountOrOff = 0
    """How long the audit trail is kept; 0 keeps it permanently."""


@dataclass(frozen=True)
class LogSettings:
    """The access log; the daemon's own log belongs to ``twistd``."""

    access: str = "{data_dir}/access.log"
    """A path, ``-`` for standard output, or ``off``; ``{data_dir}`` is replaced."""
    access_rotate_bytes: BytesOrOff = 104_857_600
    """The size at which a new file is begun; 0 never does."""
    access_keep: Annotated[int, Range(1, 1000)] = 5
    """The number of rotated files that are kept."""
    access_query: bool = False
    """Whether query values are written; they may hold keys."""


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


@dataclass(frozen=True)
class OutboundSettings:
    """Calls to other URLs of definitions than endpoints: keys, introspection."""

    allow: tuple[Allowed, ...] = ()
    """Hosts and CIDR blocks that are called although their addresses are not public."""
    ca: str | None = None
    """A PEM file of authorities that are trusted instead of the system's."""


@dataclass(frozen=True)
class ResolverSettings:
    """How the names of hosts become addresses."""

    cache_ms: MillisecondsOrOff = 10_000
    """How long addresses are used before they are looked up again."""
    stale_ms: MillisecondsOrOff = 3_600_000
    """How long after ``cache_ms`` they are used while a lookup fails."""
    timeout_ms: Milliseconds = 5000
    """How long a connection waits for the addresses of a name."""
    max_lookups: Annotated[int, Range(4, 1000)] = 32
    """Lookups at once, each in a thread; one API has at most 4 of them."""


@dataclass(frozen=True)
class ProcessSettings:
    """The daemon as a process of its machine."""

    stop_timeout_ms: Milliseconds = 5000
    """How long a stop may take beyond ``gateway.drain_timeout_ms``, as when another
    process locks the database."""
    share_data_dir: bool = False
    """Whether several daemons, each with this setting, may use the data directory."""


@dataclass(frozen=True)
class Settings:
    """All settings; each section's defaults stand in its own class."""

    data_dir: str
    """An absolute path."""
    gateway: GatewaySettings = GatewaySettings()
    management: ManagementSettings = ManagementSettings()
    store: StoreSettings = StoreSettings()
    admin: AdminSettings = AdminSettings()
    log: LogSettings = LogSettings()
    limits: LimitSettings = LimitSettings()
    outbound: OutboundSettings = OutboundSettings()
    resolver: ResolverSettings = ResolverSettings()
    process: ProcessSettings = ProcessSettings()


def load(
    config_path: str | None,
    data_dir: str,
    environ: Mapping[str, str],
    options: Mapping[str, object],
) -> Settings:
    """
    Read every source and merge them: option over environment over file over default.

    :param config_path: the TOML file, if there is one.
    :param data_dir: where the daemon keeps its files; made absolute.
    :param environ: the environment; names that begin with ``RELAY__`` count.
    :param options: the command line. ``gateway`` holds endpoint strings and replaces
        all listeners, ``management`` one endpoint string; others are not looked at.
    :raises SettingsError: with one line for each thing that cannot be used.
    """
    mistakes = Mistakes()
    given: dict[str, Given] = {}
    with mistakes.noted():
        if config_path is not None:
            given |= from_file(config_path, Settings, mistakes)
    given |= from_environment(environ, Settings, mistakes)
    with mistakes.noted():
        given |= from_options(options)
    if "data_dir" in given:
        with mistakes.noted():
            source = given["data_dir"].source
            raise SettingsError(f"data_dir ({source}): is set by --data-dir only")
    given["data_dir"] = Given(os.path.abspath(data_dir), "--data-dir")
    settings = None
    with mistakes.noted():
        settings = _substituted(build(Settings, given, "--data-dir"))
    mistakes.check()
    assert settings is not None
    return settings


def _substituted(settings: Settings) -> Settings:
    def put(text: str) -> str:
        return text.replace("{data_dir}", settings.data_dir)

    store = replace(settings.store, url=put(settings.store.url))
    if "?" in store.url:
        raise SettingsError("data_dir (--data-dir): must not contain a question mark")
    log = replace(settings.log, access=put(settings.log.access))
    return replace(settings, store=store, log=log)
