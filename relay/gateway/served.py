"""
One deployment as the gateway runs it.

:meth:`ServedApi.receive` takes the calls that are routed to it: it answers preflight
requests, asks the plans, and passes admitted calls to the backend.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from twisted.internet.defer import Deferred

from relay.expression.nodes import Scope
from relay.gateway.exchange import Exchange
from relay.gateway.flows.calls import selection_scope
from relay.gateway.flows.runner import FlowRunner
from relay.gateway.protected_resources import metadata_url
from relay.gateway.responses import refusals
from relay.gateway.responses.cors import ListenerCors, preflight_method
from relay.gateway.responses.templates import ResponseTemplates
from relay.http import cross_site
from relay.http.front import fault_refusal
from relay.http.headers import drop_hop_by_hop
from relay.http.refusals import NULL_BYTE, Refusal, Refused
from relay.model.api.definition import ApiDefinition, HttpListener
from relay.model.api.redeployment import RedeploymentOptions
from relay.model.records import Deployment
from relay.model.schema.types.request_target import PathFault, RequestTarget
from relay.plans.caller import Caller
from relay.plans.chain import PlanChain
from relay.plans.verdict import Admission, Denial, Verdict
from relay.policies.security.basic_authentication import BASIC_AUTHENTICATION

Resolve = Callable[[], RequestTarget]
"""Returns the target of a call without dot segments; raises :class:`Refused` if they
lead to another API."""


class ApiBackend(Protocol):
    """Answers the calls of one API."""

    upgrades: bool
    """Whether it may take a connection over for another protocol than HTTP."""
    answers_preflights: bool
    """Whether it answers CORS preflight requests itself. No plan is asked about them,
    as browsers send them without credentials."""

    def names_origin(self, exchange: Exchange, origin: str) -> bool:
        """
        Whether pages of an origin may use credentials that browsers send by themselves.

        :param origin: of the page that makes the call.
        """

    def answer(self, exchange: Exchange) -> None:
        """
        Answer a call whose client is admitted.
        """

    def refuse(self, exchange: Exchange, refusal: Refusal) -> None:
        """
        Refuse a call whose client is not admitted.
        """

    def hold(self) -> Callable[[], None]:
        """
        Keep what open streams rest on when the backend is closed.

        :return: ends that; called once.
        """

    def close(self) -> None:
        """Take no new calls: another deployment does, or none."""


class ServedApi:
    """
    A deployment made ready.

    :param deployment: the snapshot.
    :param definition: its API definition, parsed.
    :param plans: who may call it.
    :param backend: what answers its calls.
    :param shared: the variables of expressions that are the same for all its calls.
    :param flows: its flows, which may run for preflight requests; None for none.
    """

    def __init__(
        self,
        deployment: Deployment,
        definition: ApiDefinition,
        plans: PlanChain,
        backend: ApiBackend,
        shared: Scope,
        flows: FlowRunner | None = None,
    ) -> None:
        self.id = deployment.api_id
        self.deployment_id = deployment.id
        self.number = deployment.number
        self._groups = deployment.groups
        self.name = definition.name
        self.plans = plans
        self.backend = backend
        if not definition.listeners:
            raise ValueError("it has no listener")
        # An API whose consumers are called, and do not call, has no place of its own.
        listener = definition.http or HttpListener(type="HTTP")
        self.places: list[tuple[str | None, tuple[str, ...]]] = [
            (path.host, RequestTarget.parse(path.path.encode("ascii")).segments)
            for path in listener.paths
        ]
        """Hosts, in their normal form, and the segments of context-paths."""
        self.listener_ids = frozenset(listener.servers)
        """The gateway listeners that it is bound to; empty means all."""
        validation = listener.request_validation
        self.rejects_null_byte = validation.reject_null_byte
        self.allowed = validation.allowed
        """What of a path is not refused."""
        self.allows_trace = bool(validation.allow_trace)
        cors = listener.cors
        self.cors = ListenerCors(cors) if cors is not None and cors.enabled else None
        """``cors`` of its listener; None without it."""
        runs = cors is not None and cors.run_policies
        self._preflight_flows = flows if runs else None
        self.takes_passwords = _has_step(deployment, BASIC_AUTHENTICATION.id)
        """Whether flows ask for passwords, which browsers send from any page."""
        self.shared = shared
        """The variables of expressions that are the same for all its calls."""
        self.templates: ResponseTemplates | None = None
        """How its refusals are worded; None for the gateway's own words."""
        if definition.response_templates:
            self.templates = ResponseTemplates(
                definition.response_templates, self.shared
            )
        self.redeployment = definition.redeployment or RedeploymentOptions()
        """What becomes of the streams of earlier deployments."""
        self.closed = False
        """Whether another deployment has taken its place, or none."""

    def serves(self, deployment: Deployment) -> bool:
        """Whether it is a deployment made ready, with the same shared policy groups."""
        return self.deployment_id == deployment.id and self._groups == deployment.groups

    def receive(
        self, exchange: Exchange, target: RequestTarget, resolve: Resolve
    ) -> None:
        """
        Take a call that is routed to the API.

        :param target: what follows the context-path.
        :param resolve: resolves the dot segments of the path.
        :raises Refused: when the call is refused before a plan is asked.
        """
        exchange.target = target
        request, record = exchange.request, exchange.record
        record.api_id = self.id
        shown = self.plans.conceal(target).query
        record.query = None if shown is None else shown.decode("ascii")
        if self.templates is not None:
            exchange.refusal_hook = partial(self.templates.reword, exchange)
        if self.cors is not None:
            if self.cors.is_preflight(request.method, request.headers):
                self._answer_preflight(self.cors, exchange, resolve)
                return
            settle = partial(self.cors.settle, request.headers.copy())
            exchange.response_hooks.append(lambda status, headers: settle(headers))
        if self.rejects_null_byte and b"%00" in request.target:
            raise Refused(NULL_BYTE)
        if target.faults:
            self._check_path(target.faults)
            exchange.target = resolve()
        if self.backend.answers_preflights and (
            preflight_method(request.method, request.headers) is not None
        ):
            self.backend.answer(exchange)
            return
        caller = self._caller(exchange)
        verdict = self.plans.admit(caller)
        if isinstance(verdict, Deferred):
            verdict.addCallback(self._decided, exchange, caller)
            verdict.addErrback(exchange.fail)
        else:
            self._decided(verdict, exchange, caller)

    def _answer_preflight(
        self, cors: ListenerCors, exchange: Exchange, resolve: Resolve
    ) -> None:
        """Answer a preflight request, about which no plan is asked."""
        headers = cors.preflight_headers(exchange.request.headers)
        if headers is None:
            exchange.refuse(refusals.PREFLIGHT_FAILED)
        elif self._preflight_flows is None:
            exchange.answer(200, b"OK", headers)
        else:
            if exchange.target.faults:
                self._check_path(exchange.target.faults)
                exchange.target = resolve()
            self._preflight_flows.answer(exchange, 200, b"OK", headers)

    def _check_path(self, faults: PathFault) -> None:
        refusal = fault_refusal(faults & ~self.allowed)
        if refusal is not None:
            raise Refused(refusal)

    def _caller(self, exchange: Exchange) -> Caller:
        stream, headers = exchange.stream, exchange.request.headers
        certificate = stream.listener.certificate_header
        if certificate is not None and not exchange.trusted:
            # Only proxies set this header; it never goes upstream.
            headers.removeHeader(certificate)
        caller = Caller(
            headers,
            exchange.target,
            exchange.record.remote_address,
            stream.peer.transport,
            exchange.trusted,
            certificate,
            partial(selection_scope, exchange, self.shared),
            partial(metadata_url, exchange),
            exchange.record.request_id,
        )
        caller.marks = exchange.record.timeline
        return caller

    def _decided(self, verdict: Verdict, exchange: Exchange, caller: Caller) -> None:
        """Pass the call to the backend or refuse it, as the plans have decided."""
        if exchange.over:
            return
        exchange.target = caller.target
        if isinstance(verdict, Denial):
            self.backend.refuse(exchange, refusals.denied(verdict))
        elif self.closed:
            # Another deployment took its place while a plan waited for an answer.
            exchange.refuse(refusals.REDEPLOYED)
        elif self._is_forged(verdict, exchange):
            self.backend.refuse(exchange, refusals.FOREIGN_ORIGIN)
        else:
            drop_hop_by_hop(exchange.request.headers, exchange.trusted)
            exchange.admitted(verdict)
            self.backend.answer(exchange)

    def _is_forged(self, verdict: Admission, exchange: Exchange) -> bool:
        """Whether a page of another origin uses credentials that its browser adds."""
        request = exchange.request
        headers = request.headers
        if not (
            verdict.ambient or (self.takes_passwords and cross_site.is_ambient(headers))
        ):
            return False
        if not cross_site.may_act(request.method, headers):
            return False
        if not cross_site.is_foreign(headers, exchange.stream.peer.secure):
            return False
        origin = cross_site.origin_of(headers)
        return origin is None or not (
            (self.cors is not None and self.cors.names(origin))
            or self.backend.names_origin(exchange, origin)
        )

    def hold(self) -> Callable[[], None]:
        """
        Keep what open streams rest on when the deployment is closed.

        :return: ends that; called once.
        """
        return self.backend.hold()

    def close(self) -> None:
        """Serve no new calls: close unused connections."""
        self.closed = True
        self.plans.close()
        self.backend.close()


def _has_step(deployment: Deployment, policy: str) -> bool:
    """Whether a request of an API may take a step of a policy."""
    steps = [
        step
        for holder in (deployment.definition, *deployment.plans)
        for flow in holder.get("flows") or ()
        for step in flow.get("request") or ()
    ]
    for group in deployment.groups.values():
        steps += group.steps if group.phase == "REQUEST" else ()
    return any(
        step.get("policy") == policy and step.get("enabled", True) for step in steps
    )
