"""PROXY APIs: one upstream call for each call of a client."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from twisted.web.http_headers import Headers

from relay.gateway.exchange import Exchange
from relay.gateway.flows.run import FlowRun
from relay.gateway.flows.runner import FlowRunner
from relay.gateway.max_forwards import LIMITED_METHODS, goes_on
from relay.gateway.passthrough import Passthrough
from relay.gateway.responses import refusals
from relay.gateway.routing import Destinations
from relay.http.fields import copied
from relay.http.refusals import Refusal, Refused
from relay.model.schema.types.request_target import RequestTarget
from relay.policies.call import ENDPOINT_ATTRIBUTE
from relay.upstream.connector import Connector
from relay.upstream.failover import Failover, Tries
from relay.upstream.group import Choose


class ProxyBackend:
    """
    Answers each call of a PROXY API by an upstream call.

    :param destinations: the API's endpoints.
    :param failover: tries other endpoints; None if the API does not ask for it.
    :param closed: called once no new calls are taken.
    :param flows: None without any.
    """

    upgrades = False
    answers_preflights = False
    """The endpoint answers them, as it does any other call."""

    def __init__(
        self,
        destinations: Destinations,
        failover: Failover | None = None,
        closed: Callable[[], None] = lambda: None,
        flows: FlowRunner | None = None,
    ) -> None:
        self._destinations = destinations
        self._failover = failover
        self._closed = closed
        self._flows = flows

    def refuse(self, exchange: Exchange, refusal: Refusal) -> None:
        """Refuse a call that no plan admits."""
        exchange.refuse(refusal)

    def names_origin(self, exchange: Exchange, origin: str) -> bool:
        """Never: only the listener's CORS options name origins."""
        return False

    def answer(self, exchange: Exchange) -> None:
        """Run the flows of the request, if there are any, and call the endpoint."""
        method = exchange.request.method
        if method in LIMITED_METHODS and not goes_on(exchange):
            return
        if self._flows is None or exchange.admission is None:
            self._call(exchange, exchange.target, None)
            return
        proceed = self._pass
        if method == b"TRACE":
            proceed = partial(self._pass_trace, copied(exchange.request.headers))
        self._flows.enter(exchange, partial(proceed, exchange))

    def _pass_trace(self, sent: Headers, exchange: Exchange, run: FlowRun) -> None:
        """Forward the headers as the client sent them: the answer shows them to it."""
        exchange.request.headers = sent
        self._pass(exchange, run)

    def _pass(self, exchange: Exchange, run: FlowRun) -> None:
        asked = run.call.request.target
        endpoint = run.call.attributes.get(ENDPOINT_ATTRIBUTE)
        if endpoint is None:
            self._call(exchange, asked, run)
            return
        try:
            found = self._destinations.find(str(endpoint), run.call.named_origin, asked)
        except Refused as refused:
            exchange.refuse(refused.refusal)
            return
        if found is None:
            exchange.refuse(refusals.NO_ENDPOINT)
        else:
            connector = self._guarded(exchange, found.connector, found.choose)
            Passthrough(exchange, connector, run).start(found.target)

    def _call(
        self,
        exchange: Exchange,
        target: RequestTarget,
        run: FlowRun | None,
    ) -> None:
        choose = self._destinations.default
        connector = choose(None)
        if connector is None:
            exchange.refuse(refusals.NO_ENDPOINT)
            return
        asked = self._guarded(exchange, connector, choose)
        Passthrough(exchange, asked, run).start(target)

    def _guarded(
        self,
        exchange: Exchange,
        first: Connector,
        choose: Choose,
    ) -> Connector | Tries:
        """Wrap an endpoint in the API's failover, if it has one."""
        if self._failover is None:
            return first
        return self._failover.tries(first, choose, exchange.record.subscription_id)

    def hold(self) -> Callable[[], None]:
        """Keep nothing: connections in use end with their calls."""
        return _nothing

    def close(self) -> None:
        """Close unused connections; those in use end with their calls."""
        self._destinations.close()
        if self._flows is not None:
            self._flows.close()
        self._closed()


def _nothing() -> None:
    """Release nothing."""
