"""The query parameters of logs and analytics."""

from __future__ import annotations

import re

from relay.management.http.parameters import Flag, Instant, Text, Words
from relay.management.http.query import Query, bad
from relay.model.flights import FlightFilter
from relay.model.outcome import Outcome

METHODS = (
    "CONNECT",
    "DELETE",
    "GET",
    "HEAD",
    "OPTIONS",
    "PATCH",
    "POST",
    "PUT",
    "TRACE",
)
TIMES = (
    Instant("from", "The first instant, in milliseconds since the Unix epoch."),
    Instant("to", "The last instant, in milliseconds since the Unix epoch."),
)
LOG_FILTERS = (
    *TIMES,
    Words("entrypointIds", "Types of entrypoints, such as `sse`."),
    Words("applicationIds", "Ids of applications; `1` for calls without one."),
    Words("planIds", "Ids of plans."),
    Words("methods", "Methods of requests.", METHODS),
    Words("statuses", "Statuses of responses, such as `200`."),
    Words("errorKeys", "Error keys, such as `API_KEY_MISSING`."),
    Words("outcomes", "How calls ended.", tuple(map(str, Outcome))),
    Text("requestId", "The id of a request."),
    Text("transactionId", "The id of a transaction."),
    Text("uri", "The beginning of paths."),
    Instant("responseTimeMin", "The least time until the response head, in ms."),
    Instant("responseTimeMax", "The most time until the response head, in ms."),
    Flag("requestEnded", "Whether the call has ended; by default any.", default=None),
)
"""The filters of logs; ``apiProductIds`` and ``mcpMethods`` are not among them."""

TEXTS = {
    "application-id": "application_id",
    "plan-id": "plan_id",
    "subscription-id": "subscription_id",
    "entrypoint-id": "entrypoint",
    "endpoint": "endpoint",
    "http-method": "method",
    "host": "host",
    "uri": "path",
    "path-info": "path",
    "path-info.keyword": "path",
    "remote-address": "remote_address",
    "gateway": "gateway",
    "error-key": "error_key",
    "outcome": "outcome",
    "protocol": "protocol",
}
"""The fields of analytics that are texts, and their columns."""
NUMBERS = {
    "status": "status",
    "gateway-response-time-ms": "ttfb_ms",
    "endpoint-response-time-ms": "endpoint_ms",
    "request-content-length": "bytes_in",
    "response-content-length": "bytes_out",
    "connection-duration-ms": "duration_ms",
    "events": "events",
}
"""The fields of analytics that are numbers, and their columns."""


def log_filter(query: Query, api_id: str) -> FlightFilter:
    """
    Read the filters of logs.

    :raises BadRequest: for a malformed value.
    """
    values: dict[str, list[object]] = {}
    for name, column in (
        ("entrypointIds", "entrypoint"),
        ("applicationIds", "application_id"),
        ("planIds", "plan_id"),
        ("methods", "method"),
        ("errorKeys", "error_key"),
        ("outcomes", "outcome"),
    ):
        if words := query.many(name):
            values[column] = list(words)
    if statuses := query.many("statuses"):
        values["status"] = [_number("statuses", one) for one in statuses]
    for name in ("requestId", "transactionId"):
        if (text := query.text(name)) is not None:
            values["request_id" if name == "requestId" else "transaction_id"] = [text]
    if "requestEnded" in query.given:
        values["ended"] = [query.flag("requestEnded")]
    begins, uri = {}, query.text("uri")
    if uri is not None:
        begins["path"] = uri
    bounds = {
        name: {"ttfb_ms": number}
        for name in ("responseTimeMin", "responseTimeMax")
        if (number := query.instant(name)) is not None
    }
    return FlightFilter(
        api_id,
        query.instant("from"),
        query.instant("to"),
        values,
        begins,
        bounds.get("responseTimeMin", {}),
        bounds.get("responseTimeMax", {}),
    )


def terms(query: Query) -> dict[str, list[object]]:
    """
    Read ``terms``: field and value, with a colon between; several are separated by
    commas. Of terms of one field one has to hold.

    :return: the values by column.
    :raises BadRequest: for an unknown field.
    """
    found: dict[str, list[object]] = {}
    for term in query.many("terms"):
        name, colon, value = term.partition(":")
        column = TEXTS.get(name)
        if name == "status":
            found.setdefault("status", []).append(_number("terms", value))
        elif not colon or column is None:
            known = ", ".join(("status", *TEXTS))
            raise bad("terms", f"takes <field>:<value>, with a field of {known}", term)
        else:
            found.setdefault(column, []).append(value)
    return found


def number_field(name: str, field: str) -> str:
    """
    Return the column of a field that is a number.

    :param name: of the query parameter.
    :raises BadRequest: for any other field.
    """
    if field not in NUMBERS:
        raise bad(name, f"takes a field of {', '.join(NUMBERS)}", field)
    return NUMBERS[field]


def any_field(name: str, field: str) -> str:
    """
    Return the column of a field by which calls can be grouped.

    :param name: of the query parameter.
    :raises BadRequest: for any other field.
    """
    if field not in TEXTS and field != "status":
        known = ", ".join(("status", *TEXTS))
        raise bad(name, f"takes a field of {known}", field)
    return TEXTS.get(field, field)


def _number(name: str, word: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", word):
        raise bad(name, "takes whole numbers", word)
    return int(word)
