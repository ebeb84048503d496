"""What a process is composed of that serves operators and publishers."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from twisted.application.service import MultiService, Service
from twisted.internet.interfaces import IProtocolFactory

from relay.assembly.demo import DaemonDemo
from relay.assembly.foundation import Foundation
from relay.assembly.opening import administrator
from relay.assembly.operator_parts import OperatorParts
from relay.assembly.places import DEMO, MANAGEMENT, TECHNICAL
from relay.assembly.retentions import Retentions
from relay.assembly.sites import Sites
from relay.assembly.view import GatewayView
from relay.daemon.logs import DaemonLogs
from relay.daemon.reload import Part, Reload
from relay.management.access.auth import Authenticator
from relay.management.access.bootstrap import check_admin
from relay.management.access.passwords import Passwords
from relay.management.site import ManagementSite
from relay.reactor.clock import wall_ms
from relay.settings.demo import DemoSettings
from relay.settings.origins import Sources
from relay.settings.schema import Settings
from relay.technical.access import tokens_of
from relay.technical.health import Probes, Reasons
from relay.technical.node import NodeFacts
from relay.technical.site import TechnicalSite


class OperatorRole:
    """
    The management API, the technical API and the console, with what they need: users,
    sessions, the audit trail, and the demo.

    :param reload: has the settings in force.
    :param sources: where the settings are from.
    :param logs: the daemon's own log; None leaves it to twistd.
    :param demo: None for none.
    """

    management: ManagementSite
    """Made by :meth:`serve`."""
    technical: TechnicalSite
    """Made by :meth:`open_sites`."""

    def __init__(
        self,
        base: Foundation,
        settings: Settings,
        reload: Reload,
        sources: Sources,
        logs: DaemonLogs | None,
        demo: DemoSettings | None,
    ) -> None:
        self._base = base
        self._reload = reload
        self._sources = sources
        self._logs = logs
        reactor: Any = base.reactor
        self.demo = DaemonDemo(reactor, settings.data_dir, demo) if demo else None
        self.demo_source = None if self.demo is None else self.demo.source
        """The endpoint of the demo source; None without one."""
        self._passwords = Passwords(reactor)
        self._retentions = Retentions(base.store, reactor, settings)

    def check(self, settings: Settings) -> None:
        """
        Check what the start needs, before anything is opened.

        :raises SettingsError: when the file of a token cannot be used.
        :raises CannotStart: when the password of the environment cannot be used.
        """
        check_admin(os.environ)
        self._tokens = tokens_of(settings.technical)

    def start(self, parent: MultiService, settings: Settings) -> None:
        """
        Start; the store has started, perhaps without its database.

        :param parent: has started.
        :raises StoreError: when the store cannot be used.
        """
        administrator(self._base.store, settings, os.environ)
        for service in self.services:
            service.setServiceParent(parent)

    @property
    def services(self) -> tuple[Service, ...]:
        """The services that run in the background."""
        return (self._passwords, self._retentions)

    def open_sites(
        self,
        view: GatewayView,
        owner: str,
        probes: Probes,
        unready: Reasons,
        gateway_urls: Callable[[], list[str]],
    ) -> None:
        """
        Make the site of the technical API.

        :param view: of the gateway.
        :param owner: this process's name among those that share the store.
        :param unready: returns why clients should not be sent to this daemon.
        :param gateway_urls: returns the URLs of the gateway, best first.
        """
        base = self._base
        self._authenticator = Authenticator(
            base.store, self._reload.settings.admin, base.reactor, self._passwords
        )
        self._sites = Sites(
            base,
            view,
            self._passwords,
            self._authenticator,
            self._tokens,
            probes,
            unready,
            NodeFacts.of_start(owner, wall_ms(), base.reactor),
            gateway_urls,
            self._reload,
            self._sources,
        )
        self.technical = self._sites.technical()

    def serve(self) -> dict[str, IProtocolFactory]:
        """Make the other sites, and return all by the names of their places."""
        self.management = self._sites.management()
        fixed: dict[str, IProtocolFactory] = {
            MANAGEMENT: self.management,
            TECHNICAL: self.technical,
        }
        if self.demo is not None:
            fixed[DEMO] = self.demo.site()
        return fixed

    def prepares(self) -> list[Part]:
        """Return what takes changed settings."""
        return OperatorParts(
            self._authenticator,
            self._logs,
            self.management,
            self._retentions,
            self.technical,
        ).prepares()

    def stop(self) -> None:
        """End the streams of the demo source, and the services."""
        if self.demo is not None:
            self.demo.stopService()
        for service in self.services:
            service.stopService()
