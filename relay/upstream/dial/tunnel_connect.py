"""The ``CONNECT`` method of HTTP/1.1 (RFC 9110 §9.3.6), sans IO."""

from __future__ import annotations

import base64
import re
from typing import Final

from relay.upstream.dial.negotiation import TunnelError, TunnelTarget

#: All response heads together, interim ones included.
MAX_HEAD_BYTES: Final = 16384

_TEXT: Final = rb"[^\x00-\x08\x0a-\x1f\x7f]*"
_STATUS_LINE: Final = re.compile(
    rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: (" + _TEXT + rb"))?"
)
_FIELD_LINE: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:" + _TEXT)
_BEGINNING: Final = b"HTTP/1."
_MAX_REASON: Final = 80


class ConnectNegotiation:
    """Requests a tunnel from an HTTP proxy.

    Fields of the response are checked for form and otherwise ignored: after a 2xx the
    tunnel begins after the head, regardless of Content-Length and Transfer-Encoding.

    :param username: for the Basic scheme (RFC 7617), in UTF-8.
    :raises ValueError: when the credentials cannot be sent.
    """

    def __init__(
        self,
        target: TunnelTarget,
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        self.rest: bytes | None = None
        self._authority = target.authority
        self._authorization = _basic(username, password or "") if username else None
        self._buffer = bytearray()
        self._searched = 0
        self._consumed = 0
        self._status: int | None = None
        self._reason = ""

    def start(self) -> bytes:
        """The request; it has no body."""
        lines = [
            f"CONNECT {self._authority} HTTP/1.1",
            f"Host: {self._authority}",
        ]
        if self._authorization is not None:
            lines.append(f"Proxy-Authorization: {self._authorization}")
        return "\r\n".join([*lines, "", ""]).encode("ascii")

    def receive(self, data: bytes) -> bytes:
        """Parse response heads, line by line, until a final one is complete."""
        buffer = self._buffer
        buffer += data
        while (end := buffer.find(b"\n", self._searched)) >= 0:
            line = bytes(buffer[: end + 1])
            del buffer[: end + 1]
            self._searched = 0
            self._consumed += len(line)
            self._bound(0)
            if self._is_last(line):
                self.rest = bytes(buffer)
                return b""
        self._searched = len(buffer)
        self._bound(len(buffer))
        # A service on a wrong port may never send a line.
        if self._status is None and not _BEGINNING.startswith(buffer[:7]):
            raise _malformed()
        return b""

    def _bound(self, pending: int) -> None:
        if self._consumed + pending > MAX_HEAD_BYTES:
            raise TunnelError(
                f"the proxy's response head is larger than {MAX_HEAD_BYTES} bytes"
            )

    def _is_last(self, ended: bytes) -> bool:
        line, mark = ended[:-2], ended[-2:]
        if mark != b"\r\n":
            raise _malformed()
        if self._status is None:
            found = _STATUS_LINE.fullmatch(line)
            if found is None:
                raise _malformed()
            self._status = int(found[1])
            self._reason = (found[2] or b"").decode("ascii", "replace")[:_MAX_REASON]
            return False
        if line:
            if _FIELD_LINE.fullmatch(line) is None:
                raise _malformed()
            return False
        if self._status < 200:
            self._status = None
            return False
        if self._status < 300:
            return True
        raise self._refusal(self._status)

    def _refusal(self, status: int) -> TunnelError:
        if status != 407:
            words = f"{status} {self._reason}".rstrip()
            return TunnelError(f"the proxy refused the tunnel: {words}", status)
        if self._authorization is None:
            return TunnelError("the proxy requires a user name and password (407)", 407)
        return TunnelError("the proxy refused the user name and password (407)", 407)


def _basic(username: str, password: str) -> str:
    if ":" in username:
        raise ValueError("a colon cannot be part of a proxy's user name (RFC 7617)")
    pair = f"{username}:{password}".encode()
    if any(byte < 0x20 or byte == 0x7F for byte in pair):
        raise ValueError("the proxy's credentials hold control characters")
    return "Basic " + base64.b64encode(pair).decode("ascii")


def _malformed() -> TunnelError:
    return TunnelError("the proxy's answer is not HTTP")
