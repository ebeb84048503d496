"""A response head is the same whether it is matched as a whole or read line by line."""

from __future__ import annotations

import re
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.connection import head_reader
from relay.upstream.connection.events import Event, Final, Interim, Malformed
from relay.upstream.connection.head_reader import CONNECTION_FIELDS, HeadReader
from relay.upstream.connection.reader import ResponseReader
from relay.upstream.connection.response_rules import DEFAULT_LIMITS, InvalidResponse

STATUS = b"HTTP/1.1 200 OK"


def plain(event: Event) -> Any:
    """Return an event in a form that can be compared."""
    if isinstance(event, Interim | Final):
        head = event.head
        fields = [list(head.headers.getAllRawHeaders())]
        fields.append(list(head.connection.getAllRawHeaders()))
        return type(event), head[:3], fields, event[1:]
    if isinstance(event, Malformed):
        return type(event.error), event.error.message
    return event


def _read(reads: list[bytes], method: bytes) -> list[Any]:
    reader = ResponseReader(method, DEFAULT_LIMITS)
    told = [plain(event) for read in reads for event in reader.feed(read)]
    return [*told, reader.state, reader.excess]


def outcome(reads: list[bytes], method: bytes = b"GET") -> list[Any]:
    """
    Return the result of a response, after asserting that both ways of reading agree.
    """
    told = _read(reads, method)
    with patch.object(head_reader, "_WHOLE", re.compile(b"(?!)")):
        by_lines = _read(reads, method)
    assert told == by_lines, f"{reads} to {method!r}: {told}, line by line {by_lines}"
    return told


HEADS = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked"
    b"\r\nX-a:  \t1 \r\nx-A:2\r\nETAG: \r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"HTTP/1.1 200 \r\nContent-Length: 3\r\nConnection: Keep-Alive\r\n\r\nabc",
    b"HTTP/1.1 204 None\r\n\r\n",
    b"HTTP/1.1 304 \xfc\r\nContent-Length: 12\r\nEtag: \xff\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
)
"""What is matched as a whole."""

BY_LINES = (
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na",
    b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na",
    b"HTTP/1.1 200 OK\nContent-Length: 1\n\na",
    b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n A: b\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nA : b\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nA: b\x00\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nA: b\rc\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n: nameless\r\n\r\n",
    b"HTTP/1.1 abc OK\r\n\r\n",
    b"HTTP/1.1 1200 OK\r\n\r\n",
    b"HTTP/1.1 600 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + 501 * b"A: b\r\n" + b"\r\n",
    b"HTTP/1.1 200 OK\r\nA: " + DEFAULT_LIMITS.max_bytes * b"b" + b"\r\n\r\n",
    b"\r\nHTTP/1.1 200 OK\r\n\r\n",
)
"""What is read line by line."""


class HeadTests(SynchronousTestCase):
    def read(self, data: bytes) -> list[bytes]:
        """Read a head, and list the lines that were read one by one."""
        lines: list[bytes] = []
        reader = HeadReader(DEFAULT_LIMITS, CONNECTION_FIELDS)
        is_last = HeadReader._is_last

        def note(self: HeadReader, line: bytes) -> bool:
            lines.append(line)
            return is_last(self, line)

        with patch.object(HeadReader, "_is_last", note):
            try:
                reader.read(data, 0)
            except InvalidResponse:
                pass  # Refused once it was read.
        return lines

    def test_as_a_whole(self) -> None:
        """A head in its plain form is not read line by line."""
        for head in HEADS:
            self.assertEqual(self.read(head), [], head)

    def test_by_lines(self) -> None:
        """Any other head is, and so is one that is incomplete."""
        end = HEADS[0].index(b"\r\n\r\n") + 4
        begun = [HEADS[0][:size] for size in range(len(STATUS) + 2, end)]
        for head in (*BY_LINES, *begun):
            self.assertNotEqual(self.read(head), [], head)

    def test_where_a_head_ends(self) -> None:
        """The bytes after a head are not read."""
        reader = HeadReader(DEFAULT_LIMITS, CONNECTION_FIELDS)
        head, end = reader.read(b"xx" + HEADS[0], 2)
        assert head is not None
        self.assertEqual((b"xx" + HEADS[0])[end:], b"3\r\nabc\r\n0\r\n\r\n")
        self.assertEqual(head[:3], (1, 200, b"OK"))
        self.assertEqual(
            list(head.headers.getAllRawHeaders()),
            [
                (b"Content-Type", [b"text/event-stream"]),
                (b"X-A", [b"1", b"2"]),
                (b"ETag", [b""]),
            ],
        )
        self.assertEqual(
            list(head.connection.getAllRawHeaders()),
            [(b"Transfer-Encoding", [b"chunked"])],
        )

    def test_split_anywhere(self) -> None:
        """The result is the same for every split of the bytes."""
        for whole in HEADS + BY_LINES:
            told = outcome([whole])[0]
            for at in range(1, min(len(whole), 200)):
                halves = outcome([whole[:at], whole[at:]])
                self.assertEqual(halves[0], told, (whole, at))
                outcome([whole[:at], whole[at:]], b"HEAD")

    @settings(deadline=None)
    @given(
        st.sampled_from([STATUS, b"HTTP/1.1 404 ", b"HTTP/1.1 304 x y", b"HTTP/1.1 7"]),
        st.lists(
            st.tuples(
                st.sampled_from(
                    [b"A", b"content-type", b"Connection", b"x y", b"E(", b""]
                )
                | st.binary(max_size=4),
                st.sampled_from([b":", b": ", b" :", b":\t", b""]),
                st.sampled_from([b"close", b"", b" a b ", b"\x00", b"\xe4", b"a\x0bb"])
                | st.binary(max_size=6),
                st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r"]),
            ),
            max_size=6,
        ),
        st.sampled_from([b"Content-Length: 2\r\n", b"Transfer-Encoding: chunked\r\n"]),
        st.sampled_from([b"GET", b"HEAD"]),
    )
    def test_as_line_by_line(
        self,
        status: bytes,
        fields: list[tuple[bytes, ...]],
        framing: bytes,
        method: bytes,
    ) -> None:
        """Reading a head as a whole and line by line has the same result."""
        head = status + b"\r\n" + b"".join(map(b"".join, fields)) + framing + b"\r\n"
        whole = head + b"2\r\nab\r\n0\r\n\r\n"
        self.assertTrue(outcome([whole], method))
        outcome([head, whole[len(head) :]], method)
