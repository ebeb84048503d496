"""The leaf that every request of every listener comes to."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from twisted.python.failure import Failure
from twisted.web.http_headers import Headers
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from relay.gateway.exchange import Exchange
from relay.gateway.limits import ExchangeLimits
from relay.gateway.protected_resources import (
    WELL_KNOWN,
    answer_metadata,
    resource_path,
)
from relay.gateway.responses import refusals
from relay.gateway.routes import Route, RouteTable
from relay.gateway.served import ServedApi
from relay.gateway.services import Services
from relay.http.client_stream import ClientStream, ListenerFacts
from relay.http.front import fault_refusal, read_front, wants_upgrade
from relay.http.headers import (
    drop_lookalikes,
    ipv6_network,
    is_trusted,
    remote_address,
)
from relay.http.refusals import (
    DOT_SEGMENT,
    METHOD_NOT_ALLOWED,
    Refusal,
    Refused,
)
from relay.model.schema.types.request_target import PathFault, RequestTarget
from relay.observability.access import AccessRecord

_USER = re.compile(rb"(?<=//)[^/]*@")


class GatewayResource(Resource):
    """
    Reads the heads of requests, applies the limits, and routes calls to their APIs.

    :param services: what all exchanges share.
    """

    isLeaf = True

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        self._key_header = services.settings.api_key_header.lower().encode("ascii")
        self.table = RouteTable()
        """Replaced as a whole when a deployment changes."""
        self.accepting = True
        """False when the daemon is drained."""
        self._limits = ExchangeLimits(services)
        self.when_closing: list[Callable[[], None]] = []
        """Told when it begins to stop."""

    def close(self) -> None:
        """Take no more requests."""
        self.accepting = False
        for callback in list(self.when_closing):
            callback()

    def reopen(self) -> None:
        """Take requests again."""
        self.accepting = True

    def render(self, stream: ClientStream) -> int:
        """Begin an exchange for a request whose head has come."""
        record, trusted = self._describe(stream)
        exchange = Exchange(stream, self.services, record, trusted)
        try:
            self._route(stream, exchange)
        except Exception:
            self._end(Failure(), exchange)
        return NOT_DONE_YET

    def _end(self, failure: Failure, exchange: Exchange) -> None:
        """End an exchange that no API has received."""
        if isinstance(failure.value, Refused):
            exchange.refuse(failure.value.refusal)
        elif not exchange.over:
            exchange.fail(failure)

    def refuse(self, stream: ClientStream, refusal: Refusal) -> None:
        """
        Refuse a request whose head could not be understood.

        :param stream: the request, as far as it is known.
        """
        record, trusted = self._describe(stream)
        Exchange(stream, self.services, record, trusted).refuse(refusal)

    def _describe(self, stream: ClientStream) -> tuple[AccessRecord, bool]:
        request, peer = stream.request, stream.peer.address
        networks = stream.listener.trusted_proxies
        trusted = is_trusted(peer, networks)
        forwarded = request.headers.getRawHeaders(b"x-forwarded-for", [])
        host = request.headers.getRawHeaders(b"host", [b""])[0]
        remote = remote_address(peer, forwarded, networks)
        record = AccessRecord(
            request.method.decode("latin-1"),
            host.rpartition(b"@")[2].decode("latin-1"),
            # Of an absolute-form target, no user name or password is written down.
            _USER.sub(b"", request.target.partition(b"?")[0]).decode("latin-1"),
            peer,
            remote,
            ipv6_network(remote, self.services.limits.ipv6_prefix),
            protocol=request.version.decode("latin-1"),
            listener=stream.listener.id,
        )
        return record, trusted

    def _route(self, stream: ClientStream, exchange: Exchange) -> None:
        """Check the head and the limits, find the API, and hand the call over to it."""
        if not self.accepting:
            raise Refused(refusals.SHUTTING_DOWN)
        request, listener = stream.request, stream.listener
        host, target = read_front(stream)
        self._drop_lookalikes(request.headers, listener)
        exchange.record.path = target.path.decode("ascii")
        route = self.table.match(host, target, listener.id)
        if route is not None:
            # A refusal is among the logs of the API that was asked for.
            exchange.record.api_id = route.api.id
        waited = self._limits.check(exchange)
        if waited is None:
            self._enter(stream, exchange, host, target, route)
        else:
            waited.addCallback(lambda _: self._enter_later(exchange, host, target))
            waited.addErrback(self._end, exchange)

    def _enter_later(
        self, exchange: Exchange, host: str, target: RequestTarget
    ) -> None:
        """Go on with a call that has waited, during which routes may have changed."""
        if not exchange.over:
            stream = exchange.stream
            route = self.table.match(host, target, stream.listener.id)
            self._enter(stream, exchange, host, target, route)

    def _enter(
        self,
        stream: ClientStream,
        exchange: Exchange,
        host: str,
        target: RequestTarget,
        route: Route | None,
    ) -> None:
        """Hand a call over to its API."""
        listener = stream.listener
        if WELL_KNOWN in target.path and self._describe_resource(
            exchange, host, target.path, route
        ):
            return
        self._check_kind(stream, None if route is None else route.api)
        if route is None:
            if (refusal := fault_refusal(target.faults)) is not None:
                raise Refused(refusal)
            settings = exchange.settings
            raise Refused(
                refusals.no_context_path(
                    settings.not_found_message, settings.not_found_content_type
                )
            )
        resolve = partial(self._resolved, host, target, route, listener)
        route.api.receive(exchange, route.target, resolve)

    def _describe_resource(
        self, exchange: Exchange, host: str, path: bytes, route: Route | None
    ) -> bool:
        """
        Answer a request for the metadata of an API that accepts tokens.

        :param path: of the request, raw.
        :param route: of the request as a call. Another API whose context-path is within
            ``/.well-known`` takes its calls itself.
        :return: whether there is metadata; if not, the request is a call.
        """
        described = resource_path(path)
        if described is None:
            return False
        target = RequestTarget.parse(described)
        found = self.table.match(host, target, exchange.stream.listener.id)
        if found is None or target.faults & ~(
            found.api.allowed & ~PathFault.DOT_SEGMENT
        ):
            return False
        if (
            route is not None
            and route.api is not found.api
            and "/.well-known" in route.target.context_path
        ):
            return False
        parts = found.api.plans.resources
        if not parts:
            return False
        exchange.record.api_id = found.api.id
        answer_metadata(exchange, parts, described)
        return True

    def _check_kind(self, stream: ClientStream, api: ServedApi | None) -> None:
        """Refuse an upgrade and ``TRACE`` where the API does not take them."""
        request = stream.request
        if wants_upgrade(request.headers) and not (
            api is not None and api.backend.upgrades
        ):
            raise Refused(refusals.NO_UPGRADE)
        if request.method == b"TRACE":
            if api is None or not api.allows_trace:
                raise Refused(METHOD_NOT_ALLOWED)
            if stream.body is not None:
                raise Refused(refusals.TRACE_WITH_BODY)

    def _resolved(
        self, host: str, target: RequestTarget, route: Route, listener: ListenerFacts
    ) -> RequestTarget:
        """Resolve the dot segments of a path that the API allows them in."""
        if PathFault.DOT_SEGMENT not in target.faults:
            return route.target
        below = route.target.resolved()
        if below is None:
            raise Refused(DOT_SEGMENT)
        above = target.path[: len(target.path) - len(route.target.path)]
        whole = RequestTarget.parse(above + below.path, target.query)
        again = self.table.match(host, whole, listener.id)
        if again is None or again.api is not route.api:
            # It leads to another API, whose plans are not asked.
            raise Refused(DOT_SEGMENT)
        return again.target

    def _drop_lookalikes(self, headers: Headers, listener: ListenerFacts) -> None:
        certificate = listener.certificate_header or b""
        drop_lookalikes(headers, (self._key_header, certificate.lower()))
