"""
The metrics of a daemon: which parts count, and what is read of them.

This module imports the libraries for metrics. It is imported when metrics are enabled.
"""

from __future__ import annotations

from typing import Any

from twisted.application.service import MultiService
from twisted.internet.defer import Deferred

from relay.assembly.certificates import expiry, failed
from relay.assembly.gateway import GatewayService
from relay.assembly.meters import (
    ChannelMeter,
    CountsMeter,
    EndpointMeter,
    WebhookMeter,
)
from relay.assembly.tracing import read_limited, read_spans, read_waiting
from relay.daemon.reload import Reload
from relay.observability.metrics.catalog import (
    certificates,
    cluster,
    node,
    records,
    streams,
    tracing,
)
from relay.observability.metrics.catalog.families import FAMILIES
from relay.observability.metrics.exchanges import ExchangeMetrics
from relay.observability.metrics.gone import GoneApis
from relay.observability.metrics.process import ProcessMetrics
from relay.observability.metrics.registry import Metrics, Others
from relay.observability.metrics.series import Bounds
from relay.observability.metrics.workers import Ask, WorkerMetrics
from relay.reactor.loop_lag import LoopLag
from relay.settings.observability import MetricsSettings
from relay.tally import Key, Tally
from relay.tls.files.watcher import FileWatcher


class ProcessPart(MultiService):
    """
    The metrics of a process, whatever it serves.

    :param bounds: of the number of series.
    :param lag: measures the delay of the reactor's loop.
    :param watcher: knows the certificates.
    :param reload: knows the result of the last reload.
    :param others: the other processes of the daemon; None for one process.
    """

    def __init__(
        self,
        settings: MetricsSettings,
        reactor: Any,
        bounds: Bounds,
        lag: LoopLag,
        watcher: FileWatcher,
        reload: Reload,
        others: Others | None = None,
    ) -> None:
        super().__init__()
        self.settings = settings
        """The settings in force; they may be replaced."""
        self._process = ProcessMetrics(lag.delays)
        self.all = Metrics(reactor, FAMILIES, bounds, others)
        """To be added to by what is made later."""
        self.all.add(self._process)
        self.all.read(
            certificates.CERTIFICATE_EXPIRY,
            lambda: expiry(watcher.states(), self.settings.max_series),
        )
        self.all.read(
            certificates.CERTIFICATE_RELOAD_FAILED, lambda: failed(watcher.states())
        )
        self.all.read(node.RELOAD_SUCCESSFUL, lambda: reload.last_successful)
        self.all.read(node.RELOAD_TIME, lambda: reload.last_success_ms / 1000)

    def startService(self) -> None:
        """Begin to measure the process."""
        super().startService()
        self._process.start()

    def stopService(self) -> Deferred[None]:
        """Measure no more."""
        self._process.stop()
        stopped: Deferred[None] = super().stopService()
        return stopped

    def watch(self, server: str, answered: Tally) -> None:
        """
        Count the requests of an API of the daemon.

        :param server: ``management`` or ``technical``.
        :param answered: its requests, by the class of their status.
        """
        self.all.read(
            streams.HTTP_REQUESTS,
            lambda: {(server, "", *status): n for status, n in answered.items()},
        )


class ControlMetrics(ProcessPart):
    """
    The metrics of a control process, and of its workers.

    :param workers: asks the workers.
    :param lag: as above.
    :param watcher: as above.
    :param reload: as above.
    """

    def __init__(
        self,
        settings: MetricsSettings,
        reactor: Any,
        workers: Ask,
        lag: LoopLag,
        watcher: FileWatcher,
        reload: Reload,
    ) -> None:
        bounds = Bounds(lambda: self.settings.max_series)
        others = WorkerMetrics(FAMILIES, workers)
        super().__init__(settings, reactor, bounds, lag, watcher, reload, others)


class DaemonMetrics(ProcessPart):
    """
    Counts exchanges, and reads all parts of a daemon when somebody asks for metrics.

    :param gateway: its exchanges are counted from now on.
    :param lag: as above.
    :param watcher: as above.
    :param reload: as above.
    """

    def __init__(
        self,
        settings: MetricsSettings,
        reactor: Any,
        gateway: GatewayService,
        lag: LoopLag,
        watcher: FileWatcher,
        reload: Reload,
    ) -> None:
        bounds = Bounds(lambda: self.settings.max_series)
        super().__init__(settings, reactor, bounds, lag, watcher, reload)
        self._gateway = gateway
        services = gateway.shared
        exchanges = ExchangeMetrics(services.live.all)
        services.observers.add(exchanges)
        counts = (exchanges, services.counts, bounds)
        self.all.add(GoneApis(reactor, self._present_apis, counts))
        self.all.add(exchanges)
        self.all.add(CountsMeter(services.counts))
        self.all.add(ChannelMeter(gateway.builder))
        self.all.add(EndpointMeter(gateway.builder))
        self.all.add(WebhookMeter(gateway.deliveries, services.wall_ms))
        self.all.read(streams.EXCHANGES_LIMIT, lambda: services.limits.max_exchanges)
        self.all.read(streams.SERIES, bounds.sizes)
        if (recorder := gateway.records.recorder) is not None:
            self.all.read(records.WAITING, lambda: recorder.waiting)
            self.all.read(records.DROPPED, lambda: recorder.dropped)
        self.all.read(streams.SERIES_LIMIT, lambda: self.settings.max_series)
        self.all.read(tracing.SPANS, lambda: read_spans(gateway.tracing))
        self.all.read(tracing.SPANS_WAITING, lambda: read_waiting(gateway.tracing))
        self.all.read(tracing.LIMITED, lambda: read_limited(gateway.tracing))
        feed, follower, table = gateway.feed, gateway.follower, gateway.table
        self.all.read(node.STORE_UP, lambda: feed.store_answers)
        self.all.read(node.TABLE_STALE, lambda: follower.stale is not None)
        self.all.read(node.TABLE_TIME, lambda: (table.saved_at_ms or 0) / 1000)
        if (link := gateway.link) is not None:
            self.all.read(cluster.ENGINE_UP, lambda: link.problem is None)
        self.all.read(node.DRAINING, lambda: gateway.drain.view is not None)
        self.all.read(node.DRAIN_STREAMS, self._drain_streams)
        self.all.read(node.DRAIN_REMAINING, self._drain_remaining_s)
        self.all.read(node.API_INFO, self._apis)
        self.all.read(node.DEPLOYMENTS, self._deployments)
        self.all.read(node.DEPLOYMENT_OBSERVED, self._observed)
        self.all.read(node.DEPLOYMENT_IN_FORCE, self._in_force)

    def _present_apis(self) -> set[str]:
        live = self._gateway.shared.live.all()
        return {
            one.record.api_id or "" for one in live
        } | self._gateway.reports.made.keys()

    def _drain_streams(self) -> int:
        view = self._gateway.drain.view
        return 0 if view is None else view.left.streams

    def _drain_remaining_s(self) -> float:
        view = self._gateway.drain.view
        return 0 if view is None else view.delay_left_s + view.left.hard_stop_left_s

    def _apis(self) -> dict[Key, float]:
        return {(api.id, api.name): 1 for api in self._gateway.deployer.served}

    def _deployments(self) -> dict[Key, float]:
        made = self._gateway.reports.made.values()
        in_force = sum([one.serving == one.number for one in made])
        return {("in_force",): in_force, ("rejected",): len(made) - in_force}

    def _observed(self) -> dict[Key, float]:
        made = self._gateway.reports.made
        return {(api_id,): one.number for api_id, one in made.items()}

    def _in_force(self) -> dict[Key, float]:
        made = self._gateway.reports.made
        return {(api_id,): one.serving or 0 for api_id, one in made.items()}
