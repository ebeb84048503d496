"""Refusals that come from APIs, plans, policies and upstreams."""

from __future__ import annotations

from collections.abc import Iterable

from relay.http.refusals import Refusal, bad_request
from relay.model.outcome import ENDED_BY_OPERATOR, Outcome
from relay.plans.verdict import UNRESOLVED, Denial
from relay.policies.call import Interrupted, header_value
from relay.upstream.errors import UpstreamError


def upstream_failed(error: UpstreamError) -> Refusal:
    """
    Make the refusal for a call that has no response head.

    :param error: the reason.
    """
    return Refusal(
        error.status,
        error.key,
        error.message,
        error.outcome,
        error.clock,
        1 if error.status == 503 else None,
    )


def denied(denial: Denial) -> Refusal:
    """
    Make the refusal for a caller whom the plans do not admit.

    :param denial: the reason.
    """
    return Refusal(
        denial.status,
        denial.key,
        denial.message,
        retry_after_s=denial.retry_after_s,
        challenges=denial.challenges,
    )


def interrupted(reason: Interrupted) -> Refusal:
    """
    Make the refusal for a call that a policy ends.
    """
    return Refusal(
        reason.status,
        reason.key,
        reason.message,
        reason.outcome,
        retry_after_s=reason.retry_after_s,
        headers=tuple(
            (name.encode("ascii"), header_value(value))
            for name, value in reason.headers
        ),
        parameters=reason.parameters,
    )


def no_context_path(message: str, content_type: str) -> Refusal:
    """
    No deployed API listens on the path.

    :param message: ``gateway.not_found_message``.
    :param content_type: ``gateway.not_found_content_type``.
    """
    return Refusal(404, "NO_CONTEXT_PATH", message, content_type=content_type)


def no_longer(outcome: Outcome) -> Refusal:
    """
    Return the refusal of a call whose credential has ended before its response.

    :param outcome: ``expired`` or ``revoked``.
    """
    return Refusal(401, UNRESOLVED.key, UNRESOLVED.message, outcome)


BAD_MAX_FORWARDS = bad_request("The request has no valid Max-Forwards")
TRACE_WITH_BODY = bad_request("A TRACE request has no body")
NO_UPGRADE = Refusal(
    501,
    "UPGRADE_NOT_SUPPORTED",
    "This gateway does not switch protocols (WebSocket and the like)",
)
NOT_ACCEPTABLE = Refusal(
    406,
    "ENTRYPOINT_NOT_ACCEPTABLE",
    "No entrypoint of the API answers in a media type that the request accepts",
)
UPGRADE_REQUIRED = Refusal(
    426,
    "ENTRYPOINT_UPGRADE_REQUIRED",
    "The API answers this method with a WebSocket only",
    headers=((b"upgrade", b"websocket"), (b"connection", b"upgrade")),
)


def method_not_allowed(methods: Iterable[bytes]) -> Refusal:
    """
    Make the refusal for a method that no entrypoint of a MESSAGE API takes.

    :param methods: those that its entrypoints take.
    """
    return Refusal(
        405,
        "ENTRYPOINT_METHOD_NOT_ALLOWED",
        "No entrypoint of the API takes this method",
        headers=((b"allow", b", ".join(sorted(set(methods)))),),
    )


FOREIGN_ORIGIN = Refusal(403, "ORIGIN_NOT_ALLOWED", "Origin is not allowed")
PREFLIGHT_FAILED = bad_request(
    "The origin, the method or a header is not allowed", "CORS_PREFLIGHT_FAILED"
)
NO_FLOW = Refusal(
    404,
    "FLOW_EXECUTION_FLOW_MATCHED_FAILURE",
    "No flow of the API is for this request",
)
EXPRESSION_FAILED = Refusal(
    500,
    "EXPRESSION_FAILED",
    "An expression of the API has no value for this request",
    Outcome.INTERNAL_ERROR,
)
NO_ENDPOINT = Refusal(503, "NO_ENDPOINT_FOUND", "The API has no endpoint to call")
REQUEST_TIMEOUT = Refusal(
    504,
    "REQUEST_TIMEOUT",
    "Request timeout",
    Outcome.REQUEST_TIMEOUT,
    "requestTimeout",
)
TOO_LONG = Refusal(
    504,
    "MAX_DURATION",
    "The request took longer than it may",
    Outcome.MAX_DURATION,
    "maxDurationMs",
)
UNEXPECTED = Refusal(
    500,
    "GATEWAY_UNEXPECTED_ERROR",
    "The gateway failed unexpectedly",
    Outcome.INTERNAL_ERROR,
)
FILTER_TOO_COSTLY = Refusal(
    400,
    "FILTER_TOO_COSTLY",
    "The filter takes too many steps on an event of this channel",
    Outcome.LIMIT_REACHED,
)
SHUTTING_DOWN = Refusal(
    503,
    "GATEWAY_SHUTTING_DOWN",
    "The gateway is shutting down",
    Outcome.DRAINED,
    retry_after_s=1,
)
REDEPLOYED = Refusal(
    503,
    "API_REDEPLOYED",
    "The API is being deployed anew",
    Outcome.STOPPED,
    retry_after_s=1,
)
BY_OPERATOR = Refusal(
    503,
    ENDED_BY_OPERATOR,
    "An operator has ended the call",
    Outcome.STOPPED,
    retry_after_s=5,
)
STOPPED = Refusal(
    503, "API_STOPPED", "The API was stopped", Outcome.STOPPED, retry_after_s=5
)
TOO_MANY = Refusal(
    503,
    "GATEWAY_TOO_MANY_EXCHANGES",
    "The gateway carries as many exchanges as it may",
    Outcome.LIMIT_REACHED,
    retry_after_s=1,
)
TOO_MANY_OF_ADDRESS = Refusal(
    429,
    "ADDRESS_TOO_MANY_EXCHANGES",
    "This address has as many exchanges open as it may",
    Outcome.LIMIT_REACHED,
    retry_after_s=1,
)


def too_many_attempts(wait_ms: int) -> Refusal:
    """
    Refuse an address that comes too often.

    :param wait_ms: how long it must wait, in milliseconds.
    """
    return Refusal(
        429,
        "ADDRESS_TOO_MANY_ATTEMPTS",
        "This address has called too often",
        Outcome.LIMIT_REACHED,
        retry_after_s=max(1, -(-wait_ms // 1000)),
    )


NOT_COUNTED = Refusal(
    503,
    "GATEWAY_LIMITS_NOT_COUNTED",
    "The gateway cannot count the calls of this address",
    Outcome.LIMIT_REACHED,
    retry_after_s=1,
)
BODY_TOO_LARGE = Refusal(
    413,
    "REQUEST_CONTENT_LIMIT_TOO_LARGE",
    "The request is larger than the server is willing or able to process.",
)
EVENT_TOO_LARGE = Refusal(
    413,
    "EVENT_TOO_LARGE",
    "The flows of the API make the event larger than maxEventBytes",
)
CHANNEL_OWNED_ELSEWHERE = Refusal(
    503,
    "CHANNEL_OWNED_ELSEWHERE",
    "Another process on the same store serves the channels of this API",
    Outcome.LIMIT_REACHED,
    retry_after_s=2,
)
STORE_UNAVAILABLE = Refusal(
    503,
    "STORE_UNAVAILABLE",
    "The store cannot be reached: it is not known who serves the channels of this API",
    Outcome.INTERNAL_ERROR,
    retry_after_s=2,
)
CHANNEL_MOVED = Refusal(
    503,
    "CHANNEL_MOVED",
    "The channel went to another process or deployment; the event was not published",
    Outcome.STOPPED,
    retry_after_s=1,
)
NOT_KEPT = Refusal(
    503,
    "CHANNEL_NOT_KEPT",
    "The event could not be kept, and was not published",
    Outcome.INTERNAL_ERROR,
    retry_after_s=1,
)
TOO_MANY_CHANNELS = Refusal(
    503,
    "API_TOO_MANY_CHANNELS",
    "The API has as many channels open as it may",
    Outcome.LIMIT_REACHED,
    retry_after_s=5,
)
TOO_MANY_CHANNELS_OF_ADDRESS = Refusal(
    429,
    "ADDRESS_TOO_MANY_CHANNELS",
    "This address has as many channels open as it may",
    Outcome.LIMIT_REACHED,
    retry_after_s=5,
)
