"""The sites of a daemon's own APIs: management, and technical."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from relay import __version__
from relay.assembly.fetching import Fetching
from relay.assembly.foundation import Foundation
from relay.assembly.view import GatewayView
from relay.console.assets import built_assets
from relay.console.pages import ConsolePages
from relay.daemon.reload import Reload
from relay.management.access.auth import Authenticator
from relay.management.access.passwords import Passwords
from relay.management.http.routing import Families
from relay.management.resources.instances import ThisInstance
from relay.management.site import ManagementSite
from relay.model.secrets import Masking
from relay.settings.origins import Sources
from relay.technical.access import Tokens
from relay.technical.configuration import Configuration
from relay.technical.health import Health, Probes, Reasons
from relay.technical.node import Node, NodeFacts
from relay.technical.reload import Reloads
from relay.technical.site import TechnicalSite
from relay.technical.trail import NodeTrail


@dataclass
class Sites:
    """
    Makes the sites, of the parts of a daemon that has started.

    :param view: of the gateway.
    :param tokens: returns the bearer tokens of the technical API.
    :param unready: returns why clients should not be sent to this daemon.
    :param gateway_urls: returns the URLs of the gateway, best first.
    :param reload: has the settings in force.
    """

    base: Foundation
    view: GatewayView
    passwords: Passwords
    authenticator: Authenticator
    tokens: Tokens
    probes: Probes
    unready: Reasons
    facts: NodeFacts
    gateway_urls: Callable[[], list[str]]
    reload: Reload
    sources: Sources

    def management(self) -> ManagementSite:
        """Make the site of the management API."""
        base, view = self.base, self.view
        return ManagementSite(
            base.store,
            base.installed.catalog,
            self.reload.settings,
            self.authenticator,
            self.passwords,
            base.reactor,
            self.gateway_urls,
            view.channels,
            view.health,
            view.deliveries,
            view.gateway,
            self._health,
            view.flush,
            self._node,
            prober=view.prober,
            pages=ConsolePages(built_assets()),
            instance=ThisInstance(
                self.facts.id,
                __version__,
                self.facts.started_at_ms,
                self.gateway_urls,
            ),
            fetch=Fetching(
                view.outbound,
                lambda: self.reload.settings.management.max_body_bytes,
            ).fetch,
        )

    def technical(self) -> TechnicalSite:
        """Make the site of the technical API."""
        return TechnicalSite(
            self.reload.settings,
            self.tokens,
            self.authenticator,
            self.base.reactor,
            self._node,
        )

    @cached_property
    def _node(self) -> Families:
        """The resources of the technical API."""
        trail = NodeTrail(self.base.store, self.facts)
        return Families(
            Masking(self.base.installed.catalog.type_of),
            Node(self.facts, self.view.workers),
            Health(self.probes, self.unready),
            Configuration(lambda: self.sources.describe(self.reload.settings)),
            *self.view.resources(trail),
            Reloads(self.reload, trail),
        )

    async def _health(self) -> dict[str, dict[str, Any]]:
        results = await self.probes.run()
        return {name: one.to_json() for name, one in results.items()}
