"""Chunks that pass as they are: soundly framed, and the same body as without."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given, strategies as st
from twisted.internet.main import CONNECTION_LOST
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http import _ChunkedTransferDecoder, _IdentityTransferDecoder

from relay.eventstream.boundary import EventCounter
from relay.http.chunks import whole_chunks
from relay.http.client_stream import Ledger
from relay.upstream.connection.verbatim import ChunkPassage
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
    """Gets chunks as they are, and frames what comes without framing."""

    def __init__(self) -> None:
        super().__init__()
        self.wire = b""
        """What is written to the client."""
        self.verbatim = 0
        self.counter = EventCounter()
        self.ledger = Ledger()
        self.passage = ChunkPassage(self.send, self.counter, self.ledger)

    def body_received(self, data: bytes) -> None:
        """Frame it."""
        super().body_received(data)
        self.counter.feed(data)
        self.wire += chunk(data)

    def send(self, framed: bytes, size: int) -> None:
        """It is framed, and counted."""
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


class PassageCase(StreamCase):
    """A response whose chunks may pass."""

    def setUp(self) -> None:
        """A connection; nothing was heard on it."""
        super().setUp()
        self.heard: list[int] = []

    def stream(
        self, *pieces: bytes, passing: bool = True, socket: bool = False
    ) -> Client:
        """
        Get a response in pieces, and lose the connection if it has not ended.

        :param passing: whether chunks may pass.
        :param socket: whether the passage reads by itself.
        """
        self.setUp()
        client = Client()
        client.response = self.respond(CHUNKED)
        client.response.deliver(
            client,
            60_000,
            lambda: self.idle.append(1),
            client.passage if passing else None,
        )
        coming = iter(pieces)
        read = client.passage.reader(
            lambda most: next(coming),
            lambda: self.heard.append(1),
            self.leash.dataReceived,
        )
        for piece in pieces:
            if socket and client.end is None:
                self.assertIsNone(read())
            else:
                self.leash.dataReceived(piece)
        if client.end is None:
            closed(self.leash)
        self.assertEqual(reread(client.wire), client.body)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        return client

    def same(self, *pieces: bytes) -> Client:
        """Check that nothing but the way is another."""
        plain = self.stream(*pieces, passing=False)
        self.assertEqual((plain.verbatim, plain.ledger.bytes), (0, 0))
        for socket in (True, False):
            passing = self.stream(*pieces, socket=socket)
            self.assertEqual(
                (passing.body, passing.end, passing.trailers, passing.counter.events),
                (plain.body, plain.end, plain.trailers, plain.counter.events),
                pieces,
            )
        return passing


class PassageTests(PassageCase):
    def test_whole_chunks_pass(self) -> None:
        """What came as a whole is written byte for byte, all of one read at once."""
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
        """It is read, and written anew without what was unusual."""
        for piece in UNUSUAL:
            client = self.same(chunk(b"a") + piece + chunk(b"b"), chunk(b"c"), END)
            self.assertEqual((client.body, client.end), (b"aabcbc", "complete"), piece)
            self.assertNotIn(b";", client.wire)

    def test_malformed_framing(self) -> None:
        """Not a byte of it passes, nor of anything behind it, and the body is cut."""
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
        """They are nobody's answer: the connection is not used again."""
        client = self.same(BODY + b"0\r\n\r\n" + chunk(b"more"))
        self.assertEqual(client.end, "complete")
        self.assertEqual(client.body, b"".join(EVENTS))
        self.assertEqual(self.kept, [])

    def test_the_next_response_begins_without(self) -> None:
        """A connection that is kept forgets whose chunks passed."""
        self.stream(BODY, b"0\r\n\r\n")
        self.assertEqual(len(self.kept), 1)
        self.assertIsNone(self.leash._passage)

    def test_any_byte_resets_the_idle_clock(self) -> None:
        """On both ways."""
        client = Client()
        client.response = self.respond(CHUNKED)
        client.response.deliver(
            client, 1500, lambda: self.idle.append(1), client.passage
        )
        for data in (chunk(b"abc"), b"3", b"\r\nabc\r\n", chunk(b"abc")):
            self.clock.advance(1.499)
            self.leash.dataReceived(data)
        self.clock.advance(1.499)
        self.assertEqual(self.idle, [])
        self.clock.advance(0.002)
        self.assertEqual(self.idle, [1])

    def test_aborted(self) -> None:
        """Who has lost interest hears nothing more."""
        client = Client()
        client.response = self.respond(CHUNKED)
        client.response.deliver(client, 1500, lambda: None, client.passage)
        client.response.abort()
        self.leash.dataReceived(chunk(b"abc"))
        self.assertEqual((client.wire, client.end), (b"", None))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_what_came_with_the_head(self) -> None:
        """It goes before what passes."""
        self.setUp()
        client = Client()
        client.response = self.respond(CHUNKED + b"\r\n" + chunk(b"1") + b"1")
        client.response.deliver(client, 1500, lambda: None, client.passage)
        self.leash.dataReceived(b"2\r\n" + chunk(b"3"))
        self.leash.dataReceived(chunk(b"4"))
        self.assertEqual(client.body, b"1234")


class PropertyTests(PassageCase):
    @given(
        st.lists(st.binary(min_size=1, max_size=40), max_size=8),
        st.lists(st.integers(0, 400), max_size=6),
        st.sampled_from((END, b"0\r\n\r\n", b"", b"4", b"5\r\nabc", *MALFORMED)),
    )
    def test_the_same_as_without(
        self, contents: list[bytes], cuts: list[int], end: bytes
    ) -> None:
        """Whatever the chunks hold and wherever reads end."""
        whole = b"".join(map(chunk, contents)) + end
        places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
        self.same(*(whole[a:b] for a, b in pairwise(places)))

    @given(st.binary(max_size=60))
    def test_any_bytes(self, data: bytes) -> None:
        """What is found to be whole chunks reads as such, to the byte."""
        passed, content = whole_chunks(data)
        self.assertEqual(reread(data[:passed]), content)


class WholeChunksTests(SynchronousTestCase):
    """What counts as a whole chunk."""

    def test_rows(self) -> None:
        """Whole chunks in their plain writing, from the beginning on."""
        for data, passed, content in (
            (b"", 0, b""),
            (b"3\r\nabc\r\n", 8, b"abc"),
            (b"A\r\n0123456789\r\n", 15, b"0123456789"),
            (b"1\r\na\r\n1\r\nb\r\n", 12, b"ab"),
            (b"1\r\na\r\n1\r\nb\r", 6, b"a"),
            (b"1\r\na\r\n0\r\n\r\n", 6, b"a"),
            (b"1\r\na\r\n01\r\nb\r\n", 6, b"a"),
            (b"ffffffff\r\na\r\n", 0, b""),
            (b"100000001\r\na\r\n", 0, b""),
        ):
            self.assertEqual(whole_chunks(data), (passed, content), data)
        for data in (*UNUSUAL, *MALFORMED):
            self.assertEqual(whole_chunks(data), (0, b""), data)

    def test_only_chunks_pass(self) -> None:
        """There is no passage by another decoder, or without one."""

        def ignore(data: bytes, size: int = 0) -> None:
            """Not called."""

        passage = ChunkPassage(ignore, None, Ledger())
        self.assertFalse(passage.opens_beside(None))
        identity = _IdentityTransferDecoder(None, ignore, ignore)
        self.assertFalse(passage.opens_beside(identity))
        chunked = passage.opens_beside(_ChunkedTransferDecoder(ignore, ignore))
        self.assertTrue(chunked)


class ReaderTests(PassageCase):
    """A passage that reads from the socket itself."""

    def setUp(self) -> None:
        """A passage, what its socket gives, and what comes out of it."""
        super().setUp()
        self.sent: list[bytes] = []
        self.plain: list[bytes] = []
        self.given: list[bytes | Exception] = []
        self.ledger = Ledger()
        self.passage = ChunkPassage(self.send, EventCounter(), self.ledger)
        self.decoder = _ChunkedTransferDecoder(lambda data: None, lambda data: None)
        self.passage.opens_beside(self.decoder)
        self.read = self.passage.reader(
            self.recv, lambda: self.heard.append(1), self.receive
        )

    def send(self, framed: bytes, size: int) -> None:
        """The client's."""
        self.sent.append(framed)
        self.ledger.bytes += size

    def recv(self, most: int) -> bytes:
        """The socket's."""
        given = self.given.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    def receive(self, data: bytes) -> str:
        """The connection's, with its leash and its decoder."""
        self.plain.append(data)
        left = self.passage.pass_on(data)
        if left:
            self.decoder.dataReceived(left)
        return "the connection's answer"

    def test_events_pass(self) -> None:
        """Behind the first, one event in one chunk in one read takes the short way."""
        event = chunk(b"data: 1\n\n")
        for _ in range(3):
            self.given.append(event)
            self.read()
        self.assertEqual(self.plain, [event])
        self.assertEqual((self.sent, self.heard), ([event] * 3, [1, 1]))
        self.assertEqual((self.ledger.events, self.ledger.bytes), (3, 27))

    def test_all_else_is_the_connections(self) -> None:
        """What it says of it is handed on, and the short way is open again behind."""
        event = chunk(b"data: 1\n\n")
        for other in (
            event + event,
            event[:-1] + b"x",
            event.replace(b"9\r\n", b"09\r\n"),
            b"a" + event[1:],
            b"",
            b"\r\n",
            b"0\r\n\r\n",
        ):
            with self.subTest(other=other):
                self.setUp()
                self.given = [event, other]
                self.read()
                self.decoder.dataReceived = lambda data: None  # type: ignore[method-assign]
                self.assertEqual(self.read(), "the connection's answer")
                self.assertEqual(self.plain, [event, other])

    def test_the_socket_fails(self) -> None:
        """Nothing to read is no end; an error is."""
        self.given = [BlockingIOError(), ConnectionResetError()]
        self.assertIsNone(self.read())
        self.assertIs(self.read(), CONNECTION_LOST)
        self.assertEqual((self.plain, self.sent), ([], []))
