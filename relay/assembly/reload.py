"""What each part of a daemon does with changed settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

from relay.assembly.gateway import GatewayService
from relay.assembly.places import SiteMaker, places
from relay.daemon.listeners import Listeners
from relay.daemon.logs import DaemonLogs
from relay.daemon.memory import MemoryUse
from relay.daemon.reload import Prepare, Prepared, nothing
from relay.http.listener.site import ClientSite
from relay.management.access.auth import Authenticator
from relay.management.site import ManagementSite
from relay.observability.access import open_access_log
from relay.reactor.descriptors import DESCRIPTORS
from relay.reactor.loop_lag import LoopLag
from relay.settings.effect import Taker
from relay.settings.schema import Settings
from relay.store.feed import ChangeFeed
from relay.store.retention import Retention, forget_audits, forget_sessions
from relay.technical.access import tokens_of
from relay.technical.site import TechnicalSite
from relay.tls.files.watcher import FileWatcher
from relay.upstream.dial.names import Names

if TYPE_CHECKING:
    from relay.assembly.metrics import DaemonMetrics


@dataclass(frozen=True)
class Parts:
    """
    The parts of a daemon that take changed settings.

    :param demo_source: the endpoint of the demo source; None without one.
    :param logs: the daemon's own log; None where twistd writes it.
    :param metrics: None if they are switched off.
    """

    authenticator: Authenticator
    certificates: FileWatcher
    demo_source: str | None
    feed: ChangeFeed
    gateway: GatewayService
    lag: LoopLag
    listeners: Listeners
    logs: DaemonLogs | None
    management: ManagementSite
    memory: MemoryUse
    metrics: DaemonMetrics | None
    names: Names
    retention: Retention
    sessions: Retention
    sites: SiteMaker
    technical: TechnicalSite

    def prepares(self) -> dict[Taker, Prepare]:
        """Return what prepares each part, those that open something last."""
        return {
            Taker.ADMIN: _at_once(self._admin),
            Taker.CERTIFICATES: _at_once(self._certificates),
            Taker.CONNECTIONS: _at_once(self._connections),
            Taker.DRAIN: _at_once(self._drain),
            Taker.EXCHANGES: _at_once(self._exchanges),
            Taker.METRICS: _at_once(self._metrics),
            Taker.PROBES: _at_once(self._probes),
            Taker.PROCESS: _at_once(self._process),
            Taker.RECORDS: _at_once(self._records),
            Taker.RESOLVER: _at_once(self._resolver),
            Taker.SOURCES: _at_once(self._sources),
            Taker.STORE: _at_once(self._store),
            Taker.DAEMON_LOG: self._daemon_log,
            Taker.OPERATION: self._operation,
            Taker.OUTBOUND: self._outbound,
            Taker.TRACING: self._tracing,
            Taker.ACCESS_LOG: self._access_log,
            Taker.LISTENERS: self._listeners,
        }

    def _admin(self, settings: Settings) -> None:
        self.authenticator.take(settings.admin)
        self.retention.change(forget_audits(settings.admin.audit_retention_days))

    def _certificates(self, settings: Settings) -> None:
        self.certificates.look_every(settings.certificates.watch_interval_ms)

    def _connections(self, settings: Settings) -> None:
        for listener in self.listeners.for_clients:
            site: Any = listener.site
            assert isinstance(site, ClientSite)
            site.take(settings.gateway, settings.limits)

    def _drain(self, settings: Settings) -> None:
        drain, spread_s = settings.drain, settings.drain.spread_ms / 1000
        timeout_s = settings.gateway.drain_timeout_ms / 1000
        self.gateway.drain.take(drain.delay_ms / 1000, spread_s, timeout_s)
        self.gateway.deployer.spread_s = spread_s

    def _exchanges(self, settings: Settings) -> None:
        self.gateway.shared.take(settings.gateway, settings.limits)
        self.gateway.deliveries.drain_ms = settings.gateway.drain_timeout_ms

    def _metrics(self, settings: Settings) -> None:
        if self.metrics is not None:
            self.metrics.settings = settings.metrics

    def _probes(self, settings: Settings) -> None:
        technical = settings.technical
        self.lag.limit_s = technical.max_loop_lag_ms / 1000
        self.memory.most_percent = technical.max_memory_percent
        after_s = technical.unhealthy_after_ms / 1000
        self.lag.too_late.after_s = self.memory.too_much.after_s = after_s

    def _process(self, settings: Settings) -> None:
        DESCRIPTORS.keep(DESCRIPTORS.limit, settings.limits.reserved_files)

    def _records(self, settings: Settings) -> None:
        self.gateway.records.take(settings)

    def _resolver(self, settings: Settings) -> None:
        self.names.limit(*astuple(settings.resolver))

    def _sources(self, settings: Settings) -> None:
        limits = settings.limits
        self.gateway.builder.limit_heads(limits.max_head_bytes, limits.max_headers)

    def _store(self, settings: Settings) -> None:
        self.feed.poll_every(settings.store.poll_ms)

    def _daemon_log(self, settings: Settings) -> Prepared:
        logs = self.logs
        if logs is None:
            return Prepared(nothing)
        logs.check(settings.log)
        return Prepared(lambda: logs.change(settings.log))

    def _operation(self, settings: Settings) -> Prepared:
        tokens = tokens_of(settings.technical)

        def commit() -> None:
            self.management.take(settings)
            self.technical.take(settings, tokens)
            console = settings.console
            self.sessions.change(
                forget_sessions(console.idle_timeout_ms, console.max_session_ms)
            )

        return Prepared(commit)

    def _outbound(self, settings: Settings) -> Prepared:
        outbound = self.gateway.outbound
        retrust = outbound.retrusting(settings.outbound.ca)

        def commit() -> None:
            retrust()
            outbound.guard.allow(settings.outbound.allow)

        return Prepared(commit)

    def _tracing(self, settings: Settings) -> Prepared:
        tracing = self.gateway.tracing
        if tracing is None:
            return Prepared(nothing)
        return Prepared(
            tracing.prepare(
                settings.tracing, settings.log.access_query, settings.outbound.ca
            )
        )

    def _access_log(self, settings: Settings) -> Prepared:
        path = settings.log.access
        is_new = path not in ("off", "-") and not os.path.exists(path)
        opened = open_access_log(settings.log)

        def abandon() -> None:
            opened.close()
            if is_new:
                with suppress(OSError):
                    os.unlink(path)

        return Prepared(lambda: self.gateway.shared.access.replace(opened), abandon)

    def _listeners(self, settings: Settings) -> Prepared:
        change = self.listeners.change(
            places(settings, self.demo_source),
            self.sites.under(settings),
            settings.gateway.head_timeout_ms,
        )
        return Prepared(change.commit, change.abandon)


def _at_once(commit: Callable[[Settings], None]) -> Prepare:
    """Prepare a part that can take any settings, and opens nothing."""
    return lambda settings: Prepared(lambda: commit(settings))
