"""Tests of `relay.eventstream.boundary`."""

from __future__ import annotations

import sys

from hypothesis import example, given, settings, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.eventstream.boundary import EventCounter
from tests.eventstream.streams import cut, cuttings, read, tangled, vectors


def counted(chunks: list[bytes]) -> EventCounter:
    """Return a counter that has seen all of a stream."""
    counter = EventCounter()
    for chunk in chunks:
        counter.feed(chunk)
    return counter


class CountTests(SynchronousTestCase):
    """The count is the parser's, at a fraction of its cost."""

    def test_vectors(self) -> None:
        """Every vector's events are counted, however the stream is cut."""
        for vector in vectors():
            for how, chunks in cuttings(vector.chunks):
                self.assertEqual(
                    counted(chunks).events, len(vector.events), f"{vector.name}, {how}"
                )

    @given(st.data(), tangled())
    @settings(max_examples=1000, deadline=None)
    @example(None, b"data: x\n\n\n\ndata: y\n\n")
    @example(None, b"id: 1\n\ndata: y\n\n")
    @example(None, b"id: 1\ndata: y\n\n")
    def test_as_the_parser(self, data: st.DataObject | None, stream: bytes) -> None:
        """The count equals the parser's after every chunk of every stream."""
        chunks = [stream] if data is None else data.draw(cut(stream))
        counter = EventCounter()
        for seen, chunk in enumerate(chunks, 1):
            counter.feed(chunk)
            self.assertEqual(counter.events, len(read(chunks[:seen])))

    def test_usual_chunks(self) -> None:
        """A chunk with one event of a usual form counts one."""
        for block in (
            b"data: x\n\n",
            b"id: 1\nevent: tick\ndata: x\n\n",
            b"data: x\r\n\r\n",
            b"data: x\r\r",
            b": ping\ndata: a\ndata: b\nid: 7\n\n",
        ):
            self.assertEqual(counted([block] * 100).events, 100, block)

    def test_not_events(self) -> None:
        """Heartbeats and blocks that fire nothing in a reader count nothing."""
        for block in (b":\n", b": ping\n\n", b"retry: 5\n\n", b"id: 5\n\n", b"\n\n"):
            self.assertEqual(counted([block] * 100).events, 0, block)

    def test_constant_memory(self) -> None:
        """An event without end and one of endless lines leave nothing behind."""
        for chunks in ([b"data: ", *[b"x" * 1000] * 1000], [b"data: x\n" * 1000] * 100):
            counter = counted(chunks)
            kept = [getattr(counter, slot) for slot in counter.__slots__]
            self.assertLess(sum(map(sys.getsizeof, kept)), 300)


class BoundaryTests(SynchronousTestCase):
    """Where something of ours may be put in between."""

    def test_at_boundary(self) -> None:
        """A boundary is the end of a block, or of comments after it."""
        for stream, expected in (
            (b"", True),
            (b"\xef\xbb", False),
            (b"\xef\xbb\xbf", True),
            (b"data: x\n\n", True),
            (b"data: x\r\n\r\n", True),
            (b"data: x\r\r", True),
            (b"data: x\n\n: ping\n", True),
            (b"data: x\n\n:\n:\n", True),
            (b"data: x\n\n: pi", False),
            (b"data: x\n\nd", False),
            (b"data: x\n", False),
            (b"data: x\n: ping\n", False),
            (b": ping\nid: 5\n", False),
            (b"id: 5\n", False),
            (b"id: 5\n\n", True),
        ):
            for how, chunks in cuttings((stream,)):
                self.assertIs(
                    counted(chunks).at_boundary, expected, f"{stream!r}, {how}"
                )
