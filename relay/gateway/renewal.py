"""Renewal of the grants of a running stream of a MESSAGE API, by a call of its own."""

from __future__ import annotations

from relay.gateway.active_grants import Admitted
from relay.gateway.exchange import Exchange
from relay.gateway.responses.cors import cors_headers
from relay.http.refusals import Refusal

PARAMETER = "relay.renew"
"""The query parameter that names the stream, by its request id."""
NO_STREAM = Refusal(
    404,
    "STREAM_NOT_FOUND",
    "This process has no such stream that could be renewed; another one may have it",
)
ANOTHERS = Refusal(
    403, "STREAM_OF_ANOTHER", "The stream is not one of this subscription"
)


def renew(exchange: Exchange, request_id: str) -> None:
    """
    Replace the grants of a stream with those of this call.

    Both must have the same plan, subscription and application, and the same user where
    tokens name users.

    :param exchange: the call; its client is admitted.
    :param request_id: the stream's.
    """
    grants = exchange.services.grants
    stream = grants.find(request_id)
    if stream is None or stream.record.api_id != exchange.record.api_id:
        exchange.refuse(NO_STREAM)
        return
    if _identity(stream) != _identity(exchange):
        exchange.refuse(ANOTHERS)
        return
    assert exchange.admission is not None
    grants.renew(stream, exchange.admission.grants)
    headers = cors_headers(exchange.request.headers, exchange.cors)
    exchange.answer(204, b"No Content", headers)


def _identity(holder: Admitted) -> tuple[object, ...]:
    admission = holder.admission
    assert admission is not None
    return (
        admission.plan_id,
        admission.application_id,
        admission.subscription_id,
        admission.attributes.get("user"),
    )
