"""
Reads the heads of responses; sans IO.

A head that arrives in one read and is written as RFC 9112 requires is matched by one
regular expression, which takes 8 µs of CPU for a head of four lines. Any other head is
read line by line: one that arrives in several reads, lines that end with LF only,
folded lines, HTTP/1.0, interim responses, and heads that are refused.
"""

from __future__ import annotations

import re

from twisted.web.http_headers import Headers

from relay.http.fields import add_field
from relay.http.headers import is_token
from relay.upstream.connection.events import Head
from relay.upstream.connection.response_rules import (
    HeadLimits,
    HeadTooLarge,
    InvalidResponse,
    check_field_line,
    check_status_line,
)

CONNECTION_FIELDS = frozenset(
    (
        b"connection",
        b"content-length",
        b"keep-alive",
        b"proxy-connection",
        b"te",
        b"trailers",
        b"transfer-encoding",
        b"upgrade",
    )
)
"""The fields that concern the connection and not the message."""

_WHOLE = re.compile(
    rb"HTTP/1\.1 [2-5][0-9]{2} [\t\x20-\x7e\x80-\xff]*+\r\n"
    rb"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]++:[\t\x20-\x7e\x80-\xff]*+\r\n)*+"
    rb"\r\n"
)
"""A status line, field lines and the empty line (RFC 9112, 4 and 5)."""


class HeadReader:
    """
    Reads one head after another.

    :param limits: the size limits of each head.
    :param connection_fields: the names, in lower case, of the fields that concern the
        connection.
    """

    __slots__ = (
        "_bytes",
        "_connection",
        "_connection_fields",
        "_field",
        "_fields",
        "_headers",
        "_limits",
        "_line",
        "_status",
    )

    def __init__(self, limits: HeadLimits, connection_fields: frozenset[bytes]) -> None:
        self._limits = limits
        self._connection_fields = connection_fields
        self._line = bytearray()
        """A line whose end has not been received."""
        self._begin()

    def _begin(self) -> None:
        self._status: bytes | None = None
        self._field = b""
        """A field line that the next line may continue."""
        self._bytes = self._fields = 0
        self._headers, self._connection = Headers(), Headers()

    def read(self, data: bytes, at: int) -> tuple[Head | None, int]:
        """
        Read a head, or a part of one.

        :param data: the bytes that were received.
        :param at: where the unread bytes begin.
        :return: the head, None while it is incomplete, and where the unread bytes
            begin now.
        :raises InvalidResponse: when there is no valid head.
        """
        if self._status is None and not self._line:
            whole = _WHOLE.match(data, at, at + self._limits.max_bytes)
            if whole is not None:
                status, *fields = data[at : whole.end() - 4].split(b"\r\n")
                if len(fields) <= self._limits.max_fields:
                    for field in fields:
                        name, _, value = field.partition(b":")
                        self._add(name, value)
                    return self._complete(status), whole.end()
        while (end := data.find(b"\n", at)) >= 0:
            line = bytes(self._line) + data[at:end] if self._line else data[at:end]
            self._line.clear()
            at = end + 1
            if self._is_last(line):
                return self._complete(self._status or b""), at
        self._line += data[at:]
        if self._bytes + len(self._line) > self._limits.max_bytes:
            raise HeadTooLarge(self._limits)
        return None, len(data)

    def _is_last(self, line: bytes) -> bool:
        """
        Read a line.

        :param line: without its LF.
        :return: whether it is the empty line that ends the head.
        """
        self._bytes += len(line) + 1
        folded = line[:1] in (b" ", b"\t")
        if self._status is not None and not folded:
            self._fields += 1
        # The empty line counts as a field.
        most = self._limits.max_fields + 1
        if self._bytes > self._limits.max_bytes or self._fields > most:
            raise HeadTooLarge(self._limits)
        line = line.removesuffix(b"\r")
        if self._status is None:
            check_status_line(line)
            self._status = line
            return False
        check_field_line(line)
        if folded:
            if not self._field:
                raise InvalidResponse()
            self._field += line
            return False
        if self._field:
            name, colon, value = self._field.partition(b":")
            if not (colon and is_token(name)):
                raise InvalidResponse()
            self._add(name, value)
        self._field = line
        return not line

    def _add(self, name: bytes, value: bytes) -> None:
        concerns = name.lower() in self._connection_fields
        headers = self._connection if concerns else self._headers
        add_field(headers, name, value.strip(b" \t"))

    def _complete(self, status: bytes) -> Head:
        head = Head(
            int(status[7:8]),
            int(status[9:12]),
            status[13:],
            self._headers,
            self._connection,
        )
        self._begin()
        return head
