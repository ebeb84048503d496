"""The settings of listeners: those for clients, for management and for operation."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from relay.settings.types import (
    SECRET,
    Bytes,
    Check,
    Endpoint,
    EndpointOrOff,
    HeaderName,
    HostName,
    Milliseconds,
    Proxy,
    Range,
    TlsName,
)

DEFAULT_GATEWAY = "tcp:8082:backlog=4096"
DEFAULT_MANAGEMENT = "tcp:8083:interface=127.0.0.1"
DEFAULT_TECHNICAL = "tcp:18082:interface=127.0.0.1"


def read_token(text: str) -> str:
    """
    Check a bearer token.

    :raises ValueError: when it is too short or has other characters; the message omits
        the token.
    """
    if not re.fullmatch(r"[A-Za-z0-9._~+/=-]{16,256}", text):
        raise ValueError("must be 16 to 256 letters, digits and ._~+/=-")
    return text


ClientAuth = Literal["none", "request", "required"]


@dataclass(frozen=True)
class TlsHostSettings:
    """The rules of some hosts of a listener; every path names a PEM file."""

    names: tuple[TlsName, ...]
    """Host names; ``*.`` in front stands for one label."""
    certificate: str | None = None
    """The certificate of these hosts. None: the one of the directory or the listener
    that the name selects."""
    key: str | None = None
    client_auth: ClientAuth = "none"
    """Whether a client certificate is requested, and whether it is required."""
    ca: str | None = None
    """The authorities that client certificates are checked against."""

    def __post_init__(self) -> None:
        if not self.names:
            raise ValueError("names must have at least one name")
        _check_files(self)


@dataclass(frozen=True)
class TlsSettings:
    """The TLS side of a listener; every path names a PEM file or a directory."""

    certificate: str | None = None
    """The certificate, which the chain may follow in the same file. None: clients must
    name a host that has one."""
    key: str | None = None
    directory: str | None = None
    """Certificates that are selected by the host names in them."""
    client_auth: ClientAuth = "none"
    """Whether a client certificate is requested, and whether it is required, of clients
    of hosts that ``hosts`` does not name."""
    ca: str | None = None
    """The authorities that client certificates are checked against."""
    hosts: tuple[TlsHostSettings, ...] = ()
    """Hosts with rules of their own."""

    def __post_init__(self) -> None:
        _check_files(self)
        if self.certificate is None and self.directory is None:
            if not self.hosts:
                raise ValueError("certificate is missing")
            if any(host.certificate is None for host in self.hosts):
                raise ValueError(
                    "hosts without a certificate need a certificate or a directory of"
                    " the listener"
                )
        names = [name for host in self.hosts for name in host.names]
        if twice := {one for one in names if names.count(one) > 1}:
            raise ValueError(f"hosts name {min(twice)!r} twice")

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


def _check_files(tls: TlsSettings | TlsHostSettings) -> None:
    """
    :raises ValueError: when files are missing, or have no effect.
    """
    if tls.certificate is None and tls.key is not None:
        raise ValueError("certificate is missing")
    if tls.certificate is not None and tls.key is None:
        raise ValueError("key is missing")
    if tls.client_auth != "none" and tls.ca is None:
        raise ValueError(f"ca is missing; client_auth {tls.client_auth} needs it")
    if tls.client_auth == "none" and tls.ca is not None:
        raise ValueError("ca has no effect unless client_auth is set")


@dataclass(frozen=True)
class ListenerSettings:
    """One address on which the gateway accepts clients."""

    id: str = "default"
    """What a definition's ``listeners[].servers`` refers to."""
    endpoint: Endpoint = DEFAULT_GATEWAY
    """A Twisted endpoint string; ``haproxy:`` in front reads the PROXY protocol."""
    tls: GatewayTlsSettings | None = None
    trusted_proxies: tuple[Proxy, ...] = ()
    """Addresses whose ``X-Forwarded-*`` and ``X-Real-IP`` headers are trusted; ``unix``
    stands for clients on a Unix socket."""
    client_certificate_header: HeaderName | None = None
    """The header in which these proxies, and no other peers, send their client's
    certificate."""


@dataclass(frozen=True)
class ManagementSettings:
    """The listener of the management REST API."""

    endpoint: Endpoint = DEFAULT_MANAGEMENT
    tls: TlsSettings | None = None
    hosts: tuple[HostName, ...] = ()
    """Names accepted in ``Host`` besides loopback names and IP addresses."""
    max_body_bytes: Bytes = 1_048_576


@dataclass(frozen=True)
class ConsoleSettings:
    """The web console on the listener of the management API, and its sessions."""

    enabled: bool = True
    """Whether ``/console/`` is served, and users can sign in to sessions."""
    idle_timeout_ms: Milliseconds = 1_800_000
    """How long a session may be unused before it ends."""
    max_session_ms: Milliseconds = 43_200_000
    """How long after the sign-in a session ends, although it is used."""


@dataclass(frozen=True)
class TechnicalSettings:
    """The listener of the technical API: health, metrics, control of the process."""

    endpoint: EndpointOrOff = DEFAULT_TECHNICAL
    """A Twisted endpoint string; empty for no technical API."""
    tls: TlsSettings | None = None
    hosts: tuple[HostName, ...] = ()
    """Names accepted in ``Host`` besides loopback names and IP addresses."""
    token: Annotated[str, Check(read_token), SECRET] | None = None
    """A bearer token of clients that only read, such as a metrics scraper. None: users
    of the management API only."""
    token_file: str | None = None
    """A file with one more such token, which is read for each request that has a
    token."""
    open_probes: bool = True
    """Whether ``/_node/health`` and ``/_node/ready`` answer without credentials, with
    the names of the probes and whether they are healthy."""
    max_loop_lag_ms: Milliseconds = 1000
    """How late the loop may run before the probe ``loopLag`` fails."""
    max_memory_percent: Annotated[int, Range(1, 100)] = 90
    """The share of the memory that the process may have, above which the probe
    ``memory`` fails."""
    unhealthy_after_ms: Milliseconds = 30_000
    """How long either must be exceeded all the time before its probe fails."""
