"""The settings of the daemon itself: store, users, calls to other hosts, process."""

from dataclasses import dataclass
from typing import Annotated

from relay.settings.setting import setting
from relay.settings.types import (
    Allowed,
    Count,
    CountOrOff,
    Milliseconds,
    MillisecondsOrOff,
    Path,
    Range,
    StoreUrl,
)

MOST_WORKERS = 256


@dataclass(frozen=True)
class StoreSettings:
    """Where definitions, deployments and users are kept."""

    url: StoreUrl = setting(
        "sqlite:///{data_dir}/relay.db",
        "the store: a SQLite file, or a [PostgreSQL](../operations/postgresql.md) "
        "database as `postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE`, in which "
        "other characters than letters and digits are percent-encoded in user and "
        "password; `{data_dir}` is replaced with the data directory",
    )
    threads: Annotated[int, Range(1, 64)] = setting(4, "threads for its transactions")
    write_timeout_ms: Annotated[int, Range(100, 60_000)] = setting(
        5_000,
        "how long a write (a REST call, a durable publication) may wait for other "
        "writes, including those of other processes, before it is refused with `503` "
        "and `Retry-After`",
    )
    poll_ms: Annotated[int, Range(10, 60_000)] = setting(
        250,
        "interval at which changes made by other processes are read; PostgreSQL "
        "reports them at once",
    )
    keep_table: bool = setting(
        True,
        "keep what is deployed in the file `route-table` of the data directory, with "
        "which the daemon starts while the store cannot be opened",
    )


@dataclass(frozen=True)
class AdminSettings:
    """Credentials and sessions of the management API."""

    credential_cache_ms: MillisecondsOrOff = setting(
        300_000,
        "how long a verified password is remembered; 0 verifies each request",
    )
    max_failed_logins: Count = setting(
        10,
        "failed logins of one address within the window, after which it is locked out",
    )
    failed_login_window_ms: Milliseconds = setting(60_000, "the window")
    audit_retention_days: CountOrOff = setting(
        0,
        "days for which the audit trail is kept, checked every hour; 0 keeps it "
        "permanently",
    )


@dataclass(frozen=True)
class OutboundSettings:
    """Requests to URLs of definitions other than endpoints (keys, introspection,
    callouts, webhooks), and redirects of sources to other origins. They reach public
    addresses only."""

    allow: tuple[Allowed, ...] = setting(
        (),
        "host names, addresses and CIDR blocks that may be called although their "
        "address is private, link-local or loopback",
    )
    ca: Path | None = setting(
        None,
        "PEM file of the authorities to trust instead of the system's",
        example="/etc/relay/internal-ca.pem",
    )


@dataclass(frozen=True)
class CertificateSettings:
    """How changed files of certificates and keys are noticed."""

    watch_interval_ms: Annotated[int, Range(100, 86_400_000)] = setting(
        5_000,
        "the interval at which the files of certificates and keys are [looked at for "
        "changes](../operations/certificates.md): those of listeners, of definitions "
        "and of `outbound.ca`",
    )


@dataclass(frozen=True)
class ResolverSettings:
    """How the names of hosts become addresses."""

    cache_ms: MillisecondsOrOff = setting(
        10_000,
        "how long addresses are used before they are looked up again; 0 looks them up "
        "each time",
    )
    stale_ms: MillisecondsOrOff = setting(
        3_600_000,
        "how long after `cache_ms` addresses remain in use while they cannot be "
        "renewed; 0 for not at all",
    )
    timeout_ms: Milliseconds = setting(
        5000,
        "how long a connection waits for the addresses of a name; part of the "
        "`connectTimeout` of an endpoint",
    )
    max_lookups: Annotated[int, Range(4, 1000)] = setting(
        32, "concurrent lookups, each in a thread; at most 4 of them for one API"
    )


@dataclass(frozen=True)
class DrainSettings:
    """How clients leave a daemon that stops, and an API that is stopped."""

    delay_ms: MillisecondsOrOff = setting(
        0,
        "how long the daemon still accepts connections while `/_node/ready` already "
        "answers 503; longer than load balancers take to notice, such as `5000`",
    )
    spread_ms: MillisecondsOrOff = setting(
        0,
        "the time over which event streams are ended, evenly; 0 ends all at once. "
        "`20000` ends 100 of 2,000 streams in each second",
    )


@dataclass(frozen=True)
class ProcessSettings:
    """The daemon as a process of its machine, or as several."""

    workers: Annotated[int, Range(0, MOST_WORKERS)] = setting(
        1,
        "how many [processes](../operations/workers.md) serve the clients of published "
        "APIs; 1 for the daemon's own process alone, 0 for one for each processor that "
        "the daemon may use",
    )
    stop_timeout_ms: Milliseconds = setting(
        5000,
        "how long a stop may take beyond the drain; work that is not done by then (for "
        "example because another process locks the database) is abandoned",
    )
    share_data_dir: bool = setting(
        False,
        "whether several daemons, each with this setting, may use the data directory "
        "at once; otherwise a second daemon does not start, and its error names the "
        "process that holds the directory",
    )
