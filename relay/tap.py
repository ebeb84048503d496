"""
``twistd relay``: the composition root, the only module that knows every part.

``makeService`` opens nothing, since twistd forks after it. The start is ordered such
that a start that fails changes nothing, and no client meets an empty gateway: addresses
are taken, the data directory is taken, the store is migrated, the password of the
administrator is there, the first route table is built, and only then does a listener
accept.
"""

from __future__ import annotations

import os
from dataclasses import astuple
from functools import partial
from typing import TYPE_CHECKING, Any

from twisted.application.service import MultiService, Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocolFactory
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay import __version__
from relay.assembly.demo import DaemonDemo
from relay.assembly.drain import drain_obstacle
from relay.assembly.gateway import GatewayService
from relay.assembly.history import daemon_history
from relay.assembly.places import DEMO, MANAGEMENT, TECHNICAL, SiteMaker, places
from relay.assembly.probes import daemon_probes, unready, vitals
from relay.assembly.reload import Parts
from relay.assembly.retentions import retentions
from relay.assembly.sites import Sites
from relay.assembly.systemd import supervise
from relay.assembly.tracing import open_tracing
from relay.daemon.data_dir import DataDir
from relay.daemon.errors import CannotStart
from relay.daemon.listeners import Listeners
from relay.daemon.logs import DaemonLogs
from relay.daemon.options import Options
from relay.daemon.process import favour_reactor, raise_file_limit, settle_garbage
from relay.daemon.reload import Reload
from relay.daemon.signals import Signals
from relay.daemon.stopping import Step, Stop
from relay.gateway.services import Services
from relay.installed import find_installed
from relay.management.access.auth import Authenticator
from relay.management.access.bootstrap import check_admin, ensure_admin
from relay.management.access.passwords import Passwords
from relay.model.secrets import Masking
from relay.observability.access import open_access_log
from relay.observability.readiness import STARTING, Readiness
from relay.outbound import Outbound
from relay.reactor.clock import use_monotonic_clock, wall_ms
from relay.reactor.descriptors import DESCRIPTORS
from relay.reactor.detached import print_whole_failures
from relay.reactor.heap import Heap, HeapTrimmer
from relay.reactor.polling import poll_lean
from relay.settings.demo import DemoSettings
from relay.settings.origins import Sources
from relay.settings.schema import Settings
from relay.settings.source import SettingsError
from relay.store.errors import StoreError
from relay.store.feed import ChangeFeed
from relay.store.owner import owner_name
from relay.store.store import Store
from relay.technical.access import tokens_of
from relay.technical.node import NodeFacts
from relay.technical.site import TechnicalSite
from relay.tls.files.watcher import FileWatcher
from relay.tls.material import MaterialError
from relay.upstream.dial.guard import AddressGuard
from relay.upstream.dial.names import Names

if TYPE_CHECKING:
    from relay.assembly.metrics import DaemonMetrics


def makeService(options: Options) -> RelayService:
    """Build the daemon; nothing is opened before it starts."""
    print_whole_failures(CannotStart)
    # The daemon chooses the reactor after this module is imported.
    from twisted.internet import reactor

    settings = options["settings"]
    command = {} if options.parent is None else options.parent
    try:
        logs = DaemonLogs(command, settings.log)
    except SettingsError as error:
        raise CannotStart(str(error)) from None
    return RelayService(settings, options["sources"], reactor, options["demo"], logs)


class RelayService(MultiService):
    """
    The daemon.

    :param settings: all settings.
    :param sources: where they are from.
    :param demo: the demo source is run, and an API created for it; None for neither.
    :param logs: the daemon's own log; None leaves it to twistd.
    """

    log = Logger()

    def __init__(
        self,
        settings: Settings,
        sources: Sources,
        reactor: Any,
        demo: DemoSettings | None,
        logs: DaemonLogs | None = None,
    ) -> None:
        super().__init__()
        self._logs = logs
        self._sources = sources
        self._reload = Reload(
            settings, sources, self._reopen_logs, self._renew, wall_ms
        )
        self._reactor = reactor
        self._installed = find_installed()
        self._demo = DaemonDemo(reactor, settings.data_dir, demo) if demo else None
        self._demo_source = None if self._demo is None else self._demo.source
        self._listeners = Listeners(
            reactor,
            places(settings, self._demo_source),
            settings.gateway.head_timeout_ms,
        )
        self._store = Store(
            settings.store.url,
            reactor,
            threads=settings.store.threads,
            write_timeout_s=settings.store.write_timeout_ms / 1000,
            clock_ms=wall_ms,
            masking=Masking(self._installed.catalog.type_of),
        )
        self._feed = ChangeFeed(self._store, reactor, settings.store.poll_ms)
        self._passwords = Passwords(reactor)
        self._trail, self._sessions = retentions(self._store, reactor, settings)
        self._heap = HeapTrimmer(reactor, Heap())
        self._certificates = FileWatcher(
            reactor, settings.certificates.watch_interval_ms, wall_ms
        )
        self._lag, self._memory = vitals(reactor, settings.technical)
        self._readiness = Readiness()
        self._metrics: DaemonMetrics | None = None
        self._names = Names(reactor, *astuple(settings.resolver))
        self._gateway: GatewayService | None = None
        """Made during the start, of files and addresses that are open by then."""
        self._ready: Deferred[None] = Deferred()
        """Fires when clients are accepted."""

    @property
    def _settings(self) -> Settings:
        """The settings in force."""
        return self._reload.settings

    def setServiceParent(self, parent: Any) -> None:
        """Become part of twistd's application, and write its log."""
        if self._logs is not None:
            self._logs.attach(parent)
        super().setServiceParent(parent)

    def startService(self) -> None:
        """
        Start everything, in order, before the reactor runs.

        A start that fails has changed nothing: what others may hold (addresses, the
        data directory) and what can be wrong (files) comes first, what is changed last.
        The first route table is built by the running reactor; then listeners accept.

        :raises CannotStart: with the reason in one line.
        """
        super().startService()
        self.log.info(
            "Relay {version} starts; its data directory is {path}",
            version=__version__,
            path=self._settings.data_dir,
        )
        use_monotonic_clock(self._reactor)
        Signals(self._reactor, self._hang_up, self._reopen_logs).install()
        settings = self._settings
        DESCRIPTORS.keep(raise_file_limit(), settings.limits.reserved_files)
        favour_reactor()
        self._names.install()
        try:
            gateway = self._gateway = self._start()
        except (StoreError, MaterialError, SettingsError, OSError) as error:
            self._listeners.abandon()
            raise CannotStart(*str(error).splitlines()) from None
        except CannotStart:
            self._listeners.abandon()
            raise
        poll_lean(self._reactor)
        sites = self._sites(gateway)
        technical = sites.technical()
        if settings.technical.endpoint:
            # It reports on the start, and therefore accepts before the others.
            listener = self._listeners.named(TECHNICAL)
            listener.serve(technical, self._reactor)
            listener.accept()
        self._ready = gateway.follower.ready
        self._ready.addCallback(lambda _: self._serve(gateway, sites, technical))
        self._ready.addErrback(self._failed)

    def _start(self) -> GatewayService:
        settings = self._settings
        check_admin(os.environ)
        self._tokens = tokens_of(settings.technical)
        self._listeners.setServiceParent(self)
        DataDir(settings.data_dir, settings.process.share_data_dir).setServiceParent(
            self
        )
        guard = AddressGuard(settings.outbound.allow)
        outbound = Outbound.trusting(self._reactor, guard, settings.outbound.ca)
        access = open_access_log(settings.log)
        self._store.setServiceParent(self)
        ensure_admin(self._store, settings, os.environ)
        for service in (*self._background(), self._feed):
            service.setServiceParent(self)
        self._owner = owner_name(settings.data_dir)
        services = Services.assemble(
            self._reactor, settings.gateway, settings.limits, access, wall_ms
        )
        gateway = GatewayService(
            services,
            self._store,
            self._feed,
            outbound,
            self._owner,
            self._installed,
            settings.drain,
            self._listeners,
            self._readiness,
            settings.records,
            settings.log.access_query,
            partial(
                daemon_history,
                self._lag,
                self._memory,
                lambda: self._settings.metrics.max_series,
            ),
        )
        gateway.setServiceParent(self)
        if settings.metrics.enabled:
            # Its libraries take 1 MB and 50 ms.
            from relay.assembly.metrics import DaemonMetrics

            self._metrics = DaemonMetrics(
                settings.metrics,
                self._reactor,
                gateway,
                self._lag,
                self._certificates,
                self._reload,
            )
            self._metrics.setServiceParent(self)
        self._certificates.setServiceParent(self)
        gateway.tracing = open_tracing(settings, self._owner, services)
        return gateway

    def _serve(
        self, gateway: GatewayService, sites: Sites, technical: TechnicalSite
    ) -> None:
        """Accept clients, now that the first route table is there."""
        if not self.running:
            return
        management = sites.management()
        if self._metrics is not None:
            self._metrics.watch(MANAGEMENT, management.answered)
            self._metrics.watch(TECHNICAL, technical.answered)
        fixed: dict[str, IProtocolFactory] = {
            MANAGEMENT: management,
            TECHNICAL: technical,
        }
        if self._demo is not None:
            fixed[DEMO] = self._demo.site()
        maker = SiteMaker(gateway.resource, fixed, self._reactor)
        self._listeners.serve(maker.under(self._settings))
        self._reload.accept(
            Parts(
                sites.authenticator,
                self._certificates,
                self._demo_source,
                self._feed,
                gateway,
                self._lag,
                self._listeners,
                self._logs,
                management,
                self._memory,
                self._metrics,
                self._names,
                self._trail,
                self._sessions,
                maker,
                technical,
            ).prepares(),
            lambda: drain_obstacle(gateway.drain),
        )
        if self._demo is not None:
            self._demo.begin(self._listeners, self.gateway_urls()[0])
        settle_garbage()
        self._listeners.accept()
        self._readiness.clear(STARTING)
        supervise(self, gateway, self._reload, self._settings.process.stop_timeout_ms)

    def _failed(self, failure: Failure) -> None:
        """End a daemon that cannot serve, which is a defect of it or of a plugin."""
        self.log.failure("the start has failed", failure)
        self._reactor.callWhenRunning(self._reactor.stop)

    def _sites(self, gateway: GatewayService) -> Sites:
        return Sites(
            self._settings,
            self._reactor,
            self._installed,
            self._store,
            self._passwords,
            Authenticator(
                self._store, self._settings.admin, self._reactor, self._passwords
            ),
            gateway,
            self._tokens,
            daemon_probes(
                self._reactor,
                self._store,
                self._listeners,
                self._feed,
                gateway.follower,
                self._lag,
                self._memory,
                self._certificates,
            ),
            unready(self._readiness, self._listeners),
            NodeFacts.of_start(self._owner, wall_ms(), self._reactor),
            self.gateway_urls,
            None if self._metrics is None else self._metrics.all,
            gateway.records.flush,
            self._reload,
            self._sources,
        )

    def gateway_urls(self) -> list[str]:
        """Return the gateway's public URL, or the URLs of its listeners."""
        url = self._settings.gateway.public_url
        return [url] if url else [one.url for one in self._listeners.for_clients]

    def _hang_up(self) -> None:
        self._ready.addCallback(lambda _: self._reload.hang_up())

    def _renew(self) -> None:
        """Read certificates again, and try refused deployments again."""
        self._certificates.read_again()
        if self._gateway is not None:
            self._gateway.deployer.retry()

    def _reopen_logs(self) -> None:
        if self._gateway is not None:
            self._gateway.shared.access.reopen()
        if self._logs is not None:
            self._logs.reopen()

    def stopService(self) -> Deferred[None]:
        """Drain the daemon, close all listeners, then stop what exchanges need."""
        self.log.info("Relay stops")
        # Not as MultiService does, which stops all services at once.
        Service.stopService(self)
        steps: list[Step] = []
        gateway = self._gateway
        if gateway is not None:
            drain_ms = gateway.drain.longest_s * 1000
            steps += [
                Step("exchanges and deliveries", gateway.stop, drain_ms),
                Step("the store to take the last report", gateway.reports.stopService),
                Step("the store to take the records", gateway.records.stopService),
            ]
        # Operators see the daemon, and reach it, while it drains.
        steps += [
            Step("the listeners", self._listeners.stopService),
            Step("background work", self._stop_background),
            Step("the change feed", self._feed.stopService),
            Step("the store", self._store.stopService),
        ]
        stop = Stop(self._reactor, steps, self._settings.process.stop_timeout_ms)
        return stop.run().addCallback(lambda _: self.log.info("Relay has stopped"))

    def _background(self) -> tuple[Service, ...]:
        heap, lag, memory = self._heap, self._lag, self._memory
        return (self._passwords, self._trail, self._sessions, heap, lag, memory)

    async def _stop_background(self) -> None:
        special = (self._demo, self._certificates, self._metrics)
        for service in (*special, *self._background()):
            if service is not None:
                service.stopService()
