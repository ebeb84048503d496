"""treq passes a call to the agent unchanged."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent, IBodyProducer
from zope.interface import implementer

from relay.upstream.connection.agent import _URL, UPSTREAM_URL, CallAgent, call
from tests.upstream.memory import connected, request_head


class CallTests(SynchronousTestCase):
    def call(self, *fields: bytes, status: bytes = b"200 OK") -> tuple[Any, list[Any]]:
        """Call through treq, and list what reached the agent."""
        clock = Clock()
        connection = connected(clock)
        below = CallAgent(connection, request_head(b"GeT", accept=b"a/b"))
        seen: list[Any] = []

        @implementer(IAgent)
        class Agent:
            """Sends on a connection in memory."""

            def request(
                self,
                method: bytes,
                uri: bytes,
                headers: Headers | None = None,
                bodyProducer: IBodyProducer | None = None,
            ) -> Any:
                """Note what treq wants."""
                fields = dict((headers or Headers()).getAllRawHeaders())
                seen.append((method, uri, fields, bodyProducer))
                return below.request(method, uri, headers, bodyProducer)

        called = call(Agent(), None, clock)
        self.sent = connection.transport.value()
        lines = (b"HTTP/1.1 " + status, b"Content-Length: 0", *fields, b"", b"")
        connection.dataReceived(b"\r\n".join(lines))
        return self.successResultOf(called), seen

    def test_one_request(self) -> None:
        """A redirect is not followed, and there is one request for one call."""
        response, seen = self.call(b"Location: /other", status=b"302 Found")
        self.assertEqual(response.code, 302)
        self.assertEqual([one[:2] for one in seen], [(b"GET", UPSTREAM_URL.encode())])
        self.assertIsNone(seen[0][3])

    def test_the_exact_head(self) -> None:
        """The request has exactly the head that the agent was made with."""
        self.call()
        self.assertEqual(self.sent, b"GeT / HTTP/1.1\r\nHost: h\r\nAccept: a/b\r\n\r\n")

    def test_no_cookies(self) -> None:
        """A cookie of one response is not sent with another request."""
        self.call(b"Set-Cookie: secret=1; Path=/")
        response, seen = self.call(b"Set-Cookie: secret=2")
        self.assertNotIn(b"Cookie", seen[0][2])
        self.assertEqual(list(response.cookies()), [])

    def test_not_decoded(self) -> None:
        """treq decodes gzip by itself, and does not see that a body is encoded."""
        response, _ = self.call(b"Content-Encoding: gzip")
        self.assertEqual(response.original.content_encoding, [b"gzip"])

    def test_the_url(self) -> None:
        """The URL object is the constant, and is its own URI."""
        self.assertIs(_URL.to_uri(), _URL)
        self.assertEqual(_URL.to_text(), UPSTREAM_URL)
        self.assertEqual((_URL.scheme, _URL.host), ("http", "upstream"))
