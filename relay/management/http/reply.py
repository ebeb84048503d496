"""Responses of the management API."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus

from twisted.web.server import Request

from relay.management.http.live_body import LiveBody

JSON_TYPE = "application/json; charset=utf-8"

_FIXED = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of every response."""


class Content(tuple[bytes, ...]):
    """The bytes of a body, in pieces: to join many megabytes takes the time of many
    turns of the reactor."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """A response, before it is encoded."""

    status: int
    body: object = None
    """A value that is encoded as JSON, or :class:`Content` or ``bytes`` for a
    Content-Type among the headers; None for no body."""
    headers: dict[str, str] = field(default_factory=dict)
    live: LiveBody | None = None
    """Writes the body for as long as the client reads; None for any other body."""

    def put_on(self, request: Request) -> Content:
        """Set status and headers on a request.

        :returns: the body, which the caller writes.
        """
        request.setResponseCode(self.status)
        headers, content = self._encode()
        for name, value in headers.items():
            request.setHeader(name, value)
        return content

    def as_last_response(self) -> bytes:
        """Return the whole response of a connection that ends with it."""
        headers, content = self._encode()
        headers |= {"Date": formatdate(usegmt=True), "Connection": "close"}
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        status = f"{self.status} {HTTPStatus(self.status).phrase}"
        return f"HTTP/1.1 {status}\r\n{fields}\r\n".encode("latin-1") + b"".join(
            content
        )

    def _encode(self) -> tuple[dict[str, str], Content]:
        headers, content = {}, Content()
        if isinstance(self.body, Content):
            content = self.body
        elif isinstance(self.body, bytes):
            content = Content([self.body])
        elif self.body is not None:
            content = Content([dump(self.body)])
            headers["Content-Type"] = JSON_TYPE
        if self.status not in (204, 304) and self.live is None:
            headers["Content-Length"] = str(sum(map(len, content)))
        return headers | _FIXED | self.headers, content


def dump(body: object) -> bytes:
    """Encode JSON (RFC 8259): UTF-8, no byte order mark, no white space."""
    return json.dumps(
        body, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    ).encode("utf-8")


def version_headers(updated_at_ms: int) -> dict[str, str]:
    """The validators of a representation (RFC 9110 §8.8).

    :param updated_at_ms: the time of the last change.
    """
    return {
        "ETag": f'"{updated_at_ms}"',
        "Last-Modified": formatdate(updated_at_ms // 1000, usegmt=True),
    }
