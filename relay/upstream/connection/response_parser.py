"""
Twisted's parser of responses, with the rules of ``response_rules.py``.

Twisted itself accepts a head of any size, any version and status, the first of several
transfer encodings, and any number of interim responses, each of which it logs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.web._newclient import HEADER, HTTPClientParser
from twisted.web.http import _MalformedChunkedDataError
from twisted.web.http_headers import Headers

from relay.http.chunks import JoinedChunks
from relay.upstream.connection.response_rules import (
    EARLY_HINTS,
    MOST_BODY_BYTES,
    MOST_INTERIM,
    HeadLimits,
    HeadTooLarge,
    InvalidResponse,
    check_field_line,
    check_framing,
    check_status_line,
)

EarlyHints = Callable[[Headers, list[bytes]], None]
"""Takes the headers of a 103 response, and what its ``Connection`` lists."""


class _Chunks(JoinedChunks):
    """A decoder of chunks that refuses sizes above a signed 64-bit integer."""

    def _dataReceived_CHUNK_LENGTH(self) -> bool:
        read = super()._dataReceived_CHUNK_LENGTH()
        if read and self.length > MOST_BODY_BYTES:
            raise _MalformedChunkedDataError("a chunk is too large to be counted")
        return read


class ResponseParser(HTTPClientParser):
    """
    Reads one response, with the interim responses before it.

    :param request: the request.
    :param finisher: called with the bytes behind the response when it is complete.
    :param limits: the size limits of each head.
    """

    _transferDecoders = {b"chunked": _Chunks}

    def __init__(
        self, request: Any, finisher: Callable[[bytes], None], limits: HeadLimits
    ) -> None:
        super().__init__(request, finisher)
        self.limits = limits
        self.MAX_LENGTH = limits.max_bytes
        self.early_hints: EarlyHints | None = None
        """Called with each 103 response (RFC 8297); None to drop them."""
        self._interim = 0
        self._head_bytes = 0
        self._fields = 0

    def lineReceived(self, line: bytes) -> None:
        """Parse a line of a head."""
        self._head_bytes += len(line) + 1
        if self.state == HEADER and line[:1] not in (b" ", b"\t"):
            self._fields += 1
        # The empty line at the end of a head is counted as a field, too.
        most = self.limits.max_fields + 1
        if self._head_bytes > self.limits.max_bytes or self._fields > most:
            raise HeadTooLarge(self.limits)
        if self.state == HEADER:
            check_field_line(line.removesuffix(b"\r"))
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:
        """A line is longer than a head may be."""
        raise HeadTooLarge(self.limits)

    def statusReceived(self, status: bytes) -> None:
        """Check and parse the status line."""
        check_status_line(status)
        super().statusReceived(status)

    def allHeadersReceived(self) -> None:
        """Skip an interim response; begin with the body of the final one."""
        response = self.response
        if response.code < 200:
            self._pass_over(response.code)
            return
        self.early_hints = None
        # Of a response to HEAD it is none of the connection's.
        of_head = self.request.method == b"HEAD"
        check_framing(
            response.version[1:],
            self.connHeaders.getRawHeaders(b"transfer-encoding", ()),
            (self.headers if of_head else self.connHeaders).getRawHeaders(
                b"content-length", ()
            ),
        )
        super().allHeadersReceived()

    def _pass_over(self, code: int) -> None:
        self._interim += 1
        if code == 101 or self._interim > MOST_INTERIM:
            raise InvalidResponse(
                "The upstream switches protocols, which it was not asked for"
                if code == 101
                else f"The upstream sent more than {MOST_INTERIM} interim responses"
            )
        headers, connection = self.headers, self.connHeaders
        self.connectionMade()
        self._head_bytes = self._fields = 0
        del self.response
        if code == EARLY_HINTS and self.early_hints is not None:
            options = [
                option.strip().lower()
                for value in connection.getRawHeaders(b"connection", ())
                for option in value.split(b",")
            ]
            self.early_hints(headers, options)
