"""A request head is the same whether it is taken apart at once or line by line."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from hypothesis import example, given, settings, strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers
from twisted.web.server import NOT_DONE_YET

from relay.http.http1 import connection as connections
from relay.http.http1.connection import Http1Connection, Http1Site
from relay.http.http1.head import read_head
from relay.http.http1.stream import Http1Stream
from relay.http.refusals import Refusal
from relay.settings.gateway import GatewaySettings, LimitSettings
from relay.settings.listeners import ListenerSettings
from tests.upstream.memory import Connection

LIMITS = LimitSettings(max_head_bytes=1024, max_headers=8)


class Gateway:
    """Records each request, and answers some at once."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.when_closing: list[Any] = []

    def render(self, request: Http1Stream) -> int:
        """A request has begun."""
        head = request.request
        self.seen.append(
            (
                (head.method, head.target, head.version),
                list(head.headers.getAllRawHeaders()),
                request.asked_to_close,
                (request.channel.persistent, request.body is None, request.is_last),
                request.channel.timeOut,
            )
        )
        if head.target == b"/at-once":
            answer(request, 200)
        return NOT_DONE_YET

    def refuse(self, request: Http1Stream, refusal: Refusal) -> None:
        """A head could not be understood."""
        self.seen.append(refusal.key)
        answer(request, refusal.status)


def answer(request: Http1Stream, status: int) -> None:
    """Answer without a body."""
    request.begin(status, b"", Headers({b"content-length": [b"0"]}))
    request.finish()


def outcome(reads: list[bytes]) -> Any:
    """Return the events of some reads, which must be the same in both ways."""
    told = _outcome(reads)
    with patch.object(connections, "read_head", lambda *some: None):
        plain = _outcome(reads)
    assert told == plain, f"{reads}: {told}, line by line {plain}"
    return told


def _outcome(reads: list[bytes]) -> Any:
    clock, gateway = Clock(), Gateway()
    listener = ListenerSettings(id="l", endpoint="tcp:0")
    made: Any = Http1Site(gateway, listener, GatewaySettings(), LIMITS, clock)  # type: ignore[arg-type]
    channel: Http1Connection = made.buildProtocol(None)
    transport = Connection()
    channel.makeConnection(transport)
    for read in reads:
        channel.dataReceived(read)
    return (
        gateway.seen,
        transport.value(),
        (channel.line_mode, len(channel.requests), channel.persistent),
        [round(call.getTime(), 1) for call in clock.getDelayedCalls()],
        channel._head_deadline.running,
    )


HEADS = (
    b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET /a?b=%20 HTTP/1.1\r\nhOST:h\r\nAccept:  text/event-stream\t\r\n"
    b"X: \r\nx:2\r\n\r\n",
    b"M-SEARCH * HTTP/1.0\r\n\r\n",
    b"GET /at-once HTTP/1.1\r\nHost: h\r\nConnection: Keep-Alive, CLOSE\r\n\r\n",
    b"GET /at-once HTTP/1.1\r\nCookie: \xff=\xe4\r\nETAG: x\r\n\r\n",
    b"POST / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n",
)
"""What is taken at once."""

PLAIN = (
    b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
    b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-encoding: identity\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET / HTTP/1.1\r\nContent-Length : 3\r\n\r\nabc",
    b"GET / HTTP/1.1\r\nA: b\r\n Content-Length: 3\r\n\r\n",
    b"GET / HTTP/1.1\nHost: h\n\n",
    b"GET / HTTP/1.1\r\nHost: h\n\r\n",
    b"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n",
    b"GET / HTTP/1.1\r\nA: b\x00\r\n\r\n",
    b"GET / HTTP/1.1\r\nA: b\x01\r\n\r\n",
    b"GET  / HTTP/1.1\r\n\r\n",
    b"GET /\t HTTP/1.1\r\n\r\n",
    b"GET /\x7f HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.2\r\n\r\n",
    b"GET / http/1.1\r\n\r\n",
    b"G(T / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n: nameless\r\n\r\n",
    b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    b"\r\nGET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\nGET /ahead HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + 9 * b"A: b\r\n" + b"\r\n",
    b"GET / HTTP/1.1\r\nA: " + 1024 * b"b" + b"\r\n\r\n",
)
"""What is left to twisted.web."""


class HeadTests(SynchronousTestCase):
    def test_at_once(self) -> None:
        """A head in its plain writing is taken as a whole."""
        for head in HEADS:
            self.assertIsNotNone(read_head(head, 1024, 8), head)
        read = read_head(HEADS[1], 1024, 8)
        assert read is not None
        line = (read.method, read.target, read.version)
        self.assertEqual(line, (b"GET", b"/a?b=%20", b"HTTP/1.1"))
        expected = [
            (b"Host", [b"h"]),
            (b"Accept", [b"text/event-stream"]),
            (b"X", [b"", b"2"]),
        ]
        self.assertEqual(list(read.headers.getAllRawHeaders()), expected)

    def test_left_alone(self) -> None:
        """Any other head is not, nor is one that has not come as a whole."""
        begun = [HEADS[1][:size] for size in range(len(HEADS[1]))]
        for head in (*PLAIN, *begun):
            self.assertIsNone(read_head(head, 1024, 8), head)

    def test_limits(self) -> None:
        """A head may be as long, and have as many lines, as it may."""
        head = HEADS[1]
        self.assertIsNotNone(read_head(head, len(head), 4))
        self.assertIsNone(read_head(head, len(head) - 1, 4))
        self.assertIsNone(read_head(head, len(head), 3))

    def test_split_anywhere(self) -> None:
        """The result is the same for every split of the bytes."""
        for whole in HEADS + PLAIN:
            seen, written, state, *_ = outcome([whole])
            for at in range(1, min(len(whole), 100)):
                halves = outcome([whole[:at], whole[at:]])
                self.assertEqual(halves[:3], (seen, written, state), (whole, at))

    def test_one_after_another(self) -> None:
        """The next request on a connection begins as the first did."""
        once = b"GET /at-once HTTP/1.1\r\nHost: h\r\n\r\n"
        for second in HEADS + PLAIN:
            outcome([once, second])
            outcome([once, b"\r\n", second])
            outcome([once[:20], once[20:], second])
            outcome([HEADS[0], second])
            outcome([HEADS[3], second])

    @settings(deadline=None)
    @given(
        st.sampled_from([b"GET", b"get", b"", b"G T", b"P\x00"])
        | st.binary(max_size=3),
        st.sampled_from([b"/at-once", b"/", b"*", b"", b"/\x80"])
        | st.binary(max_size=3),
        st.sampled_from([b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", b" HTTP/1.1\n", b"\r\n"]),
        st.lists(
            st.tuples(
                st.sampled_from([b"A", b"Connection", b"Content-Length", b"x y", b"E("])
                | st.binary(max_size=4),
                st.sampled_from([b":", b": ", b" :", b":\t", b""]),
                st.sampled_from([b"close", b"", b" 3 ", b"\x00", b"\xe4", b"a\x0bb"])
                | st.binary(max_size=6),
                st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r"]),
            ),
            max_size=6,
        ),
        st.sampled_from([b"", b"abc", b"GET /at-once HTTP/1.1\r\n\r\n"]),
    )
    @example(b"GET", b"/at-once", b" HTTP/1.1\r\n", [], b"")
    def test_as_line_by_line(
        self,
        method: bytes,
        target: bytes,
        version: bytes,
        fields: list[tuple[bytes, ...]],
        more: bytes,
    ) -> None:
        """Reading a head as a whole and line by line has the same result."""
        line = method + b" " + target + version
        head = line + b"".join(map(b"".join, fields)) + b"\r\n"
        self.assertTrue(outcome([head + more]))
        outcome([head, more])
        outcome([b"GET /at-once HTTP/1.1\r\n\r\n", head, more])
