"""
``twistd relay``: the composition root, the one place that knows every part.

``makeService`` builds and opens nothing, since twistd forks after it. Starting is done
in an order in which a start that fails changes nothing, and no client meets a
half-started gateway: addresses are taken, the data directory is taken, the store is
migrated, the first route table is built from it, and only then does a listener accept.
"""

from __future__ import annotations

import os
from typing import Any, TypeVar

from twisted.application.service import Service
from twisted.internet.defer import Deferred, gatherResults
from twisted.logger import Logger
from twisted.python import usage
from twisted.python.failure import Failure

from relay.daemon.data_dir import DataDir
from relay.daemon.errors import CannotStart
from relay.daemon.listeners import Listener, Listeners
from relay.daemon.logs import reopen_daemon_log
from relay.daemon.process import favour_reactor, raise_file_limit, settle_garbage
from relay.daemon.signals import Signals
from relay.daemon.stopping import Step, Stop
from relay.demo import DEMO_SOURCE, Demo
from relay.deploy.builder import Builder
from relay.deploy.deployer import Deployer, drained
from relay.deploy.follower import Follower
from relay.deploy.reports import Reports
from relay.gateway.resource import GatewayResource
from relay.gateway.services import Services
from relay.http.http2.site import gateway_site
from relay.installed import find_installed
from relay.management.access.auth import Authenticator
from relay.management.access.bootstrap import check_admin, ensure_admin
from relay.management.access.passwords import Passwords
from relay.management.resources.gateway import Gateway
from relay.management.site import ManagementSite
from relay.model.secrets import Masking
from relay.observability.access import open_access_log
from relay.observability.log_file import keep_lines_whole
from relay.outbound.client import Outbound
from relay.reactor.clock import use_monotonic_clock, wall_ms
from relay.reactor.descriptors import DESCRIPTORS
from relay.reactor.detached import tell_whole_failures
from relay.reactor.heap import Heap, HeapTrimmer
from relay.reactor.polling import poll_lean
from relay.settings.schema import Settings, SettingsError, load
from relay.store.errors import StoreError
from relay.store.feed import ChangeFeed
from relay.store.owner import owner_name
from relay.store.registry import GatewayRegistry
from relay.store.retention import Retention
from relay.store.store import Store
from relay.store.tables.channels import ChannelStore
from relay.store.tables.delivery_store import DeliveryStore
from relay.tls.client import reload_client_contexts
from relay.tls.material import MaterialError
from relay.upstream.dial.guard import AddressGuard
from relay.upstream.dial.names import Names
from relay.webhook.deliveries import Deliveries

T = TypeVar("T")


class Options(usage.Options):
    """The command line of ``twistd relay``."""

    synopsis = "[options]"
    longdesc = (
        "Event relay and API gateway for Server-Sent Events. A setting is taken from "
        "its option, else from the environment (RELAY__SECTION__NAME), else from the "
        "file, else it has its default."
    )
    optParameters = [
        ["config", "c", None, "TOML file with the settings."],
        ["data-dir", "d", "./var", "Directory of the store and the admin password."],
        [
            "management",
            None,
            None,
            "Endpoint of the management API [default: tcp:8083:interface=127.0.0.1]",
        ],
    ]
    optFlags = [["demo", None, "Run the demo source, and an API that leads to it."]]

    def __init__(self) -> None:
        super().__init__()
        self["gateways"] = []

    def opt_gateway(self, endpoint: str) -> None:
        """Endpoint for clients; may repeat [default: tcp:8082:backlog=4096]"""
        self["gateways"].append(endpoint)

    opt_g = opt_gateway

    def postOptions(self) -> None:
        """
        Read the settings, so that a mistake in them ends the command at once.

        :raises CannotStart: with one line that names the setting.
        """
        given: dict[str, object] = {}
        if self["gateways"]:
            given["gateway"] = self["gateways"]
        if self["management"] is not None:
            given["management"] = self["management"]
        try:
            self["settings"] = load(self["config"], self["data-dir"], os.environ, given)
        except SettingsError as error:
            raise CannotStart(*str(error).splitlines()) from None


def makeService(options: Options) -> RelayService:
    """Build the daemon; nothing is opened before it starts."""
    tell_whole_failures(CannotStart)
    # The daemon chooses the reactor after this module is imported.
    from twisted.internet import reactor

    return RelayService(options["settings"], reactor, demo=bool(options["demo"]))


class RelayService(Service):
    """
    The daemon.

    :param settings: all settings.
    :param reactor: the reactor.
    :param demo: run the demo source and set up its API.
    """

    log = Logger()

    def __init__(self, settings: Settings, reactor: Any, demo: bool) -> None:
        self.settings = settings
        self._reactor = reactor
        self._demo = Demo(reactor, settings.data_dir, wall_ms) if demo else None
        self._listeners = Listeners(reactor, settings.gateway.head_timeout_ms)
        self._management: Listener | None = None
        self._gateways: list[Listener] = []
        self._store = Store(
            settings.store.url,
            reactor,
            threads=settings.store.threads,
            write_timeout_s=settings.store.write_timeout_ms / 1000,
            clock_ms=wall_ms,
            masking=Masking(lambda *place: self._catalog.type_of(*place)),
        )
        self._feed = ChangeFeed(self._store, reactor, settings.store.poll_ms)
        keep_days = settings.admin.audit_retention_days
        self._retention = Retention(self._store, reactor, keep_days)
        self._heap = HeapTrimmer(reactor, Heap())
        self._passwords = Passwords(reactor)
        self._gateway: GatewayResource | None = None
        self._deployer: Deployer | None = None

    def startService(self) -> None:
        """
        Start everything, in order, before the reactor runs.

        A start that fails has changed nothing: what others may hold (addresses, the
        data directory) and what can be wrong (files) comes first, what is changed last.

        :raises CannotStart: with one line, whatever is in the way.
        """
        super().startService()
        use_monotonic_clock(self._reactor)
        Signals(self._reactor, self._reload, self._reopen_logs).install()
        keep_lines_whole()
        DESCRIPTORS.keep(raise_file_limit(), self.settings.limits.reserved_files)
        favour_reactor()
        resolver = self.settings.resolver
        Names(
            self._reactor,
            resolver.cache_ms,
            resolver.stale_ms,
            resolver.timeout_ms,
            resolver.max_lookups,
        ).install()
        try:
            self._start()
        except (StoreError, MaterialError, SettingsError, OSError) as error:
            self._wait(self._listeners.close())
            raise CannotStart(*str(error).splitlines()) from None
        except CannotStart:
            self._wait(self._listeners.close())
            raise
        settle_garbage()
        poll_lean(self._reactor)

    def _start(self) -> None:
        settings = self.settings
        check_admin(os.environ)
        self._open_listeners()
        self._data_dir = DataDir(settings.data_dir, settings.process.share_data_dir)
        guard = AddressGuard(settings.outbound.allow)
        outbound = Outbound.trusting(self._reactor, guard, settings.outbound.ca)
        self._access = open_access_log(settings.log)
        self._wait(self._store.start())
        gateway = self._start_gateway(outbound)
        self._wait(ensure_admin(self._store, settings, os.environ))
        self._passwords.start()
        self._retention.start()
        self._heap.start()
        self._serve_management()
        for listener, opened in zip(
            settings.gateway.listeners, self._gateways, strict=True
        ):
            site = gateway_site(
                gateway, listener, settings.gateway, settings.limits, self._reactor
            )
            opened.serve(site, self._reactor)
        self._listeners.accept()

    def _open_listeners(self) -> None:
        """Take every address, so that one that is taken is known before all else."""
        settings, listen = self.settings, self._listeners.open
        management = settings.management
        self._management = listen(management.endpoint, management.tls)
        self._gateways = [
            listen(one.endpoint, one.tls, for_clients=True)
            for one in settings.gateway.listeners
        ]
        if self._demo is not None:
            listen(DEMO_SOURCE, None).serve(self._demo.site(), self._reactor)
            self._demo.start(self._management.url, self.gateway_urls()[0])

    def _start_gateway(self, outbound: Outbound) -> GatewayResource:
        settings = self.settings
        services = Services.assemble(
            self._reactor, settings.gateway, settings.limits, self._access, wall_ms
        )
        owner = owner_name(settings.data_dir)
        channels = self._wait(ChannelStore(self._store, owner).start())
        progress = DeliveryStore(self._store, owner)
        self._deliveries = Deliveries(services, progress, outbound)
        installed = find_installed()
        self._catalog = installed.catalog
        self._gateway = GatewayResource(services)
        self._builder = Builder(
            services,
            self._catalog.parse_api,
            installed.connectors.endpoints,
            installed.connectors.entrypoints,
            installed.plans,
            installed.policies,
            outbound,
            channels,
            self._deliveries,
        )
        self._reports = Reports(self._reactor, GatewayRegistry(self._store, owner))
        self._deployer = Deployer(
            self._reactor, self._gateway, self._builder, self._reports.note
        )
        follower = Follower(
            self._store,
            self._feed,
            self._deployer,
            services.consumers,
            owner,
            self._reports,
        )
        self._wait(follower.start())
        return self._gateway

    def _serve_management(self) -> None:
        listener = self._management
        assert listener is not None
        authenticator = Authenticator(
            self._store, self.settings.admin, self._reactor, self._passwords
        )
        site = ManagementSite(
            self._store,
            self._catalog,
            self.settings,
            authenticator,
            self._passwords,
            self._reactor,
            self.gateway_urls,
            self._builder.channels,
            self._builder.health,
            self._deliveries.view,
            Gateway(self._builder.try_out, self._reports.reached),
            lambda: {"openFiles": self._listeners.admission.health()},
        )
        listener.serve(site, self._reactor)
        if listener.is_exposed:
            self.log.warn(
                "the management API is reachable on {endpoint} without TLS: "
                "passwords travel in clear text",
                endpoint=listener.endpoint,
            )

    def gateway_urls(self) -> list[str]:
        """Give the gateway's URLs: the public one, else one for each listener."""
        settings = self.settings.gateway
        if settings.public_url is not None:
            return [settings.public_url]
        return [one.url for one in self._gateways]

    def _reload(self) -> None:
        self._listeners.reload()
        reload_client_contexts()
        if self._deployer is not None:
            self._deployer.retry()

    def _reopen_logs(self) -> None:
        self._access.reopen()
        reopen_daemon_log()

    def stopService(self) -> Deferred[None]:
        """Close the listeners, let exchanges end, stop what is behind them."""
        super().stopService()
        steps = [Step("the listeners", self._listeners.close)]
        if self._gateway is not None and self._deployer is not None:
            drain_ms = self.settings.gateway.drain_timeout_ms
            steps += [
                Step("exchanges and deliveries", self._drain, drain_ms),
                Step("the store to take the last report", self._reports.stop),
            ]
        steps += [
            Step("the change feed", self._feed.stop),
            Step("the store", self._store.stop),
        ]
        return Stop(self._reactor, steps, self.settings.process.stop_timeout_ms).run()

    async def _drain(self) -> None:
        assert self._gateway is not None and self._deployer is not None
        drain_ms = self.settings.gateway.drain_timeout_ms
        await gatherResults(
            [
                self._deliveries.drain(drain_ms),
                drained(self._reactor, self._gateway),
            ]
        )
        self._deployer.close()
        if self._demo is not None:
            self._demo.stop()
        self._retention.stop()
        self._heap.stop()
        self._passwords.stop()

    def _wait(self, waited: Deferred[T]) -> T:
        """
        Turn the reactor, which does not run yet, until a result is there.

        :param waited: what to wait for; usually the store's threads.
        """
        results: list[T | Failure] = []
        waited.addBoth(results.append)
        while not results:
            self._reactor.iterate(0.02)
        result = results[0]
        if isinstance(result, Failure):
            result.raiseException()
        return result
