"""An endpoint group of a deployment, ready to be called."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from twisted.internet.interfaces import IReactorTime

from relay.model.api.definition import Endpoint, EndpointGroup
from relay.model.api.endpoints.health_check import check_of, url_of
from relay.model.api.endpoints.http_proxy import (
    HttpProxyConfiguration,
    SharedConfiguration,
)
from relay.model.api.endpoints.ssl_options import KeyStore
from relay.tls.client import client_creators
from relay.upstream.balancing import Balancer
from relay.upstream.checker import Checker
from relay.upstream.connection.pool import Pool
from relay.upstream.connection.response_rules import HeadLimits
from relay.upstream.connector import Connector
from relay.upstream.counts import UpstreamCounts
from relay.upstream.dial.dialer import Dialer
from relay.upstream.dial.guard import AddressGuard
from relay.upstream.health import Health
from relay.upstream.target import Target

Choose = Callable[[Connector | None], Connector | None]
"""Chooses the endpoint of a try; None when there is none. The argument is the endpoint
whose next one is wanted, None to leave the choice to the load balancer."""


class ConnectorGroup:
    """
    The endpoints of one group, and the pools behind them.

    Endpoints that inherit the group's configuration share its pool; one that overrides
    it has a pool of its own, so that connections of one TLS identity are not shared.

    :param group: the group's definition.
    :param limits: the size limits of a response head.
    :param configuration: reads the configuration of an endpoint.
    :param shared: reads the ``sharedConfiguration``.
    :param owner: the owner whose share of name lookups is used, such as an API; by
        default the group itself.
    :raises ValueError: when its configuration cannot be used, such as a certificate
        that cannot be loaded.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        group: EndpointGroup,
        limits: HeadLimits,
        configuration: type[HttpProxyConfiguration] = HttpProxyConfiguration,
        shared: type[SharedConfiguration] = SharedConfiguration,
        owner: Hashable = None,
    ) -> None:
        self._owner = object() if owner is None else owner
        self._api = "" if owner is None else str(owner)
        self._reactor = reactor
        self.limits = limits
        """The size limits of a response head."""
        self._checkers: list[Checker] = []
        self._configuration = configuration
        self._shared = shared
        self._pools: list[Pool] = []
        self._dialers: list[Dialer] = []
        self._inherited: tuple[SharedConfiguration, Dialer, Pool] | None = None
        self._group = group
        self.name = group.name
        ready = [(self._connector(endpoint), endpoint) for endpoint in group.endpoints]
        self.connectors = [
            connector
            for secondary in (False, True)
            for connector, endpoint in ready
            if endpoint.secondary is secondary
        ]
        """All endpoints in order, secondary ones last."""
        self._balancer: Balancer[Connector] = Balancer(
            group.load_balancer.type,
            [(c, e.weight) for c, e in ready if not e.secondary],
            [(c, e.weight) for c, e in ready if e.secondary],
        )

    def next(self, after: Connector | None = None) -> Connector | None:
        """
        Select an endpoint for a call; None if none is available.

        :param after: an endpoint of the group; the one that follows it is selected, of
            those that are available. None to leave the choice to the load balancer.
        """
        if after is not None:
            order = self.connectors
            place = next((n for n, one in enumerate(order) if one.is_same(after)), 0)
            for one in (*order[place + 1 :], *order[:place]):
                if one.available:
                    return one
        return self._balancer.next()

    @property
    def health(self) -> list[Health]:
        """The health of the endpoints that are checked."""
        return [one.health for one in self.connectors if one.health is not None]

    @property
    def pools(self) -> list[Pool]:
        """The pools of its endpoints' calls; those of health checks are not here."""
        return list({id(one.pool): one.pool for one in self.connectors}.values())

    def count_in(self, counts: UpstreamCounts) -> None:
        """Count the calls of its endpoints."""
        for connector in self.connectors:
            connector.counts = counts

    def guard_redirects(self, guard: AddressGuard) -> None:
        """
        Set the guard of redirects to other origins; without a guard such redirects
        reach public addresses only.

        :param guard: decides which addresses such redirects may reach.
        """
        for dialer in self._dialers:
            dialer.guard = guard

    def start(self, wall_ms: Callable[[], int]) -> None:
        """
        Start the health checks of the endpoints.

        :param wall_ms: the wall clock, which schedules use.
        """
        for checker in self._checkers:
            checker.start(wall_ms)

    def close(self) -> None:
        """Stop the health checks, and close unused connections; those in use end with
        their calls."""
        for checker in self._checkers:
            checker.stop()
        for pool in self._pools:
            pool.close()

    def _connector(self, endpoint: Endpoint) -> Connector:
        if endpoint.inherit_configuration:
            if self._inherited is None:
                self._inherited = self._prepare(self._group.shared_configuration)
            shared, dialer, pool = self._inherited
        else:
            shared, dialer, pool = self._prepare(endpoint.shared_configuration_override)
        configuration = self._configuration.read(endpoint.configuration)
        target = Target.parse(configuration.target)
        dialer.prepare(target.origin)
        connector = Connector(self._reactor, endpoint.name, target, shared, pool)
        check = check_of(self._group.services, endpoint.services)
        if check is not None:
            connector.health = Health(endpoint.name, check)
            # Checks have a pool of their own: otherwise a busy endpoint, whose
            # connections are all in use, would be taken for one that is down.
            own = Pool(self._reactor, shared.http, dialer)
            self._pools.append(own)
            checked = Target.parse(url_of(check, configuration.target))
            dialer.prepare(checked.origin)
            self._checkers.append(
                Checker(
                    self._reactor,
                    Connector(self._reactor, endpoint.name, checked, shared, own),
                    connector.health,
                    self._api,
                )
            )
        return connector

    def _prepare(
        self, options: dict[str, object] | None
    ) -> tuple[SharedConfiguration, Dialer, Pool]:
        shared = self._shared.read(options or {})
        user = f"endpoints of API {self._api}"
        creators = strangers = client_creators(shared.ssl, user)
        if shared.ssl.key_store.type != "NONE":
            anonymous = shared.ssl.model_copy(update={"key_store": KeyStore()})
            strangers = client_creators(anonymous, f"{user}, redirected")
        dialer = Dialer(self._reactor, shared, creators, self.limits, strangers)
        dialer.owner = self._owner
        self._dialers.append(dialer)
        pool = Pool(self._reactor, shared.http, dialer)
        self._pools.append(pool)
        return shared, dialer, pool
