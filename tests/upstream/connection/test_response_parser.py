"""Tests of :mod:`relay.upstream.connection.response_parser`."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.connection.response_rules import MOST_INTERIM, HeadLimits
from relay.upstream.errors import UpstreamError, classify
from tests.upstream.memory import called, gone, leashed

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
LIMITS = HeadLimits(1000, 20)


class ParserCase(SynchronousTestCase):
    """Responses as they come in."""

    def told(self, *reads: bytes, method: bytes = b"GET") -> Any:
        """Tell the status of a response, or why there is none."""
        leash = leashed(Clock(), limits=LIMITS)
        _, responded = called(leash, method)
        self.hints: list[Any] = []
        parser = leash.http._parser
        assert parser is not None
        parser.early_hints = lambda *told: self.hints.append(told)
        got: list[Any] = []
        responded.addBoth(got.append)
        for read in reads:
            if not gone(leash):
                leash.dataReceived(read)
        if not got:
            return None
        if isinstance(got[0], Failure):
            self.assertTrue(gone(leash))
            error = classify(got[0])
            self.assertIsInstance(error, UpstreamError)
            self.assertEqual(error.status, 502)
            return error.message
        return got[0].code

    def split(self, whole: bytes, **more: Any) -> Any:
        """The same, however the bytes arrive."""
        told = self.told(whole, **more)
        one_by_one = (whole[at : at + 1] for at in range(len(whole)))
        self.assertEqual(self.told(*one_by_one, **more), told)
        return told


class LimitTests(ParserCase):
    """How large heads may be."""

    def test_a_head_is_bounded_as_a_whole(self) -> None:
        """By what is set, to the byte, whatever its lines are."""
        for line in (b"A: %b\r\n", b"A: b\r\nB: %b\r\n", b"A:\r\n %b\r\n"):
            head = OK[:-2] + line + b"\r\n"
            room = LIMITS.max_bytes - len(head) + 2
            self.assertEqual(self.split(head % (b"x" * room)), 200)
            self.assertIn("max_head_bytes", self.split(head % (b"x" * (room + 1))))

    def test_a_head_without_end_ends_at_the_bound(self) -> None:
        """Be it of one line or of many."""
        for piece in (b"x" * 300, b"A: " + b"x" * 300 + b"\r\n"):
            told = self.told(OK[:17], *(piece for _ in range(4)))
            self.assertIn("max_head_bytes", told)

    def test_a_head_is_bounded_in_headers(self) -> None:
        """By what is set, too."""
        self.assertEqual(self.split(OK[:-2] + 19 * b"A: b\r\n" + b"\r\n"), 200)
        told = self.split(OK[:-2] + 20 * b"A: b\r\n" + b"\r\n")
        self.assertIn("20 headers", told)

    def test_a_body_does_not_count(self) -> None:
        """However much of it comes with the head."""
        self.assertEqual(self.told(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000), 200)


class InterimTests(ParserCase):
    """Responses before the response."""

    def test_interim_responses_are_passed_over_in_silence(self) -> None:
        """As many as a source may send."""
        for status in (b"100 Continue", b"102 Processing", b"199 Odd"):
            one = b"HTTP/1.1 %b\r\nA: b\r\n\r\n" % status
            self.assertEqual(self.split(one * MOST_INTERIM + OK), 200)
            self.assertEqual(self.hints, [])

    def test_there_are_not_more_than_so_many_interim_responses(self) -> None:
        """Then the source is given up."""
        one = b"HTTP/1.1 100 Continue\r\n\r\n"
        for reads in ([one * (MOST_INTERIM + 1)], [one] * (MOST_INTERIM + 1)):
            self.assertIn("16 interim responses", self.told(*reads))

    def test_early_hints_are_told(self) -> None:
        """With what concerns the connection apart."""
        hint = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\n\r\n"
        self.assertEqual(self.split(hint + OK), 200)
        ((headers, options),) = self.hints
        self.assertEqual(list(headers.getAllRawHeaders()), [(b"Link", [b"</a>"])])
        self.assertEqual(options, [b"x"])

    def test_nobody_asked_to_switch_protocols(self) -> None:
        """What follows would be no HTTP."""
        told = self.split(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n")
        self.assertIn("switches protocols", told)


class RuleTests(ParserCase):
    """The rules hold, whichever way a head is read."""

    def test_what_can_be_read_in_two_ways_is_refused(self) -> None:
        """Before anything of it is passed on."""
        for head in (
            b"HTTP/2.0 200 OK\r\nContent-Length: 0",
            b"HTTP/1.1 999 OK\r\nContent-Length: 0",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
            b"Transfer-Encoding: identity",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 3",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: \x0bchunked",
            b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked",
            b"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808",
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4",
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: b\x00",
        ):
            told = self.split(head + b"\r\n\r\nabc")
            self.assertIsInstance(told, str, str(head))
            self.assertIn("upstream", told)

    def test_the_length_of_what_head_would_get(self) -> None:
        """It is passed on, and so it is checked."""
        told = b"HTTP/1.1 200 OK\r\nContent-Length: %b\r\n\r\n"
        self.assertEqual(self.split(told % b"12", method=b"HEAD"), 200)
        self.assertIn("Content-Length", self.split(told % b"x", method=b"HEAD"))

    def test_a_chunk_that_cannot_be_counted_is_refused(self) -> None:
        """2^63 bytes are more than others count."""
        for size, fine in ((b"7fffffffffffffff", True), (b"8000000000000000", False)):
            leash = leashed(Clock())
            _, responded = called(leash)
            leash.dataReceived(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            self.successResultOf(responded)
            leash.dataReceived(size + b"\r\nabc")
            self.assertEqual(gone(leash), not fine)
