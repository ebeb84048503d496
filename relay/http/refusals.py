"""
Refusals: the responses that the gateway makes itself, before the first byte of another.

Here stand the class and the refusals of requests that HTTP does not allow. Those that
come from plans, policies and upstreams are in ``gateway/refusals.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from twisted.web.http_headers import Headers

from relay.http.accept import Accept
from relay.model.outcome import Outcome


class Wording(NamedTuple):
    """
    How a refusal is put.

    :param status: the HTTP status.
    :param headers: the headers, ``Content-Type`` among them.
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
    :param content_type: of the message, which then is the body regardless of
        ``Accept``; empty to let the client choose.
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
    content_type: str = ""
    challenges: tuple[bytes, ...] = ()
    headers: tuple[tuple[bytes, bytes], ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def wording(self, accept: Accept | None) -> Wording:
        """
        Write the refusal in the gateway's own words.

        :param accept: the client's; None when no request head was read.
        """
        content_type, body = self.body(accept)
        return Wording(self.status, Headers({b"content-type": [content_type]}), body)

    def add_headers(self, headers: Headers) -> None:
        """
        Add headers that do not depend on the wording of the refusal.

        :param headers: the answer's, changed in place.
        """
        if self.retry_after_s is not None:
            headers.setRawHeaders(b"retry-after", [b"%d" % self.retry_after_s])
        for challenge in self.challenges:
            headers.addRawHeader(b"www-authenticate", challenge)
        for name, value in self.headers:
            headers.setRawHeaders(name, [value])

    def body(self, accept: Accept | None) -> tuple[bytes, bytes]:
        """
        Write the answer in JSON for a client that asks for it, else in plain text.

        :param accept: the client's; None when no request head was read.
        :return: content type and body.
        """
        if self.content_type:
            return self.content_type.encode("ascii"), self.message.encode()
        if not self.message or _asks_for_json(accept):
            content = {
                "message": self.message,
                "http_status_code": self.status,
                "key": self.key,
            }
            return b"application/json", json.dumps(content).encode()
        return b"text/plain; charset=utf-8", self.message.encode()


def _asks_for_json(accept: Accept | None) -> bool:
    """Whether a client names JSON or ``*/*`` and does not prefer plain text."""
    if accept is None or accept.absent:
        return False
    json_wanted = accept.prefers(b"application/json")
    text_wanted = accept.prefers(b"text/plain")
    if json_wanted is None:
        return False
    return text_wanted is None or json_wanted[:2] >= text_wanted[:2]


class Refused(Exception):
    """
    Raised where a request is refused before an exchange answers it.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.key)
        self.refusal = refusal


def bad_request(message: str, key: str = "BAD_REQUEST") -> Refusal:
    """
    A request that HTTP does not allow.

    :param message: the problem.
    :param key: the error key.
    """
    return Refusal(400, key, message)


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
MISDIRECTED = Refusal(
    421,
    "MISDIRECTED_REQUEST",
    "The TLS connection is for another host, which is less strict about client"
    " certificates",
)
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
