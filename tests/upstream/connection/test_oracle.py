"""
The reader of responses against h11: for the same bytes, cut anywhere, the same events,
or both refuse.

Where the reader is stricter than h11, :data:`STRICTER` says in what. It is more lenient
in one respect: a trailer that is no field is left out, where h11 refuses the response.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import h11
from hypothesis import given, settings, strategies as st
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.upstream.connection.events import Chunk, Data, End, Final, Interim, Malformed
from relay.upstream.connection.reader import ResponseReader, State
from relay.upstream.connection.response_rules import DEFAULT_LIMITS

STRICTER = re.compile(
    rb"HTTP/[02-9]"  # a version that is not HTTP/1
    rb"|HTTP/1\.[0-9] [06-9]"  # a status that is none (RFC 9110, 15)
    rb"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"  # a control character (RFC 9110, 5.5)
    rb"|(?i:transfer-encoding)[\x00-\xff]*(?i:content-length)"  # two framings
    rb"|(?i:content-length)[\x00-\xff]*(?i:transfer-encoding)"
    rb"|HTTP/1\.0[\x00-\xff]*(?i:transfer-encoding)"  # chunks in HTTP/1.0
    rb"|[0-9a-fA-F][ \t]+\r\n"  # white space behind the size of a chunk
    rb"|;[^\r\n]*(?:\r(?!\n)|\\\\)"  # a carriage return or \ in an extension
    rb"|[89a-fA-F][0-9a-fA-F]{15}"  # a chunk above 2^63 - 1
)
"""What the reader refuses and h11 reads."""


def spaces_joined(value: bytes) -> bytes:
    """A field value; h11 joins folded lines by one space."""
    return re.sub(rb"[ \t]+", b" ", value)


def fields_of(headers: Any) -> list[tuple[bytes, bytes]]:
    """Fields in a form that can be compared."""
    if isinstance(headers, Headers):
        pairs = [
            (name, value)
            for name, values in headers.getAllRawHeaders()
            for value in values
        ]
    else:
        pairs = list(headers)
    return sorted((name.lower(), spaces_joined(value)) for name, value in pairs)


def framing_left_out(pairs: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers without the framing, which h11 normalises."""
    framing = (b"content-length", b"transfer-encoding")
    return [pair for pair in pairs if pair[0] not in framing]


class Told:
    """The result of a response."""

    def __init__(self) -> None:
        self.heads: list[Any] = []
        self.body = b""
        self.end = "cut"
        self.trailers: Any = None
        self.excess = False

    def head(self, code: int, phrase: bytes, *headers: Any) -> None:
        """A head, interim or final."""
        pairs = [pair for some in headers for pair in fields_of(some)]
        self.heads.append((code, phrase, sorted(framing_left_out(pairs))))

    def whole(self) -> Any:
        """All of it."""
        return self.heads, self.body, self.end, self.trailers, self.excess


def read(reads: list[bytes], method: bytes) -> Told:
    """Read with our reader; the connection ends behind the last read."""
    told = Told()
    reader = ResponseReader(method, DEFAULT_LIMITS)
    for one in reads:
        for event in reader.feed(one):
            if isinstance(event, Interim | Final):
                head = event.head
                told.head(head.code, head.phrase, head.headers, head.connection)
            elif isinstance(event, Chunk | Data):
                told.body += event.content
            elif isinstance(event, End):
                told.end, told.trailers = "complete", fields_of(event.trailers)
            else:
                assert isinstance(event, Malformed)
                told.end = "refused"
    if reader.state is State.TO_END:
        told.end, told.trailers = "complete", []
    told.excess = reader.excess
    return told


def read_by_h11(reads: list[bytes], method: bytes) -> Told:
    """Read with h11; the connection ends behind the last read."""
    told = Told()
    oracle = h11.Connection(h11.CLIENT)
    oracle.send(h11.Request(method=method, target=b"/", headers=[(b"Host", b"h")]))
    oracle.send(h11.EndOfMessage())
    for one in [*reads, b""]:
        if told.end != "cut":
            told.excess = told.excess or bool(told.end == "complete" and one)
            continue
        try:
            oracle.receive_data(one)
            while told.end == "cut":
                event = oracle.next_event()
                if isinstance(event, h11.InformationalResponse | h11.Response):
                    told.head(event.status_code, event.reason, event.headers)
                elif isinstance(event, h11.Data):
                    told.body += event.data
                elif isinstance(event, h11.EndOfMessage):
                    told.end, told.trailers = "complete", fields_of(event.headers)
                    told.excess = bool(oracle.trailing_data[0])
                else:
                    break
        except h11.RemoteProtocolError:
            # At the end of the connection it only says that something is missing.
            told.end = "refused" if one else "cut"
            if not one:
                break
    return told


def split(whole: bytes, cuts: list[int]) -> list[bytes]:
    """Cut bytes at some places."""
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    return [whole[a:b] for a, b in pairwise(places)]


LINE_ENDS = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n"])
STATUSES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 ",
        b"HTTP/1.1 404 Not  Found \xfc",
        b"HTTP/1.0 200 OK",
        b"HTTP/1.1 204 No Content",
        b"HTTP/1.1 304 Not Modified",
        b"HTTP/1.1 101 Switching Protocols",
        b"HTTP/2.0 200 OK",
        b"HTTP/1.1 999 Odd",
        b"HTTP/1.1 20 OK",
        b"HTTP/1.1  200 OK",
        b"http/1.1 200 OK",
        b"HTTP/1.1 200 O\x01K",
        b"SSH-2.0-x",
        b"",
    ]
)
INTERIM = st.sampled_from(
    [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 x\r\nLink: </a>\r\nA:b\r\n\r\n"]
)
FIELDS = st.sampled_from(
    [
        b"A: b",
        b"a:b ",
        b"A: b\r\n c",
        b"A:\r\n\t  c  d",
        b"Connection: close",
        b"Content-Type: text/event-stream",
        b"E: \xff\xfe",
        b"Empty:",
        b" folded first",
        b"A : b",
        b"A b: c",
        b": b",
        b"no colon",
        b"A: b\x00",
        b"A: b\x0bc",
        b"A: b\rc",
        b"\xff: b",
    ]
)
FRAMINGS = st.lists(
    st.sampled_from(
        [
            b"Content-Length: 5",
            b"Content-Length: 0",
            b"Content-Length: 5, 5",
            b"Content-Length: 5, 6",
            b"Content-Length: 7",
            b"Content-Length: +5",
            b"Content-Length: -5",
            b"Content-Length: 5x",
            b"Content-Length: 0x5",
            b"Content-Length:",
            b"Content-Length: 5\r\n 5",
            b"Transfer-Encoding: chunked",
            b"transfer-encoding: CHUNKED",
            b"Transfer-Encoding: chunked",
            b"Transfer-Encoding: chunked, chunked",
            b"Transfer-Encoding: identity",
            b"Transfer-Encoding: xchunked",
            b"Transfer-Encoding: chunked;x=1",
            b"Transfer-Encoding: \x0bchunked",
        ]
    ),
    max_size=2,
)
SIZES = st.sampled_from(
    [
        b"%x",
        b"%x",
        b"%X",
        b"0%x",
        b"%x;a=b",
        b'%x;a="b;c"',
        b"%x;",
        b"%x ",
        b"+%x",
        b"0x%x",
        b" %x",
        b"g%x",
        b"",
        b"8000000000000000%x",
    ]
)
ENDS = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r\r\n", b"x\r\n"])
BEHIND = ENDS | st.sampled_from([b"xy", b"\n\n", b"\rx", b"\r\n", b"\r\n"])
CHUNKS = st.lists(
    st.tuples(SIZES, ENDS, st.binary(min_size=1, max_size=20), BEHIND), max_size=5
)
Chunked = tuple[bytes, bytes, bytes, bytes]
"""How a size is written, the end of its line, the content, and what is behind it."""


def chunk(parts: Chunked) -> bytes:
    """Write a chunk."""
    size, line_end, content, behind = parts
    written = size % len(content) if b"%" in size else size
    return written + line_end + content + behind


LASTS = st.sampled_from(
    [
        b"0\r\n\r\n",
        b"0\r\nX-Sum: 1\r\nx-b:2 \r\n\r\n",
        b"000\r\n\r\n",
        b"0;x\r\n\r\n",
        b"0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"0\r\n",
        b"",
        b"hello",
        b"hello, world",
    ]
)


class OracleTests(SynchronousTestCase):
    """Ours and h11's."""

    def same(self, reads: list[bytes], method: bytes) -> None:
        """Check that both make the same of a response."""
        ours, oracle = read(reads, method), read_by_h11(reads, method)
        stricter = STRICTER.search(b"".join(reads)) is not None
        if not (stricter and ours.end == "refused"):
            self.assertEqual(ours.whole(), oracle.whole(), reads)

    @settings(max_examples=400, deadline=None)
    @given(
        st.lists(INTERIM, max_size=3),
        STATUSES,
        LINE_ENDS,
        st.lists(FIELDS, max_size=4),
        FRAMINGS,
        CHUNKS,
        LASTS,
        st.lists(st.integers(1, 400), max_size=6),
        st.sampled_from([b"GET", b"GET", b"HEAD", b"POST"]),
    )
    def test_same(
        self,
        interim: list[bytes],
        status: bytes,
        line_end: bytes,
        fields: list[bytes],
        framing: list[bytes],
        chunks: list[Chunked],
        last: bytes,
        cuts: list[int],
        method: bytes,
    ) -> None:
        """Both readers agree on every response, for every split of the bytes."""
        lines = [status, *fields, *framing, b"", b""]
        body = b"".join(map(chunk, chunks)) + last
        whole = b"".join(interim) + line_end.join(lines) + body
        self.same(split(whole, cuts), method)

    @settings(max_examples=400, deadline=None)
    @given(CHUNKS, LASTS, st.lists(st.integers(1, 200), max_size=6))
    def test_chunks(self, chunks: list[Chunked], last: bytes, cuts: list[int]) -> None:
        """Chunks in any form, behind a sound head."""
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        body = b"".join(map(chunk, chunks)) + last
        self.same(split(head + body, cuts), b"GET")

    @settings(max_examples=200, deadline=None)
    @given(
        st.lists(st.binary(min_size=1, max_size=60), max_size=6),
        st.lists(st.integers(1, 300), max_size=6),
        st.sampled_from([b"0\r\n\r\n", b"0\r\nA: b\r\n\r\n", b"", b"4", b"5\r\nabc"]),
    )
    def test_sound_chunks(
        self, contents: list[bytes], cuts: list[int], last: bytes
    ) -> None:
        """
        Both readers agree on the content of chunks, such as content that looks like
        framing.
        """
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        body = b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in contents)
        self.same(split(head + body + last, cuts), b"GET")

    @settings(max_examples=200, deadline=None)
    @given(st.binary(max_size=60), st.lists(st.integers(1, 60), max_size=4))
    def test_any_bytes(self, data: bytes, cuts: list[int]) -> None:
        """Bytes of no form at all, behind a head that frames them in any way."""
        for framing in (
            b"",
            b"Content-Length: 9\r\n",
            b"Transfer-Encoding: chunked\r\n",
        ):
            head = b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n"
            self.same([head, *split(data, cuts)], b"GET")

    def test_a_trailer_that_is_no_field(self) -> None:
        """A malformed trailer is dropped, where h11 refuses the response."""
        whole = (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\nno colon\r\nX: y\r\n\r\n"
        )
        self.assertEqual(read_by_h11([whole], b"GET").end, "refused")
        ours = read([whole], b"GET")
        self.assertEqual((ours.end, ours.trailers), ("complete", [(b"x", b"y")]))
