"""Tests of :mod:`relay.policies.contents`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.expression.errors import EvaluationFailed
from relay.policies.contents import WithContent, is_encoded


class ContentsTests(SynchronousTestCase):
    """A request with its content."""

    def test_members(self) -> None:
        """The content, its JSON, and the members of the request."""
        made = WithContent({"method": "GET"}, '{"a": "ä"}'.encode())
        self.assertEqual(made.get("content"), '{"a": "ä"}')
        self.assertEqual(made.get("jsonContent"), {"a": "ä"})
        self.assertIs(made.get("jsonContent"), made.get("jsonContent"))
        self.assertRaises(EvaluationFailed, WithContent(None, b"x").get, "jsonContent")

    def test_encoded(self) -> None:
        """Any coding but ``identity``."""
        for value, expected in (("gzip", True), (" Identity ", False), ("", False)):
            headers = Headers({"Content-Encoding": [value]})
            self.assertEqual(is_encoded(headers), expected)
        self.assertFalse(is_encoded(Headers()))
