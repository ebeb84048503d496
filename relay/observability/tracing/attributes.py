"""
The attributes of spans: names of OpenTelemetry's semantic conventions for HTTP, and
names of Relay's own, which begin with ``relay.``.
"""

from __future__ import annotations

import re
from functools import cache

from relay.model.marks import Moment
from relay.model.outcome import Outcome
from relay.observability.access import AccessRecord
from relay.observability.tracing.attempts import Attempt
from relay.observability.tracing.redaction import Value

Attributes = dict[str, Value | None]

METHODS = frozenset(
    (
        "CONNECT",
        "DELETE",
        "GET",
        "HEAD",
        "OPTIONS",
        "PATCH",
        "POST",
        "PUT",
        "QUERY",
        "TRACE",
    )
)
OTHER_METHOD = "_OTHER"
"""Stands for all other methods, of which clients could send any number."""
FAULTS = frozenset(
    (
        Outcome.UPSTREAM_GONE,
        Outcome.UPSTREAM_REFUSED,
        Outcome.CONNECT_TIMEOUT,
        Outcome.READ_TIMEOUT,
        Outcome.REQUEST_TIMEOUT,
        Outcome.IDLE_TIMEOUT,
        Outcome.INTERNAL_ERROR,
    )
)
"""The outcomes that are errors of the gateway or the source, whatever status was sent
before them."""
NAMES = {
    "planId": "plan.id",
    "applicationId": "application.id",
    "subscriptionId": "subscription.id",
    "errorKey": "error.key",
}
"""Names of values of moments that spans have as well."""
_HOST = re.compile(r"(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?")


def of_exchange(record: AccessRecord, route: str, secure: bool) -> Attributes:
    """
    Describe an exchange, as far as it is known.

    :param route: the context-path; empty when there is none.
    :param secure: whether the client came over TLS.
    """
    found = _HOST.fullmatch(record.host)
    host, port = found.groups() if found is not None else (record.host, None)
    method = record.method
    return {
        "http.request.method": method if method in METHODS else OTHER_METHOD,
        "http.request.method_original": None if method in METHODS else method,
        "http.route": route or None,
        "http.response.status_code": record.status or None,
        "url.scheme": "https" if secure else "http",
        "url.path": record.path,
        "server.address": host or None,
        "server.port": int(port) if port else (443 if secure else 80),
        "client.address": record.remote_address or None,
        "network.peer.address": record.peer_address or None,
        "network.protocol.version": record.protocol.removeprefix("HTTP/"),
        "relay.request.id": record.request_id,
        "relay.transaction.id": record.transaction_id,
        "relay.listener": record.listener or None,
        "relay.entrypoint": record.entrypoint,
        "relay.api.id": record.api_id,
        "relay.plan.id": record.plan_id,
        "relay.application.id": record.application_id,
        "relay.subscription.id": record.subscription_id,
        "relay.endpoint": record.endpoint,
    }


def of_end(record: AccessRecord) -> Attributes:
    """
    Describe the end of an exchange.

    :param record: complete.
    """
    return {
        "http.request.body.size": record.bytes_in,
        "http.response.body.size": record.bytes_out,
        "relay.events": record.events,
        "relay.outcome": record.outcome,
        "relay.error.key": record.error_key,
        "relay.clock": record.clock,
        "error.type": error_of(record),
    }


def error_of(record: AccessRecord) -> str | None:
    """
    Return the type of the error that an exchange ended with: the outcome, or the status
    of a response above 499.

    :return: None when there was none on the side of the gateway or the source.
    """
    if record.outcome in FAULTS:
        return str(record.outcome)
    return str(record.status) if record.status >= 500 else None


def of_attempt(attempt: Attempt, method: str, url: str | None) -> Attributes:
    """
    Describe an attempt.

    :param url: that was called, without its query; None if nothing was sent, or if the
        path may be a secret.
    """
    return {
        "http.request.method": method if method in METHODS else OTHER_METHOD,
        "http.response.status_code": attempt.status,
        "url.full": url,
        "server.address": attempt.host,
        "server.port": attempt.port,
        "network.peer.address": attempt.address,
        "relay.endpoint": attempt.endpoint,
        "relay.error.key": attempt.error_key,
        "error.type": attempt_error(attempt),
    }


def attempt_error(attempt: Attempt) -> str | None:
    """Return the type of the error of an attempt; None when it has none."""
    if attempt.error_key is not None:
        return attempt.error_key
    if attempt.status is None:
        return "cancelled"
    return str(attempt.status) if attempt.status >= 400 else None


def of_moment(moment: Moment) -> Attributes:
    """Describe a moment; ids have the same names as those of spans."""
    return {_moment_name(name): value for name, value in moment.detail().items()}


def span_name(method: str, route: str) -> str:
    """Name a span by its method and its route, of which there are few."""
    shown = method if method in METHODS else "HTTP"
    return f"{shown} {route}" if route else shown


@cache
def _moment_name(name: str) -> str:
    """Name a value of a moment; the names of the marks are a closed list."""
    snake = re.sub("([A-Z])", lambda found: f"_{found[1].lower()}", name)
    return f"relay.{NAMES.get(name, snake)}"
