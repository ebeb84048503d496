"""What a process is composed of that serves the clients of published APIs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from twisted.application.service import MultiService
from twisted.internet.defer import Deferred

from relay.assembly.cluster import Cluster
from relay.assembly.foundation import Foundation
from relay.assembly.gateway import GatewayService
from relay.assembly.history import daemon_history
from relay.assembly.probes import daemon_probes, unready
from relay.assembly.reload import GatewayParts
from relay.assembly.tracing import open_tracing
from relay.assembly.view import GatewayView, view_of
from relay.cluster.link import Link
from relay.daemon.drain import NodeDrain
from relay.daemon.listeners import ListenerChange, Listeners
from relay.daemon.reload import Part, PrepareOthers, Reload
from relay.daemon.stopping import Step
from relay.gateway.resource import GatewayResource
from relay.gateway.services import Services
from relay.observability.access import AccessLog, open_access_log
from relay.observability.probes import Probes
from relay.outbound import Outbound
from relay.policies.limits.tallies import Tallies
from relay.reactor.clock import wall_ms
from relay.settings.schema import Settings
from relay.tally import Tally
from relay.technical.health import Reasons
from relay.upstream.dial.guard import AddressGuard

if TYPE_CHECKING:
    from relay.assembly.metrics import DaemonMetrics


class GatewayRole:
    """
    The gateway of this process, with what records and measures its exchanges.

    :param listeners: are closed to clients while the daemon drains.
    :param reload: has the settings in force.
    :param is_worker: whether other processes of the daemon serve clients, too.
    """

    gateway: GatewayService
    """Made by :meth:`start`."""
    view: GatewayView
    """Made by :meth:`start`."""
    _cluster: Cluster
    prepare_others: PrepareOthers | None = None
    """There are no other processes."""

    def __init__(
        self,
        base: Foundation,
        listeners: Listeners,
        reload: Reload,
        is_worker: bool = False,
    ) -> None:
        self._base = base
        self._listeners = listeners
        self._reload = reload
        self._is_worker = is_worker
        self._started = False
        self.metrics: DaemonMetrics | None = None
        """None if they are switched off."""

    def open(self, settings: Settings) -> None:
        """
        Open the files that the settings name, before anything is changed.

        :raises MaterialError: when a file of authorities cannot be used.
        :raises OSError: when the access log cannot be opened.
        """
        self._outbound = open_outbound(self._base, settings)
        self._access = open_access_log(settings.log, self._is_worker)

    def start(
        self,
        parent: MultiService,
        settings: Settings,
        owner: str,
        node: str | None = None,
        hub: str | None = None,
    ) -> None:
        """
        Start the gateway; the store and the change feed have started.

        :param parent: has started.
        :param owner: this process's name among those that share the store.
        :param node: the name that it shares with all processes of its daemon; None if
            it is the only one.
        :param hub: the path of the daemon's hub; None without one.
        :raises StoreError: when the store cannot be read.
        :raises SettingsError: when a file of the settings cannot be used.
        """
        base = self._base
        cluster = self._cluster = Cluster(base.reactor, settings.cluster, owner, hub)
        gateway = self.gateway = make_gateway(
            base,
            self._listeners,
            self._reload,
            self._outbound,
            self._access,
            owner,
            cluster.link,
            node,
        )
        gateway.setServiceParent(parent)
        cluster.start()
        if settings.metrics.enabled:
            # Its libraries take 1 MB and 50 ms.
            from relay.assembly.metrics import DaemonMetrics

            self.metrics = DaemonMetrics(
                settings.metrics,
                base.reactor,
                gateway,
                base.lag,
                base.certificates,
                self._reload,
            )
            self.metrics.setServiceParent(parent)
        gateway.tracing = open_tracing(settings, owner, gateway.shared)
        self.view = view_of(gateway, self.metrics)
        self._started = True

    def watch(self, server: str, answered: Tally) -> None:
        """
        Count the requests of an API for operators.

        :param server: ``management`` or ``technical``.
        :param answered: its requests, by the class of their status.
        """
        if self.metrics is not None:
            self.metrics.watch(server, answered)

    def prepares(self) -> list[Part]:
        """Return what takes changed settings."""
        return GatewayParts(self.gateway, self.metrics, self._is_worker).prepares()

    @property
    def ready(self) -> Deferred[None]:
        """Fires when the first route table is there."""
        return self.gateway.follower.ready

    @property
    def application(self) -> GatewayResource:
        """Receives the requests of clients."""
        return self.gateway.resource

    def probes(self) -> Probes:
        """Return the probes of this process."""
        probes = daemon_probes(self._base, self._listeners, self.gateway.follower, None)
        self._cluster.add_probe(probes)
        return probes

    def unready(self) -> Reasons:
        """Return what returns why clients should not be sent to this process."""
        return unready(self._base.readiness, self._listeners)

    @property
    def drain(self) -> NodeDrain:
        """The drain of the exchanges."""
        return self.gateway.drain

    def watch_listeners(self, change: ListenerChange | None) -> None:
        """Do nothing: the listeners are of this process alone."""

    def renew(self) -> None:
        """Try refused deployments again."""
        if self._started:
            self.gateway.deployer.retry()

    def reopen_logs(self) -> None:
        """Open the access log again: another program has moved the file."""
        if self._started:
            self.gateway.shared.access.reopen()

    def status(self) -> str:
        """Return what the gateway does, in one line."""
        live = self.gateway.shared.live.all()
        streams = sum(one.streams for one in live)
        state = self.drain.state.value
        return f"{state}: {streams} event streams, {len(live) - streams} other calls"

    def steps(self) -> list[Step]:
        """Return the steps of a stop."""
        if not self._started:
            return []
        gateway = self.gateway
        drain_ms = gateway.drain.longest_s * 1000
        return [
            Step("exchanges and deliveries", gateway.stop, drain_ms),
            Step("the store to take the last report", gateway.reports.stopService),
            Step("the store to take the records", gateway.records.stopService),
            *self._cluster.steps(),
        ]

    def stop_measuring(self) -> None:
        """Stop the metrics, the last of what runs in the background."""
        if self.metrics is not None:
            self.metrics.stopService()


def open_outbound(base: Foundation, settings: Settings) -> Outbound:
    """
    Return what calls the URLs of definitions.

    :raises MaterialError: when a file of authorities cannot be used.
    """
    guard = AddressGuard(settings.outbound.allow)
    return Outbound.trusting(base.reactor, guard, settings.outbound.ca)


def make_gateway(
    base: Foundation,
    listeners: Listeners,
    reload: Reload,
    outbound: Outbound,
    access: AccessLog,
    owner: str,
    link: Link | None = None,
    node: str | None = None,
) -> GatewayService:
    """
    Make a gateway that is not started.

    :param owner: this process's name among those that share the store.
    :param link: to the cluster; None for a process that counts by itself.
    :param node: the name that it shares with all processes of its daemon; None if it is
        the only one.
    """
    settings = reload.settings
    return GatewayService(
        Services.assemble(
            base.reactor,
            settings.gateway,
            settings.limits,
            access,
            wall_ms,
            None if link is None else Tallies.shared(base.reactor, link),
        ),
        base.store,
        base.feed,
        outbound,
        owner,
        base.installed,
        settings.drain,
        listeners,
        base.readiness,
        settings.records,
        settings.log.access_query,
        partial(
            daemon_history,
            base.lag,
            base.memory,
            lambda: reload.settings.metrics.max_series,
        ),
        base.table,
        link,
        node,
    )
