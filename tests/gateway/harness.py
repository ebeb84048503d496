"""
The gateway in this process: real sockets, and a clock that only the test moves.

A test scripts both ends: the client's bytes and the source's (``raw.py``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import ip_network
from typing import Any, cast

from twisted.internet import reactor as installed
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.endpoints import TCP4ServerEndpoint
from twisted.internet.interfaces import (
    IOpenSSLClientConnectionCreator,
    IOpenSSLServerConnectionCreator,
)
from twisted.internet.task import Clock
from twisted.trial.unittest import TestCase
from zope.interface import directlyProvides, providedBy

from relay.deploy.deployer import Deployer
from relay.gateway.flows.runner import open_flows
from relay.gateway.proxy import ProxyBackend
from relay.gateway.resource import GatewayResource
from relay.gateway.routing import Destinations
from relay.gateway.served import ServedApi
from relay.gateway.services import Services
from relay.http.http1.connection import Http1Site
from relay.model.api.definition import ApiDefinition
from relay.model.records import Deployment
from relay.observability.access import JsonAccessLog
from relay.outbound import Outbound
from relay.plans.discovery import PlanTypes
from relay.plans.interfaces import PlanContext
from relay.plans.keyless import keyless_plan
from relay.plans.tokens.key_sets import KeySets
from relay.policies.discovery import find_policies
from relay.policies.interfaces import PolicyContext
from relay.policies.scope import shared_scope
from relay.settings.gateway import GatewaySettings, LimitSettings
from relay.settings.listeners import ListenerSettings
from relay.tls.server import tls_factory
from relay.upstream.connection.pool import Pool
from relay.upstream.connection.response_rules import HeadLimits
from relay.upstream.dial.guard import AddressGuard
from relay.upstream.failover import Failover
from relay.upstream.group import ConnectorGroup
from tests.gateway.raw import (
    Client,
    Source,
    SourceConnection,
    Wire,
    connect,
    narrow,
    turn,
    until,
)

KEYLESS = {"id": "plan-1", "security": {"type": "KEY_LESS"}, "status": "PUBLISHED"}
NOW_MS = 1_700_000_000_123

EVENT_STREAM = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


def get(
    target: bytes, *fields: bytes, host: bytes = b"relay", method: bytes = b"GET"
) -> bytes:
    """
    Write a request without a body.

    :param target: the request-target.
    :param fields: whole header lines, without their line ends.
    """
    lines = (b"%s %s HTTP/1.1" % (method, target), b"Host: " + host, *fields)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def post(target: bytes, body: bytes, *fields: bytes, method: bytes = b"POST") -> bytes:
    """Return a request with a body and its length."""
    length = b"Content-Length: %d" % len(body)
    return get(target, length, *fields, method=method) + body


def chunk(data: bytes) -> bytes:
    """Frame some of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def response(body: bytes, *fields: bytes, status: bytes = b"200 OK") -> bytes:
    """Return a response with its length."""
    lines = (b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *fields)
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def definition(
    target: str,
    *,
    name: str = "an API",
    paths: list[dict[str, Any]] | None = None,
    servers: list[str] | None = None,
    listener: dict[str, Any] | None = None,
    shared: dict[str, Any] | None = None,
    endpoints: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """
    Define an API with one endpoint, in management JSON.

    :param target: where its endpoint points.
    :param paths: its paths; ``/api`` on every host unless given.
    :param servers: the listeners that it is bound to.
    :param listener: more members of the listener.
    :param shared: its ``sharedConfiguration``.
    :param endpoints: its endpoints, when one at the target will not do.
    """
    endpoint = {
        "name": "the endpoint",
        "type": "http-proxy",
        "inheritConfiguration": True,
        "configuration": {"target": target},
    }
    return {
        "definitionVersion": "V4",
        "name": name,
        "apiVersion": "1",
        "type": "PROXY",
        "listeners": [
            {
                "type": "HTTP",
                "paths": paths or [{"path": "/api"}],
                "servers": servers or [],
                "entrypoints": [{"type": "http-proxy"}],
                **(listener or {}),
            }
        ],
        "endpointGroups": [
            {
                "name": "the group",
                "type": "http-proxy",
                "sharedConfiguration": shared or {},
                "endpoints": [endpoint] if endpoints is None else endpoints,
            }
        ],
    }


def deployed(
    body: dict[str, Any],
    api_id: str = "api-1",
    number: int = 1,
    flows: Sequence[dict[str, Any]] = (),
) -> Deployment:
    """
    Make a deployment of a definition, with a keyless plan.

    :param flows: of the plan.
    """
    plan = {**KEYLESS, "flows": list(flows)} if flows else KEYLESS
    return Deployment(f"{api_id}-{number}", api_id, number, None, body, (plan,), NOW_MS)


class SteeredReactor:
    """The running reactor's sockets and threads, with a clock of the test's own."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.seconds = self.clock.seconds
        self.getDelayedCalls = self.clock.getDelayedCalls
        directlyProvides(self, providedBy(installed))

    def __getattr__(self, name: str) -> Any:
        return getattr(installed, name)

    def callLater(self, delay_s: float, call: Any, *args: Any, **more: Any) -> Any:
        """Call by the test's clock; what is to happen in the next turn does."""
        clock: Any = self.clock if delay_s else installed
        return clock.callLater(delay_s, call, *args, **more)

    def advance_ms(self, ms: float) -> None:
        """Advance the clock."""
        self.clock.advance(ms / 1000.0)

    @property
    def timers(self) -> int:
        """How many delayed calls are pending."""
        return len(self.clock.getDelayedCalls())


class Gateway:
    """One gateway with one listener, its deployments and its log."""

    def __init__(
        self,
        reactor: SteeredReactor,
        settings: GatewaySettings,
        limits: LimitSettings,
        with_query: bool,
    ) -> None:
        self.reactor = reactor
        self.settings = settings
        self.limits = limits
        self.lines: list[dict[str, Any]] = []
        """The access log."""
        self.now_ms = NOW_MS
        """The time of day when the test's clock says 0."""
        self.services = Services.assemble(
            cast(Any, reactor),
            settings,
            limits,
            JsonAccessLog(lambda line: self.lines.append(json.loads(line)), with_query),
            lambda: self.now_ms,
        )
        self.live = self.services.live
        self.resource = GatewayResource(self.services)
        self.groups: list[ConnectorGroup] = []
        """The endpoint group of each deployment that was made ready, in order."""
        self.plans = PlanTypes([keyless_plan])
        """The types of plans; more may be put in."""
        self.policies = find_policies()
        self.outbound = Outbound.trusting(
            reactor, AddressGuard([ip_network("127.0.0.0/8")]), None
        )
        self.deployer = Deployer(cast(Any, reactor), self.resource, self._build)
        self.port: Any = None

    def _build(self, deployment: Deployment) -> ServedApi:
        body = ApiDefinition.read(deployment.definition)
        limits = HeadLimits(self.limits.max_head_bytes, self.limits.max_headers)
        groups = [
            ConnectorGroup(cast(Any, self.reactor), group, limits)
            for group in body.endpoint_groups
        ]
        for group in groups:
            group.guard_redirects(self.outbound.guard)
        self.groups.append(groups[0])
        context = PlanContext(
            self.reactor,
            self.services.wall_ms,
            deployment.api_id,
            body,
            self.services.consumers,
            self.settings,
            self.outbound,
            KeySets(cast(Any, self.reactor), self.outbound.call),
        )
        plans = self.plans.chain(deployment.plans, context)
        failover = None
        if body.failover is not None and body.failover.enabled:
            failover = Failover(cast(Any, self.reactor), body.failover)
        destinations = Destinations(groups)
        destinations.start(lambda: NOW_MS + round(self.reactor.seconds() * 1000))
        shared = shared_scope(deployment.api_id, body, self.settings.tenant)
        flows = open_flows(
            self.policies,
            deployment.plans,
            deployment.groups,
            PolicyContext(
                self.reactor,
                self.services.wall_ms,
                self.outbound,
                deployment.api_id,
                body,
                self.services.tallies,
            ),
            shared,
        )
        backend = ProxyBackend(destinations, failover, flows=flows)
        return ServedApi(deployment, body, plans, backend, shared, flows)

    @property
    def pool(self) -> Pool:
        """The only pool of the newest deployment."""
        (pool,) = self.groups[-1]._pools
        return pool

    @property
    def closed(self) -> list[dict[str, Any]]:
        """The lines of exchanges that are over."""
        return [line for line in self.lines if line["kind"] == "close"]

    async def ended(self, count: int = 1) -> dict[str, Any]:
        """Wait until so many exchanges are over, and give the last one's line."""
        await until(lambda: len(self.closed) >= count, f"{count} ends")
        return self.closed[count - 1]

    async def listen(
        self,
        listener: ListenerSettings,
        creator: IOpenSSLServerConnectionCreator | None,
    ) -> None:
        """Begin to accept clients."""
        factory: Any = Http1Site(
            self.resource, listener, self.settings, self.limits, cast(Any, self.reactor)
        )
        if creator is not None:
            factory = tls_factory(creator, factory, cast(Any, installed))
        endpoint = TCP4ServerEndpoint(installed, 0, interface="127.0.0.1")
        self.port = await endpoint.listen(factory)
        narrow(self.port.socket)


class GatewayCase(TestCase):
    """A gateway, a source and as many clients as a test needs; all end with it."""

    timeout = 20

    gateway: Gateway
    source: Source

    def setUp(self) -> None:
        """Stop the clock; close every socket in the end."""
        self.addCleanup(lambda: Deferred.fromCoroutine(self._close()))
        self.reactor = SteeredReactor()
        self._clients: list[Client] = []
        self._sources: list[Source] = []
        self._ends: list[Callable[[], Any]] = []

    async def _close(self) -> None:
        for end in reversed(self._ends):
            await maybeDeferred(end)
        wires: list[Wire] = list(self._clients)
        for source in self._sources:
            wires += source.connections
        for wire in wires:
            if wire.lost is None:
                wire.reset()
        await until(
            lambda: all(wire.lost is not None for wire in wires), "the end of sockets"
        )

    async def open_source(
        self, creator: IOpenSSLServerConnectionCreator | None = None
    ) -> Source:
        """Open a source, once."""
        self.source = await self.another(creator)
        return self.source

    async def another(
        self, creator: IOpenSSLServerConnectionCreator | None = None
    ) -> Source:
        """Open a source that no API points at."""
        source = Source()
        await source.listen(creator)
        self._ends.append(source.port.stopListening)
        self._sources.append(source)
        return source

    async def open_gateway(
        self,
        *bodies: dict[str, Any],
        listener: ListenerSettings | None = None,
        limits: LimitSettings | None = None,
        creator: IOpenSSLServerConnectionCreator | None = None,
        with_query: bool = False,
        **settings: Any,
    ) -> Gateway:
        """
        Open a gateway that serves some APIs.

        :param bodies: their definitions; they become ``api-1``, ``api-2``, ...
        :param listener: its listener's settings.
        :param limits: its limits.
        :param creator: for TLS towards the clients.
        :param with_query: whether the access log holds queries.
        :param settings: members of :class:`GatewaySettings`.
        """
        self.gateway = Gateway(
            self.reactor,
            replace(GatewaySettings(), **settings),
            limits or LimitSettings(),
            with_query,
        )
        self.gateway.deployer.replace_all(
            [deployed(body, f"api-{n}") for n, body in enumerate(bodies, 1)]
        )
        await self.gateway.listen(
            listener or ListenerSettings("default", "tcp:0"), creator
        )
        self._ends.append(self.gateway.port.stopListening)
        return self.gateway

    async def stage(
        self,
        *,
        target: str = "/base",
        http: dict[str, Any] | None = None,
        headers: list[dict[str, str]] | None = None,
        **settings: Any,
    ) -> Gateway:
        """
        Open a source, and a gateway with one API at ``/api`` in front of it.

        :param target: path and query of the endpoint's target.
        :param http: ``sharedConfiguration.http``.
        :param headers: ``sharedConfiguration.headers``.
        :param settings: as for :meth:`open_gateway`.
        """
        await self.open_source()
        shared = {"http": http or {}, "headers": headers or []}
        body = definition(f"http://{self.source.address}{target}", shared=shared)
        return await self.open_gateway(body, **settings)

    async def turn(self) -> None:
        """Run a turn of the reactor."""
        await turn()

    async def client(
        self, creator: IOpenSSLClientConnectionCreator | None = None
    ) -> Client:
        """Connect to the gateway."""
        client = await connect(self.gateway.port, creator)
        self._clients.append(client)
        return client

    async def asked(self, request: bytes) -> Client:
        """Connect to the gateway and send a request."""
        client = await self.client()
        client.send(request)
        return client

    async def call(self, request: bytes) -> tuple[Client, SourceConnection]:
        """Send a request on a new connection, and wait until the source has it."""
        client = await self.asked(request)
        return client, await self.source.asked()

    async def stream(self, *fields: bytes) -> tuple[Client, SourceConnection]:
        """Open an event stream through the gateway, up to its response's head."""
        client, connection = await self.call(get(b"/api", *fields))
        await connection.head()
        connection.send(EVENT_STREAM)
        await client.head()
        return client, connection
