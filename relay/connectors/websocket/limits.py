"""
Limits of a WebSocket client's frames, checked by their headers (RFC 6455, 5.2).

The payload of a frame is buffered or decoded only after its header was checked here: a
message that is too long is refused as soon as a header announces it, and a client that
sends control frames at a high rate is refused before the frames cost anything.
"""

from __future__ import annotations

from collections.abc import Callable

from relay.connectors.websocket.frames import NOT_ALLOWED, TOO_BIG
from relay.http.limits.budget import Budget

BURST = 100
"""The most control frames at once, without pongs that answer a ping."""
PER_SECOND = 10
"""The most control frames in each further second."""
FRAGMENT_BYTES = 64
"""The bytes that each frame of a message counts beside its payload."""
MASK_BYTES = 4

_CONTINUATION, _CONTROL, _PONG = 0x0, 0x8, 0xA
_OPCODE, _MASK, _LENGTH = 0x0F, 0x80, 0x7F


class FrameLimits:
    """
    The limits of one connection.

    :param seconds: the time of a monotonic clock, in seconds.
    :param longest_bytes: how long a message may be, all its frames together.
    """

    __slots__ = (
        "_control_frames",
        "_header",
        "_left",
        "_longest_bytes",
        "_message_bytes",
        "_pongs_due",
    )

    def __init__(self, seconds: Callable[[], float], longest_bytes: int) -> None:
        self._longest_bytes = longest_bytes
        self._header = b""
        self._left = 0
        self._message_bytes = 0
        self._pongs_due = 0
        self._control_frames = Budget(seconds, BURST, PER_SECOND)

    def pinged(self) -> None:
        """Allow for the pong that answers a ping which was sent to the client."""
        self._pongs_due += 1

    def feed(self, data: bytes) -> int | None:
        """
        Check the frame headers in received bytes.

        :param data: the next bytes of the client, cut anywhere.
        :return: the close code (RFC 6455, 7.4.1) with which the connection must end,
            None as long as it need not.
        """
        position, end = 0, len(data)
        while position < end:
            if self._left:
                passed = min(self._left, end - position)
                self._left -= passed
                position += passed
                continue
            missing = _header_bytes(self._header) - len(self._header)
            piece = data[position : position + missing]
            position += len(piece)
            self._header += piece
            if len(self._header) == _header_bytes(self._header):
                header, self._header = self._header, b""
                code = self._begin(header)
                if code is not None:
                    return code
        return None

    def _begin(self, header: bytes) -> int | None:
        opcode, length = header[0] & _OPCODE, header[1] & _LENGTH
        if length == 126:
            length = int.from_bytes(header[2:4])
        elif length == 127:
            length = int.from_bytes(header[2:10])
        self._left = length + (MASK_BYTES if header[1] & _MASK else 0)
        if opcode >= _CONTROL:
            if opcode == _PONG and self._pongs_due:
                self._pongs_due -= 1
                return None
            return None if self._control_frames.spend() else NOT_ALLOWED
        if opcode != _CONTINUATION:
            self._message_bytes = 0
        self._message_bytes += length + FRAGMENT_BYTES
        return TOO_BIG if self._message_bytes > self._longest_bytes else None


def _header_bytes(begun: bytes) -> int:
    """
    :param begun: the first bytes of a header.
    :return: how long the header is up to its mask, as far as these bytes tell.
    """
    if len(begun) < 2:
        return 2
    return 2 + {126: 2, 127: 8}.get(begun[1] & _LENGTH, 0)
