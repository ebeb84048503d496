"""Captures for tests."""

from __future__ import annotations

import io
from collections.abc import Sequence

from relay.captures.format import Head, Lost, Opened, Received, Record, Stopped
from relay.captures.writer import CaptureWriter

HEAD = Head("2026-11-30T12:00:00.000Z", "http://source.example/sse")
STREAM = (("content-type", "text/event-stream"),)
TWO_RESPONSES: Sequence[Record] = (
    Opened(1_000, 200, STREAM, ""),
    Received(2_000, b"id: 1\ndata: a\n\nid: 2\ndata: b\n\n"),
    Received(12_000, b"id: 3\ndata: c\n\n"),
    Received(13_000, b"data: unfin"),
    Lost(20_000, "cut", "the stream broke off"),
    Lost(21_000, "failed", "the source answered 503"),
    Opened(30_000, 200, STREAM, "3"),
    Received(31_000, b":\n"),
    Received(42_000, b"id: 4\ndata: d\n\n"),
    Stopped(50_000, "interrupted"),
)


def captured(records: Sequence[Record] = TWO_RESPONSES) -> bytes:
    """Return a capture with some records."""
    file = io.BytesIO()
    writer = CaptureWriter(file, HEAD)
    for record in records:
        writer.write(record)
    return file.getvalue()
