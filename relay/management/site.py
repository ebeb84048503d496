"""The protocol factory of the management API."""

from __future__ import annotations

from collections.abc import Callable
from socket import gethostname
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web import http
from twisted.web.server import Site

from relay.catalog import Catalog
from relay.http.http1.framing import StrictChannel
from relay.management.access.passwords import Passwords
from relay.management.access.tokens import Tokens
from relay.management.access.users import Users
from relay.management.consumers.api_keys import ApiKeys
from relay.management.consumers.applications import Applications
from relay.management.consumers.subscriptions import Subscriptions
from relay.management.http import errors
from relay.management.http.errors import BadRequest
from relay.management.http.guard import Guard
from relay.management.http.request import ManagementRequest
from relay.management.http.root import Authentication, Root
from relay.management.http.routing import Families
from relay.management.policy_groups.resource import SharedPolicyGroups
from relay.management.resources.apis import Apis
from relay.management.resources.audits import Audits
from relay.management.resources.channels import Channels, ChannelView, no_channels
from relay.management.resources.dead_letters import (
    DeadLetters,
    DeliveryView,
    no_deliveries,
)
from relay.management.resources.deployments import Deployments
from relay.management.resources.gateway import NO_GATEWAY, Gateway
from relay.management.resources.health import Health, HealthView, no_health
from relay.management.resources.node import Node, NodeView, no_checks
from relay.management.resources.pictures import Pictures
from relay.management.resources.plans import Plans
from relay.management.resources.plugins import Plugins
from relay.management.resources.search import Search
from relay.model.secrets import Masking
from relay.reactor.deadline import Deadline
from relay.settings.schema import Settings
from relay.store.store import Store

IDLE_TIMEOUT_S = 60
"""For a connection without a request."""

_NO_HTTP = "The request is not valid HTTP/1.1"
_TOO_LARGE = "The head of the request is too large"


class ManagementChannel(StrictChannel):
    """A connection to the management API, with a bounded time for each request head."""

    site: ManagementSite
    transport: Any

    def connectionMade(self) -> None:
        """Start the head timeout, which also covers the TLS handshake."""
        self._head_deadline = Deadline(self.site.clock, self.site.head_timeout_ms)
        self._head_deadline.start(self._head_expired)
        super().connectionMade()

    def dataReceived(self, data: bytes) -> None:
        """Start the timeout of a further head with its first byte."""
        if self.line_mode and not self._head_deadline.running:
            self._head_deadline.start(self._head_expired)
        super().dataReceived(data)

    def allHeadersReceived(self) -> None:
        """The head is complete; the request has a timeout of its own."""
        self._head_deadline.stop()
        super().allHeadersReceived()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Stop the timeout."""
        self._head_deadline.stop()
        super().connectionLost(reason)

    def refuse_malformed(self, line: bytes = b"", too_large: bool = False) -> None:
        """Answer a malformed HTTP request in JSON, unless a response has begun."""
        if not any(one.startedWriting for one in self.requests):
            error = BadRequest(_TOO_LARGE if too_large else _NO_HTTP, "request.invalid")
            self.transport.write(errors.answer(Failure(error)).as_last_response())
        self.loseConnection()

    def _head_expired(self) -> None:
        self.transport.abortConnection()


class ManagementSite(Site):
    """A factory of connections to the management API.

    :param store: started.
    :param catalog: parses and checks definitions.
    :param settings: only ``management`` is used.
    :param authentication: authenticates users.
    :param passwords: hashes passwords of new users; started.
    :param reactor: for the timeouts.
    :param gateway_urls: returns the URLs of the gateway, best first.
    :param channels: returns the open channels of an API.
    :param health: returns the results of its health checks.
    :param deliveries: returns the delivery of a subscription.
    :param gateway: tries deployments, and reports when they are served.
    :param node: returns the checks of the process.
    """

    protocol = ManagementChannel  # type: ignore[assignment]
    requestFactory = ManagementRequest
    _log = Logger()

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        settings: Settings,
        authentication: Authentication,
        passwords: Passwords,
        reactor: IReactorTime,
        gateway_urls: Callable[[], list[str]],
        channels: ChannelView = no_channels,
        health: HealthView = no_health,
        deliveries: DeliveryView = no_deliveries,
        gateway: Gateway = NO_GATEWAY,
        node: NodeView = no_checks,
    ) -> None:
        masking = Masking(catalog.type_of)
        root = Root(
            Guard(settings.management.hosts),
            authentication,
            Families(
                masking,
                Apis(store, catalog),
                Search(store),
                Deployments(store, gateway_urls, gateway, reactor),
                Plans(store, catalog),
                Pictures(store),
                Channels(store, channels),
                Health(store, health, gethostname()),
                Audits(store),
                Applications(store, catalog),
                Subscriptions(store, catalog),
                ApiKeys(store),
                DeadLetters(store, deliveries),
                SharedPolicyGroups(store, catalog, gateway, reactor),
            ).resource(),
            Families(
                masking,
                Plugins(catalog),
                Users(store, passwords),
                Tokens(store),
                Node(store, node),
            ).resource(),
        )
        super().__init__(
            root,
            reactor=reactor,
            timeout=IDLE_TIMEOUT_S,
            parsePOSTFormSubmission=False,
        )
        self.clock = reactor
        self.head_timeout_ms = settings.gateway.head_timeout_ms
        self.max_body_bytes = settings.management.max_body_bytes

    def log(self, request: http.Request) -> None:
        """Log a request that was answered, without its query.

        :param request: its path is unknown if its body was refused.
        """
        known = request.path is not None
        self._log.info(
            "{address} {method} {path!r} {status}",
            address=getattr(request.getClientAddress(), "host", "local"),
            method=request.method.decode("ascii", "replace") if known else "-",
            path=request.path.decode("latin-1") if known else "-",
            status=request.code,
        )

    def acceptableProtocols(self) -> list[bytes]:
        """Offer HTTP/1.1 only, independently of the installed packages."""
        return [b"http/1.1"]
