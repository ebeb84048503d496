"""The outcomes of exchanges."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """Why an exchange has ended; the list is closed."""

    COMPLETED = "completed"
    CLIENT_GONE = "client_gone"
    UPSTREAM_GONE = "upstream_gone"
    UPSTREAM_REFUSED = "upstream_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    READ_TIMEOUT = "read_timeout"
    REQUEST_TIMEOUT = "request_timeout"
    IDLE_TIMEOUT = "idle_timeout"
    MAX_DURATION = "max_duration"
    SLOW_CONSUMER = "slow_consumer"
    EXPIRED = "expired"
    REVOKED = "revoked"
    DRAINED = "drained"
    STOPPED = "stopped"
    SOURCE_ENDED = "source_ended"
    LIMIT_REACHED = "limit_reached"
    REFUSED = "refused"
    INTERNAL_ERROR = "internal_error"


ENDED_BY_OPERATOR = "ENDED_BY_OPERATOR"
"""The error key of an exchange that an operator has ended."""

COMES_BACK = frozenset((Outcome.STOPPED, Outcome.DRAINED, Outcome.MAX_DURATION))
"""Outcomes after which a client may reconnect at once and resume."""
