"""Tests of :mod:`relay.policies.contents`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.expression.errors import EvaluationFailed
from relay.expression.nodes import Scope
from relay.expression.template import Template
from relay.policies.call import Interrupted, KnownBody
from relay.policies.contents import WithContent, is_encoded, with_request_content
from tests.policies.steps import call


class ContentsTests(SynchronousTestCase):
    """A request with its content."""

    def test_members(self) -> None:
        """The content, its JSON, and the members of the request."""
        made = WithContent({"method": "GET"}, '{"a": "ä"}'.encode())
        self.assertEqual(made.get("content"), '{"a": "ä"}')
        self.assertEqual(made.get("jsonContent"), {"a": "ä"})
        self.assertIs(made.get("jsonContent"), made.get("jsonContent"))
        self.assertRaises(EvaluationFailed, WithContent(None, b"x").get, "jsonContent")

    def test_too_large(self) -> None:
        """A body is refused by its stated length, or when it exceeds the limit."""
        scopes: list[Scope] = []
        made = call("POST", content_length=4)
        with self.assertRaises(Interrupted) as raised:
            with_request_content(made, 3, "MY", scopes.append)
        self.assertEqual(
            (raised.exception.status, raised.exception.key),
            (413, "MY_CONTENT_TOO_LARGE"),
        )
        made = call("POST", content_length=None)
        made.request.body = KnownBody(b"four")
        failed = with_request_content(made, 3, "MY", scopes.append)
        self.assertEqual(self.failureResultOf(failed, Interrupted).value.status, 413)
        self.assertEqual(scopes, [])
        self.successResultOf(with_request_content(made, 4, "MY", scopes.append))
        (scope,) = scopes
        text = Template.read("{#request.method} {#request.content}", bodies=True)
        self.assertEqual(text.render(scope), "POST four")

    def test_encoded(self) -> None:
        """Any coding but ``identity``."""
        for value, expected in (("gzip", True), (" Identity ", False), ("", False)):
            headers = Headers({"Content-Encoding": [value]})
            self.assertEqual(is_encoded(headers), expected)
        self.assertFalse(is_encoded(Headers()))
