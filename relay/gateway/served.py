"""One deployment as the gateway runs it."""

from __future__ import annotations

from typing import Protocol

from twisted.web.http_headers import Headers

from relay.gateway.exchange import Exchange
from relay.gateway.listener_cors import ListenerCors
from relay.gateway.templates import ResponseTemplates
from relay.http.refusals import Refusal
from relay.model.api.definition import ApiDefinition, HttpListener
from relay.model.records import Deployment
from relay.model.schema.request_target import RequestTarget
from relay.plans.chain import PlanChain
from relay.policies.basic_authentication import BASIC_AUTHENTICATION
from relay.policies.scope import shared_scope


class ApiBackend(Protocol):
    """What answers the calls of one API."""

    upgrades: bool
    """Whether it may take a connection over for another protocol than HTTP."""

    def is_preflight(self, method: bytes, headers: Headers) -> bool:
        """
        Whether a call is the question that a browser asks, without any credential,
        before it sends one: it is answered whoever asks.

        :param method: the request's method.
        :param headers: the request's headers.
        """

    def names_origin(
        self, exchange: Exchange, target: RequestTarget, origin: str
    ) -> bool:
        """
        Whether pages of an origin may act with what a browser sends by itself.

        :param exchange: the call.
        :param target: what follows the context-path.
        :param origin: of the page that makes the call.
        """

    def answer(self, exchange: Exchange, target: RequestTarget) -> None:
        """
        Answer a call whose client was let in.

        :param exchange: the call.
        :param target: what follows the context-path.
        """

    def refuse(
        self, exchange: Exchange, target: RequestTarget, refusal: Refusal
    ) -> None:
        """
        Refuse a call whose client is not let in.

        :param exchange: the call.
        :param target: what follows the context-path.
        :param refusal: the answer.
        """

    def close(self) -> None:
        """Take no new calls: another deployment does, or none."""


class ServedApi:
    """
    A deployment made ready.

    :param deployment: the snapshot.
    :param definition: its API definition, parsed.
    :param plans: who may call it.
    :param answerer: what answers its calls.
    """

    def __init__(
        self,
        deployment: Deployment,
        definition: ApiDefinition,
        plans: PlanChain,
        answerer: ApiBackend,
    ) -> None:
        self.id = deployment.api_id
        self.deployment_id = deployment.id
        self.number = deployment.number
        self.name = definition.name
        self.plans = plans
        self.answerer = answerer
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
        """What its listener says of browsers on other origins; None for nothing."""
        self.takes_passwords = _has_step(deployment, BASIC_AUTHENTICATION.id)
        """Whether flows ask for passwords, which browsers send from any page."""
        self.shared = shared_scope(deployment.api_id, definition)
        """The variables of expressions that are the same for all its calls."""
        self.templates: ResponseTemplates | None = None
        """How its refusals are worded; None for the gateway's own words."""
        if definition.response_templates:
            self.templates = ResponseTemplates(
                definition.response_templates, self.shared
            )
        self.closed = False
        """Whether another deployment has taken its place, or none."""

    def close(self) -> None:
        """Serve no new calls: close connections that nobody uses."""
        self.closed = True
        self.plans.close()
        self.answerer.close()


def _has_step(deployment: Deployment, policy: str) -> bool:
    """Whether a request of an API may take a step of a policy."""
    return any(
        step.get("policy") == policy and step.get("enabled", True)
        for holder in (deployment.definition, *deployment.plans)
        for flow in holder.get("flows") or ()
        for step in flow.get("request") or ()
    )
