"""What a process is composed of that serves the clients of published APIs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from twisted.application.service import MultiService
from twisted.internet.defer import Deferred

from relay.assembly.foundation import Foundation
from relay.assembly.gateway import GatewayService
from relay.assembly.history import daemon_history
from relay.assembly.reload import GatewayParts
from relay.assembly.tracing import open_tracing
from relay.assembly.view import GatewayView, view_of
from relay.cluster.link import Link
from relay.daemon.drain import NodeDrain
from relay.daemon.listeners import Listeners
from relay.daemon.reload import Part, Reload
from relay.daemon.stopping import Step
from relay.gateway.services import Services
from relay.observability.access import open_access_log
from relay.outbound import Outbound
from relay.policies.limits.tallies import Tallies
from relay.reactor.clock import wall_ms
from relay.settings.schema import Settings
from relay.tally import Tally
from relay.upstream.dial.guard import AddressGuard

if TYPE_CHECKING:
    from relay.assembly.metrics import DaemonMetrics


class GatewayRole:
    """
    The gateway of this process, with what records and measures its exchanges.

    :param listeners: are closed to clients while the daemon drains.
    :param reload: has the settings in force.
    """

    gateway: GatewayService
    """Made by :meth:`start`."""
    view: GatewayView
    """Made by :meth:`start`."""

    def __init__(self, base: Foundation, listeners: Listeners, reload: Reload) -> None:
        self._base = base
        self._listeners = listeners
        self._reload = reload
        self._started = False
        self.metrics: DaemonMetrics | None = None
        """None if they are switched off."""

    def open(self, settings: Settings) -> None:
        """
        Open the files that the settings name, before anything is changed.

        :raises MaterialError: when a file of authorities cannot be used.
        :raises OSError: when the access log cannot be opened.
        """
        guard = AddressGuard(settings.outbound.allow)
        self._outbound = Outbound.trusting(
            self._base.reactor, guard, settings.outbound.ca
        )
        self._access = open_access_log(settings.log)

    def start(
        self,
        parent: MultiService,
        settings: Settings,
        owner: str,
        link: Link | None = None,
    ) -> None:
        """
        Start the gateway; the store and the change feed have started.

        :param parent: has started.
        :param owner: this process's name among those that share the store.
        :param link: to the cluster; None for a process that counts by itself.
        :raises StoreError: when the store cannot be read.
        :raises SettingsError: when a file of the settings cannot be used.
        """
        base = self._base
        services = Services.assemble(
            base.reactor,
            settings.gateway,
            settings.limits,
            self._access,
            wall_ms,
            None if link is None else Tallies.shared(base.reactor, link),
        )
        gateway = self.gateway = GatewayService(
            services,
            base.store,
            base.feed,
            self._outbound,
            owner,
            base.installed,
            settings.drain,
            self._listeners,
            base.readiness,
            settings.records,
            settings.log.access_query,
            partial(
                daemon_history,
                base.lag,
                base.memory,
                lambda: self._reload.settings.metrics.max_series,
            ),
            base.table,
        )
        gateway.setServiceParent(parent)
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
        gateway.tracing = open_tracing(settings, owner, services)
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
        return GatewayParts(self.gateway, self.metrics).prepares()

    @property
    def ready(self) -> Deferred[None]:
        """Fires when the first route table is there."""
        return self.gateway.follower.ready

    @property
    def drain(self) -> NodeDrain:
        """The drain of the exchanges."""
        return self.gateway.drain

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
        ]

    def stop_measuring(self) -> None:
        """Stop the metrics, the last of what runs in the background."""
        if self.metrics is not None:
            self.metrics.stopService()
