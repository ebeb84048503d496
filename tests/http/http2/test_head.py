"""Heads of HTTP/2 requests, those above all that must not reach a source."""

from __future__ import annotations

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.http import refusals
from relay.http.client_stream import RequestHead
from relay.http.http2.head import Malformed, read_block
from relay.http.refusals import Refusal
from relay.settings.gateway import LimitSettings

Fields = list[tuple[bytes, bytes]]
GET: Fields = [
    (b":method", b"GET"),
    (b":scheme", b"https"),
    (b":authority", b"relay"),
    (b":path", b"/api"),
]


def changed(name: bytes, value: bytes | None) -> Fields:
    """A good head with one pseudo-header changed, or left out."""
    fields = [(one, before) for one, before in GET if one != name]
    return fields if value is None else [*fields, (name, value)]


class HeadTests(SynchronousTestCase):
    """:func:`read_block`."""

    def read(self, fields: Fields, ended: bool = True) -> RequestHead:
        """Read a head that is good."""
        head = RequestHead()
        self.length = read_block(head, fields, ended, LimitSettings())
        return head

    def length_of(self, fields: Fields, ended: bool = True) -> int | None:
        """Read a head that is good, and give the length of its body."""
        self.read(fields, ended)
        return self.length

    def refused(self, fields: Fields, ended: bool = True) -> Refusal:
        """Read a head that is not, and give the answer."""
        error: Malformed = self.assertRaises(Malformed, self.read, fields, ended)
        return error.refusal

    def test_a_request(self) -> None:
        """Method, target and authority become what HTTP/1.1 has in their place."""
        head = self.read([*GET, (b"x-a", b"1"), (b"x-a", b"2")])
        self.assertEqual((head.method, head.target), (b"GET", b"/api"))
        self.assertEqual(head.headers.getRawHeaders(b"host"), [b"relay"])
        self.assertEqual(head.headers.getRawHeaders(b"x-a"), [b"1", b"2"])
        self.assertEqual(self.length, 0)

    def test_cookies_are_joined(self) -> None:
        """RFC 9113, 8.2.3: crumbs become one field again."""
        head = self.read([*GET, (b"cookie", b"a=1"), (b"x", b"y"), (b"cookie", b"b=2")])
        self.assertEqual(head.headers.getRawHeaders(b"cookie"), [b"a=1; b=2"])

    def test_lengths(self) -> None:
        """The length of the body, and contradicting lengths."""
        length = (b"content-length", b"5")
        self.assertEqual(self.length_of([*GET, length], ended=False), 5)
        self.assertIsNone(self.length_of(GET, ended=False))
        self.assertEqual(self.length_of([*GET, (b"content-length", b"0")]), 0)
        for fields in ([*GET, length], [*GET, length, length]):
            self.assertEqual(self.refused(fields).status, 400)
        for wrong in (b"-1", b"+1", b"0x1", b"", b"1, 1", b"%d" % 2**63, b"1" * 4301):
            answer = self.refused([*GET, (b"content-length", wrong)], ended=False)
            self.assertEqual(answer.status, 400)

    def test_host(self) -> None:
        """The authority and Host name the same, and one of them is there."""
        alone = [*changed(b":authority", None), (b"host", b"other")]
        head = self.read(alone)
        self.assertEqual(head.headers.getRawHeaders(b"host"), [b"other"])
        self.read([*GET, (b"host", b"relay")])
        self.assertIs(self.refused([*GET, (b"host", b"x")]), refusals.OTHER_HOST)
        self.assertIs(self.refused(changed(b":authority", None)), refusals.BAD_HOST)

    def test_pseudo_headers(self) -> None:
        """Each once, none unknown, none behind the others."""
        for fields in (
            [*GET, (b":path", b"/api")],
            [*GET, (b":status", b"200")],
            [*GET, (b":protocol", b"websocket")],
            [(b"x", b"y"), *GET],
            changed(b":scheme", None),
            changed(b":scheme", b"ftp"),
        ):
            self.assertEqual(self.refused(fields).status, 400)
        self.assertIs(self.refused(changed(b":method", None)), refusals.BAD_METHOD)
        self.assertIs(self.refused(changed(b":method", b"G T")), refusals.BAD_METHOD)
        for target in (None, b"", b"*", b"api", b"https://relay/api"):
            answer = self.refused(changed(b":path", target))
            self.assertIs(answer, refusals.BAD_TARGET)
        connect = [(b":method", b"CONNECT"), (b":authority", b"relay:443")]
        self.assertIs(self.refused(connect), refusals.METHOD_NOT_ALLOWED)

    def test_targets_that_hold_a_second_request(self) -> None:
        """Targets that would end the request line of HTTP/1.1 are refused."""
        for byte in (b" ", b"\r", b"\n", b"\t", b"\x7f", b"\xe9"):
            answer = self.refused(changed(b":path", b"/a" + byte + b"b"))
            self.assertEqual(answer.status, 400)
        self.assertIs(self.refused(changed(b":path", b"/\0")), refusals.NULL_BYTE)

    def test_fields_that_hold_a_second_one(self) -> None:
        """Names and values that would make a second header are refused."""
        for name, value in (
            (b"X-Upper", b"y"),
            (b"", b"y"),
            (b"x y", b"y"),
            (b"x:", b"y"),
            (b"x", b"a\r\nhost: other"),
            (b"x", b"a\nb"),
            (b"x", b"a\0b"),
            (b"x", b"a\x0bb"),
            (b"x", b"\x1b[2J"),
            (b"x", b"a\x7f"),
            (b"x", b" a"),
            (b"x", b"a\t"),
        ):
            self.assertEqual(self.refused([*GET, (name, value)]).status, 400)

    def test_fields_of_the_connection(self) -> None:
        """RFC 9113, 8.2.2; of TE only trailers are left."""
        for name, value in (
            (b"connection", b"close"),
            (b"keep-alive", b"timeout=5"),
            (b"proxy-connection", b"close"),
            (b"transfer-encoding", b"chunked"),
            (b"upgrade", b"websocket"),
            (b"te", b"gzip"),
        ):
            self.assertEqual(self.refused([*GET, (name, value)]).status, 400)
        self.read([*GET, (b"te", b"trailers")])

    def test_limits(self) -> None:
        """Counted as HTTP/1.1 would write it."""
        large: Fields = [*GET, (b"x", b"y" * 16_384)]
        self.assertIs(self.refused(large), refusals.HEAD_TOO_LARGE)
        many: Fields = [*GET, *[(b"x", b"y")] * 500]
        self.assertIs(self.refused(many), refusals.HEAD_TOO_LARGE)

    @given(
        st.lists(
            st.tuples(
                st.sampled_from((b":path", b":method", b"x", b"cookie", b"host"))
                | st.binary(max_size=4),
                st.binary(max_size=6),
            ),
            max_size=8,
        )
    )
    def test_whatever_comes(self, fields: Fields) -> None:
        """Every head is refused, or makes exactly one request."""
        head = RequestHead()
        try:
            read_block(head, [*GET[:3], *fields], True, LimitSettings())
        except Malformed:
            return
        written = b"".join(
            b"%s: %s\r\n" % (name, value)
            for name, values in head.headers.getAllRawHeaders()
            for value in values
        )
        lines = (b"%s %s HTTP/1.1\r\n" % (head.method, head.target)) + written
        count = 1 + sum(len(v) for _, v in head.headers.getAllRawHeaders())
        self.assertEqual(lines.count(b"\n"), count)
        self.assertEqual(lines.count(b"\r"), count)
        self.assertEqual(head.target.count(b" "), 0)
