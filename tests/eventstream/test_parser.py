"""Tests of `relay.eventstream.parser`."""

from __future__ import annotations

import tracemalloc

from hypothesis import given, settings, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.eventstream.event import Event
from relay.eventstream.parser import MAX_RETRY_MS, EventParser, EventTooLong
from tests.eventstream.streams import cut, cuttings, every, read, tangled, vectors


def _with_gaps(parser: EventParser, chunk: bytes) -> list[str]:
    """Read a chunk: data and ids, and where an event is left out."""
    seen: list[str] = []
    while True:
        try:
            events, over = parser.feed(chunk), True
        except EventTooLong as error:
            events, over = list(error.events), False
        seen += [f"{event.data}/{event.id}" for event in events]
        if over:
            return seen
        seen.append("LEFT OUT")
        chunk = b""


class VectorTests(SynchronousTestCase):
    """The parser reads a stream as a browser does."""

    def test_vectors(self) -> None:
        """Every vector gives its events and state, however the stream is cut."""
        for vector in vectors():
            for how, chunks in cuttings(vector.chunks):
                parser = EventParser()
                events = read(chunks, parser)
                where = f"{vector.name}, {how}"
                self.assertEqual(
                    [(e.type, e.data, e.id) for e in events],
                    list(vector.events),
                    where,
                )
                self.assertEqual(parser.retry, vector.retry, where)
                self.assertEqual(parser.last_event_id, vector.last_event_id, where)
                if vector.comments is not None:
                    self.assertEqual(parser.comments, vector.comments, where)

    def test_all_vectors_are_there(self) -> None:
        """The file was not cut short on its way here."""
        self.assertEqual(len(vectors()), 42)


class FieldTests(SynchronousTestCase):
    """Rules that the vectors do not reach."""

    def test_event_at_once(self) -> None:
        """A CR that ends a block fires the event without waiting for another byte."""
        parser = EventParser()
        self.assertEqual(read([b"data: x\r", b"\r"], parser), [Event("message", "x")])
        self.assertEqual(parser.feed(b"\n"), [])

    def test_resumed_id(self) -> None:
        """The id that a reader resumes with is that of events which name none."""
        parser = EventParser(last_event_id="41")
        self.assertEqual(parser.feed(b"data: x\n\n"), [Event("message", "x", "41")])

    def test_retry_kept_for_the_next_event(self) -> None:
        """A reconnection time that came without data reaches the next event only."""
        events = read([b"retry: 0500\n\ndata: a\n\ndata: b\n\n"])
        self.assertEqual([event.retry for event in events], [500, None])

    def test_endless_retry(self) -> None:
        """Ten thousand digits are the longest wait, not a crash."""
        parser = EventParser()
        parser.feed(b"retry: " + b"9" * 10_000 + b"\n")
        self.assertEqual(parser.retry, MAX_RETRY_MS)
        parser.feed(b"retry: " + b"0" * 10_000 + b"7\n")
        self.assertEqual(parser.retry, 7)

    def test_id_not_committed_by_half_a_block(self) -> None:
        """A reader that is cut off inside a block resumes from the block before."""
        parser = EventParser()
        parser.feed(b"id: 1\ndata: a\n\nid: 2\ndata: b\n")
        self.assertEqual(parser.last_event_id, "1")

    def test_unusual_characters_are_data(self) -> None:
        """Line separators of Python that the standard does not name are data."""
        data = "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\x1dh\x1ei"
        stream = f"data: {data}\n\n".encode()
        self.assertEqual(read(every(1, stream)), [Event("message", data)])


class LimitTests(SynchronousTestCase):
    """The parser's memory has a bound, and passing it does not depend on the cuts."""

    def test_same_verdict_for_every_cut(self) -> None:
        """An event of the limit passes and one byte more does not, nor do its cuts."""
        fits = b"id: 12\ndata: " + b"x" * 38 + b"\n\n"
        for chunks in (every(size, b"data: a\n\n" + fits) for size in (1, 2, 3, 99)):
            events = read(chunks, EventParser(max_event_bytes=50))
            self.assertEqual([len(event.data) for event in events], [1, 38])
        long = b"data: a\n\nid: 12\ndata: " + b"x" * 39 + b"\n\ndata: b\n\n"
        for size in (1, 2, 3, 999):
            parser = EventParser(max_event_bytes=50)
            events = []
            with self.assertRaises(EventTooLong) as raised:
                for chunk in every(size, long):
                    events += parser.feed(chunk)
            events += raised.exception.events
            self.assertEqual(events, [Event("message", "a")])
            self.assertEqual(raised.exception.limit_bytes, 50)

    def test_an_event_that_is_too_long_is_passed_over_at_its_place(self) -> None:
        """
        An event that is too long is reported at its place, and the others are
        delivered.
        """
        limit = 50
        long_data = b"x" * 200
        for block in (
            b"id: 2\ndata: " + long_data + b"\n",
            b"data: " + long_data + b"\nid: 2\n",
            b"id: 2\n" + b"data: y\n" * 20,
            b"id: 2\nevent: " + long_data + b"\ndata: y\n",
        ):
            stream = b"id: 1\ndata: a\n\n" + block + b"\ndata: b\n\ndata: c\n\n"
            for size in (1, 2, 3, 7, 64, 999):
                parser = EventParser(max_event_bytes=limit)
                seen: list[str] = []
                for chunk in every(size, stream):
                    seen += _with_gaps(parser, chunk)
                self.assertEqual(seen, ["a/1", "LEFT OUT", "b/2", "c/2"], (block, size))

    def test_two_long_events_in_one_chunk_are_passed_over_both(self) -> None:
        """Each at its place."""
        long_event = b"data: " + b"x" * 60 + b"\n\n"
        parser = EventParser(max_event_bytes=50)
        stream = b"data: a\n\n" + long_event + b"data: b\n\n" + long_event * 2
        seen = _with_gaps(parser, stream + b"data: c\n\n")
        gap = "LEFT OUT"
        self.assertEqual(seen, ["a/", gap, "b/", gap, gap, "c/"])

    def test_an_event_without_end_takes_no_memory(self) -> None:
        """
        An event or a line without an end does not occupy memory, and its end is found.
        """
        parser = EventParser(max_event_bytes=4096)
        self.assertEqual(_with_gaps(parser, b"data: " + b"x" * 5000), ["LEFT OUT"])
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        piece = b"x" * 65536
        for _ in range(200):
            parser.feed(piece)
        self.assertLess(tracemalloc.get_traced_memory()[0], 100_000)
        self.assertEqual(_with_gaps(parser, b"\n\ndata: a\n\n"), ["a/"])

    def test_many_short_lines(self) -> None:
        """A block of countless small lines is one event and is refused as one."""
        self.assertRaises(
            EventTooLong, read, [b"data\n" * 30], EventParser(max_event_bytes=100)
        )

    def test_a_comment_without_end_takes_no_memory_and_no_event(self) -> None:
        """A long comment does not occupy memory, and does not count for its event."""
        parser = EventParser(max_event_bytes=100)
        stream = [b"data: a\n:"] + [b"x"] * 1000 + [b"\ndata: b\n\n"]
        events = read(stream, parser)
        self.assertEqual([event.data for event in events], ["a\nb"])
        whole = b"data: a\n:" + b"x" * 1000 + b"\ndata: b\n\n"
        self.assertEqual(read([whole], EventParser(max_event_bytes=100)), events)

    def test_endless_comments(self) -> None:
        """Heartbeats without blank lines add up to nothing."""
        parser = EventParser(max_event_bytes=100)
        self.assertEqual(read([b": ping\n" * 1000] * 10, parser), [])
        self.assertEqual(parser.comments, 10_000)

    def test_memory(self) -> None:
        """An unfinished event of one MiB in small pieces takes about its own size."""
        limit = 1024 * 1024
        parser = EventParser(max_event_bytes=limit)
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        for _ in range(limit // 8 - 1):
            parser.feed(b"data:xy\n")
        parser.feed(b"data:")
        _, peak_bytes = tracemalloc.get_traced_memory()
        self.assertLess(peak_bytes, 2 * limit)


class CutTests(SynchronousTestCase):
    """Where the bytes are cut is of no consequence."""

    @given(st.data(), tangled())
    @settings(max_examples=300, deadline=None)
    def test_any_cut(self, data: st.DataObject, stream: bytes) -> None:
        """A tangled stream gives the same in one piece as in any pieces."""
        whole, pieces = EventParser(), EventParser()
        expected = read([stream], whole)
        self.assertEqual(read(data.draw(cut(stream)), pieces), expected)
        self.assertEqual(pieces.last_event_id, whole.last_event_id)
        self.assertEqual(pieces.retry, whole.retry)
        self.assertEqual(pieces.comments, whole.comments)
