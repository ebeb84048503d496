"""Where calls come in to the flows of their API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from twisted.web.http_headers import Headers

from relay.expression.errors import EvaluationFailed
from relay.expression.values import Value
from relay.gateway import refusals
from relay.gateway.exchange import Exchange
from relay.gateway.flows.chain import Flows, NoFlow
from relay.gateway.flows.control import ExchangeControl
from relay.gateway.flows.passage import Passage
from relay.gateway.flows.selection import Asked, path_of
from relay.gateway.headers import REQUEST_ID, TRANSACTION_ID
from relay.policies.call import Call, Request
from relay.policies.discovery import Policies
from relay.policies.interfaces import PolicyContext
from relay.policies.scope import call_scope, shared_scope

NOTHING: frozenset[str] = frozenset()


class Entrance:
    """
    Lets calls into the flows of one deployment.

    :param flows: the flows.
    """

    def __init__(self, flows: Flows) -> None:
        self._flows = flows

    def enter(
        self,
        exchange: Exchange,
        path: bytes,
        query: bytes | None,
        proceed: Callable[[Passage], None],
        operations: frozenset[str] = NOTHING,
        entrypoint: str = "http-proxy",
    ) -> None:
        """
        Take the steps of a request.

        :param exchange: the call; its client was let in.
        :param path: what follows the context-path.
        :param query: the raw query, None without ``?``.
        :param proceed: goes on with the call as the steps have left it.
        :param operations: what the entrypoint does with events.
        :param entrypoint: the id of its kind.
        """
        call = self._call(exchange, path, query)
        asked = Asked(
            call.request.method, path_of(path), operations, entrypoint, call.scope
        )
        try:
            chosen = self._flows.choose(exchange.record.plan_id, asked)
        except NoFlow:
            exchange.refuse(refusals.NO_FLOW)
            return
        except EvaluationFailed:
            exchange.refuse(refusals.EXPRESSION_FAILED)
            return
        call.path_parameters.update(chosen.parameters)
        passage = Passage(exchange, call, chosen)
        exchange.adornments.append(passage.add_headers)
        passage.enter(lambda: proceed(passage))

    def close(self) -> None:
        """The deployment is no longer served."""
        self._flows.close()

    def _call(self, exchange: Exchange, path: bytes, query: bytes | None) -> Call:
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
        call = Call(request, ids=ids, control=ExchangeControl(exchange))
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
        shared = {**self._flows.shared, "plan": self._flows.plan(ids["plan"])}
        call.scope.update(call_scope(call, facts, shared))
        return call


def open_entrance(
    policies: Policies, plans: Iterable[Mapping[str, Any]], context: PolicyContext
) -> Entrance | None:
    """
    Make the flows of a deployment ready.

    :param policies: types of policies.
    :param plans: the snapshots of its plans.
    :param context: what the policies are built in.
    :return: None when there is nothing to do.
    :raises ValueError: when a policy cannot be used.
    """
    flows = Flows(
        context.api,
        plans,
        lambda step: policies.build(step, context),
        shared_scope(context.api_id, context.api),
    )
    return Entrance(flows) if flows.in_effect else None


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
