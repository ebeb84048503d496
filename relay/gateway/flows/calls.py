"""Calls as policies and expressions see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from twisted.web.http_headers import Headers

from relay.expression.nodes import Scope
from relay.expression.values import Fields, Value
from relay.gateway.exchange import Exchange
from relay.gateway.flows.bodies import HeldRequest
from relay.gateway.flows.selection import METHODS
from relay.http.headers import REQUEST_ID, TRANSACTION_ID
from relay.plans.caller import Caller
from relay.plans.client_certificate import certificate_in_header, client_certificate
from relay.plans.tls_session import TlsSession
from relay.policies.call import Call, Request
from relay.policies.scope import call_scope


def call_of(exchange: Exchange, shared: Scope) -> Call:
    """
    Make the view of a call that policies and expressions read.

    :param shared: the variables that are the same for all calls of the deployment.
    """
    received, record, target = exchange.request, exchange.record, exchange.target
    body = exchange.stream.body
    length = None
    if body is None:
        length = 0
    elif isinstance(body.length, int):
        length = body.length
    method = received.method.decode("latin-1")
    capitals = method.upper()
    request = Request(
        # Frameworks take "delete" for DELETE, and what guards one guards the other.
        capitals if capitals in METHODS else method,
        target,
        received.headers,
        length,
        record.remote_address,
        record.client,
        HeldRequest(body),
    )
    ids = {
        "api": record.api_id or "",
        "plan": record.plan_id or "",
        "application": record.application_id or "",
        "subscription": record.subscription_id or "",
    }
    call = Call(request, ids=ids, connection=_Connection(exchange))
    admission = exchange.admission
    if admission is not None:
        call.attributes.update(admission.attributes)
        call.consumer = admission.consumer
    call.scope.update(call_scope(call, _Facts(exchange), shared))
    return call


def selection_scope(
    exchange: Exchange,
    shared: Scope,
    attributes: Mapping[str, Any],
) -> Scope:
    """
    Make the view of a call that the selection rules of plans read.

    :param exchange: the call; its client is not admitted yet.
    :param shared: the variables that are the same for all calls of the deployment.
    :param attributes: of the context, besides those of every call.
    """
    call = call_of(exchange, shared)
    call.attributes.update(attributes)
    return call.scope


class _Connection:
    """The connection of the client of an exchange."""

    __slots__ = ("_exchange",)

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    @property
    def secure(self) -> bool:
        """Whether it is over TLS."""
        return self._exchange.stream.peer.secure

    @property
    def trusted(self) -> bool:
        """Whether the peer is a trusted proxy."""
        return self._exchange.trusted

    def certificate(self, header: bytes | None) -> Any:
        """Return the certificate of the client, as of plans."""
        exchange = self._exchange
        stream = exchange.stream
        caller = Caller(
            exchange.request.headers,
            exchange.target,
            exchange.record.remote_address,
            stream.peer.transport,
            exchange.trusted,
            stream.listener.certificate_header,
        )
        if header is None:
            return client_certificate(caller)
        return certificate_in_header(caller, header)


def _version(version: bytes) -> str:
    """Name a version of HTTP as Gravitee does: ``HTTP_1_1``, ``HTTP_2``."""
    return version.decode("latin-1").replace("/", "_").replace(".", "_")


class _Facts(Fields):
    """The members of ``#request`` that no policy changes."""

    __slots__ = ("exchange", "target")

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.target = exchange.target

    @property
    def path(self) -> str:
        """The whole path, decoded."""
        return self.target.context_path + self.target.text

    def get(self, name: str) -> Value:
        """Return a member; None for an unknown one."""
        member = _MEMBERS.get(name)
        return None if member is None else member(self)

    def identity(self, name: bytes) -> str:
        """Return one of the ids of the exchange, by its header."""
        identity = Headers()
        self.exchange.identify(identity)
        return identity.getRawHeaders(name, [b""])[0].decode("latin-1")

    def scheme(self) -> str:
        """Return ``https`` or ``http``."""
        return "https" if self.exchange.stream.peer.secure else "http"

    def ssl(self) -> TlsSession:
        """Return the TLS session of the client."""
        connection = _Connection(self.exchange)
        return TlsSession(
            self.exchange.stream.peer, partial(connection.certificate, None)
        )


_MEMBERS: Mapping[str, Callable[[_Facts], Value]] = {
    "id": lambda of: of.identity(REQUEST_ID),
    "transactionId": lambda of: of.identity(TRANSACTION_ID),
    "uri": lambda of: of.exchange.request.target.decode("latin-1"),
    "path": lambda of: of.path,
    "paths": lambda of: of.path.split("/"),
    "contextPath": lambda of: f"{of.target.context_path}/",
    "scheme": _Facts.scheme,
    "ssl": _Facts.ssl,
    "host": lambda of: of.exchange.record.host,
    "version": lambda of: _version(of.exchange.request.version),
    "timestamp": lambda of: of.exchange.services.wall_ms(),
    "localAddress": lambda of: of.exchange.stream.peer.local_address,
}
