"""What each part of a daemon does with changed settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

from relay.assembly.foundation import Foundation
from relay.assembly.gateway import GatewayService
from relay.assembly.places import SiteMaker
from relay.daemon.listener import Place
from relay.daemon.listeners import ListenerChange, Listeners
from relay.daemon.reload import Part, Prepare, Prepared, nothing
from relay.http.listener.site import ClientSite
from relay.observability.access import open_access_log
from relay.reactor.descriptors import DESCRIPTORS
from relay.settings.effect import Taker
from relay.settings.schema import Settings

if TYPE_CHECKING:
    from relay.assembly.metrics import DaemonMetrics


@dataclass(frozen=True)
class ProcessParts:
    """What takes changed settings in every process of a daemon."""

    base: Foundation

    def prepares(self) -> list[Part]:
        """Return what prepares each part."""
        return [
            (Taker.CERTIFICATES, at_once(self._certificates)),
            (Taker.PROBES, at_once(self._probes)),
            (Taker.PROCESS, at_once(self._process)),
            (Taker.RESOLVER, at_once(self._resolver)),
            (Taker.STORE, at_once(self._store)),
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
class GatewayParts:
    """
    What takes changed settings of a gateway.

    :param metrics: None if they are switched off.
    :param is_worker: whether other processes write the same access log.
    """

    gateway: GatewayService
    metrics: DaemonMetrics | None
    is_worker: bool

    def prepares(self) -> list[Part]:
        """Return what prepares each part, those that open something last."""
        return [
            (Taker.CONNECTIONS, at_once(self._connections)),
            (Taker.DRAIN, at_once(self._drain)),
            (Taker.EXCHANGES, at_once(self._exchanges)),
            (Taker.METRICS, at_once(self._metrics)),
            (Taker.RECORDS, at_once(self._records)),
            (Taker.SOURCES, at_once(self._sources)),
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
        opened = open_access_log(settings.log, self.is_worker)

        def abandon() -> None:
            opened.close()
            if is_new:
                with suppress(OSError):
                    os.unlink(path)

        return Prepared(lambda: self.gateway.shared.access.replace(opened), abandon)


def listeners_part(
    listeners: Listeners,
    places_of: Callable[[Settings], list[Place]],
    sites: SiteMaker,
    watch: Callable[[ListenerChange | None], None],
) -> Part:
    """
    Return what changes the places where a process listens.

    :param places_of: returns the places.
    :param watch: called with a change that is prepared, and with None when it is over.
    """

    def prepare(settings: Settings) -> Prepared:
        change = listeners.change(
            places_of(settings),
            sites.under(settings),
            settings.gateway.head_timeout_ms,
        )
        watch(change)

        def commit() -> None:
            watch(None)
            change.commit()

        def abandon() -> None:
            watch(None)
            change.abandon()

        return Prepared(commit, abandon)

    return Taker.LISTENERS, prepare


def at_once(commit: Callable[[Settings], None]) -> Prepare:
    """Prepare a part that can take any settings, and opens nothing."""
    return lambda settings: Prepared(lambda: commit(settings))
