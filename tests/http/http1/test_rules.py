"""Rules for the heads and bodies of HTTP/1.1 requests."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.http.http1.rules import is_field_value


class FieldTests(SynchronousTestCase):
    """Values of header fields."""

    def test_field_values(self) -> None:
        """No controls but the tab."""
        self.assertTrue(is_field_value(b"a\t \xff"))
        for code in {*range(32), 127} - {9}:
            self.assertFalse(is_field_value(b"a%cb" % code), code)
