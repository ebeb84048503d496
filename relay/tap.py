"""
``twistd relay``: the composition root, the only module that knows every part.

``makeService`` opens nothing, since twistd forks after it. The start is ordered such
that a start that fails changes nothing, and no client meets an empty gateway: addresses
are taken, the data directory is taken, the store is migrated, the password of the
administrator is there, the first route table is built, and only then does a listener
accept.
"""

from __future__ import annotations

from typing import Any

from twisted.application.service import MultiService, Service
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay import __version__
from relay.assembly.drain import drain_obstacle
from relay.assembly.foundation import Foundation
from relay.assembly.gateway_role import GatewayRole
from relay.assembly.opening import warn_of_others
from relay.assembly.operator_role import OperatorRole
from relay.assembly.places import MANAGEMENT, TECHNICAL, SiteMaker, places
from relay.assembly.reload import ProcessParts, listeners_part
from relay.assembly.systemd import supervise
from relay.assembly.workers_role import WorkersRole
from relay.daemon.data_dir import DataDir
from relay.daemon.errors import CannotStart
from relay.daemon.listener import Place
from relay.daemon.listeners import Listeners
from relay.daemon.logs import DaemonLogs
from relay.daemon.options import Options
from relay.daemon.process import settle_garbage, usable_processors
from relay.daemon.reload import Reload
from relay.daemon.signals import Signals
from relay.daemon.stopping import Step, Stop
from relay.observability.readiness import STARTING
from relay.reactor.clock import wall_ms
from relay.reactor.detached import print_whole_failures
from relay.reactor.failures import run
from relay.reactor.polling import poll_lean
from relay.settings.demo import DemoSettings
from relay.settings.origins import Sources
from relay.settings.schema import Settings
from relay.settings.source import SettingsError
from relay.store.errors import StoreError
from relay.store.owner import owner_name
from relay.tls.material import MaterialError
from relay.workers.sockets import shared_ports


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
        self._reload = Reload(
            settings, sources, self._reopen_logs, self._renew, wall_ms
        )
        self._reactor = reactor
        base = self._base = Foundation(reactor, settings)
        self._operators = OperatorRole(
            base, settings, self._reload, sources, logs, demo
        )
        count = settings.process.workers or usable_processors()
        self._listeners = Listeners(
            reactor,
            self._places(settings),
            settings.gateway.head_timeout_ms,
            shared_ports(reactor, count) if count > 1 else None,
        )
        self._gateway: GatewayRole | WorkersRole = (
            WorkersRole(base, self._listeners, self._reload, count)
            if count > 1
            else GatewayRole(base, self._listeners, self._reload)
        )
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
        Signals(self._reactor, self._hang_up, self._reopen_logs).install()
        self._base.take_process(self._settings)
        try:
            self._start()
        except (StoreError, MaterialError, SettingsError, OSError) as error:
            self._listeners.abandon()
            raise CannotStart(*str(error).splitlines()) from None
        except CannotStart:
            self._listeners.abandon()
            raise
        poll_lean(self._reactor)
        if self._settings.technical.endpoint:
            # It reports on the start, and therefore accepts before the others.
            listener = self._listeners.named(TECHNICAL)
            listener.serve(self._operators.technical, self._reactor)
            listener.accept()
        self._ready = self._gateway.ready
        self._ready.addCallback(lambda _: self._serve())
        self._ready.addErrback(self._failed)

    def _start(self) -> None:
        settings, base, operators = self._settings, self._base, self._operators
        operators.check(settings)
        self._listeners.setServiceParent(self)
        DataDir(settings.data_dir, settings.process.share_data_dir).setServiceParent(
            self
        )
        self._gateway.open(settings)
        base.store.setServiceParent(self)
        operators.start(self, settings)
        for service in (*base.measuring, base.feed):
            service.setServiceParent(self)
        owner = owner_name(settings.data_dir)
        if settings.cluster.url is None:
            warn_of_others(base.store, owner)
        self._gateway.start(self, settings, owner)
        base.certificates.setServiceParent(self)
        operators.open_sites(
            self._gateway.view,
            owner,
            self._gateway.probes(),
            self._gateway.unready(),
            self.gateway_urls,
        )

    def _serve(self) -> None:
        """Accept clients, now that the first route table is there."""
        if not self.running:
            return
        gateway, operators, listeners = self._gateway, self._operators, self._listeners
        maker = SiteMaker(gateway.application, operators.serve(), self._reactor)
        gateway.watch(MANAGEMENT, operators.management.answered)
        gateway.watch(TECHNICAL, operators.technical.answered)
        listeners.serve(maker.under(self._settings))
        self._reload.accept(
            [
                *ProcessParts(self._base).prepares(),
                *operators.prepares(),
                *gateway.prepares(),
                listeners_part(listeners, self._places, maker, gateway.watch_listeners),
            ],
            lambda: drain_obstacle(gateway.drain),
            gateway.prepare_others,
        )
        if operators.demo is not None:
            operators.demo.begin(listeners, self.gateway_urls()[0])
        settle_garbage()
        listeners.accept()
        self._base.readiness.clear(STARTING)
        stop_timeout_ms = self._settings.process.stop_timeout_ms
        supervise(self._reactor, self, gateway, self._reload, stop_timeout_ms)

    def _failed(self, failure: Failure) -> None:
        """End a daemon that cannot serve, which is a defect of it or of a plugin."""
        self.log.failure("the start has failed", failure)
        self._reactor.callWhenRunning(self._reactor.stop)

    def _places(self, settings: Settings) -> list[Place]:
        return places(settings, self._operators.demo_source)

    def gateway_urls(self) -> list[str]:
        """Return the gateway's public URL, or the URLs of its listeners."""
        url = self._settings.gateway.public_url
        return [url] if url else [one.url for one in self._listeners.for_clients]

    def _hang_up(self) -> None:
        self._ready.addCallback(lambda _: run(self._reload.hang_up()))

    def _renew(self) -> None:
        """Read certificates again, and try refused deployments again."""
        self._base.certificates.read_again()
        self._gateway.renew()

    def _reopen_logs(self) -> None:
        self._gateway.reopen_logs()
        if self._logs is not None:
            self._logs.reopen()

    def stopService(self) -> Deferred[None]:
        """Drain the daemon, close all listeners, then stop what exchanges need."""
        self.log.info("Relay stops")
        # Not as MultiService does, which stops all services at once.
        Service.stopService(self)
        # Operators see the daemon, and reach it, while it drains.
        steps = [
            *self._gateway.steps(),
            Step("the listeners", self._listeners.stopService),
            Step("background work", self._stop_background),
            Step("the change feed", self._base.feed.stopService),
            Step("the store", self._base.store.stopService),
        ]
        stop = Stop(self._reactor, steps, self._settings.process.stop_timeout_ms)
        return stop.run().addCallback(lambda _: self.log.info("Relay has stopped"))

    async def _stop_background(self) -> None:
        self._operators.stop()
        self._gateway.stop_measuring()
        for service in (self._base.certificates, *self._base.measuring):
            service.stopService()
