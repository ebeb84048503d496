"""The flight record of an exchange, as the store keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class FlightRecord(NamedTuple):
    """
    One exchange, or several calls that are recorded as one.

    Its fields are named as the columns of its table.
    """

    request_id: str
    transaction_id: str
    gateway: str
    """The name of the process among those that share the store."""
    api_id: str
    at_ms: int
    """When it began, in milliseconds since the Unix epoch."""
    updated_ms: int
    """When it was recorded last, in milliseconds since the Unix epoch."""
    ended: bool
    weight: int
    """The number of calls that the record stands for."""
    entrypoint: str | None
    plan_id: str | None
    application_id: str | None
    subscription_id: str | None
    method: str
    host: str
    path: str
    query: str | None
    """None unless ``log.access_query`` is set."""
    protocol: str
    listener: str
    remote_address: str
    endpoint: str | None
    status: int
    """0 while there is none."""
    ttfb_ms: int | None
    endpoint_ms: int | None
    """From the call of the endpoint that answered to the head of its response."""
    duration_ms: int | None
    bytes_in: int
    bytes_out: int
    events: int
    outcome: str | None
    error_key: str | None
    clock: str | None
    size: int
    """About how many bytes the record takes."""
    timeline: str
    """A JSON list: the number of moments that are left out, and for each moment a list
    of milliseconds since the beginning, mark and values."""


class FlightFilter(NamedTuple):
    """Which records are wanted; empty and None restrict nothing."""

    api_id: str
    from_ms: int | None = None
    to_ms: int | None = None
    values: Mapping[str, Sequence[Any]] = {}
    """By column, the values of which one is wanted."""
    begins: Mapping[str, str] = {}
    """By column, how the text begins."""
    at_least: Mapping[str, int] = {}
    at_most: Mapping[str, int] = {}
