"""Frames that a server writes: never masked, never fragmented (RFC 6455, 5.2)."""

from __future__ import annotations

import json
from collections.abc import Hashable
from typing import Any

from relay.channel.entry import Entry, Gap

TEXT, BINARY, CLOSE, PING = 0x1, 0x2, 0x8, 0x9
GOING_AWAY, UNSUPPORTED, NOT_ALLOWED, TOO_BIG = 1001, 1003, 1008, 1009
SERVER_ERROR, TRY_AGAIN, BAD_GATEWAY = 1011, 1013, 1014
NO_ANSWER = SERVER_ERROR


def frame(opcode: int, payload: bytes) -> bytes:
    """Write a frame."""
    first, length = 0x80 | opcode, len(payload)
    if length < 126:
        return bytes((first, length)) + payload
    if length < 65536:
        return bytes((first, 126)) + length.to_bytes(2, "big") + payload
    return bytes((first, 127)) + length.to_bytes(8, "big") + payload


PING_FRAME = frame(PING, b"")


def text_frame(value: Any) -> bytes:
    """
    Write a value as JSON in a text frame.
    """
    return frame(TEXT, json.dumps(value, separators=(",", ":")).encode())


def close_frame(code: int, reason: str) -> bytes:
    """
    Write the frame that ends a connection (RFC 6455, 7.4).
    """
    text = reason.encode()[:123].decode("utf-8", "ignore").encode()
    return frame(CLOSE, code.to_bytes(2, "big") + text)


def count_frames(data: bytes) -> int:
    """
    Count text and binary frames.

    :param data: whole frames as :func:`frame` writes them.
    """
    at = count = 0
    while at < len(data):
        count += data[at] & 0x0F < CLOSE
        length = data[at + 1]
        if length < 126:
            at += 2 + length
        elif length == 126:
            at += 4 + int.from_bytes(data[at + 2 : at + 4], "big")
        else:
            at += 10 + int.from_bytes(data[at + 2 : at + 10], "big")
    return count


class FrameFraming:
    """Entries as text frames, each with one event in JSON."""

    heartbeat = b""
    heartbeat_s = 0.0
    """Each connection is pinged by itself."""
    key: Hashable = "frames"

    def encode(self, entry: Entry) -> bytes:
        """Encode an event as a frame."""
        return text_frame(entry.as_json())

    def encode_gap(self, gap: Gap) -> bytes:
        """Encode a gap as a frame."""
        return text_frame({"gap": {"reason": gap.reason, "after": gap.after}})
