"""When a changed setting takes effect: with a reload, or at the next start.

:data:`TAKEN_BY` is the only place that says so. A reload compares the settings in force
with those that are read again, and puts the settings in force that :func:`merged`
returns.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from relay.settings.endpoints import place
from relay.settings.schema import Settings


class Taker(enum.Enum):
    """The part of the daemon that takes a changed setting."""

    ACCESS_LOG = enum.auto()
    ADMIN = enum.auto()
    """Logins of users, and the audit trail."""
    CERTIFICATES = enum.auto()
    CONNECTIONS = enum.auto()
    """The connections of clients of published APIs."""
    DAEMON_LOG = enum.auto()
    DRAIN = enum.auto()
    EXCHANGES = enum.auto()
    LISTENERS = enum.auto()
    OPERATION = enum.auto()
    """The management API and the technical API."""
    METRICS = enum.auto()
    OUTBOUND = enum.auto()
    PROBES = enum.auto()
    PROCESS = enum.auto()
    RECORDS = enum.auto()
    RESOLVER = enum.auto()
    SOURCES = enum.auto()
    """The connections to sources."""
    STORE = enum.auto()
    TRACING = enum.auto()


NEXT_START: tuple[Taker, ...] = ()
"""The setting takes effect at the next start."""

TAKEN_BY: dict[str, tuple[Taker, ...]] = {
    "data_dir": NEXT_START,
    "gateway.listeners.id": (Taker.LISTENERS,),
    "gateway.listeners.endpoint": (Taker.LISTENERS,),
    "gateway.listeners.tls.certificate": (Taker.LISTENERS,),
    "gateway.listeners.tls.key": (Taker.LISTENERS,),
    "gateway.listeners.tls.directory": (Taker.LISTENERS,),
    "gateway.listeners.tls.client_auth": (Taker.LISTENERS,),
    "gateway.listeners.tls.ca": (Taker.LISTENERS,),
    "gateway.listeners.tls.hosts.names": (Taker.LISTENERS,),
    "gateway.listeners.tls.hosts.certificate": (Taker.LISTENERS,),
    "gateway.listeners.tls.hosts.key": (Taker.LISTENERS,),
    "gateway.listeners.tls.hosts.client_auth": (Taker.LISTENERS,),
    "gateway.listeners.tls.hosts.ca": (Taker.LISTENERS,),
    "gateway.listeners.tls.http2": (Taker.LISTENERS,),
    "gateway.listeners.tls.http2_max_streams": (Taker.LISTENERS,),
    "gateway.listeners.trusted_proxies": (Taker.LISTENERS,),
    "gateway.listeners.client_certificate_header": (Taker.LISTENERS,),
    "gateway.public_url": (Taker.PROCESS,),
    "gateway.request_timeout_ms": (Taker.EXCHANGES,),
    "gateway.head_timeout_ms": (Taker.CONNECTIONS, Taker.OPERATION, Taker.LISTENERS),
    "gateway.body_timeout_ms": (Taker.CONNECTIONS,),
    "gateway.keep_alive_timeout_ms": (Taker.CONNECTIONS,),
    "gateway.stall_timeout_ms": (Taker.CONNECTIONS,),
    "gateway.drain_timeout_ms": (Taker.EXCHANGES, Taker.DRAIN),
    "gateway.forwarded_headers": (Taker.EXCHANGES,),
    "gateway.via": (Taker.EXCHANGES,),
    "gateway.revocation": (Taker.EXCHANGES,),
    "gateway.challenge_ms": (Taker.EXCHANGES,),
    "gateway.api_key_header": NEXT_START,
    "gateway.api_key_parameter": NEXT_START,
    "gateway.not_found_message": (Taker.EXCHANGES,),
    "gateway.not_found_content_type": (Taker.EXCHANGES,),
    "gateway.tenant": NEXT_START,
    "management.endpoint": (Taker.LISTENERS,),
    "management.tls.certificate": (Taker.LISTENERS,),
    "management.tls.key": (Taker.LISTENERS,),
    "management.tls.directory": (Taker.LISTENERS,),
    "management.tls.client_auth": (Taker.LISTENERS,),
    "management.tls.ca": (Taker.LISTENERS,),
    "management.tls.hosts.names": (Taker.LISTENERS,),
    "management.tls.hosts.certificate": (Taker.LISTENERS,),
    "management.tls.hosts.key": (Taker.LISTENERS,),
    "management.tls.hosts.client_auth": (Taker.LISTENERS,),
    "management.tls.hosts.ca": (Taker.LISTENERS,),
    "management.hosts": (Taker.OPERATION,),
    "management.max_body_bytes": (Taker.OPERATION,),
    "console.enabled": (Taker.OPERATION,),
    "console.idle_timeout_ms": (Taker.OPERATION,),
    "console.max_session_ms": (Taker.OPERATION,),
    "technical.endpoint": (Taker.LISTENERS,),
    "technical.tls.certificate": (Taker.LISTENERS,),
    "technical.tls.key": (Taker.LISTENERS,),
    "technical.tls.directory": (Taker.LISTENERS,),
    "technical.tls.client_auth": (Taker.LISTENERS,),
    "technical.tls.ca": (Taker.LISTENERS,),
    "technical.tls.hosts.names": (Taker.LISTENERS,),
    "technical.tls.hosts.certificate": (Taker.LISTENERS,),
    "technical.tls.hosts.key": (Taker.LISTENERS,),
    "technical.tls.hosts.client_auth": (Taker.LISTENERS,),
    "technical.tls.hosts.ca": (Taker.LISTENERS,),
    "technical.hosts": (Taker.OPERATION,),
    "technical.token": (Taker.OPERATION,),
    "technical.token_file": (Taker.OPERATION,),
    "technical.open_probes": (Taker.OPERATION,),
    "technical.max_loop_lag_ms": (Taker.PROBES,),
    "technical.max_memory_percent": (Taker.PROBES,),
    "technical.unhealthy_after_ms": (Taker.PROBES,),
    "store.url": NEXT_START,
    "store.keep_table": NEXT_START,
    "store.threads": NEXT_START,
    "store.write_timeout_ms": NEXT_START,
    "store.poll_ms": (Taker.STORE,),
    "cluster.url": NEXT_START,
    "cluster.password_file": NEXT_START,
    "cluster.ca": NEXT_START,
    "cluster.certificate": NEXT_START,
    "cluster.key": NEXT_START,
    "cluster.prefix": NEXT_START,
    "cluster.wait_replicas": NEXT_START,
    "admin.credential_cache_ms": (Taker.ADMIN,),
    "admin.max_failed_logins": (Taker.ADMIN,),
    "admin.failed_login_window_ms": (Taker.ADMIN,),
    "admin.audit_retention_days": (Taker.ADMIN,),
    "log.access": (Taker.ACCESS_LOG,),
    "log.access_rotate_bytes": (Taker.ACCESS_LOG,),
    "log.access_keep": (Taker.ACCESS_LOG,),
    "log.access_query": (Taker.ACCESS_LOG, Taker.RECORDS, Taker.TRACING),
    "metrics.enabled": NEXT_START,
    "metrics.max_series": (Taker.METRICS,),
    "log.level": (Taker.DAEMON_LOG,),
    "log.format": (Taker.DAEMON_LOG,),
    "records.keep_hours": NEXT_START,
    "records.max_rows": (Taker.RECORDS,),
    "records.max_bytes": (Taker.RECORDS,),
    "certificates.watch_interval_ms": (Taker.CERTIFICATES,),
    "limits.ipv6_prefix": NEXT_START,
    "limits.max_exchanges": (Taker.EXCHANGES,),
    "limits.max_exchanges_per_address": (Taker.EXCHANGES,),
    "limits.max_attempts_per_address": (Taker.EXCHANGES,),
    "limits.attempt_window_ms": (Taker.EXCHANGES,),
    "limits.on_engine_loss": (Taker.EXCHANGES,),
    "limits.max_head_bytes": (Taker.CONNECTIONS, Taker.SOURCES),
    "limits.max_headers": (Taker.CONNECTIONS, Taker.SOURCES),
    "limits.reserved_files": (Taker.PROCESS,),
    "outbound.allow": (Taker.OUTBOUND,),
    "outbound.ca": (Taker.OUTBOUND, Taker.TRACING),
    "tracing.endpoint": (Taker.TRACING,),
    "tracing.headers": (Taker.TRACING,),
    "tracing.headers_file": (Taker.TRACING,),
    "tracing.sample_ratio": (Taker.TRACING,),
    "tracing.max_per_second": (Taker.TRACING,),
    "tracing.trust": (Taker.TRACING,),
    "tracing.service_name": (Taker.TRACING,),
    "tracing.attributes": (Taker.TRACING,),
    "tracing.event_marks_ms": (Taker.TRACING,),
    "tracing.user_agent": (Taker.TRACING,),
    "tracing.redact": (Taker.TRACING,),
    "tracing.response_header": (Taker.TRACING,),
    "tracing.timeout_ms": (Taker.TRACING,),
    "tracing.max_queue": (Taker.TRACING,),
    "resolver.cache_ms": (Taker.RESOLVER,),
    "resolver.stale_ms": (Taker.RESOLVER,),
    "resolver.timeout_ms": (Taker.RESOLVER,),
    "resolver.max_lookups": (Taker.RESOLVER,),
    "drain.delay_ms": (Taker.DRAIN,),
    "drain.spread_ms": (Taker.DRAIN,),
    "process.workers": NEXT_START,
    "process.stop_timeout_ms": (Taker.PROCESS,),
    "process.share_data_dir": NEXT_START,
}
"""Who takes each setting when it is changed. A member of a list of tables is named
without its place in the list."""


@dataclass(frozen=True)
class Merged:
    """The settings that a reload puts in force."""

    settings: Settings
    applied: tuple[str, ...]
    """The names of the settings that are changed, such as ``log.access``; a listener
    has its id in the place of a number: ``gateway.listeners.default.trusted_proxies``.
    """
    left: tuple[str, ...]
    """The names of the settings whose new values take effect at the next start."""
    takers: frozenset[Taker]
    """What takes the changed settings."""


def merged(now: Settings, read: Settings) -> Merged:
    """
    Decide what a reload puts in force.

    :param now: the settings in force.
    :param read: the settings as they have been read again.
    :raises ValueError: when the values that are left contradict the others.
    """
    placed = _at_their_places(now, read)
    in_force: Settings = _in_force(now, placed, "")
    applied = dict(_changes(now, in_force, "", ""))
    takers = {taker for known in applied.values() for taker in takers_of(known)}
    left = dict.fromkeys(name for name, _ in _changes(in_force, read, "", ""))
    return Merged(in_force, tuple(applied), tuple(left), frozenset(takers))


def takers_of(known: str) -> frozenset[Taker]:
    """
    Return what takes a setting, or any setting of a table.

    :param known: a name of :data:`TAKEN_BY`, or the first parts of one.
    """
    return frozenset(
        taker
        for name, takers in TAKEN_BY.items()
        if name == known or name.startswith(f"{known}.")
        for taker in takers
    )


def _changes(now: Any, new: Any, name: str, known: str) -> Iterator[tuple[str, str]]:
    """
    Compare two values.

    :return: the name of each value that differs, and its name in :data:`TAKEN_BY`.
    """
    if now == new:
        return
    if is_dataclass(now) and is_dataclass(new):
        for field in fields(now):
            one, other = getattr(now, field.name), getattr(new, field.name)
            inner = f"{name}.{field.name}" if name else field.name
            yield from _changes(one, other, inner, f"{known}.{field.name}".lstrip("."))
    elif _is_list_of_named(now) and _is_list_of_named(new):
        before, after = ({one.id: one for one in each} for each in (now, new))
        if list(before) != list(after) and sorted(before) == sorted(after):
            yield name, known
        for id in {**before, **after}:
            yield from _changes(before.get(id), after.get(id), f"{name}.{id}", known)
    else:
        yield name, known


def _is_list_of_named(value: Any) -> bool:
    return isinstance(value, tuple) and all(hasattr(one, "id") for one in value)


def _in_force(now: Any, read: Any, known: str) -> Any:
    """Return the values that were read, with those of before where they are left."""
    if is_dataclass(read) and not isinstance(read, type) and is_dataclass(now):
        return replace(
            read,
            **{
                field.name: _in_force(
                    getattr(now, field.name),
                    getattr(read, field.name),
                    f"{known}.{field.name}".lstrip("."),
                )
                for field in fields(read)
            },
        )
    return now if TAKEN_BY.get(known) == NEXT_START else read


def _at_their_places(now: Settings, read: Settings) -> Settings:
    """
    Keep the endpoint of each address that is listened on already.

    An open port cannot be opened again with other arguments, such as its backlog.
    """
    listening = {place(one): one for one in _endpoints(now)}

    def kept(section: Any) -> Any:
        before = listening.get(place(section.endpoint), section.endpoint)
        return replace(section, endpoint=before)

    gateway = replace(read.gateway, listeners=tuple(map(kept, read.gateway.listeners)))
    return replace(
        read,
        gateway=gateway,
        management=kept(read.management),
        technical=kept(read.technical),
    )


def _endpoints(settings: Settings) -> list[str]:
    sections: list[Any] = [settings.management, settings.technical]
    return [one.endpoint for one in [*settings.gateway.listeners, *sections]]
