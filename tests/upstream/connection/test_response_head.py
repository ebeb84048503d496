"""A response head is the same whether it is taken apart at once or line by line."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from hypothesis import given, settings, strategies as st
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web._newclient import BODY, Request
from twisted.web.http_headers import Headers

from relay.upstream.connection import client
from relay.upstream.connection.response_head import read_head
from relay.upstream.connection.response_parser import ResponseParser
from relay.upstream.connection.response_rules import DEFAULT_LIMITS, InvalidResponse
from tests.upstream.memory import called, gone, leashed

STATUS = b"HTTP/1.1 200 OK"


class Body(Protocol):
    """Notes a body and its end."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def dataReceived(self, data: bytes) -> None:
        """Some of the body."""
        self.seen.append(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Its end."""
        self.seen.append(type(reason.value).__name__)


def outcome(reads: list[bytes], method: bytes = b"GET") -> Any:
    """Tell all that comes of a response, which has to be the same both ways."""
    told = _outcome(reads, method)
    with patch.object(client, "read_head", lambda parser, data: data):
        plain = _outcome(reads, method)
    assert told == plain, f"{reads} to {method!r}: {told}, line by line {plain}"
    return told


def _outcome(reads: list[bytes], method: bytes) -> Any:
    kept: list[Any] = []
    leash = leashed(Clock(), kept.append)
    agent, responded = called(leash, method)
    got: list[Any] = []
    responded.addBoth(got.append)
    body = Body()
    for read in reads:
        if leash.on_lost is None and not gone(leash):
            leash.dataReceived(read)
        if got and not isinstance(got[0], Failure) and body.transport is None:
            got[0].deliverBody(body)
    if not got or isinstance(got[0], Failure):
        why = [type(one.value).__name__ for one in got]
        return why, gone(leash), leash.transport.reads
    (response,) = got
    return (
        (response.version, response.code, response.phrase, response.length),
        list(response.headers.getAllRawHeaders()),
        list(agent._parser.connHeaders.getAllRawHeaders()) if agent._parser else None,
        b"".join(one for one in body.seen if isinstance(one, bytes)),
        [one for one in body.seen if isinstance(one, str)],
        (len(kept), gone(leash), leash.transport.reads),
    )


def parser(method: bytes = b"GET") -> ResponseParser:
    """A parser that has seen nothing yet."""
    request = Request(method, b"/", Headers({b"host": [b"h"]}), None)
    made = ResponseParser(request, lambda rest: None, DEFAULT_LIMITS)
    made.makeConnection(leashed(Clock()))
    return made


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
"""What is taken at once."""

PLAIN = (
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na",
    b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na",
    b"HTTP/1.1 200 OK\nContent-Length: 1\n\na",
    b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n",
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
"""What is left to twisted.web."""


class HeadTests(SynchronousTestCase):
    def test_at_once(self) -> None:
        """A head in its plain writing is taken as a whole."""
        for head in HEADS:
            taken = parser()
            try:
                read_head(taken, head)
            except InvalidResponse:
                pass  # Refused once it was read.
            self.assertTrue(taken._everReceivedData, head)
            self.assertNotIn(taken.state, ("STATUS",), head)

    def test_left_alone(self) -> None:
        """Of any other head the parser is given all, having seen nothing."""
        begun = [HEADS[0][:size] for size in range(HEADS[0].index(b"\r\n\r\n") + 4)]
        for head in (*PLAIN, *begun):
            untouched = parser()
            self.assertEqual(read_head(untouched, head), head)
            self.assertFalse(untouched._everReceivedData, head)
            self.assertEqual(untouched._buffer, b"", head)

    def test_rest(self) -> None:
        """What comes behind a head is given back, for the body."""
        taken = parser()
        self.assertEqual(read_head(taken, HEADS[0]), b"3\r\nabc\r\n0\r\n\r\n")
        self.assertEqual(taken.state, BODY)

    def test_split_anywhere(self) -> None:
        """However the bytes arrive, the same comes of them."""
        for whole in HEADS + PLAIN:
            told = outcome([whole])
            for at in range(1, min(len(whole), 200)):
                halves = outcome([whole[:at], whole[at:]])
                self.assertEqual(halves[:5], told[:5], (whole, at))
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
        """Whatever a source writes, both ways make the same of it."""
        head = status + b"\r\n" + b"".join(map(b"".join, fields)) + framing + b"\r\n"
        whole = head + b"2\r\nab\r\n0\r\n\r\n"
        whole_told = outcome([whole], method)
        self.assertTrue(whole_told)
        outcome([head, whole[len(head) :]], method)
