"""
A connection of HTTP/1.1 whose requests are read strictly (RFC 9112, 3 to 7).

twisted.web is more lenient in places where two servers may disagree about where a
request ends, or about what a header says. It still cuts heads into lines here; what the
lines and the bodies hold is read and checked by this project's own code.
"""

from __future__ import annotations

from typing import Any

from twisted.web.http import HTTPChannel

from relay.http.body_reader import ChunkReader, LengthReader, State, content_length
from relay.http.headers import is_token
from relay.http.http1.rules import REQUEST_LINE, is_field_line, is_field_value


class StrictChannel(HTTPChannel):
    """A connection of a client that refuses what other servers refuse."""

    transport: Any

    def __init__(self) -> None:
        super().__init__()
        self.request_line: tuple[bytes, bytes, bytes] | None = None
        """Method, request-target and version of the head that is being read."""
        self.body_reader: LengthReader | ChunkReader | None = None
        """Reads the body of the request; None for one without."""
        self.unread = b""
        """What came behind the body of a request that is being answered."""
        self._blank = False
        self._head_bytes = 0
        self._fields = 0

    def lineReceived(self, line: bytes) -> None:
        """Take a line of a head, which is bounded in size."""
        self._head_bytes += len(line)
        if self._head_bytes > self.totalHeadersSize:
            self.refuse_malformed(line, too_large=True)
            return
        if not self.requests and self.persistent:
            if not line and not self._blank:
                # One empty line before a request is ignored (RFC 9112, 2.2).
                self._blank = True
            elif (read := REQUEST_LINE.fullmatch(line)) is not None:
                self.request_line = read[1], read[2], read[3]
            else:
                self.refuse_malformed(line)
                return
        super().lineReceived(line)

    def headerReceived(self, line: bytes) -> bool:
        """Take a header line, whose value holds no control characters."""
        name, colon, value = line.partition(b":")
        value = value.strip(b" \t")
        if not (
            colon
            and is_token(name)
            and is_field_value(value)
            and self._choose_reader(name.lower(), value)
        ):
            self.length = None
            self.refuse_malformed(line)
            return False
        self.requests[-1].requestHeaders.addRawHeader(name, value)
        self._fields += 1
        if self._fields > self.maxHeaders:
            self.refuse_malformed(line, too_large=True)
            return False
        return True

    def rawDataReceived(self, data: bytes) -> None:
        """Read the body of a request; keep what follows it until it is answered."""
        reader = self.body_reader
        if reader is None:
            super().rawDataReceived(data)
            return
        pieces = reader.feed(data)
        if pieces:
            content = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            self.requests[-1].handleContentChunk(content)
        if reader.state is State.BROKEN:
            self.refuse_malformed()
        elif reader.state is State.DONE:
            self.unread = data[reader.end :]
            self.allContentReceived()
            rest, self.unread = self.unread, b""
            if rest:
                self.dataReceived(rest)

    def allContentReceived(self) -> None:
        """A request is complete: get ready for the next head."""
        self.request_line = self.body_reader = None
        self._blank = False
        self._head_bytes = self._fields = 0
        super().allContentReceived()

    def refuse_malformed(self, line: bytes = b"", too_large: bool = False) -> None:
        """
        Refuse a request that cannot be understood, and end the connection.

        :param line: the line of the head that is wrong; empty for one of the body.
        :param too_large: whether the head is larger than it may be.
        """
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        self.loseConnection()

    def _choose_reader(self, name: bytes, value: bytes) -> bool:
        """Frame the body by one ``Content-Length``, or by ``chunked`` alone."""
        length: int | None = None
        reader: LengthReader | ChunkReader
        if name == b"content-length":
            length = content_length(value)
            if length is None:
                return False
            reader = LengthReader(length)
        elif name == b"transfer-encoding":
            # HTTP/1.0 has no chunks (RFC 9112, 6.1).
            line = self.request_line
            if value.lower() != b"chunked" or line is None or line[2] != b"HTTP/1.1":
                return False
            reader = ChunkReader(is_field_line)
        else:
            return True
        if self.body_reader is not None:
            return False
        self.length, self.body_reader = length, reader
        return True
