"""How the gateway says no, before the first byte of a response."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from twisted.web.http_headers import Headers

from relay.model.outcome import Outcome
from relay.plans.verdict import UNRESOLVED, Denial
from relay.policies.call import Interrupted, header_value
from relay.upstream.errors import UpstreamError


class Wording(NamedTuple):
    """
    How a refusal is put.

    :param status: the HTTP status.
    :param headers: the headers, ``Content-Type`` among them.
    :param body: the body.
    """

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Refusal:
    """
    A final answer of the gateway's own.

    :param status: the HTTP status.
    :param key: the error key, as Gravitee's error-key reference names it.
    :param message: one sentence for the client.
    :param outcome: how the exchange ends.
    :param clock: the clock that fired, when one did.
    :param retry_after_s: seconds for ``Retry-After``, when waiting helps.
    :param plain: answer in plain text whatever the client accepts.
    :param challenges: values of ``WWW-Authenticate`` (RFC 9110, 11.6.1).
    :param headers: more headers, names and values.
    :param parameters: for expressions in response templates.
    """

    status: int
    key: str
    message: str
    outcome: Outcome = Outcome.REFUSED
    clock: str | None = None
    retry_after_s: int | None = None
    plain: bool = False
    challenges: tuple[bytes, ...] = ()
    headers: tuple[tuple[bytes, bytes], ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, error: UpstreamError) -> Refusal:
        """
        Turn a failed call into an answer.

        :param error: why there is no response head.
        """
        return cls(
            error.status,
            error.key,
            error.message,
            error.outcome,
            error.clock,
            1 if error.status == 503 else None,
        )

    @classmethod
    def denied(cls, denial: Denial) -> Refusal:
        """
        Turn a plan's no into an answer.

        :param denial: why the caller is not let in.
        """
        return cls(
            denial.status,
            denial.key,
            denial.message,
            retry_after_s=denial.retry_after_s,
            challenges=denial.challenges,
        )

    @classmethod
    def interrupted(cls, reason: Interrupted) -> Refusal:
        """
        Turn a policy's no into an answer.

        :param reason: why it ends the call.
        """
        return cls(
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

    def wording(self, accept: bytes | None) -> Wording:
        """
        Put it in the gateway's own words.

        :param accept: the client's ``Accept``, None when it sent none.
        """
        content_type, body = self.body(accept)
        return Wording(self.status, Headers({b"content-type": [content_type]}), body)

    def add_headers(self, headers: Headers) -> None:
        """
        Add what the client is told besides, however the refusal is worded.

        :param headers: the answer's, changed in place.
        """
        if self.retry_after_s is not None:
            headers.setRawHeaders(b"retry-after", [b"%d" % self.retry_after_s])
        for challenge in self.challenges:
            headers.addRawHeader(b"www-authenticate", challenge)
        for name, value in self.headers:
            headers.setRawHeaders(name, [value])

    def body(self, accept: bytes | None) -> tuple[bytes, bytes]:
        """
        Write the answer in what the client accepts.

        :param accept: the client's ``Accept``, None when it sent none.
        :return: content type and body.
        """
        accepted = accept or b""
        if not self.plain and (
            b"application/json" in accepted or b"*/*" in accepted or not self.message
        ):
            content = {
                "message": self.message,
                "http_status_code": self.status,
                "key": self.key,
            }
            return b"application/json", json.dumps(content).encode()
        return b"text/plain; charset=utf-8", self.message.encode()


class Refused(Exception):
    """
    Raised where a request is refused before an exchange answers it.

    :param refusal: the answer.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.key)
        self.refusal = refusal


def bad_request(message: str, key: str = "BAD_REQUEST") -> Refusal:
    """
    A request that HTTP does not allow.

    :param message: what is wrong with it.
    :param key: the error key.
    """
    return Refusal(400, key, message)


def no_context_path(message: str) -> Refusal:
    """
    No deployed API listens on the path.

    :param message: ``gateway.not_found_message``.
    """
    return Refusal(404, "NO_CONTEXT_PATH", message, plain=True)


def no_longer(outcome: Outcome) -> Refusal:
    """
    Say that what has let a client in is no more, before its response has begun.

    :param outcome: ``expired`` or ``revoked``.
    """
    return Refusal(401, UNRESOLVED.key, UNRESOLVED.message, outcome)


BAD_SYNTAX = bad_request("Bad request")
BAD_METHOD = bad_request("The method is not a valid token", "INVALID_HTTP_METHOD")
NULL_BYTE = bad_request("The request holds a NUL byte", "REQUEST_NULL_BYTE_REJECTED")
METHODS = b"DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
"""What ``Allow`` lists: the methods that every API may take."""
METHOD_NOT_ALLOWED = Refusal(
    405,
    "METHOD_NOT_ALLOWED",
    "The gateway does not take this method",
    headers=((b"allow", METHODS),),
)
BAD_MAX_FORWARDS = bad_request("The request has no valid Max-Forwards")
TRACE_WITH_BODY = bad_request("A TRACE request has no body")
DOT_SEGMENT = bad_request("The path holds a dot segment", "PATH_DOT_SEGMENT")
ENCODED_SLASH = bad_request("The path holds an encoded slash", "PATH_ENCODED_SLASH")
BACKSLASH = bad_request("The path holds a backslash", "PATH_BACKSLASH")
CONTROL_CHARACTER = bad_request(
    "The path holds an encoded control character", "PATH_CONTROL_CHARACTER"
)
MALFORMED_ENCODING = bad_request(
    "The path holds a % without two hexadecimal digits", "PATH_MALFORMED_ENCODING"
)
AMBIGUOUS_PATH = bad_request(
    "The path can be read in more than one way", "PATH_AMBIGUOUS"
)
UNENCODED_TARGET = bad_request(
    "The request-target holds bytes that must be percent-encoded"
)
BAD_HOST = bad_request("The request needs exactly one valid Host header")
BAD_TARGET = bad_request("The request-target must be a path")
OTHER_HOST = bad_request("The request-target names another host than the Host header")
WRONG_LENGTH = bad_request("The request body is not as long as its Content-Length")
HEAD_TOO_LARGE = Refusal(431, "REQUEST_HEAD_TOO_LARGE", "The request head is too large")
URI_TOO_LONG = Refusal(414, "URI_TOO_LONG", "The request-target is too long")
HEAD_TIMEOUT = Refusal(
    408,
    "REQUEST_HEAD_TIMEOUT",
    "The request head did not arrive in time",
    Outcome.REQUEST_TIMEOUT,
    "headTimeout",
)
BODY_TIMEOUT = Refusal(
    408,
    "REQUEST_BODY_TIMEOUT",
    "The request body did not arrive in time",
    Outcome.REQUEST_TIMEOUT,
    "bodyTimeout",
)
NO_UPGRADE = Refusal(
    501,
    "UPGRADE_NOT_SUPPORTED",
    "This gateway does not switch protocols (WebSocket and the like)",
)
NO_ENTRYPOINT = Refusal(
    404, "NO_ENTRYPOINT", "No entrypoint matches the incoming request"
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


BODY_TOO_LARGE = Refusal(
    413, "REQUEST_CONTENT_LIMIT_TOO_LARGE", "The request body is too large"
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
