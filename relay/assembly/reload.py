"""What each part of a daemon does with changed settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

from relay.assembly.foundation import Foundation
from relay.assembly.gateway import GatewayService
from relay.assembly.places import SiteMaker, places
from relay.assembly.retentions import Retentions
from relay.daemon.listeners import Listeners
from relay.daemon.logs import DaemonLogs
from relay.daemon.reload import Part, Prepare, Prepared, nothing
from relay.http.listener.site import ClientSite
from relay.management.access.auth import Authenticator
from relay.management.site import ManagementSite
from relay.observability.access import open_access_log
from relay.reactor.descriptors import DESCRIPTORS
from relay.settings.effect import Taker
from relay.settings.schema import Settings
from relay.technical.access import tokens_of
from relay.technical.site import TechnicalSite

if TYPE_CHECKING:
    from relay.assembly.metrics import DaemonMetrics


@dataclass(frozen=True)
class ProcessParts:
    """What takes changed settings in every process of a daemon."""

    base: Foundation

    def prepares(self) -> list[Part]:
        """Return what prepares each part."""
        return [
            (Taker.CERTIFICATES, _at_once(self._certificates)),
            (Taker.PROBES, _at_once(self._probes)),
            (Taker.PROCESS, _at_once(self._process)),
            (Taker.RESOLVER, _at_once(self._resolver)),
            (Taker.STORE, _at_once(self._store)),
        ]

    def _certificates(self, settings: Settings) -> None:
        self.base.certificates.look_every(settings.certificates.watch_interval_ms)

    def _probes(self, settings: Settings) -> None:
        technical, lag, memory = settings.technical, self.base.lag, self.base.memory
        lag.limit_s = technical.max_loop_lag_ms / 1000
        memory.most_percent = technical.max_memory_percent
        after_s = technical.unhealthy_after_ms / 1000
        lag.too_late.after_s = memory.too_much.after_s = after_s

    def _process(self, settings: Settings) -> None:
        DESCRIPTORS.keep(DESCRIPTORS.limit, settings.limits.reserved_files)

    def _resolver(self, settings: Settings) -> None:
        self.base.names.limit(*astuple(settings.resolver))

    def _store(self, settings: Settings) -> None:
        self.base.feed.poll_every(settings.store.poll_ms)


@dataclass(frozen=True)
class OperatorParts:
    """
    What takes changed settings of the APIs for operators.

    :param logs: the daemon's own log; None where twistd writes it.
    """

    authenticator: Authenticator
    logs: DaemonLogs | None
    management: ManagementSite
    retentions: Retentions
    technical: TechnicalSite

    def prepares(self) -> list[Part]:
        """Return what prepares each part."""
        return [
            (Taker.ADMIN, _at_once(self._admin)),
            (Taker.RECORDS, _at_once(self.retentions.keep_records)),
            (Taker.DAEMON_LOG, self._daemon_log),
            (Taker.OPERATION, self._operation),
        ]

    def _admin(self, settings: Settings) -> None:
        self.authenticator.take(settings.admin)
        self.retentions.keep_audits(settings)

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
            self.retentions.keep_sessions(settings)

        return Prepared(commit)


@dataclass(frozen=True)
class GatewayParts:
    """
    What takes changed settings of a gateway.

    :param metrics: None if they are switched off.
    """

    gateway: GatewayService
    metrics: DaemonMetrics | None

    def prepares(self) -> list[Part]:
        """Return what prepares each part, those that open something last."""
        return [
            (Taker.CONNECTIONS, _at_once(self._connections)),
            (Taker.DRAIN, _at_once(self._drain)),
            (Taker.EXCHANGES, _at_once(self._exchanges)),
            (Taker.METRICS, _at_once(self._metrics)),
            (Taker.RECORDS, _at_once(self._records)),
            (Taker.SOURCES, _at_once(self._sources)),
            (Taker.OUTBOUND, self._outbound),
            (Taker.TRACING, self._tracing),
            (Taker.ACCESS_LOG, self._access_log),
        ]

    def _connections(self, settings: Settings) -> None:
        for listener in self.gateway.listeners.for_clients:
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

    def _records(self, settings: Settings) -> None:
        self.gateway.records.take(settings)

    def _sources(self, settings: Settings) -> None:
        limits = settings.limits
        self.gateway.builder.limit_heads(limits.max_head_bytes, limits.max_headers)

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


def listeners_part(
    listeners: Listeners, demo_source: str | None, sites: SiteMaker
) -> Part:
    """
    Return what changes the places where a daemon listens.

    :param demo_source: the endpoint of the demo source; None without one.
    """

    def prepare(settings: Settings) -> Prepared:
        change = listeners.change(
            places(settings, demo_source),
            sites.under(settings),
            settings.gateway.head_timeout_ms,
        )
        return Prepared(change.commit, change.abandon)

    return Taker.LISTENERS, prepare


def _at_once(commit: Callable[[Settings], None]) -> Prepare:
    """Prepare a part that can take any settings, and opens nothing."""
    return lambda settings: Prepared(lambda: commit(settings))
