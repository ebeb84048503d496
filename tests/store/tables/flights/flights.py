"""Flight records for tests."""

from __future__ import annotations

from typing import Any

from relay.model.flights import FlightRecord

BARE = FlightRecord(
    request_id="request",
    transaction_id="transaction",
    gateway="gateway",
    api_id="api-1",
    at_ms=1000,
    updated_ms=1000,
    ended=True,
    weight=1,
    entrypoint="http-proxy",
    plan_id="plan-1",
    application_id="1",
    subscription_id="192.0.2.1",
    method="GET",
    host="relay",
    path="/path",
    query=None,
    protocol="HTTP/1.1",
    listener="default",
    remote_address="192.0.2.1",
    endpoint="one",
    status=200,
    ttfb_ms=10,
    endpoint_ms=8,
    duration_ms=100,
    bytes_in=0,
    bytes_out=0,
    events=0,
    outcome="completed",
    error_key=None,
    clock=None,
    size=1000,
    timeline="[0]",
)


def flight(number: int, **members: Any) -> FlightRecord:
    """Return a record that began at so many milliseconds."""
    return BARE._replace(
        request_id=f"request-{number}", at_ms=number, updated_ms=number
    )._replace(**members)
