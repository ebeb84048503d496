"""Response heads in expressions."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.expression.template import Condition, Template
from relay.upstream.scope_headers import response_values

HEADERS = Headers({b"X-Kind": [b"a", b"b"], b"Via": [b"c"]})
SCOPE = {"response": response_values(lambda: 503, lambda: HEADERS)}


class ResponseTests(SynchronousTestCase):
    """Status and headers, by the names of the expression language."""

    def test_conditions(self) -> None:
        """Conditions on the status and the headers of a response."""
        for text, holds in (
            ("{#response.status >= 500}", True),
            ("{#response.status == 200}", False),
            ("{#response.headers['x-kind'][0] == 'a'}", True),
            ("{#response.headers['X-KIND'][1] == 'b'}", True),
            ("{#response.headers['none'] == null}", True),
            ("{#response.headers.containsKey('via')}", True),
        ):
            self.assertIs(Condition.read(text).holds(SCOPE), holds, text)

    def test_names(self) -> None:
        """All names are known, too."""
        size = Template.read("{#response.headers.size()}").evaluate(SCOPE)
        self.assertEqual(size, 2)
