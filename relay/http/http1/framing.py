"""
Heads and bodies of HTTP/1.1 requests, read as strictly as nginx, HAProxy and Apache
httpd read them (RFC 9112, 5 to 7).

twisted.web is more lenient in places where two servers may disagree about where a
request ends, or about what a header says.
"""

from __future__ import annotations

import re

# Private in Twisted: setup.cfg keeps to the versions that these overrides are written
# for, and tests/http/http1/test_framing.py holds each of them.
from twisted.web.http import (
    HTTPChannel,
    _MalformedChunkedDataError,
)

from relay.http.chunks import JoinedChunks

MOST_BODY_BYTES = 2**63 - 1
"""The longest body, and the longest chunk: what a signed 64-bit integer holds."""
_LENGTH = re.compile(rb"[0-9]{1,19}")
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
"""What no field value holds (RFC 9110, 5.5): all controls but the tab."""
_FIELD = re.compile(
    rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++:[\t\x20-\x7e\x80-\xff]*+",
)


def content_length(value: bytes) -> int | None:
    """
    Read a value of ``Content-Length`` (RFC 9110, 8.6).

    :param value: the whole value.
    :return: bytes, at most :data:`MOST_BODY_BYTES`; None when it is no length.
    """
    if _LENGTH.fullmatch(value) is None:
        return None
    length = int(value)
    return length if length <= MOST_BODY_BYTES else None


def is_field_value(value: bytes) -> bool:
    """
    Whether a header or a trailer may have a value.

    :param value: without the white space around it.
    """
    return _CONTROLS.search(value) is None


class StrictChannel(HTTPChannel):
    """A connection of a client that refuses what other servers refuse."""

    def headerReceived(self, line: bytes) -> bool:
        """Take a field line, whose value holds no control characters."""
        if not is_field_value(line.partition(b":")[2]):
            return self._refuse_framing()
        received: bool = super().headerReceived(line)
        return received

    def _maybeChooseTransferDecoder(self, header: bytes, data: bytes) -> bool:
        """Frame the body by one ``Content-Length``, or by ``chunked`` alone."""
        if header == b"Content-Length":
            if content_length(data) is None:
                return self._refuse_framing()
        elif header == b"Transfer-Encoding" and (
            # HTTP/1.0 has no chunks (RFC 9112, 6.1).
            data.lower() != b"chunked" or self._version != b"HTTP/1.1"
        ):
            return self._refuse_framing()
        chosen: bool = super()._maybeChooseTransferDecoder(header, data)
        if chosen and header == b"Transfer-Encoding":
            self._transferDecoder = StrictChunks(
                self.requests[-1].handleContentChunk, self._finishRequestBody
            )
        return chosen

    def _refuse_framing(self) -> bool:
        refused: bool = self._failChooseTransferDecoder()
        return refused


class StrictChunks(JoinedChunks):
    """A chunked body (RFC 9112, 7.1) whose trailers are checked, and dropped."""

    def _dataReceived_CHUNK_LENGTH(self) -> bool:
        found = super()._dataReceived_CHUNK_LENGTH()
        if found and self.length > MOST_BODY_BYTES:
            raise _MalformedChunkedDataError("the chunk is too long")
        return found

    def _dataReceived_TRAILER(self) -> bool:
        before = len(self._trailerHeaders)
        go_on = super()._dataReceived_TRAILER()
        for line in self._trailerHeaders[before:]:
            if _FIELD.fullmatch(line) is None:
                raise _MalformedChunkedDataError("a trailer is no field")
        return go_on
