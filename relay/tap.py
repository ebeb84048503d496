"""
``twistd relay``: the composition root, the one place that knows every part.

``makeService`` builds and opens nothing, since twistd forks after it. Starting is done
in an order that lets no client meet a half-started gateway: the store is migrated, the
first route table is built from it, and only then does a listener accept.
"""

from __future__ import annotations

import os
from functools import partial
from typing import Any, TypeVar

from twisted.application.service import Service
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort, IProtocolFactory
from twisted.logger import Logger
from twisted.python import usage
from twisted.python.failure import Failure

from relay.catalog import builtin
from relay.clock import use_monotonic_clock, wall_ms
from relay.connectors.discovery import find_connectors
from relay.connectors.interfaces import EntrypointContext
from relay.demo import DEMO_SOURCE, Demo
from relay.gateway.builder import Builder
from relay.gateway.deployer import Deployer, drained
from relay.gateway.follower import Follower
from relay.gateway.http2_site import gateway_site
from relay.gateway.reports import Reports
from relay.gateway.resource import GatewayResource
from relay.gateway.services import Services
from relay.heap import Heap, HeapTrimmer
from relay.management.auth import Authenticator
from relay.management.bootstrap import ensure_admin
from relay.management.gateway import Gateway
from relay.management.passwords import Passwords
from relay.management.site import ManagementSite
from relay.model.secrets import Masking
from relay.observability.access import open_access_log
from relay.plans.discovery import find_plans
from relay.policies.discovery import find_policies
from relay.polling import poll_lean
from relay.process import raise_file_limit, settle_garbage
from relay.proxy_protocol import listen
from relay.settings import Settings, SettingsError, TlsSettings, load
from relay.store.channels import ChannelStore
from relay.store.delivery_ledger import DeliveryLedger
from relay.store.errors import StoreError
from relay.store.feed import ChangeFeed
from relay.store.owner import owner_name
from relay.store.registry import GatewayRegistry
from relay.store.retention import Retention
from relay.store.store import Store
from relay.tls.material import MaterialError
from relay.tls.server import server_creator, tls_factory
from relay.upstream.guard import Guard
from relay.upstream.outbound import Outbound
from relay.webhook.deliveries import Deliveries

T = TypeVar("T")

DNS_THREADS = 20
"""Names are resolved in threads, each of which a slow name server can hold."""


class CannotStart(SystemExit, Exception):
    """
    Ends the daemon with one line and status 1.

    It is an ``Exception``, too, for twistd to pass it on to the process that waits for
    the daemon to detach.
    """

    def __init__(self, line: str) -> None:
        super().__init__(f"relay: {line}")


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
            raise CannotStart(str(error)) from None


def makeService(options: Options) -> RelayService:
    """Build the daemon; nothing is opened before it starts."""
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
        self._ports: list[IListeningPort] = []
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

        :raises CannotStart: with one line, whatever is in the way.
        """
        super().startService()
        use_monotonic_clock(self._reactor)
        raise_file_limit()
        self._reactor.suggestThreadPoolSize(DNS_THREADS)
        try:
            self._start()
        except (StoreError, MaterialError, SettingsError, OSError) as error:
            raise CannotStart(str(error)) from None
        settle_garbage()
        poll_lean(self._reactor)

    def _start(self) -> None:
        settings = self.settings
        self._wait(self._store.start())
        self._passwords.start()
        self._wait(ensure_admin(self._store, settings, os.environ))
        self._retention.start()
        self._heap.start()
        gateway = self._start_gateway()
        self._listen_management()
        for listener in settings.gateway.listeners:
            site = gateway_site(
                gateway, listener, settings.gateway, settings.limits, self._reactor
            )
            self._listen(listener.endpoint, site, listener.tls)
        if self._demo is not None:
            self._listen(DEMO_SOURCE, self._demo.site(), None)
            management_url = _url(self._ports[0], settings.management.tls)
            self._demo.start(management_url, self.gateway_urls()[0])

    def _start_gateway(self) -> GatewayResource:
        settings = self.settings
        services = Services.assemble(
            self._reactor,
            settings.gateway,
            settings.limits,
            open_access_log(settings.log),
            wall_ms,
        )
        owner = owner_name(settings.data_dir)
        guard = Guard(settings.outbound.allow)
        outbound = Outbound.trusting(self._reactor, guard, settings.outbound.ca)
        channels = self._wait(ChannelStore(self._store, owner).start())
        ledger = DeliveryLedger(self._store, owner)
        self._deliveries = Deliveries(services, ledger, outbound)
        found, plans, policies = find_connectors(), find_plans(), find_policies()
        self._catalog = builtin().with_plugins(
            *found.kinds, plans.kinds, policies.kinds
        )
        self._gateway = GatewayResource(services)
        self._builder = Builder(
            services,
            self._catalog.parse_api,
            found.endpoints,
            found.entrypoints,
            partial(EntrypointContext, self._reactor),
            plans,
            policies,
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

    def _listen_management(self) -> None:
        settings = self.settings.management
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
        )
        port = self._listen(settings.endpoint, site, settings.tls)
        address = getattr(port.getHost(), "host", "127.0.0.1")
        if settings.tls is None and not (
            address.startswith("127.") or address in ("::1", "localhost")
        ):
            self.log.warn(
                "the management API is reachable on {address} without TLS: "
                "passwords travel in clear text",
                address=address,
            )

    def _listen(
        self, endpoint: str, factory: IProtocolFactory, tls: TlsSettings | None
    ) -> IListeningPort:
        if tls is not None:
            files = (tls.certificate, tls.key, tls.client_auth, tls.ca)
            creator = server_creator(*files, http2=tls.offers_http2)
            factory = tls_factory(creator, factory, self._reactor)
        head_timeout_ms = self.settings.gateway.head_timeout_ms
        try:
            port: IListeningPort = self._wait(
                listen(self._reactor, endpoint, factory, head_timeout_ms)
            )
        except CannotListenError as error:
            reason = getattr(error.socketError, "strerror", None) or error.socketError
            raise CannotStart(f"cannot listen on {endpoint}: {reason}") from None
        self._ports.append(port)
        return port

    def gateway_urls(self) -> list[str]:
        """Give the gateway's URLs: the public one, else one for each listener."""
        settings = self.settings.gateway
        if settings.public_url is not None:
            return [settings.public_url]
        return [
            _url(port, listener.tls)
            # The first port is the management API's.
            for port, listener in zip(self._ports[1:], settings.listeners, strict=False)
        ]

    def stopService(self) -> Deferred[None]:
        """Close the listeners, let exchanges end, stop what is behind them."""
        super().stopService()
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        for port in self._ports:
            await maybeDeferred(port.stopListening)
        if self._gateway is not None and self._deployer is not None:
            await self._deliveries.drain(self.settings.gateway.drain_timeout_ms)
            await drained(self._reactor, self._gateway)
            self._deployer.close()
            await self._reports.stop()
        if self._demo is not None:
            self._demo.stop()
        self._retention.stop()
        self._heap.stop()
        await self._feed.stop()
        await self._store.stop()
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


def _url(port: IListeningPort, tls: TlsSettings | None) -> str:
    """The URL of a listener, as seen from this machine."""
    address = port.getHost()
    host = getattr(address, "host", "127.0.0.1")
    host = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    host = f"[{host}]" if ":" in host else host
    scheme = "https" if tls is not None else "http"
    return f"{scheme}://{host}:{getattr(address, 'port', 80)}"
