"""What treq makes of a call: nothing."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent, IBodyProducer
from zope.interface import implementer

from relay.upstream.connection.asking import _READY_URL, _URL, ask
from tests.upstream.memory import called, leashed


class AskTests(SynchronousTestCase):
    def ask(self, *fields: bytes, status: bytes = b"200 OK") -> tuple[Any, list[Any]]:
        """Ask through treq, and give the response and what reached the agent."""
        clock = Clock()
        leash = leashed(clock)
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
                return called(leash)[1]

        asked = ask(Agent(), None, clock)
        lines = (b"HTTP/1.1 " + status, b"Content-Length: 0", *fields, b"", b"")
        leash.dataReceived(b"\r\n".join(lines))
        return self.successResultOf(asked), seen

    def test_one_request(self) -> None:
        """A redirect is not followed, and there is one request for one call."""
        response, seen = self.ask(b"Location: /other", status=b"302 Found")
        self.assertEqual(response.code, 302)
        self.assertEqual([one[:2] for one in seen], [(b"GET", _URL.encode())])
        self.assertIsNone(seen[0][3])

    def test_no_cookies(self) -> None:
        """What one call is given, no other sends."""
        self.ask(b"Set-Cookie: secret=1; Path=/")
        response, seen = self.ask(b"Set-Cookie: secret=2")
        self.assertNotIn(b"Cookie", seen[0][2])
        self.assertEqual(list(response.cookies()), [])

    def test_the_ready_url(self) -> None:
        """It is the text's, and a URI as it stands."""
        self.assertIs(_READY_URL.to_uri(), _READY_URL)
        self.assertEqual(_READY_URL.to_text(), _URL)
        self.assertEqual((_READY_URL.scheme, _READY_URL.host), ("http", "upstream"))
