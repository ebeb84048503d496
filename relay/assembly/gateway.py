"""The gateway of a daemon: what serves deployments, and what keeps them up to date."""

from __future__ import annotations

from twisted.application.service import MultiService
from twisted.internet.defer import gatherResults

from relay.assembly.drain import node_drain
from relay.assembly.history import MakeHistory
from relay.assembly.opening import channel_store
from relay.assembly.records import DaemonRecords
from relay.cluster.link import Link
from relay.daemon.listeners import Listeners
from relay.deploy.builder import Builder
from relay.deploy.channel_view import ChannelView
from relay.deploy.deployer import Deployer
from relay.deploy.follower import Follower
from relay.deploy.reports import Reports
from relay.deploy.table_keeper import TableKeeper
from relay.gateway.resource import GatewayResource
from relay.gateway.services import Services
from relay.installed import Installed
from relay.observability.readiness import Readiness
from relay.observability.tracing.service import Tracing
from relay.outbound import Outbound
from relay.settings.daemon import DrainSettings
from relay.settings.observability import RecordSettings
from relay.store.feed import ChangeFeed
from relay.store.registry import GatewayRegistry
from relay.store.store import Store
from relay.store.tables.delivery.delivery_store import DeliveryStore
from relay.upstream.probe.probe import Prober
from relay.webhook.deliveries import Deliveries


class GatewayService(MultiService):
    """
    Serves deployments to clients, and to consumers that are called.

    :param services: what all exchanges share.
    :param store: started, as the feed is.
    :param feed: names changed deployments and subscriptions.
    :param outbound: makes the calls of policies, plans and deliveries.
    :param owner: this process's name among those that share the store.
    :param installed: the types of connectors, plans and policies.
    :param drain: how the exchanges end of the daemon, or of an API, that is stopped.
    :param listeners: are closed to clients while the daemon drains.
    :param readiness: of the daemon.
    :param records: how long exchanges are recorded.
    :param with_query: whether queries are recorded.
    :param make_history: makes the history of the exchanges.
    :param table: keeps the last route table, or has read it in the place of the store.
    :param link: to the processes that share channels and counts; None if none does.
    :param node: the name under which channels are owned, by all processes of a daemon;
        None if this is the only one.
    """

    def __init__(
        self,
        services: Services,
        store: Store,
        feed: ChangeFeed,
        outbound: Outbound,
        owner: str,
        installed: Installed,
        drain: DrainSettings,
        listeners: Listeners,
        readiness: Readiness,
        records: RecordSettings,
        with_query: bool,
        make_history: MakeHistory,
        table: TableKeeper,
        link: Link | None = None,
        node: str | None = None,
    ) -> None:
        super().__init__()
        reactor = services.reactor
        self.shared = services
        self.listeners = listeners
        self.link = link
        self.tracing: Tracing | None = None
        self.outbound = outbound
        self.resource = GatewayResource(services)
        self.drain = node_drain(drain, listeners, self.resource, readiness)
        self.deliveries = Deliveries(
            services,
            DeliveryStore(
                store, owner if link is None or not link.spans_machines else None
            ),
            outbound,
            services.settings.drain_timeout_ms,
            None if link is None else link.leases,
        )
        channels = channel_store(store, node or owner, table)
        table.keep(owner, node or owner, lambda: channels.id_secret)
        self.feed, self.table = feed, table
        self.builder = Builder(
            services,
            installed.catalog.parse_stored_api,
            installed.connectors.endpoints,
            installed.connectors.entrypoints,
            installed.plans,
            installed.policies,
            outbound,
            channels,
            self.deliveries,
            link,
        )
        self.prober = Prober(reactor, self.builder.head_limits, outbound.guard)
        self.channels = ChannelView(
            reactor, self.builder.shared, services.live, services.wall_ms
        )
        self.reports = Reports(reactor, GatewayRegistry(store, owner))
        self.deployer = Deployer(
            reactor,
            self.resource,
            self.builder,
            self.reports.note,
            drain.spread_ms / 1000.0,
        )
        self.follower = Follower(
            store,
            feed,
            self.deployer,
            services.consumers,
            owner,
            self.reports,
            table.last,
            table.note,
        )
        self.records = DaemonRecords(records, services, store, owner, with_query)
        self.history = make_history(services, self.reports)
        for service in (
            self.deliveries,
            self.reports,
            self.table,
            self.follower,
            self.records,
            self.history,
        ):
            service.setServiceParent(self)

    async def stop(self) -> None:
        """End exchanges and deliveries, export the last spans, then stop."""
        drained = self.drain.stop()
        # Other daemons take deliveries over only when this one has ended.
        await self.drain.when_refusing()
        await gatherResults([self.deliveries.stopService(), drained])
        self.deployer.close()
        self.history.stopService()
        await self.table.stopService()
        if self.tracing is not None:
            await self.tracing.stop()
