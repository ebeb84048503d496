"""Requests as they are written."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers
from twisted.web.iweb import UNKNOWN_LENGTH

from relay.upstream.connection.writer import (
    BodyLengthWrong,
    RequestHead,
    RequestInvalid,
    RequestWriter,
)

HOST = Headers({b"host": [b"h"]})


class WriterTests(SynchronousTestCase):
    def head(
        self, method: bytes, length: int | str | None, keeps: bool = True
    ) -> bytes:
        """Write a head."""
        return RequestWriter(RequestHead(method, b"/a?b", HOST, keeps), length).head()

    def test_heads(self) -> None:
        """The framing is the only field that is added, and ``close``."""
        rest = b"Host: h\r\n\r\n"
        for method, length, keeps, added in (
            (b"GET", None, True, b""),
            (b"GET", None, False, b"Connection: close\r\n"),
            (b"POST", None, True, b"Content-Length: 0\r\n"),
            (b"PUT", None, True, b"Content-Length: 0\r\n"),
            (b"DELETE", None, True, b""),
            (b"PATCH", 7, True, b"Content-Length: 7\r\n"),
            (b"PUT", 0, True, b"Content-Length: 0\r\n"),
            (b"PUT", UNKNOWN_LENGTH, True, b"Transfer-Encoding: chunked\r\n"),
        ):
            self.assertEqual(
                self.head(method, length, keeps),
                method + b" /a?b HTTP/1.1\r\n" + added + rest,
            )

    def test_what_would_be_two_requests(self) -> None:
        """Texts that would end a line or add a word to it are refused."""
        for method, target, hosts in (
            (b"GE T", b"/", [b"h"]),
            (b"", b"/", [b"h"]),
            (b"GET\r\n", b"/", [b"h"]),
            (b"GET", b"", [b"h"]),
            (b"GET", b"/ HTTP/1.1", [b"h"]),
            (b"GET", b"/\r\nA: b", [b"h"]),
            (b"GET", b"/\n", [b"h"]),
            (b"GET", b"/\x00", [b"h"]),
            (b"GET", b"/\xff", [b"h"]),
            (b"GET", b"/", []),
            (b"GET", b"/", [b"h", b"i"]),
        ):
            head = RequestHead(method, target, Headers({b"host": hosts}), True)
            with self.assertRaises(RequestInvalid):
                RequestWriter(head, None).head()

    def test_a_body_in_chunks(self) -> None:
        """An empty part would be the last chunk, and is not written."""
        writer = RequestWriter(RequestHead(b"PUT", b"/", HOST, True), UNKNOWN_LENGTH)
        self.assertEqual(writer.body(b"abc"), b"3\r\nabc\r\n")
        self.assertEqual(writer.body(b""), b"")
        self.assertEqual(writer.end(), b"0\r\n\r\n")

    def test_a_body_with_a_length(self) -> None:
        """A body has exactly its length."""
        writer = RequestWriter(RequestHead(b"PUT", b"/", HOST, True), 3)
        self.assertEqual(writer.body(b"ab"), b"ab")
        with self.assertRaises(BodyLengthWrong):
            writer.end()
        self.assertEqual(writer.body(b"c"), b"c")
        self.assertEqual(writer.end(), b"")
        with self.assertRaises(BodyLengthWrong):
            writer.body(b"d")
