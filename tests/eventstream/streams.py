"""
Streams to read: the vectors of the format, ways to cut bytes, Hypothesis strategies.
"""

from __future__ import annotations

import json
import random
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from hypothesis import strategies as st

from relay.eventstream.event import Event
from relay.eventstream.parser import EventParser


@dataclass(frozen=True)
class Vector:
    """A stream, with the result of a WHATWG reader."""

    name: str
    chunks: tuple[bytes, ...]
    events: tuple[tuple[str, str, str], ...]
    """Type, data and id of each."""
    retry: int | None
    last_event_id: str
    comments: int | None
    """``None`` where the vector does not say."""


def vectors() -> list[Vector]:
    """Read the vectors that stand beside this file."""
    text = Path(__file__).with_name("sse_vectors.json").read_text()
    return [
        Vector(
            name=entry["name"],
            chunks=tuple(b64decode(chunk) for chunk in entry["chunks"]),
            events=tuple((e["type"], e["data"], e["id"]) for e in entry["events"]),
            retry=entry["retry"],
            last_event_id=entry["last_event_id"],
            comments=None if entry["comments"] is None else len(entry["comments"]),
        )
        for entry in json.loads(text)["vectors"]
    ]


def every(size: int, stream: bytes) -> list[bytes]:
    """Cut a stream into chunks of one size."""
    return [stream[at : at + size] for at in range(0, len(stream), size)]


def at_random(stream: bytes, dice: random.Random) -> list[bytes]:
    """Cut a stream anywhere, into empty chunks too."""
    cuts = sorted(dice.randint(0, len(stream)) for _ in range(dice.randint(0, 9)))
    return [stream[a:b] for a, b in pairwise([0, *cuts, len(stream)])]


def cuttings(chunks: tuple[bytes, ...]) -> Iterator[tuple[str, list[bytes]]]:
    """Return every way that a stream is tried, each with its name."""
    stream = b"".join(chunks)
    yield "as sent", list(chunks)
    yield "whole", [stream]
    for size in (1, 2, 3):
        yield f"by {size}", every(size, stream)
    for seed in range(20):
        yield f"at random {seed}", at_random(stream, random.Random(seed))


def read(chunks: list[bytes], parser: EventParser | None = None) -> list[Event]:
    """Return all the events of a stream."""
    parser = parser or EventParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


line_ends = st.sampled_from([b"\n", b"\r", b"\r\n"])

_lines = st.sampled_from(
    [
        b"",
        b"",
        b"",
        b":",
        b": ping",
        b":data: x",
        b"data",
        b"data:",
        b"data: x",
        b"data:  y ",
        b"data :x",
        b"datax: 1",
        b"Data: x",
        b" data: x",
        b"id: 7",
        b"id",
        b"id: \0",
        b"event: tick",
        b"retry: 10",
        b"retry: 1x",
        b"\xef\xbb\xbfdata: b",
        b"x",
        b"d",
        b"\xe2\x82",
    ]
)


@st.composite
def tangled(draw: st.DrawFn) -> bytes:
    """Draw a stream of every kind of line and line end, with or without a BOM."""
    pieces = draw(st.lists(st.tuples(_lines, line_ends), max_size=30))
    start = draw(st.sampled_from([b"", b"\xef\xbb\xbf", b"\xef\xbb", b"\xef"]))
    rest = draw(st.sampled_from([b"", b"data", b"data: half"]))
    return start + b"".join(line + end for line, end in pieces) + rest


@st.composite
def cut(draw: st.DrawFn, stream: bytes) -> list[bytes]:
    """Draw a way to cut a stream."""
    places = draw(st.lists(st.integers(0, len(stream)), max_size=12))
    edges = [0, *sorted(places), len(stream)]
    return [stream[a:b] for a, b in pairwise(edges)]
