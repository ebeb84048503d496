"""Calls as policies and expressions see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from twisted.web.http_headers import Headers

from relay.expression.nodes import Scope
from relay.expression.values import Value
from relay.gateway.exchange import Exchange
from relay.gateway.headers import REQUEST_ID, TRANSACTION_ID
from relay.policies.call import Call, Request
from relay.policies.scope import call_scope


def call_of(
    exchange: Exchange, path: bytes, query: bytes | None, shared: Scope
) -> Call:
    """
    Show a call to policies and expressions.

    :param exchange: the call.
    :param path: what follows the context-path.
    :param query: the raw query, None without ``?``.
    :param shared: the variables that are the same for all calls of the deployment.
    """
    received, record = exchange.request, exchange.record
    body = received.body
    length = None
    if body is None:
        length = 0
    elif isinstance(body.length, int):
        length = body.length
    request = Request(
        received.method.decode("latin-1"),
        path,
        query,
        received.requestHeaders,
        length,
        record.remote_address,
    )
    ids = {
        "api": record.api_id or "",
        "plan": record.plan_id or "",
        "application": record.application_id or "",
        "subscription": record.subscription_id or "",
    }
    call = Call(request, ids=ids)
    context_path = record.path[: len(record.path) - len(path)]
    admission = exchange.admission
    call.attributes.update(
        {
            "api": ids["api"],
            "plan": ids["plan"],
            "application": ids["application"],
            "subscription-id": ids["subscription"],
            "context-path": context_path,
            **(admission.attributes if admission is not None else {}),
        }
    )
    facts = _facts(exchange, context_path)
    call.scope.update(call_scope(call, facts, shared))
    return call


def selection_scope(
    exchange: Exchange,
    path: bytes,
    query: bytes | None,
    shared: Scope,
    attributes: Mapping[str, Any],
) -> Scope:
    """
    Show a call to the selection rules of plans.

    :param exchange: the call; nobody was let in yet.
    :param path: what follows the context-path.
    :param query: the raw query, None without ``?``.
    :param shared: the variables that are the same for all calls of the deployment.
    :param attributes: of the context, besides those of every call.
    """
    call = call_of(exchange, path, query, shared)
    call.attributes.update(attributes)
    return call.scope


def _facts(exchange: Exchange, context_path: str) -> Mapping[str, Callable[[], Value]]:
    request, record = exchange.request, exchange.record
    identity = Headers()
    exchange.identify(identity)

    def local_address() -> Value:
        host = request.getHost()
        return getattr(host, "host", None)

    return {
        "id": lambda: _first(identity, REQUEST_ID),
        "transactionId": lambda: _first(identity, TRANSACTION_ID),
        "uri": lambda: request.uri.decode("latin-1"),
        "path": lambda: record.path,
        "paths": lambda: record.path.split("/"),
        "contextPath": lambda: context_path,
        "scheme": lambda: "https" if request.channel.isSecure() else "http",
        "host": lambda: record.host,
        "version": lambda: request.clientproto.decode("latin-1"),
        "timestamp": exchange.services.wall_ms,
        "localAddress": local_address,
    }


def _first(headers: Headers, name: bytes) -> str:
    return headers.getRawHeaders(name, [b""])[0].decode("latin-1")
