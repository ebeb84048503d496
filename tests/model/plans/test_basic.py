"""Tests of :mod:`relay.model.plans.basic`."""

from __future__ import annotations

from base64 import b64encode

from twisted.trial.unittest import SynchronousTestCase

from relay.model.plans.basic import challenge, read_pair


class BasicTests(SynchronousTestCase):
    def test_pairs(self) -> None:
        """A name has no colon, a password may have any byte (RFC 7617, 2)."""
        for text, pair in (
            (b"a:b", ("a", b"b")),
            (b"a:b:c", ("a", b"b:c")),
            (b":", ("", b"")),
            ("ä:ö".encode(), ("ä", "ö".encode())),
            (b"a:\xff", ("a", b"\xff")),
            (b"\xff:a", None),
            (b"a", None),
            (b"", None),
        ):
            self.assertEqual(read_pair(b64encode(text)), pair, text)
            self.assertEqual(read_pair(b" " + b64encode(text) + b" "), pair, text)

    def test_no_base64(self) -> None:
        """Invalid base64 has no name and password."""
        for text in (b"a:b", b"YTpi!", b"YTp", b"YT pi", b"\xff"):
            self.assertIsNone(read_pair(text), text)

    def test_challenge(self) -> None:
        """The realm is quoted (RFC 9110, 5.6.4)."""
        self.assertEqual(challenge("R"), b'Basic realm="R", charset="UTF-8"')
        self.assertEqual(
            challenge('a"b\\c'), b'Basic realm="a\\"b\\\\c", charset="UTF-8"'
        )
