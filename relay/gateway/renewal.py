"""Renewal of the grants of a running stream of a MESSAGE API, by a call of its own."""

from __future__ import annotations

from functools import partial

from relay.gateway.exchange import Exchange
from relay.gateway.grant_renewal import NO_STREAM, Renewal, holder_of, renew_here
from relay.gateway.responses.cors import cors_headers
from relay.http.refusals import Refusal

PARAMETER = "relay.renew"
"""The query parameter that names the stream, by its request id."""


def renew(exchange: Exchange, request_id: str) -> None:
    """
    Replace the grants of a stream with those of this call.

    Both must have the same plan, subscription and application, and the same user where
    tokens name users. The stream may be one of another worker of the daemon.

    :param exchange: the call; its client is admitted.
    :param request_id: the stream's.
    """
    services, admission = exchange.services, exchange.admission
    assert admission is not None
    renewal = Renewal(
        exchange.record.api_id or "", holder_of(exchange), tuple(admission.grants)
    )
    refusal = renew_here(services.grants, request_id, renewal)
    if refusal is not NO_STREAM or services.renew_elsewhere is None:
        _answer(exchange, refusal)
        return
    asked = services.renew_elsewhere(request_id, renewal)
    asked.addCallback(partial(_answer, exchange)).addErrback(exchange.fail)


def _answer(exchange: Exchange, refusal: Refusal | None) -> None:
    if refusal is not None:
        exchange.refuse(refusal)
        return
    headers = cors_headers(exchange.request.headers, exchange.cors)
    exchange.answer(204, b"No Content", headers)
