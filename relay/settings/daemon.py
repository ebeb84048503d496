"""The settings of the daemon itself: store, users, calls to other hosts, process."""

from dataclasses import dataclass
from typing import Annotated

from relay.settings.types import (
    Allowed,
    Count,
    CountOrOff,
    Milliseconds,
    MillisecondsOrOff,
    Range,
    StoreUrl,
)


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
class OutboundSettings:
    """Calls to other URLs of definitions than endpoints: keys, introspection."""

    allow: tuple[Allowed, ...] = ()
    """Hosts and CIDR blocks that are called although their addresses are not public."""
    ca: str | None = None
    """A PEM file of authorities that are trusted instead of the system's."""


@dataclass(frozen=True)
class CertificateSettings:
    """Files of certificates and keys: of listeners, of definitions, of outbound.ca."""

    watch_interval_ms: Annotated[int, Range(100, 86_400_000)] = 5_000
    """The interval at which they are looked at for changes."""


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
class DrainSettings:
    """How clients leave a daemon that stops, and an API that is stopped."""

    delay_ms: MillisecondsOrOff = 0
    """How long new connections are still accepted while ``/_node/ready`` already fails,
    so that load balancers notice."""
    spread_ms: MillisecondsOrOff = 0
    """The time over which event streams are ended evenly; 0 ends them at once."""


@dataclass(frozen=True)
class ProcessSettings:
    """The daemon as a process of its machine."""

    stop_timeout_ms: Milliseconds = 5000
    """How long a stop may take beyond the drain, as when another process locks the
    database."""
    share_data_dir: bool = False
    """Whether several daemons, each with this setting, may use the data directory."""
