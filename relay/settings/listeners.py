"""The settings of listeners: those for clients, for management and for operation."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from relay.settings.setting import required, setting
from relay.settings.types import (
    SECRET,
    Bytes,
    Check,
    Endpoint,
    EndpointOrOff,
    HeaderName,
    HostName,
    Milliseconds,
    Path,
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

    names: tuple[TlsName, ...] = required(
        "the names of the hosts of one table `[[gateway.listeners.tls.hosts]]`, which "
        "have [rules of their own](#certificates-by-host-name); `*.` in front stands "
        "for one label",
        example=["machines.example.com", "*.machines.example.com"],
    )
    certificate: Path | None = setting(
        None,
        "PEM file of these hosts; without it, their certificate is selected as for "
        "other hosts",
        example="/etc/relay/machines.pem",
    )
    key: Path | None = setting(None, "PEM file", example="/etc/relay/machines.key")
    client_auth: ClientAuth = setting(
        "none",
        "client certificates of these hosts: whether one is requested, and whether it "
        "is required",
        example="required",
    )
    ca: Path | None = setting(
        None,
        "PEM file of the authorities for client certificates of these hosts; only with "
        "`request` and `required`",
        example="/etc/relay/machines-ca.pem",
    )

    def __post_init__(self) -> None:
        if not self.names:
            raise ValueError("names must have at least one name")
        _check_files(self)


@dataclass(frozen=True)
class TlsSettings:
    """The TLS side of a listener; every path names a PEM file or a directory."""

    certificate: Path | None = setting(
        None,
        "PEM file; the chain may follow in the same file. Without it, only clients "
        "that name a host with a certificate can connect",
        example="/etc/relay/gateway.pem",
    )
    key: Path | None = setting(None, "PEM file", example="/etc/relay/gateway.key")
    directory: Path | None = setting(
        None,
        "a directory of certificates, [selected by host "
        "name](#certificates-by-host-name): `NAME.pem` with `NAME.key`, "
        "`NAME/fullchain.pem` with `NAME/privkey.pem`, `NAME/tls.crt` with "
        "`NAME/tls.key`",
        example="/etc/relay/certs",
    )
    client_auth: ClientAuth = setting(
        "none",
        "client certificates: whether one is requested, and whether it is required",
        example="required",
    )
    ca: Path | None = setting(
        None,
        "PEM file of the authorities for client certificates; only with `request` and "
        "`required`",
        example="/etc/relay/clients-ca.pem",
    )
    hosts: tuple[TlsHostSettings, ...] = setting(
        (),
        "hosts of the listener with rules of their own, one table for each",
    )

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

    http2: bool = setting(
        False,
        "whether [HTTP/2](#http2) is offered to clients, besides HTTP/1.1",
    )
    http2_max_streams: Annotated[int, Range(1, 100_000)] = setting(
        1000, "concurrent streams of one HTTP/2 connection; only with `http2`"
    )

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

    id: str = setting(
        "default",
        "the name that `listeners[].servers` of a definition uses; unique",
    )
    endpoint: Endpoint = setting(
        DEFAULT_GATEWAY,
        "an [endpoint string](#endpoint-strings); with `haproxy:` before it, "
        "connections begin with a header of the PROXY protocol",
    )
    tls: GatewayTlsSettings | None = setting(None, "TLS for the listener: PEM files")
    trusted_proxies: tuple[Proxy, ...] = setting(
        (),
        "addresses or CIDR blocks whose `X-Forwarded-*` and `X-Real-IP` headers are "
        "trusted; `X-Real-IP`, `X-Forwarded-Port` and `X-Forwarded-Prefix` of other "
        "peers are removed; `unix` stands for any peer of a `unix:` endpoint",
    )
    client_certificate_header: HeaderName | None = setting(
        None,
        "the header in which those proxies pass the certificate of their client on, "
        "percent-encoded as nginx's `$ssl_client_escaped_cert`, for `MTLS` plans; it "
        "is removed from other requests",
        example="ssl-client-cert",
    )


def _tls_examples(listener: str) -> dict[str, object]:
    """Return examples for the TLS of a listener that is not for clients."""
    return {
        "certificate": f"/etc/relay/{listener}.pem",
        "key": f"/etc/relay/{listener}.key",
        "ca": "/etc/relay/operators-ca.pem",
        "hosts.names": ["operators.example.com"],
        "hosts.certificate": "/etc/relay/operators.pem",
        "hosts.key": "/etc/relay/operators.key",
        "hosts.ca": "/etc/relay/operators-ca.pem",
    }


@dataclass(frozen=True)
class ManagementSettings:
    """The listener of the management REST API. If other machines can reach the
    endpoint, set TLS, since passwords are sent."""

    endpoint: Endpoint = setting(
        DEFAULT_MANAGEMENT, "an [endpoint string](#endpoint-strings)"
    )
    tls: TlsSettings | None = setting(
        None,
        "TLS for the management API",
        like="gateway.listeners.tls",
        examples=_tls_examples("management"),
    )
    hosts: tuple[HostName, ...] = setting(
        (), "names accepted in `Host` besides loopback names and IP addresses"
    )
    max_body_bytes: Bytes = setting(1_048_576, "larger request bodies are refused")


@dataclass(frozen=True)
class ConsoleSettings:
    """The web console at /console/ on the listener of the management API, and its
    sessions."""

    enabled: bool = setting(
        True, "whether the console is served, and sessions are accepted"
    )
    idle_timeout_ms: Milliseconds = setting(
        1_800_000, "how long a session may be unused before it ends"
    )
    max_session_ms: Milliseconds = setting(
        43_200_000,
        "how long after the sign-in a session ends, although it is used",
    )


@dataclass(frozen=True)
class TechnicalSettings:
    """The listener of the technical API: health, metrics, control of the process. If
    other machines can reach the endpoint, set TLS, since passwords are sent."""

    endpoint: EndpointOrOff = setting(
        DEFAULT_TECHNICAL,
        "an [endpoint string](#endpoint-strings); an empty text turns this listener "
        "off",
    )
    tls: TlsSettings | None = setting(
        None,
        "TLS for the technical API",
        like="gateway.listeners.tls",
        examples=_tls_examples("technical"),
    )
    hosts: tuple[HostName, ...] = setting(
        (), "names accepted in `Host` besides loopback names and IP addresses"
    )
    token: Annotated[str, Check(read_token), SECRET] | None = setting(
        None,
        "a bearer token of clients that only read, such as a metrics scraper: 16 to "
        "256 letters, digits and `._~+/=-`",
        example="5e1f0c7a2b9d4e38",
    )
    token_file: Path | None = setting(
        None,
        "a file with one more such token, such as a mounted secret; it is read for "
        "each request that has a bearer token, so that the file can be replaced",
        example="/run/secrets/relay-technical-token",
    )
    open_probes: bool = setting(
        True,
        "whether `/_node/health` and `/_node/ready` answer requests without "
        "credentials, with names and states only",
    )
    max_loop_lag_ms: Milliseconds = setting(
        1000,
        "how late the event loop may run before the [probe](technical-api.md#health) "
        "`loopLag` fails",
    )
    max_memory_percent: Annotated[int, Range(1, 100)] = setting(
        90,
        "the share of the memory that the process may have (its control group's limit, "
        "otherwise the machine's memory) above which the probe `memory` fails",
    )
    unhealthy_after_ms: Milliseconds = setting(
        30_000,
        "how long the lag or the memory must exceed its limit without a break before "
        "its probe fails",
    )
