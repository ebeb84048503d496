"""The leaf that every request of every listener comes to."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from relay.gateway import refusals
from relay.gateway.exchange import Exchange
from relay.gateway.flows.calls import selection_scope
from relay.gateway.routes import Route, RouteTable
from relay.gateway.services import Services
from relay.http import cross_site
from relay.http.client_stream import ClientStream, ListenerFacts
from relay.http.front import fault_refusal, read_front, wants_upgrade
from relay.http.headers import (
    drop_hop_by_hop,
    drop_lookalikes,
    ipv6_network,
    is_trusted,
    remote_address,
)
from relay.http.refusals import (
    DOT_SEGMENT,
    METHOD_NOT_ALLOWED,
    NULL_BYTE,
    Refusal,
    Refused,
)
from relay.model.schema.request_target import PathFault, RequestTarget
from relay.observability.access import AccessRecord
from relay.plans.caller import Caller
from relay.plans.verdict import Admission, Denial, Verdict
from relay.policies.counters import LocalCounters

_USER = re.compile(rb"(?<=//)[^/]*@")


class GatewayResource(Resource):
    """
    Decides about a request: is it sound, whose is it, may it in.

    :param services: what all exchanges share.
    """

    isLeaf = True
    log = Logger()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        self._key_header = services.settings.api_key_header.lower().encode("ascii")
        self.table = RouteTable()
        """Replaced as a whole when a deployment changes."""
        self.accepting = True
        """False while the daemon stops."""
        self._attempts = LocalCounters(services.reactor)
        self.when_closing: list[Callable[[], None]] = []
        """Told when it begins to stop."""

    def close(self) -> None:
        """Take no more requests."""
        self.accepting = False
        for told in self.when_closing:
            told()

    def render(self, stream: ClientStream) -> int:
        """Begin an exchange for a request whose head has come."""
        record, trusted = self._describe(stream)
        exchange = Exchange(stream, self.services, record, trusted)
        try:
            self._admit(stream, exchange)
        except Refused as refused:
            exchange.refuse(refused.refusal)
        except Exception:
            self._failed(Failure(), exchange)
        return NOT_DONE_YET

    def refuse(self, stream: ClientStream, refusal: Refusal) -> None:
        """
        Refuse a request whose head could not be understood.

        :param stream: the request, as far as it is known.
        :param refusal: the answer.
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
        )
        return record, trusted

    def _admit(self, stream: ClientStream, exchange: Exchange) -> None:
        """Check in this order: shape, limits, route, plan; then call the source."""
        if not self.accepting:
            raise Refused(refusals.SHUTTING_DOWN)
        request, listener = stream.request, stream.listener
        host, target = read_front(stream)
        self._drop_lookalikes(request.headers, listener)
        exchange.record.path = target.path.decode("ascii")
        self._check_limits(exchange)
        route = self.table.match(host, target, listener.id)
        upgrade = wants_upgrade(request.headers)
        if upgrade and not (route is not None and route.api.answerer.upgrades):
            raise Refused(refusals.NO_UPGRADE)
        if request.method == b"TRACE":
            if route is None or not route.api.allows_trace:
                raise Refused(METHOD_NOT_ALLOWED)
            if stream.body is not None:
                raise Refused(refusals.TRACE_WITH_BODY)
        if route is None:
            if (refusal := fault_refusal(target.faults)) is not None:
                raise Refused(refusal)
            message = self.services.settings.not_found_message
            raise Refused(refusals.no_context_path(message))
        api = route.api
        exchange.record.api_id = api.id
        shown = api.plans.conceal(target).query
        exchange.record.query = None if shown is None else shown.decode("ascii")
        if api.templates is not None:
            exchange.refusal_hook = partial(
                api.templates.reword, exchange, route.target
            )
        if api.cors is not None:
            if api.cors.is_preflight(request.method, request.headers):
                api.cors.answer(exchange)
                return
            adorn = partial(api.cors.adorn, request.headers.copy())
            exchange.response_hooks.append(lambda status, headers: adorn(headers))
        if api.rejects_null_byte and b"%00" in request.target:
            raise Refused(NULL_BYTE)
        if target.faults:
            route = self._resolved(host, target, route, listener)
        if api.answerer.is_preflight(request.method, request.headers):
            api.answerer.answer(exchange, route.target)
            return
        caller = Caller(
            request.headers,
            route.target,
            exchange.record.remote_address,
            stream.peer.transport,
            exchange.trusted,
            self._certificate_header(request.headers, exchange.trusted, listener),
            partial(selection_scope, exchange, route.target, api.shared),
        )
        verdict = api.plans.admit(caller)
        if isinstance(verdict, Deferred):
            verdict.addCallback(self._enter, exchange, route, caller)
            verdict.addErrback(self._failed, exchange)
        else:
            self._enter(verdict, exchange, route, caller)

    def _resolved(
        self, host: str, target: RequestTarget, route: Route, listener: ListenerFacts
    ) -> Route:
        """Refuse what the API does not allow of a path; resolve its dot segments."""
        refusal = fault_refusal(target.faults & ~route.api.allowed)
        if refusal is not None:
            raise Refused(refusal)
        if PathFault.DOT_SEGMENT not in target.faults:
            return route
        below = route.target.resolved()
        if below is None:
            raise Refused(DOT_SEGMENT)
        above = target.path[: len(target.path) - len(route.target.path)]
        whole = RequestTarget.parse(above + below.path, target.query)
        again = self.table.match(host, whole, listener.id)
        if again is None or again.api is not route.api:
            # It leads to another API, whose plans are not asked.
            raise Refused(DOT_SEGMENT)
        return again

    def _drop_lookalikes(self, headers: Headers, listener: ListenerFacts) -> None:
        certificate = listener.certificate_header or b""
        drop_lookalikes(headers, (self._key_header, certificate.lower()))

    def _certificate_header(
        self, headers: Headers, trusted: bool, listener: ListenerFacts
    ) -> bytes | None:
        """Drop the header of those who are no proxies: it never goes on."""
        name = listener.certificate_header
        if name is not None and not trusted:
            headers.removeHeader(name)
        return name

    def _enter(
        self, verdict: Verdict, exchange: Exchange, route: Route, caller: Caller
    ) -> None:
        """Let a client in, or not, as the plans say."""
        if exchange.over:
            return
        if isinstance(verdict, Denial):
            refusal = refusals.denied(verdict)
            route.api.answerer.refuse(exchange, caller.target, refusal)
        elif route.api.closed:
            # While a plan asked somebody else, another deployment took the place.
            exchange.refuse(refusals.REDEPLOYED)
        elif self._is_forged(verdict, exchange, route):
            route.api.answerer.refuse(exchange, route.target, refusals.FOREIGN_ORIGIN)
        else:
            drop_hop_by_hop(exchange.request.headers, exchange.trusted)
            exchange.admitted(verdict)
            route.api.answerer.answer(exchange, caller.target)

    def _is_forged(self, verdict: Admission, exchange: Exchange, route: Route) -> bool:
        """Whether a page that nobody has named acts with credentials of a browser."""
        request, api = exchange.request, route.api
        headers = request.headers
        if not (
            verdict.ambient or (api.takes_passwords and cross_site.is_ambient(headers))
        ):
            return False
        if not cross_site.may_act(request.method, headers):
            return False
        if not cross_site.is_foreign(headers, exchange.stream.peer.secure):
            return False
        origin = cross_site.origin_of(headers)
        return origin is None or not (
            (api.cors is not None and api.cors.names(origin))
            or api.answerer.names_origin(exchange, route.target, origin)
        )

    def _failed(self, failure: Failure, exchange: Exchange) -> None:
        self.log.failure(
            "while admitting {request_id}",
            failure,
            request_id=exchange.record.request_id,
        )
        exchange.refuse(refusals.UNEXPECTED)

    def _check_limits(self, exchange: Exchange) -> None:
        limits, live = self.services.limits, self.services.live
        # First, since an attempt counts whatever comes of it.
        if limits.max_attempts_per_address:
            hit = self._attempts.hit(
                exchange.record.client,
                limits.max_attempts_per_address,
                limits.attempt_window_ms,
            )
            if not hit.allowed:
                raise Refused(refusals.too_many_attempts(hit.ends_in_ms))
        # The exchange itself is counted already.
        if 0 < limits.max_exchanges < len(live):
            raise Refused(refusals.TOO_MANY)
        of_address = live.of_address(exchange.record.client)
        if 0 < limits.max_exchanges_per_address < of_address:
            raise Refused(refusals.TOO_MANY_OF_ADDRESS)
