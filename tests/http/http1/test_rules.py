"""Rules for the heads and bodies of HTTP/1.1 requests."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.http.http1.rules import MOST_BODY_BYTES, content_length, is_field_value


class FieldTests(SynchronousTestCase):
    """Values of header fields."""

    def test_lengths(self) -> None:
        """Decimal digits, up to what a signed 64-bit integer holds."""
        for value, length in {
            b"0": 0,
            b"007": 7,
            b"0" * 20: None,
            b"%d" % MOST_BODY_BYTES: MOST_BODY_BYTES,
            b"%d" % (MOST_BODY_BYTES + 1): None,
            b"1" * 4301: None,
            b"": None,
            b" 1": None,
            b"+1": None,
            b"1_0": None,
            b"\xb2": None,
        }.items():
            self.assertEqual(content_length(value), length, value[:30])

    def test_field_values(self) -> None:
        """No controls but the tab."""
        self.assertTrue(is_field_value(b"a\t \xff"))
        for code in {*range(32), 127} - {9}:
            self.assertFalse(is_field_value(b"a%cb" % code), code)
