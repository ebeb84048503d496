"""
How an exchange ends: what its client sees, by the outcome and by whether the head of
the response has been sent.

Before the head, failure is a status: the client is sent a refusal. After the head, a
response must not look finished unless it is: it is completed, completed with a last
message of the feed, or cut.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from relay.gateway.responses import refusals
from relay.http.refusals import BAD_SYNTAX, Refusal
from relay.model.outcome import ENDED_BY_OPERATOR, Outcome
from relay.upstream.errors import UpstreamError, connect_timeout, read_timeout

CLIENT_CLOSED_REQUEST = 499
"""The status in the access log of a call whose client left before the head; nginx's."""


class Ending(Enum):
    """How a response ends whose head has been sent."""

    FINISH = auto()
    """Complete the response: the feed has written all of it."""
    GOODBYE = auto()
    """Write the feed's last message and complete the response; if the feed has none for
    this outcome, cut the response."""
    CUT = auto()
    """End the connection or stream so that the response does not look finished; what
    was written still arrives."""
    RESET = auto()
    """Like :attr:`CUT`, but drop output that the client has not taken."""


class Row(NamedTuple):
    """
    How an exchange with one outcome ends.

    :param refusal: the answer if no head has been sent; None to send nothing.
    :param after_head: the end of the response if its head has been sent.
    """

    refusal: Refusal | None
    after_head: Ending


UPSTREAM_GONE = refusals.upstream_failed(
    UpstreamError(
        502, "GATEWAY_CLIENT_CONNECTION_ERROR", "The upstream connection failed"
    )
)
CONNECT_TIMEOUT = refusals.upstream_failed(connect_timeout())
READ_TIMEOUT = refusals.upstream_failed(read_timeout())
SOURCE_REFUSED = Refusal(
    502,
    "SOURCE_REFUSED",
    "The source of the events refuses",
    Outcome.UPSTREAM_REFUSED,
)

BY_KEY = {ENDED_BY_OPERATOR: refusals.BY_OPERATOR}
"""The answers of ends whose error key says more than their outcome."""

ENDINGS: dict[Outcome, Row] = {
    # Before the head, these four can only be a defect of the feed.
    Outcome.COMPLETED: Row(refusals.UNEXPECTED, Ending.FINISH),
    Outcome.SOURCE_ENDED: Row(refusals.UNEXPECTED, Ending.FINISH),
    Outcome.IDLE_TIMEOUT: Row(refusals.UNEXPECTED, Ending.CUT),
    Outcome.SLOW_CONSUMER: Row(refusals.UNEXPECTED, Ending.RESET),
    # The feed writes the reason of the source into the body first.
    Outcome.UPSTREAM_REFUSED: Row(SOURCE_REFUSED, Ending.FINISH),
    Outcome.UPSTREAM_GONE: Row(UPSTREAM_GONE, Ending.CUT),
    Outcome.CONNECT_TIMEOUT: Row(CONNECT_TIMEOUT, Ending.CUT),
    Outcome.READ_TIMEOUT: Row(READ_TIMEOUT, Ending.CUT),
    Outcome.REQUEST_TIMEOUT: Row(refusals.REQUEST_TIMEOUT, Ending.CUT),
    Outcome.INTERNAL_ERROR: Row(refusals.UNEXPECTED, Ending.CUT),
    # A WebSocket is closed by a handshake; a connection that is lost gets nothing.
    Outcome.CLIENT_GONE: Row(None, Ending.GOODBYE),
    Outcome.MAX_DURATION: Row(refusals.TOO_LONG, Ending.GOODBYE),
    Outcome.EXPIRED: Row(refusals.no_longer(Outcome.EXPIRED), Ending.GOODBYE),
    Outcome.REVOKED: Row(refusals.no_longer(Outcome.REVOKED), Ending.GOODBYE),
    Outcome.DRAINED: Row(refusals.SHUTTING_DOWN, Ending.GOODBYE),
    Outcome.STOPPED: Row(refusals.STOPPED, Ending.GOODBYE),
    Outcome.LIMIT_REACHED: Row(refusals.TOO_MANY, Ending.GOODBYE),
    Outcome.REFUSED: Row(BAD_SYNTAX, Ending.GOODBYE),
}
"""The row of every outcome."""
