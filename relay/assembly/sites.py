"""The sites of a daemon's own APIs: management, and technical."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from relay import __version__
from relay.assembly.fetching import Fetching
from relay.assembly.gateway import GatewayService
from relay.console.assets import built_assets
from relay.console.pages import ConsolePages
from relay.daemon.reload import Reload
from relay.gateway.drain import end_evenly
from relay.gateway.live_view import LiveView
from relay.installed import Installed
from relay.management.access.auth import Authenticator
from relay.management.access.passwords import Passwords
from relay.management.http.routing import Families
from relay.management.resources.gateway import Gateway
from relay.management.resources.instances import ThisInstance
from relay.management.site import ManagementSite
from relay.management.traffic.logs import Flush
from relay.model.secrets import Masking
from relay.observability.metrics.scrape import Scraped
from relay.observability.probes import Probes
from relay.settings.origins import Sources
from relay.settings.schema import Settings
from relay.store.store import Store
from relay.technical.access import Tokens
from relay.technical.channels import NodeChannels
from relay.technical.configuration import Configuration
from relay.technical.drain import Drain
from relay.technical.health import Health, Reasons
from relay.technical.history import NodeHistory
from relay.technical.metrics import PrometheusMetrics
from relay.technical.node import Node, NodeFacts
from relay.technical.reload import Reloads
from relay.technical.site import TechnicalSite
from relay.technical.streams.listing import Streams
from relay.technical.streams.resource import LiveStreams
from relay.technical.streams.watch import Watches
from relay.technical.trail import NodeTrail
from relay.tryit.gateway import LocalGateway


@dataclass
class Sites:
    """
    Makes the sites, of the parts of a daemon that has started.

    :param tokens: returns the bearer tokens of the technical API.
    :param unready: returns why clients should not be sent to this daemon.
    :param gateway_urls: returns the URLs of the gateway, best first.
    :param metrics: None if they are switched off.
    :param flush: writes the flight records that wait.
    """

    settings: Settings
    reactor: Any
    installed: Installed
    store: Store
    passwords: Passwords
    authenticator: Authenticator
    gateway: GatewayService
    tokens: Tokens
    probes: Probes
    unready: Reasons
    facts: NodeFacts
    gateway_urls: Callable[[], list[str]]
    metrics: Scraped | None
    flush: Flush
    reload: Reload
    sources: Sources

    def management(self) -> ManagementSite:
        """Make the site of the management API."""
        gateway = self.gateway
        return ManagementSite(
            self.store,
            self.installed.catalog,
            self.settings,
            self.authenticator,
            self.passwords,
            self.reactor,
            self.gateway_urls,
            gateway.builder.channels,
            gateway.builder.health,
            gateway.deliveries.view,
            Gateway(
                gateway.builder.try_out,
                gateway.reports.reached,
                LocalGateway(
                    self.reactor,
                    gateway.listeners,
                    gateway.resource,
                    gateway.shared.wall_ms,
                ),
            ),
            self._health,
            self.flush,
            self._node,
            prober=gateway.prober,
            pages=ConsolePages(built_assets()),
            instance=ThisInstance(
                self.facts.id,
                __version__,
                self.facts.started_at_ms,
                self.gateway_urls,
            ),
            fetch=Fetching(
                gateway.outbound,
                lambda: self.reload.settings.management.max_body_bytes,
            ).fetch,
        )

    def technical(self) -> TechnicalSite:
        """Make the site of the technical API."""
        return TechnicalSite(
            self.settings, self.tokens, self.authenticator, self.reactor, self._node
        )

    @cached_property
    def _node(self) -> Families:
        """The resources of the technical API."""
        masking = Masking(self.installed.catalog.type_of)
        services, watches = self.gateway.shared, Watches()
        services.observers.add(watches)
        trail = NodeTrail(self.store, self.facts)
        return Families(
            masking,
            Node(self.facts),
            Health(self.probes, self.unready),
            Configuration(lambda: self.sources.describe(self.reload.settings)),
            PrometheusMetrics(self.metrics),
            NodeChannels(self.gateway.channels),
            NodeHistory(self.gateway.history, self.reactor),
            Drain(self.gateway.drain, services.wall_ms),
            LiveStreams(
                Streams(self.reactor, services.live, LiveView()),
                watches,
                partial(end_evenly, self.reactor),
                trail,
            ),
            Reloads(self.reload, trail),
        )

    async def _health(self) -> dict[str, dict[str, Any]]:
        results = await self.probes.run()
        return {name: one.to_json() for name, one in results.items()}
