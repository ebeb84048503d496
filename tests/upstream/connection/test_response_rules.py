"""Tests of :mod:`relay.upstream.connection.response_rules`."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.connection.response_rules import (
    HeadLimits,
    HeadTooLarge,
    InvalidResponse,
    check_field_line,
    check_framing,
    check_status_line,
)


class StatusLineTests(SynchronousTestCase):
    """The valid status lines."""

    def test_versions_and_statuses(self) -> None:
        """HTTP/1.x, and a status that a client knows what to do with."""
        for line in (
            b"HTTP/1.1 200 OK",
            b"HTTP/1.0 599 Odd",
            b"HTTP/1.1 204",
            b"HTTP/1.1 200 ",
            b"HTTP/1.1 200 Tr\xc3\xa8s bien",
        ):
            check_status_line(line)
        for line in (
            b"HTTP/1.1 600 Odd",
            b"HTTP/1.1 999 Odd",
            b"HTTP/1.1 099 Odd",
            b"HTTP/1.1 20 OK",
            b"HTTP/1.1 2000 OK",
            b"HTTP/1.1 +20 OK",
            b"HTTP/1.1  200 OK",
            b"HTTP/2.0 200 OK",
            b"HTTP/2 200",
            b"HTTP/0.9 200 OK",
            b"HTTP/1.12 200 OK",
            b"HTTP/1 200 OK",
            b"http/1.1 200 OK",
            b"ICY 200 OK",
            b"HTTP/1.1 200 O\x00K",
            b"HTTP/1.1 200 OK\x7f",
            b"",
        ):
            self.assertRaises(InvalidResponse, check_status_line, line)


class FramingTests(SynchronousTestCase):
    """The valid combinations of framing headers."""

    def refuses(
        self,
        encodings: Sequence[bytes],
        lengths: Sequence[bytes] = (),
        version: tuple[int, int] = (1, 1),
    ) -> None:
        """Check that a source may not say so."""
        with self.assertRaises(InvalidResponse, msg=f"{encodings} {lengths}"):
            check_framing(version, encodings, lengths)

    def test_chunked_stands_alone(self) -> None:
        """
        Another coding beside ``chunked`` is refused, since servers read it in different
        ways.
        """
        for value in (b"chunked", b"Chunked", b" chunked\t"):
            check_framing((1, 1), [value], [])
        for values in (
            [b"chunked", b"identity"],
            [b"identity", b"chunked"],
            [b"chunked", b"chunked"],
            [b"chunked, identity"],
            [b"gzip, chunked"],
            [b"chunked, chunked"],
            [b"identity"],
            [b"\x0bchunked"],
            [b"chunked;q=1"],
            [b""],
            [b"x"],
        ):
            self.refuses(values)

    def test_chunked_and_a_length(self) -> None:
        """``Transfer-Encoding`` with ``Content-Length`` is refused."""
        self.refuses([b"chunked"], [b"3"])
        self.refuses([b"identity"], [b"3"])

    def test_chunked_in_http_1_0(self) -> None:
        """``Transfer-Encoding`` in HTTP/1.0 is refused."""
        self.refuses([b"chunked"], [], (1, 0))

    def test_one_length(self) -> None:
        """``Content-Length`` may be repeated with the same value."""
        for values in (
            [b"0"],
            [b"3"],
            [b"3", b"3"],
            [b"3, 3"],
            [b"003", b"3"],
            [b"00"],
            [b"%d" % (2**63 - 1)],
            [],
        ):
            check_framing((1, 1), [], values)
        for values in (
            [b"3", b"4"],
            [b"3, 4"],
            [b"3,"],
            [b"-3"],
            [b"+3"],
            [b"3 3"],
            [b"0x3"],
            [b""],
            [b"x"],
            [b"%d" % 2**63],
            [b"%d" % 2**64],
            [b"9" * 5000],
        ):
            self.refuses([], values)


class HeadTests(SynchronousTestCase):
    """The other rules of a head."""

    def test_field_lines(self) -> None:
        """No control characters but tabs; bytes beyond ASCII pass."""
        for line in (b"", b"A: b\tc", b"A: \xc3\x9cbersicht"):
            check_field_line(line)
        for value in (b"a\x00", b"\x0bchunked", b"a\rb", b"a\nb", b"\x7f", b"\x1f"):
            self.assertRaises(InvalidResponse, check_field_line, b"A: " + value)

    def test_a_head_that_is_too_large_names_the_setting(self) -> None:
        """The limit is the gateway's, and not the source's fault alone."""
        told = str(HeadTooLarge(HeadLimits(20_000, 7)))
        for part in ("20000 bytes (limits.max_head_bytes)", "7 headers"):
            self.assertIn(part, told)
