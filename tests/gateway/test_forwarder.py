"""Chunks that are forwarded as they are: soundly framed, with the same body."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given, strategies as st
from twisted.web.http_headers import Headers

from relay.gateway.forwarder import ChunkForwarder
from relay.gateway.sent_events import SentEvents
from relay.http.client_stream import Ledger
from relay.observability.timeline import Timeline
from tests.upstream.connection.test_stream import CHUNKED, Receiver, StreamCase, chunk
from tests.upstream.memory import closed

EVENTS = (b"data: 1\n\n", b": heart\n", b"data: \r\n\r\n", b"0\r\n\r\n", b"x" * 300)
BODY = b"".join(map(chunk, EVENTS))
END = b"0\r\nX-Sum: 1\r\n\r\n"

UNUSUAL = (
    b"3;name=value\r\nabc\r\n",
    b'3;a="b;c"\r\nabc\r\n',
    b"0003\r\nabc\r\n",
    b"00000000000000000003\r\nabc\r\n",
)
"""Sound framing that does not pass as it is."""

MALFORMED = (
    b"+3\r\nabc\r\n",
    b"-3\r\nabc\r\n",
    b"0x3\r\nabc\r\n",
    b"1_0\r\n0123456789abcdef\r\n",
    b" 3\r\nabc\r\n",
    b"3 \r\nabc\r\n",
    b"\t3\r\nabc\r\n",
    b"3\nabc\n",
    b"3\n\r\nabc\r\n",
    b"3\r\r\nabc\r\n",
    b"\r\n3\r\nabc\r\n",
    b"\xb3\r\nabc\r\n",
    b"zz\r\nabc\r\n",
    b";x\r\nabc\r\n",
    b"3;\x00\r\nabc\r\n",
    b"3\r\nabcd\r\n",
    b"3\r\nabc\n\n",
    b"3\r\nabc\r\r\n",
    b"3\r\nabc" + chunk(b"d"),
    b"1" * 2000 + b"\r\nabc\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
)
"""What is no framing, or what some readers take for another one."""


class Client(Receiver):
    """Receives whole chunks, and frames other data."""

    def __init__(self) -> None:
        super().__init__()
        self.wire = b""
        """What is written to the client."""
        self.verbatim = 0
        self.ledger = Ledger()
        self.events = SentEvents(self.ledger, Timeline())
        self.events.find_in_body(Headers())
        self.forwarder = ChunkForwarder(self.send, self.events)

    def body_received(self, data: bytes) -> None:
        """Frame it."""
        super().body_received(data)
        self.events.feed(data)
        self.wire += chunk(data)

    def send(self, framed: bytes, size: int) -> None:
        """Frame and count the data."""
        self.ledger.bytes += size
        super().body_received(reread(framed))
        self.wire += framed
        self.verbatim += 1


def reread(wire: bytes) -> bytes:
    """Read a client's chunks with an eye for every detail, without their last."""
    body, place = b"", 0
    while place < len(wire):
        line = re.compile(rb"([0-9a-fA-F]{1,8})\r\n").match(wire, place)
        assert line is not None, wire[place : place + 40]
        size = int(line[1], 16)
        assert size, "a last chunk passed"
        body += wire[line.end() : line.end() + size]
        assert wire[line.end() + size :].startswith(b"\r\n"), "a chunk has no end"
        place = line.end() + size + 2
    return body


class ForwarderCase(StreamCase):
    """A response whose chunks may be forwarded as they are."""

    def stream(self, *pieces: bytes, forwards: bool = True) -> Client:
        """
        Get a response in pieces, and lose the connection if it has not ended.

        :param forwards: whether chunks may be forwarded as they are.
        """
        self.setUp()
        client = Client()
        client.response = self.respond(CHUNKED)
        client.response.deliver(
            client,
            60_000,
            lambda: self.idle.append(1),
            client.forwarder.forward if forwards else None,
        )
        for piece in pieces:
            if client.end is None:
                self.connection.dataReceived(piece)
        if client.end is None:
            closed(self.connection)
        self.assertEqual(reread(client.wire), client.body)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        return client

    def same(self, *pieces: bytes) -> Client:
        """Check that nothing but the way is another."""
        pieces = tuple(piece for piece in pieces if piece)
        plain = self.stream(*pieces, forwards=False)
        self.assertEqual((plain.verbatim, plain.ledger.bytes), (0, 0))
        forwarded = self.stream(*pieces)
        self.assertEqual(
            (forwarded.body, forwarded.end, forwarded.trailers),
            (plain.body, plain.end, plain.trailers),
            pieces,
        )
        self.assertEqual(forwarded.ledger.events, plain.ledger.events, pieces)
        return forwarded


class ForwarderTests(ForwarderCase):
    def test_whole_chunks_pass(self) -> None:
        """Whole chunks are forwarded byte for byte."""
        client = self.same(BODY, chunk(b"again"), END)
        self.assertEqual(client.end, "complete")
        self.assertEqual(client.trailers, [(b"X-Sum", b"1")])
        self.assertEqual(client.wire, BODY + chunk(b"again"))
        self.assertEqual(client.verbatim, 2)

    def test_cut_at_every_place(self) -> None:
        """Wherever a read ends, and wherever the next one does."""
        whole = BODY[:60] + BODY[-310:] + END
        for first in range(len(whole)):
            self.same(whole[:first], whole[first:])
        for first in range(0, 60, 3):
            for second in range(first, 80, 7):
                self.same(whole[:first], whole[first:second], whole[second:])
        self.same(*(whole[at : at + 1] for at in range(len(whole))))

    def test_passes_again_behind_what_did_not(self) -> None:
        """A chunk in two reads costs its own passage only."""
        first, second = chunk(b"data: 1\n\n"), chunk(b"data: 2\n\n")
        client = self.same(first[:5], first[5:], second, END)
        self.assertEqual(client.verbatim, 1)

    def test_unusual_framing(self) -> None:
        """Unusual framing is parsed, and written in the plain form."""
        for piece in UNUSUAL:
            client = self.same(chunk(b"a") + piece + chunk(b"b"), chunk(b"c"), END)
            self.assertEqual((client.body, client.end), (b"aabcbc", "complete"), piece)
            self.assertNotIn(b";", client.wire)

    def test_malformed_framing(self) -> None:
        """Neither a malformed chunk nor anything after it is forwarded."""
        for piece in MALFORMED:
            for pieces in (
                (chunk(b"a") + piece + chunk(b"b"), END),
                (chunk(b"a"), piece, chunk(b"b"), END),
                (chunk(b"a"), *(bytes([byte]) for byte in piece), chunk(b"b"), END),
            ):
                client = self.same(*pieces)
                self.assertEqual(client.end, "cut", pieces)
                self.assertIn(client.body, (b"a", b"aabc"), pieces)

    def test_an_early_end(self) -> None:
        """A body that stops between two chunks is cut, as one amid a chunk is."""
        for pieces in (
            (BODY,),
            (BODY[:-5],),
            (BODY, b"0\r\n"),
            (BODY, b"0\r\nX: y\r\n"),
        ):
            self.assertEqual(self.same(*pieces).end, "cut")

    def test_bytes_behind_the_end(self) -> None:
        """Bytes after the end are dropped, and the connection is not reused."""
        client = self.same(BODY + b"0\r\n\r\n" + chunk(b"more"))
        self.assertEqual(client.end, "complete")
        self.assertEqual(client.body, b"".join(EVENTS))
        self.assertEqual(self.kept, [])

    def test_the_next_response_begins_without(self) -> None:
        """A connection that is kept forgets whose chunks passed."""
        self.stream(BODY, b"0\r\n\r\n")
        self.assertEqual(self.kept, [self.connection])
        plain = Client()
        plain.response = self.respond(CHUNKED)
        plain.response.deliver(plain, 60_000, lambda: None)
        self.connection.dataReceived(chunk(b"abc") + b"0\r\n\r\n")
        self.assertEqual((plain.body, plain.verbatim), (b"abc", 0))

    def test_any_byte_resets_the_idle_clock(self) -> None:
        """On both ways."""
        client = Client()
        client.response = self.respond(CHUNKED)
        client.response.deliver(
            client, 1500, lambda: self.idle.append(1), client.forwarder.forward
        )
        for data in (chunk(b"abc"), b"3", b"\r\nabc\r\n", chunk(b"abc")):
            self.clock.advance(1.499)
            self.connection.dataReceived(data)
        self.clock.advance(1.499)
        self.assertEqual(self.idle, [])
        self.clock.advance(0.002)
        self.assertEqual(self.idle, [1])

    def test_aborted(self) -> None:
        """After an abort nothing is delivered."""
        client = Client()
        client.response = self.respond(CHUNKED)
        client.response.deliver(client, 1500, lambda: None, client.forwarder.forward)
        client.response.abort()
        self.connection.dataReceived(chunk(b"abc"))
        self.assertEqual((client.wire, client.end), (b"", None))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_what_came_with_the_head(self) -> None:
        """Data that came with the head is delivered first."""
        self.setUp()
        client = Client()
        client.response = self.respond(CHUNKED + b"\r\n" + chunk(b"1") + b"1")
        client.response.deliver(client, 1500, lambda: None, client.forwarder.forward)
        self.connection.dataReceived(b"2\r\n" + chunk(b"3"))
        self.connection.dataReceived(chunk(b"4"))
        self.assertEqual(client.body, b"1234")


class PropertyTests(ForwarderCase):
    @given(
        st.lists(st.binary(min_size=1, max_size=40), max_size=8),
        st.lists(st.integers(0, 400), max_size=6),
        st.sampled_from((END, b"0\r\n\r\n", b"", b"4", b"5\r\nabc", *MALFORMED)),
    )
    def test_the_same_as_without(
        self, contents: list[bytes], cuts: list[int], end: bytes
    ) -> None:
        """
        The content is the same with and without forwarding, for every split of the
        bytes.
        """
        whole = b"".join(map(chunk, contents)) + end
        places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
        self.same(*(whole[a:b] for a, b in pairwise(places)))
